"""What the stories of drafts share: a dialog that was refused, and a database that is away."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import make_url

from bot.app import App
from storage.engines import BUSY_MS
from tests.house import PATIENCE, House, until_async
from tests.people import Dialog, Person
from tests.telling import asked, mistake

BROKEN_PARTICIPANTS = 300


async def refused(person: Person) -> Dialog:
    """A dialog that the bot refused, still open."""
    form = await asked(person, participants=BROKEN_PARTICIPANTS, recurrents=4)
    mistake(await form.submit(), "participants")
    return form


def assert_as_left(form: Dialog) -> None:
    """The dialog shows what was typed."""
    assert (form.shown("activite"), str(form.shown("participants"))) == ("collectif", str(BROKEN_PARTICIPANTS))
    assert (str(form.shown("recurrents")), form.shown("duree"), form.shown("statut")) == ("4", "90", "retraite")
    assert form.shown("commune") == "69120 Vaulx-en-Velin"
    assert set(form.chosen("themes")) == {"internet", "courriel"}


@asynccontextmanager
async def database_away(house: House) -> AsyncIterator[None]:
    """Nobody can write for a moment: SQLite locked by somebody else, PostgreSQL without connections."""
    url = make_url(house.settings.database_url)
    if url.get_backend_name() == "sqlite":
        bot = house.bot
        await _waits_for_locks(bot, 50)
        async with _locked(Path(url.database or "")):
            yield
        if house.app is bot:
            await _waits_for_locks(bot, BUSY_MS)
    else:
        async with _no_connections(house, str(url.database)):
            yield


async def _waits_for_locks(bot: App, milliseconds: int) -> None:
    async with bot.database.engine.connect() as connection:
        await connection.exec_driver_sql(f"PRAGMA busy_timeout={milliseconds}")


@asynccontextmanager
async def _locked(file: Path) -> AsyncIterator[None]:
    lock = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    # In a thread: the bot may be in the middle of a write, which only this loop can end.
    await asyncio.to_thread(lock.execute, "BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        lock.execute("ROLLBACK")
        lock.close()


@asynccontextmanager
async def _no_connections(house: House, name: str) -> AsyncIterator[None]:
    import asyncpg

    folder = str(make_url(house.settings.database_url).query["host"])
    admin = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    try:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        left = "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = $1"
        await until_async(lambda: admin.fetchval(left, name))
        yield
    finally:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()
