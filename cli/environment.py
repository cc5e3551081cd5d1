"""How the operator’s commands open the settings and the database."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import ArgumentError
from sqlmodel.ext.asyncio.session import AsyncSession

from cli.errors import OperatorError
from cli.faults import text_of
from config import settings as configuration
from config.settings import Settings
from storage import schema
from storage.database import Database, async_url, dialect


def run_in_loop(work: Coroutine[Any, Any, int]) -> int:
    """Run a coroutine of a command."""
    return asyncio.run(work)


def read_settings(path: Path | None) -> Settings:
    """Read the settings from the environment and the env file (by default the usual one).

    Raises OperatorError if that file is missing or invalid.
    """
    if path is not None and not path.is_file():
        raise OperatorError(
            f"Le fichier de réglages {path} n’existe pas, ou n’est pas un fichier : corrigez --env-file.", code=2
        )
    usual = path or Path(".env")
    is_there = usual.is_file()
    if is_there:
        text_of(usual)
    settings = configuration.read(usual if is_there else None)
    try:
        async_url(settings.database_url)
    except (ValueError, ArgumentError):
        raise OperatorError("COOP_DATABASE_URL : sqlite:///fichier.db ou postgresql://…", code=2) from None
    return settings


@asynccontextmanager
async def open_database(settings: Settings, *, keeps: bool = True) -> AsyncIterator[Database]:
    """Open the configured database; changes are rolled back unless ``keeps``."""
    database = Database(settings.database_url, keeps=keeps, folder=settings.data_dir)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_up_to_date(settings: Settings, *, keeps: bool = True) -> AsyncIterator[Database]:
    """Open the configured database without migrating it. Raises OperatorError if it is not of this version."""
    found = await schema.current(settings.database_url)
    schema.check_known(settings.database_url, found)
    if fault := schema.mismatch(settings.database_url, found):
        raise OperatorError(fault)
    async with open_database(settings, keeps=keeps) as database:
        yield database


@asynccontextmanager
async def open_to_read(settings: Settings) -> AsyncIterator[AsyncSession]:
    """Open a reading session of the configured database. Raises OperatorError if it is not of this version."""
    async with open_up_to_date(settings) as database, begin_reading(database) as db:
        yield db


@asynccontextmanager
async def begin_reading(database: Database) -> AsyncIterator[AsyncSession]:
    """Open a reading session without the bot’s time limit, since the operator waits for it."""
    async with database.transaction(writes=False) as db:
        if dialect(db) == "postgresql":
            await db.execute(text("SET LOCAL statement_timeout = '30s'"))
        yield db
