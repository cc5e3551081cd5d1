"""How the operator’s commands open what they stand on: the settings, and the database for one piece of work."""

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
from storage import people, schema
from storage.database import Database, async_url, dialect
from storage.people import Person


def run_in_loop(work: Coroutine[Any, Any, int]) -> int:
    """Run a command that waits for something."""
    return asyncio.run(work)


def read_settings(path: Path | None) -> Settings:
    """Read the settings from the environment and the env file, the usual one where no path is given.

    Raises OperatorError where that file is missing, or says something that can’t be.
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
    """Open the configured database; what is written stays only if it ``keeps`` it."""
    database = Database(settings.database_url, keeps=keeps, folder=settings.data_dir)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_up_to_date(settings: Settings, *, keeps: bool = True) -> AsyncIterator[Database]:
    """Open the configured database as it is, to read from; raises OperatorError where it is not of this version."""
    found = await schema.current(settings.database_url)
    schema.check_known(settings.database_url, found)
    if fault := schema.mismatch(settings.database_url, found):
        raise OperatorError(fault)
    async with open_database(settings, keeps=keeps) as database:
        yield database


@asynccontextmanager
async def open_to_read(settings: Settings) -> AsyncIterator[AsyncSession]:
    """Open a session that reads the configured database; raises OperatorError where that is not of this version."""
    async with open_up_to_date(settings) as database, begin_reading(database) as db:
        yield db


@asynccontextmanager
async def begin_reading(database: Database) -> AsyncIterator[AsyncSession]:
    """Open a session that reads, and may take longer than the bot’s requests: its operator waits for the answer."""
    async with database.transaction(writes=False) as db:
        if dialect(db) == "postgresql":
            await db.execute(text("SET LOCAL statement_timeout = '30s'"))
        yield db


def refuse_name(username: str) -> OperatorError:
    """Make the refusal of a user name that nobody has."""
    return OperatorError(f"Personne ne s’appelle « {username} » dans le registre.")


async def find_person(db: AsyncSession, username: str) -> Person:
    """Find who is called so in the register. Raises OperatorError for nobody, and SameNameError for several."""
    if person := await people.by_username(db, username):
        return person
    raise refuse_name(username)
