"""How the operator’s commands open what they stand on: the database, for one piece of work, and the data folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.operator.errors import OperatorError
from bot.operator.places import folder_fault
from config.settings import Settings
from storage import migrate
from storage.database import Database, dialect


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The configured database."""
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def up_to_date(settings: Settings) -> AsyncIterator[Database]:
    """The configured database, to read from; raises OperatorError where it is not of this version."""
    if fault := migrate.mismatch(settings.database_url, await migrate.current(settings.database_url)):
        raise OperatorError(fault)
    async with opened(settings) as database:
        yield database


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[AsyncSession]:
    """A session that reads, and may take longer than the bot’s requests: its operator waits for the answer."""
    async with database.transaction(writes=False) as db:
        if dialect(db) == "postgresql":
            await db.execute(text("SET LOCAL statement_timeout = '30s'"))
        yield db


def data_dir_fault(settings: Settings, *, make: bool) -> str | None:
    """Why nothing can be kept in the data folder, and what to do; None when it can."""
    fault = folder_fault(settings.data_dir.absolute(), make=make)
    return f"COOP_DATA_DIR : {fault}" if fault else None
