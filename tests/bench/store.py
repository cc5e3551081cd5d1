"""The databases of the bench: files of SQLite, or a PostgreSQL of its own that writes to the disk for good."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.clock import utc_now
from storage import schema
from storage.database import Database
from storage.people import Person, Role
from tests.bench.stub import PEOPLE, user_id, username
from tests.support.databases import PostgresServer, find_binaries, make_ready, run_server

LASTING = ("max_connections=60", "jit=off", "shared_buffers=256MB")


@dataclass(frozen=True, slots=True)
class Stores:
    """A database for the bot and one like it for the yardstick; ``goal`` is the ratio demanded."""

    name: str
    bot: str
    hand: str
    goal: float

    def raw(self, url: str) -> str:
        """Return the address of a database as the bare driver wants it."""
        return url.removeprefix("sqlite:///")


async def _peopled(database_url: str) -> None:
    """Write the people of the bench into the register, as the demo and real deployments do."""
    database = Database(database_url)
    async with database.transaction() as db:
        for number in range(PEOPLE):
            who: dict[str, Any] = {"id": user_id(number), "username": username(number), "role": Role.CONSEILLER}
            place: dict[str, Any] = {"structure": "Maison de quartier", "departements": ["69"]}
            db.add(Person(since=utc_now(), **who, **place))
    await database.close()


async def sqlite(folder: Path, stem: str) -> Stores:
    """Make both as files."""
    stores = Stores("SQLite", f"sqlite:///{folder}/{stem}-bot.db", f"sqlite:///{folder}/{stem}-hand.db", 0.3)
    for url in (stores.bot, stores.hand):
        await schema.upgrade(url)
    await _peopled(stores.bot)
    return stores


@asynccontextmanager
async def postgresql() -> AsyncIterator[PostgresServer | None]:
    """Give a server that writes commits to the disk (fsync on); None where there are no binaries."""
    if find_binaries() is None:
        yield None
        return
    with run_server(LASTING) as server:
        await make_ready(server)
        yield server


@asynccontextmanager
async def databases(server: PostgresServer) -> AsyncIterator[Stores]:
    """Give two databases of a server."""
    async with server.database() as mine, server.database() as theirs:
        await _peopled(mine)
        yield Stores("PostgreSQL", mine, theirs, 0.5)
