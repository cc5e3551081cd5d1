"""What the news are made with from a terminal, and a number found or refused."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.texts import BREAK
from cli.errors import OperatorError
from cli.opening import check_editions
from commands.actus import places
from commands.actus.places import Edition
from config.settings import Settings
from storage.actus import digests
from storage.actus.digests import Digest

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


async def found(desk: Standing, number: int) -> Digest:
    """The digest of that number. Raises OperatorError."""
    digest = await digests.get(desk.db, number)
    if digest is None:
        raise OperatorError(f"Il n’y a pas de n° {number} des actus : « coop-bot digest preview » les donne.", code=2)
    return digest


def unmarked(text: str) -> str:
    """What the bot says in Markdown, for a terminal."""
    return _MARK.sub("", text).replace(BREAK, "")
