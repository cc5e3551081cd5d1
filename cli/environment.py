"""How the operator’s commands open what they stand on: the settings, the database for one piece of work, the data
folder.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import text
from sqlalchemy.exc import ArgumentError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import registry
from bot.calendar import read_recurrence
from bot.errors import ChatError
from bot.features import Feature
from bot.mattermost import AioClient, Mattermost, RateLimit
from bot.papers import page
from cli.admin import Admin
from cli.errors import OperatorError
from cli.faults import chat_fault, folder_fault, text_of
from config import canaux, editions, liens
from config import settings as configuration
from config.settings import Settings
from config.tables import TableError
from storage import schema
from storage.database import Database, async_url, dialect

ANSWERED_WITHIN = 5.0
"""Seconds in which Mattermost may say whether it knows the bot."""


def read_settings(path: Path | None) -> Settings:
    """The settings from the environment and the env file, the usual one where no path is given.

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


def choose_features(features: Iterable[Feature], settings: Settings) -> Sequence[Feature]:
    """The features that the settings leave on. Raises OperatorError for a name that is none."""
    try:
        return registry.choose_features(features, settings.features)
    except ValueError as error:
        raise OperatorError(str(error), code=2) from None


@asynccontextmanager
async def open_database(settings: Settings, *, keeps: bool = True) -> AsyncIterator[Database]:
    """The configured database; what is written stays only if it ``keeps`` it."""
    database = Database(settings.database_url, keeps=keeps)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_up_to_date(settings: Settings, *, keeps: bool = True) -> AsyncIterator[Database]:
    """The configured database as it is, to read from; raises OperatorError where it is not of this version."""
    found = await schema.current(settings.database_url)
    schema.check_known(settings.database_url, found)
    if fault := schema.mismatch(settings.database_url, found):
        raise OperatorError(fault)
    async with open_database(settings, keeps=keeps) as database:
        yield database


@asynccontextmanager
async def begin_reading(database: Database) -> AsyncIterator[AsyncSession]:
    """A session that reads, and may take longer than the bot’s requests: its operator waits for the answer."""
    async with database.transaction(writes=False) as db:
        if dialect(db) == "postgresql":
            await db.execute(text("SET LOCAL statement_timeout = '30s'"))
        yield db


@contextmanager
def open_file(name: str) -> Iterator[BinaryIO]:
    """A file to be read, or the standard input, called « - ». Raises OperatorError where there is none."""
    if name == "-":
        yield sys.stdin.buffer
        return
    if not Path(name).is_file():
        raise OperatorError(f"Le fichier {name} n’existe pas.")
    with Path(name).open("rb") as stream:
        yield stream


@asynccontextmanager
async def open_client(url: str, token: str, budget: RateLimit | None = None) -> AsyncIterator[AioClient]:
    """A client of a server in the name of whose token it is."""
    client = AioClient(url, token, budget)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def open_chat(settings: Settings) -> AsyncIterator[Mattermost | None]:
    """Mattermost, where there is a token to ask it with; long work paces itself within ``pacing()``."""
    token = settings.bot_token.get_secret_value()
    if not token:
        yield None
        return
    async with open_client(settings.mattermost_url, token, RateLimit(settings.work_calls)) as client:
        yield Mattermost(client, settings.team)


async def check_server(settings: Settings) -> None:
    """Raises OperatorError for a token that Mattermost refuses, and a team in which the bot is not; a server that does
    not answer is waited for later."""
    token = settings.bot_token.get_secret_value()
    try:
        async with open_client(settings.mattermost_url, token) as client, asyncio.timeout(ANSWERED_WITHIN):
            admin = Admin(client)
            me, team = await admin.me(), await admin.team(settings.team)
            is_in = team is not None and await admin.is_member(team.id, me.id)
    except TimeoutError:
        return
    except ChatError as error:
        if error.status == 401:
            raise OperatorError(f"COOP_BOT_TOKEN : {chat_fault(error)}", code=2) from None
        if error.status != 403:
            return
        # A team that one may not look into.
        is_in = False
    if not is_in:
        raise OperatorError(
            f"COOP_TEAM : il n’y a pas d’équipe « {settings.team} », ou le bot n’y est pas. Donnez le nom "
            "court de l’équipe, celui de son adresse ; « coop-bot setup » y met le bot.",
            code=2,
        )


def check_channels(settings: Settings) -> None:
    """Raises OperatorError for a table of channels that can’t be used."""
    try:
        canaux.read(settings.channels)
    except TableError as problem:
        raise OperatorError(f"COOP_CHANNELS : {problem}.", code=2) from None


def check_editions(settings: Settings) -> None:
    """Raises OperatorError for a table of editions that can’t be used."""
    try:
        for edition in editions.read(settings.editions).values():
            read_recurrence(edition.rhythm)
    except ValueError as problem:
        raise OperatorError(f"COOP_EDITIONS : {problem}", code=2) from None


def check_links(settings: Settings) -> None:
    """Raises OperatorError for a table of links that can’t be used."""
    try:
        liens.read(settings.links)
    except FileNotFoundError:
        raise OperatorError(f"COOP_LINKS : le fichier {settings.links} n’existe pas.", code=2) from None
    except (OSError, ValueError) as problem:
        raise OperatorError(f"COOP_LINKS : {problem}", code=2) from None


def check_logo(settings: Settings) -> None:
    """Raises OperatorError for a logo that can’t be drawn."""
    try:
        if settings.logo:
            page.read_logo(settings.logo)
    except FileNotFoundError:
        raise OperatorError(f"COOP_LOGO : le fichier {settings.logo} n’existe pas.", code=2) from None
    except (OSError, ValueError) as problem:
        raise OperatorError(f"COOP_LOGO : {problem}", code=2) from None


def data_dir_fault(settings: Settings, *, make: bool) -> str | None:
    """Why nothing can be kept in the data folder, and what to do; None when it can."""
    fault = folder_fault(settings.data_dir.absolute(), make=make)
    return f"COOP_DATA_DIR : {fault}" if fault else None
