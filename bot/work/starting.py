"""Work as it is written down when it is asked for."""

import asyncio
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import UserError
from bot.forms import name_of
from bot.texts import render
from storage import work as table
from storage.work import Sort, Work

WORKS_PER_PERSON = 20
"""How much work of one person may wait, of each sort."""
BEHIND = timedelta(seconds=0.2)
"""By how much work follows the message about it, which must be there first."""
_MANY = {Sort.FILE: "fichier/many", Sort.STEPS: "travail/many"}


class Place(BaseModel):
    """Where the files of an order go, if not to a person; ``topic`` is what their posts are about."""

    channel_id: str
    root_id: str = ""
    topic: str = ""


class Bells:
    """Rung when work was written down, so that all who do work of that sort look at once."""

    def __init__(self) -> None:
        self._bells: dict[Sort, list[asyncio.Event]] = {sort: [] for sort in Sort}

    def of(self, sort: Sort) -> asyncio.Event:
        """A new bell for who does work of a sort."""
        self._bells[sort].append(asyncio.Event())
        return self._bells[sort][-1]

    def ring(self, works: Iterable[Work]) -> None:
        """That much was committed."""
        for bell in (bell for sort in {work.sort for work in works} for bell in self._bells[sort]):
            bell.set()


def topic_of(work_id: str) -> str:
    """What the message about some work is filed under."""
    return f"work:{work_id}"


async def make_room(db: AsyncSession, person: str, sort: Sort) -> None:
    """Raises UserError when so much of somebody’s waits that they should wait, too; the bot itself need not."""
    if person and await table.waiting(db, person, sort) >= WORKS_PER_PERSON:
        raise UserError(render(_MANY[sort], count=WORKS_PER_PERSON))


def begin(sort: Sort, payload: BaseModel, person: str, now: datetime, *, told: bool) -> Work:
    """A row for whichever replica has a hand free; ``told`` if a message is about it."""
    ident = secrets.token_hex(13)
    return Work(
        id=ident,
        sort=sort,
        name=name_of(type(payload)),
        data=payload.model_dump(mode="json"),
        person=person,
        topic=topic_of(ident) if told else None,
        created_at=now,
        updated_at=now,
        not_before=now + BEHIND if told else now,
    )
