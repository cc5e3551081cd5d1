"""The databases of the bench: files of SQLite, or a PostgreSQL of its own that writes to the disk for good."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from storage import migrate
from tests import postgres

LASTING = ("max_connections=60", "jit=off", "shared_buffers=256MB")


@dataclass(frozen=True, slots=True)
class Stores:
    """One database for the bot and one like it for the yardstick; ``goal`` is the ratio demanded."""

    name: str
    bot: str
    hand: str
    goal: float

    def raw(self, url: str) -> str:
        """The address as the bare driver wants it."""
        return url.removeprefix("sqlite:///")


async def sqlite(folder: Path, stem: str) -> Stores:
    """Two files; the bot migrates its own."""
    stores = Stores("SQLite", f"sqlite:///{folder}/{stem}-bot.db", f"sqlite:///{folder}/{stem}-hand.db", 0.3)
    await migrate.upgrade(stores.hand)
    return stores


@asynccontextmanager
async def postgresql() -> AsyncIterator[postgres.Server | None]:
    """A server whose commits last (fsync on); None where there are no binaries."""
    if postgres.binaries() is None:
        yield None
        return
    with postgres.running(LASTING) as server:
        await postgres.make_template(server)
        yield server


@asynccontextmanager
async def databases(server: postgres.Server) -> AsyncIterator[Stores]:
    """Two databases of that server."""
    async with server.database() as mine, server.database() as theirs:
        yield Stores("PostgreSQL", mine, theirs, 0.5)
