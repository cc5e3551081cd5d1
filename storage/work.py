"""Long work: whatever takes longer than an answer, one row for each piece with its progress, and who holds its lease
until when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Index, and_, case, delete, func, or_, text, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime
from storage.outbox import Outgoing
from storage.outbox.queue import MAKES_POST

EMPTY: dict[str, Any] = {}
"""The data of work that is over: what was asked for may tell of people."""
# In the very words that queries use: a value that is bound would hide the index from SQLite.
_WAITS, _OVER = "not_before IS NOT NULL", "not_before IS NULL"
WAITS, OVER = text(_WAITS), text(_OVER)
KEPT = timedelta(days=90)
"""How long finished work is kept."""
SHOWN_MAX = 100
"""How many pieces of finished work are listed."""


class WorkSort(StrEnum):
    """The sort of work: files are made in one go and sent; other work is done in steps. The values are the kinds of
    their triggers."""

    FILE = "file"
    STEPS = "work"


class WorkState(StrEnum):
    """The state of work: not begun, or resting after a fault; under way; over."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


ACTIVE = (WorkState.WAITING, WorkState.RUNNING)


def _index(name: str, *columns: str, where: str) -> Index:
    return Index(f"ix_work_{name}", *columns, sqlite_where=text(where), postgresql_where=text(where))


class Work(SQLModel, table=True):
    """One piece of long work, begun by ``person`` (nobody: by the bot itself).

    ``name`` and ``data`` are the type and the values of what the handler gets, ``cursor`` where it goes on, ``total``
    of how many ``done`` says (None: nobody knows). ``not_before`` is when it is due; while ``owner`` is at it, it lies
    in the future (a lease). Once it is None, it is over, and told to be. ``attempts`` counts the failures in a row. For
    work that is to begin later, ``created_at`` is that moment.
    """

    __tablename__ = "work"
    __table_args__ = (
        _index("waiting", "sort", "person", "created_at", "not_before", "topic", "id", where=_WAITS),
        _index("over", "updated_at", where=_OVER),
    )

    id: str = Field(primary_key=True, max_length=26)
    sort: WorkSort = Field(sa_type=Code(WorkSort))
    name: str = Field(max_length=64)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    person: str = Field(max_length=26)
    state: WorkState = Field(default=WorkState.WAITING, sa_type=Code(WorkState))
    done: int = 0
    total: int | None = None
    cursor: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    topic: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_type=UtcTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcTime)
    updated_at: datetime = Field(sa_type=UtcTime)
    not_before: datetime | None = Field(default=None, sa_type=UtcTime)
    owner: str | None = Field(default=None, max_length=26)
    attempts: int = 0
    error: str | None = Field(default=None, max_length=120)


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """A filter of work of a sort: by names (None: all but the ``others``), and by whether a message shows it
    (``told``)."""

    names: Collection[str] | None = None
    others: Collection[str] = ()
    told: bool | None = None

    @property
    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """The conditions in SQL."""
        found = [] if self.names is None else [col(Work.name).in_(self.names)]
        found += [col(Work.name).not_in(self.others)] if self.others else []
        return found if self.told is None else [*found, col(Work.topic).is_not(None) == self.told]


ALL = WorkFilter()


class WorkTurn:
    """Whose work is next: not that of people in ``busy``, and last that of people ``served`` in this round."""

    def __init__(
        self, sort: WorkSort, busy: Collection[str] = (), served: Collection[str] = (), among: WorkFilter = ALL
    ) -> None:
        self.sort = sort
        self._busy = list(busy)
        self._served = list(served)
        self._among = among

    @property
    def condition(self) -> ColumnElement[bool]:
        """The condition in SQL."""
        busy = [col(Work.person).not_in(self._busy)] if self._busy else []
        return and_(col(Work.sort) == self.sort, *self._among.conditions, *busy)

    @property
    def order(self) -> Sequence[Any]:
        """The order in SQL: files that somebody waits for (with a topic) come first, then those of people not served
        yet, in order; steps continue where nobody worked for longest."""
        served = case((col(Work.person).in_(self._served), 1), else_=0)
        if self.sort is WorkSort.FILE:
            return (col(Work.topic).is_(None), served, col(Work.created_at), col(Work.id))
        return (served, col(Work.updated_at), col(Work.id))


async def add(db: AsyncSession, works: Sequence[Work]) -> None:
    """Write work down; the caller’s transaction decides whether it exists."""
    db.add_all(works)
    await db.flush()


async def take(db: AsyncSession, now: datetime, until: datetime, owner: str, turn: WorkTurn) -> Work | None:
    """Lease the next work that is due, cancelled work included, so that its end is told."""
    due = select(Work.id).where(WAITS, turn.condition, col(Work.not_before) <= now)
    first = due.order_by(*turn.order).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    work = (await db.exec(select(Work).where(col(Work.id) == first))).first()
    if work is not None:
        work.not_before, work.owner = until, owner
        if work.state is not WorkState.CANCELLED:
            work.state, work.started_at, work.updated_at = WorkState.RUNNING, work.started_at or now, now
        await db.flush()
    return work


async def next_due(db: AsyncSession, turn: WorkTurn) -> datetime | None:
    """Find when the next work is due, or its lease ends; None where no work waits."""
    return (await db.exec(select(func.min(Work.not_before)).where(WAITS, turn.condition))).one()


async def count_waiting(db: AsyncSession, person: str, sort: WorkSort) -> int:
    """Count somebody’s waiting work, including what is under way."""
    mine = (WAITS, Work.sort == sort, Work.person == person)
    return (await db.exec(select(func.count()).select_from(Work).where(*mine))).one()


async def change(db: AsyncSession, work: Work, values: dict[str, Any], now: datetime) -> bool:
    """Change work that this replica leased; return False, and change nothing, where another has it or it was
    cancelled."""
    mine = (col(Work.id) == work.id, col(Work.owner) == work.owner, col(Work.not_before).is_not(None))
    return (await db.exec(update(Work).where(*mine).values(values | {"updated_at": now}))).rowcount == 1


async def cancel(db: AsyncSession, work_id: str, now: datetime) -> bool:
    """Cancel work: nothing more of it is done, and it is due to be told so; False when it was over."""
    active = (col(Work.id) == work_id, col(Work.state).in_(ACTIVE))
    values = {"state": WorkState.CANCELLED, "owner": None, "not_before": now, "updated_at": now}
    return (await db.exec(update(Work).where(*active).values(values))).rowcount == 1


async def has_its_turn(db: AsyncSession, work: Work) -> bool:
    """Tell whether the work may begin: the message about it is delivered or given up, and for files the person’s
    earlier ones were all tried. Work that somebody waits for does not wait for other work."""
    if work.topic and await _any(db, Outgoing.id, *_about(work.topic), col(Outgoing.not_before).is_not(None)):
        return False
    if work.sort is not WorkSort.FILE:
        return True
    earlier = (Work.person == work.person, Work.attempts == 0, col(Work.created_at) < work.created_at)
    same = [col(Work.topic).is_not(None)] if work.topic else []
    return not await _any(db, Work.id, WAITS, Work.sort == work.sort, *earlier, *same)


async def forget_topic(db: AsyncSession, topic: str) -> None:
    """Let the message about finished work be deleted in time: it is not rewritten any more."""
    await db.exec(update(Outgoing).where(*_about(topic)).values(topic=None))


async def get(db: AsyncSession, work_id: str) -> Work | None:
    """Get a piece of work by its id."""
    return (await db.exec(select(Work).where(col(Work.id) == work_id))).first()


async def find_last_failed(db: AsyncSession, name: str) -> Work | None:
    """Find the work of a name that failed last."""
    failed = (OVER, Work.name == name, Work.state == WorkState.FAILED)
    return (await db.exec(select(Work).where(*failed).order_by(col(Work.updated_at).desc()).limit(1))).first()


async def find_waiting(db: AsyncSession, name: str, data: dict[str, Any]) -> Sequence[Work]:
    """Find the unfinished work of a name that was begun with these values."""
    found = await db.exec(select(Work).where(WAITS, col(Work.name) == name, col(Work.state).in_(ACTIVE)))
    return [work for work in found.all() if work.data == data]


async def list_latest(db: AsyncSession) -> Sequence[Work]:
    """List unfinished work, oldest first, then finished work, newest first, as far as it is listed."""
    active = select(Work).where(col(Work.state).in_(ACTIVE)).order_by(col(Work.created_at), col(Work.id))
    over = select(Work).where(col(Work.state).not_in(ACTIVE)).order_by(col(Work.updated_at).desc(), col(Work.id))
    return [*(await db.exec(active)).all(), *(await db.exec(over.limit(SHOWN_MAX))).all()]


async def count_by_state(db: AsyncSession) -> dict[WorkState, int]:
    """Count the work in each state."""
    counted = select(Work.state, func.count()).group_by(col(Work.state))
    found = dict((await db.exec(counted)).all())
    return {state: found.get(state, 0) for state in WorkState}


async def release_all(db: AsyncSession, now: datetime, turn: WorkTurn) -> None:
    """Make all waiting work due now, except work planned for later (``created_at`` is in the future). For a single
    process at its start: the clock may have been ahead before."""
    begun = (turn.condition, or_(col(Work.created_at) <= now, col(Work.created_at) <= col(Work.updated_at)))
    await db.exec(update(Work).where(WAITS, *begun).values(not_before=now))


async def forget(db: AsyncSession, before: datetime) -> None:
    """Erase work that was over before a moment."""
    await db.exec(delete(Work).where(OVER, col(Work.updated_at) < before))


async def _any(db: AsyncSession, what: Any, *conditions: Any) -> bool:
    return (await db.exec(select(what).where(*conditions).limit(1))).first() is not None


def _about(topic: str) -> tuple[ColumnElement[bool], ...]:
    return col(Outgoing.topic) == topic, MAKES_POST
