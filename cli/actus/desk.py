"""What the news are made with from a terminal, and a number found or refused."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.texts import BREAK
from cli.errors import OperatorError
from cli.opening import begin_reading, check_editions
from commands.actus import drafting, places
from commands.actus.places import Edition
from config.settings import Settings
from storage.actus import digests
from storage.actus.digests import Digest
from storage.database import Database

_MARK = re.compile(r"\\(?=[\\`*_\[\]<>|~#])|\*\*")


@dataclass(frozen=True, slots=True)
class Standing:
    """One transaction of a command’s."""

    db: AsyncSession
    settings: Settings
    now: datetime


async def edition_named(desk: Standing, key: str) -> Edition:
    """An edition by its key. Raises OperatorError."""
    known = await every(desk)
    if key not in known:
        raise OperatorError(f"--edition : « {key} » n’en est pas une ; il y a {', '.join(known)}.", code=2)
    return known[key]


async def every(desk: Standing) -> dict[str, Edition]:
    """All editions by key. Raises OperatorError for a table that cannot be used."""
    check_editions(desk.settings)
    return dict(await places.editions(desk))


@asynccontextmanager
async def rehearsal(database: Database, settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[Standing]:
    """A transaction of which nothing is kept."""
    with suppress(_UndoneError):
        async with database.transaction() as db:
            yield Standing(db, settings, clock())
            raise _UndoneError


class _UndoneError(Exception):
    """What ends a rehearsal."""


@asynccontextmanager
async def standing(
    database: Database, settings: Settings, clock: Callable[[], datetime], number: int
) -> AsyncIterator[Standing]:
    """A transaction, to read from, that has the digest of that number: the stored one, or as it would be if it were
    begun now. Raises OperatorError."""
    async with begin_reading(database) as db:
        if await digests.get(db, number) is not None:
            yield Standing(db, settings, clock())
            return
    async with rehearsal(database, settings, clock) as desk:
        await begun(desk, number)
        yield desk


async def found(desk: Standing, number: int) -> Digest:
    """The stored digest of that number. Raises OperatorError."""
    return _there(await digests.get(desk.db, number), number)


async def begun(desk: Standing, number: int) -> Digest:
    """The same, begun where it is not yet and ``digest preview`` gives that number; nobody else’s until the transaction
    ends. Raises OperatorError."""
    if (digest := await digests.lock(desk.db, number)) is not None:
        return digest
    await digests.hold_numbers(desk.db, desk.now)
    await every(desk)
    if await digests.get(desk.db, number) is None and (named := await drafting.find_number(desk, number)):
        await drafting.begin(desk, *named, number)
    return _there(await digests.lock(desk.db, number), number)


def _there(digest: Digest | None, number: int) -> Digest:
    if digest is None:
        raise OperatorError(f"Il n’y a pas de n° {number} des actus : « coop-bot digest preview » les donne.", code=2)
    return digest


def unmarked(text: str) -> str:
    """What the bot says in Markdown, for a terminal."""
    return _MARK.sub("", text).replace(BREAK, "")
