"""How the operator’s commands open the settings and the database."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import ArgumentError
from sqlmodel.ext.asyncio.session import AsyncSession

from cli import envfile
from cli.errors import OperatorError
from cli.faults import text_of
from config import settings as configuration
from config.settings import Settings
from storage import schema
from storage.database import Database, async_url, dialect

USUAL_FILE = Path(".env")
"""The env file that is read if none is named."""
NOT_SETTINGS = {"COOP_ADMIN_TOKEN"}
"""Variables that stand for options of commands rather than settings."""
SERVICES = re.compile(r".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)")
"""What Kubernetes and Docker put into the environment about services near by: for one called « coop-bot »,
COOP_BOT_SERVICE_HOST and COOP_BOT_PORT_8066_TCP."""


def run_in_loop(work: Coroutine[Any, Any, int | None]) -> int | None:
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
    usual = path or USUAL_FILE
    is_there = usual.is_file()
    if is_there:
        text_of(usual)
    settings = configuration.read(usual if is_there else None)
    try:
        async_url(settings.database_url)
    except (ValueError, ArgumentError):
        raise OperatorError("COOP_DATABASE_URL : sqlite:///fichier.db ou postgresql://…", code=2) from None
    return settings


def explain_unknown_settings(path: Path | None) -> Sequence[str]:
    """Explain each COOP_* variable of the environment or the env file that no setting reads: a slip of the pen, which
    would leave a setting as it is unless something says so, or a setting of another version."""
    usual = path or USUAL_FILE
    told = envfile.values(text_of(usual)) if usual.is_file() else {}
    known = {f"COOP_{name.upper()}" for name in Settings.model_fields} | NOT_SETTINGS
    around = {name for name in os.environ if not SERVICES.fullmatch(name)}
    unknown = {name for name in {*told, *around} if name.upper().startswith("COOP_")}
    return [_explain_unknown(name, known) for name in sorted(unknown) if name.upper() not in known]


def _explain_unknown(name: str, known: set[str]) -> str:
    near = get_close_matches(name.upper(), sorted(known - NOT_SETTINGS), 1, 0.8)
    meant = f" Est-ce {near[0]} ?" if near else ""
    return f"{name} n’est pas un réglage de cette version : personne ne le lit.{meant}"


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
