"""Long work: what takes longer than an answer, done by whichever replica has a worker free, and resumed after a crash.

Words:
    Workers, WorkHandlers, WorkRunner: who takes work from the table; where its handler is found; how a sort of it is
        done.
    WorkLease, StepsLease, OrderLease: a piece of work in hand, until it is put off, ended, or lost to another replica.
    StepRunner, StepResult: does work in steps, each in one transaction; one step, and the handler that took it.
    OrderRunner: makes files that were ordered, for a person or a channel, and sends them once.
    WorkSignals, WorkPhase: wake the workers when work was written down; how far work is, as its message says it.
"""

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import UserError
from bot.features import Trigger
from bot.forms import name_of
from bot.french.words import plural
from bot.replies import Button, Message, StopWork
from bot.texts import render
from storage import work as table
from storage.work import Work, WorkSort

WORKS_PER_PERSON = 20
"""How much work of one person may wait, of each sort."""
BEHIND = timedelta(seconds=0.2)
"""By how much work follows the message about it, which must be there first."""
_MANY = {WorkSort.FILE: "fichier/many", WorkSort.STEPS: "travail/many"}


class FileDestination(BaseModel):
    """The destination of ordered files if not a person; ``topic`` marks their posts."""

    channel_id: str
    root_id: str = ""
    topic: str = ""


class WorkSignals:
    """Wakes all workers of a sort when work was written."""

    def __init__(self) -> None:
        self._bells: dict[WorkSort, list[asyncio.Event]] = {sort: [] for sort in WorkSort}

    def of(self, sort: WorkSort) -> asyncio.Event:
        """Return a new event for a worker of a sort."""
        self._bells[sort].append(asyncio.Event())
        return self._bells[sort][-1]

    def notify(self, works: Iterable[Work]) -> None:
        """Wake the workers of this committed work."""
        for bell in (bell for sort in {work.sort for work in works} for bell in self._bells[sort]):
            bell.set()


def topic_of_work(work_id: str) -> str:
    """Return the topic of the message about a piece of work."""
    return f"work:{work_id}"


async def check_work_limit(db: AsyncSession, person: str, sort: WorkSort) -> None:
    """Raise UserError if too much work of a person waits; the bot itself has no limit."""
    if person and await table.count_waiting(db, person, sort) >= WORKS_PER_PERSON:
        raise UserError(render(_MANY[sort], count=WORKS_PER_PERSON))


async def find_work(db: AsyncSession, payload: BaseModel) -> Sequence[Work]:
    """Find unfinished work with exactly that payload."""
    return await table.find_waiting(db, name_of(type(payload)), payload.model_dump(mode="json"))


async def stop_work(db: AsyncSession, *payloads: BaseModel) -> Sequence[StopWork]:
    """Return replies that stop unfinished work with these payloads."""
    return [StopWork(work.id) for payload in payloads for work in await find_work(db, payload)]


def make_work(sort: WorkSort, payload: BaseModel, person: str, now: datetime, *, told: bool) -> Work:
    """Make the row of work for whichever replica is free; ``told`` if it has a message."""
    ident = secrets.token_hex(13)
    return Work(
        id=ident,
        sort=sort,
        name=name_of(type(payload)),
        data=payload.model_dump(mode="json"),
        person=person,
        topic=topic_of_work(ident) if told else None,
        created_at=now,
        updated_at=now,
        not_before=now + BEHIND if told else now,
    )


class Stop(BaseModel):
    """Button « Arrêter »: stops the work that its message is about."""

    work_id: str


class WorkPhase(StrEnum):
    """The phase of work, as the template of its message names it."""

    BEGUN = "begun"
    RUNNING = "running"
    LATER = "later"
    DONE = "done"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    FAILED = "failed"


STOPPABLE = frozenset({WorkPhase.BEGUN, WorkPhase.RUNNING, WorkPhase.LATER})


def make_work_message(trigger: Trigger | None, work: Work, how: WorkPhase, said: str = "") -> Message:
    """Make the message about a piece of work; ``said`` are the feature’s words, or why it stopped. ``trigger`` is None
    for work that this version no longer does."""
    title = trigger.title if trigger else "Travail d’une version précédente"
    unit = trigger.unit if trigger else ("étape", "étapes")
    done = plural(work.done, *unit)
    if how not in (WorkPhase.DONE, WorkPhase.BEGUN) and work.total is not None:
        done = f"{plural(work.done, *unit)} sur {work.total}"
    text = render("travail/progress", title=title, how=how, done=done, any=work.done > 0, said=said)
    buttons = [Button("Arrêter", Stop(work_id=work.id), "danger")] if how in STOPPABLE else []
    return Message(text, buttons)
