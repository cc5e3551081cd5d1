"""A case: a message as it was when it was reported (or somebody, where there is no message), and what was decided."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Text
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, Numbered, UtcTime


class CaseState(StrEnum):
    """How far a case is."""

    OPEN = "ouvert"
    SECOND = "second_avis"
    DECIDED = "decide"
    APPEALED = "recours"
    CLOSED = "clos"


UNDECIDED = (CaseState.OPEN, CaseState.SECOND)
"""Nobody decided yet, or one who needs a second."""
WAITING = (*UNDECIDED, CaseState.APPEALED)
"""Somebody is to decide, be it once more."""


class CaseSource(StrEnum):
    """How it began: people reported it, a rule proposes it, or an animateur acted at once."""

    REPORTED = "signalement"
    RULE = "regle"
    DIRECT = "direct"


class Case(Numbered, table=True):
    """A case. Its message, files and context are what was seen when it was opened, whatever became of them since.

    ``context`` are messages before and after: ``{"at": ISO, "author_id": id, "message": text, "after": bool}`` (older
    ones have a name, ``author``, in place of the id).
    ``files`` are names. ``act`` is the journal’s code of what was decided, ``entry`` its number there, ``until`` when
    that ends by itself. ``proposed`` waits for a second animateur: ``{"by": id, "act": …, …}``.
    """

    __tablename__ = "moderation_case"

    state: CaseState = Field(default=CaseState.OPEN, sa_type=Code(CaseState), index=True)
    source: CaseSource = Field(default=CaseSource.REPORTED, sa_type=Code(CaseSource))
    author_id: str = Field(max_length=26, index=True)
    author: str = Field(max_length=64)
    channel_id: str = Field(default="", max_length=26)
    channel: str = Field(default="", max_length=64)
    post_id: str = Field(default="", max_length=26, index=True)
    root_id: str = Field(default="", max_length=26)
    message: str = Field(default="", sa_column=Column(Text, nullable=False))
    files: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    context: list[dict[str, Any]] = Field(default=[], sa_column=Column(JSON, nullable=False))
    posted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    opened_at: datetime = Field(sa_type=UtcTime, index=True)
    decided_at: datetime | None = Field(default=None, sa_type=UtcTime)
    decided_by: str = Field(default="", max_length=26)
    act: str = Field(default="", max_length=48)
    reason: str = Field(default="", max_length=1000)
    until: datetime | None = Field(default=None, sa_type=UtcTime)
    entry: int | None = None
    proposed: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))

    @property
    def is_waiting(self) -> bool:
        """Whether somebody is to decide."""
        return self.state in WAITING


async def get(db: AsyncSession, number: int) -> Case | None:
    """The case of that number."""
    return (await db.exec(select(Case).where(col(Case.id) == number))).first()


async def lock(db: AsyncSession, number: int) -> Case | None:
    """The same, held until the transaction ends: of two who decide at once the second sees what the first decided."""
    wanted = select(Case).where(col(Case.id) == number).with_for_update().execution_options(populate_existing=True)
    return (await db.exec(wanted)).first()


async def find_undecided(db: AsyncSession, post_id: str) -> Case | None:
    """The case of a message that nobody decided yet."""
    wanted = select(Case).where(Case.post_id == post_id, col(Case.state).in_(UNDECIDED))
    return (await db.exec(wanted)).first()


async def list_by_author(db: AsyncSession, author_id: str, since: datetime, limit: int = 100) -> Sequence[Case]:
    """Those about somebody that were opened since then, newest first."""
    wanted = select(Case).where(Case.author_id == author_id, col(Case.opened_at) >= since)
    return (await db.exec(wanted.order_by(col(Case.id).desc()).limit(limit))).all()


async def list_in_states(
    db: AsyncSession, states: Sequence[CaseState] = (), limit: int | None = None
) -> Sequence[Case]:
    """Cases in those states (all of them), oldest first."""
    wanted = select(Case).order_by(col(Case.id)).limit(limit)
    return (await db.exec(wanted.where(col(Case.state).in_(states)) if states else wanted)).all()


async def list_decided_before(db: AsyncSession, moment: datetime, after: int, limit: int) -> Sequence[Case]:
    """Those that were decided before then, by number, after one of them."""
    wanted = select(Case).where(col(Case.decided_at) < moment, col(Case.id) > after)
    return (await db.exec(wanted.order_by(col(Case.id)).limit(limit))).all()


async def list_decided_since(db: AsyncSession, moment: datetime) -> Sequence[int]:
    """The numbers of those that were decided since then."""
    return [number for number in (await db.exec(select(Case.id).where(col(Case.decided_at) >= moment))).all() if number]
