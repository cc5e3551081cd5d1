"""What is to be changed in the channels, or was: each change with its reason, and how it stands."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import Executable, Index, Text, func, insert, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.canaux.drift import GONE, Drift, Finding
from storage.database import Code

AT_ONCE = 500
"""Rows written by one statement."""
ELSEWHERE = "déjà réparé"
STEP_MAX = 200
"""Changes of one channel that are made together."""


class State(StrEnum):
    """How one change stands: found; on its way; made, refused, or no longer needed; on its way back; undone, or not to
    be undone."""

    FOUND = "found"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    DROPPED = "dropped"
    BACK = "back"
    UNDONE = "undone"
    KEPT = "kept"


class Change(SQLModel, table=True):
    """A finding, or what was done by hand, as the n-th of its run. ``channel_id`` is empty until there is one;
    ``batch`` is the ``n`` of the first of those that one act makes; ``why`` says why it was refused or dropped."""

    __tablename__ = "channel_change"
    __table_args__ = (Index("ix_channel_change_batch", "run_id", "batch", "n"),)

    run_id: str = Field(primary_key=True, max_length=26)
    n: int = Field(primary_key=True)
    drift: Drift = Field(sa_type=Code(Drift))
    key: str = Field(max_length=64)
    address: str = Field(max_length=64)
    channel_id: str = Field(default="", max_length=26)
    user_id: str = Field(default="", max_length=26)
    username: str = Field(default="", max_length=64)
    reason: str = Field(default="", sa_type=Text)
    before: str = Field(default="", sa_type=Text)
    after: str = Field(default="", sa_type=Text)
    state: State = Field(default=State.FOUND, sa_type=Code(State))
    batch: int = 0
    why: str = Field(default="", sa_type=Text)

    @property
    def is_gone(self) -> bool:
        """Whether it is about an account that is deactivated."""
        return self.reason == GONE


async def write(db: AsyncSession, statement: Executable) -> None:
    """Change rows. What is in hand of them stays as it was read: it is read anew where that matters."""
    await db.execute(statement.execution_options(synchronize_session=False))


async def note(
    db: AsyncSession, run_id: str, findings: Iterable[Finding], places: Mapping[str, str], state: State = State.FOUND
) -> None:
    """Add what was found; ``places`` are the ids of channels by key. Who is missing and is to lead makes two."""
    last = (await db.exec(select(func.max(Change.n)).where(col(Change.run_id) == run_id))).one()
    numbers = count((last or 0) + 1)
    rows = [
        {
            "run_id": run_id,
            "n": next(numbers),
            "channel_id": places.get(f.key, ""),
            "state": state,
            "batch": 0,
            "why": "",
        }
        | {name: value for name, value in asdict(f).items() if name != "leads"}
        for finding in findings
        for f in _with_lead(finding)
    ]
    for start in range(0, len(rows), AT_ONCE):
        await db.execute(insert(Change), rows[start : start + AT_ONCE])


def _with_lead(finding: Finding) -> Iterable[Finding]:
    yield finding
    if finding.leads:
        values = asdict(finding) | {"drift": Drift.ADMIN_MISSING, "leads": False}
        yield Finding(**values | {"reason": "administrera le canal"})


async def next_of(db: AsyncSession, run_id: str, state: State, *, last_first: bool = False) -> Sequence[Change]:
    """The next changes in that state, all of one channel."""
    order = col(Change.n).desc() if last_first else col(Change.n)
    mine = (col(Change.run_id) == run_id, col(Change.state) == state)
    first = (await db.exec(select(Change).where(*mine).order_by(order).limit(1))).first()
    if first is None:
        return []
    same = select(Change).where(*mine, col(Change.key) == first.key).order_by(order).limit(STEP_MAX)
    return (await db.exec(same.execution_options(populate_existing=True))).all()


async def of(db: AsyncSession, run_id: str, *, key: str | None = None, drift: Drift | None = None) -> Sequence[Change]:
    """The changes of a run in their order; those of one channel, or of one kind."""
    found = select(Change).where(col(Change.run_id) == run_id).order_by(col(Change.n))
    found = found if key is None else found.where(col(Change.key) == key)
    found = found if drift is None else found.where(col(Change.drift) == drift)
    return (await db.exec(found.execution_options(populate_existing=True))).all()


async def page(db: AsyncSession, run_id: str, at: int, size: int) -> Sequence[Change]:
    """Some of the changes of a run, in their order."""
    found = select(Change).where(col(Change.run_id) == run_id).order_by(col(Change.n)).offset(at).limit(size)
    return (await db.exec(found)).all()


async def put(db: AsyncSession, run_id: str, numbers: Collection[int], **values: Any) -> None:
    """Write that down of these changes."""
    if numbers:
        mine = (col(Change.run_id) == run_id, col(Change.n).in_(list(numbers)))
        await write(db, update(Change).where(*mine).values(values))


async def put_place(db: AsyncSession, run_id: str, key: str, channel_id: str) -> None:
    """The channel of that key is this one."""
    mine = (col(Change.run_id) == run_id, col(Change.key) == key)
    await write(db, update(Change).where(*mine).values(channel_id=channel_id))


async def batch(db: AsyncSession, run_id: str, number: int, state: State) -> Sequence[Change]:
    """What one act makes, of what is in that state."""
    mine = (col(Change.run_id) == run_id, col(Change.batch) == number, col(Change.state) == state)
    return (await db.exec(select(Change).where(*mine).order_by(col(Change.n)))).all()


async def tally(db: AsyncSession, run_id: str) -> Mapping[State, int]:
    """How many changes are how far."""
    counted = select(Change.state, func.count()).where(col(Change.run_id) == run_id).group_by(col(Change.state))
    return {State(state): number for state, number in (await db.exec(counted)).all()}


async def by_channel(db: AsyncSession, run_id: str) -> Sequence[tuple[str, Drift, State, int]]:
    """How many changes of each kind are how far, by key; channels in the order of the run."""
    groups = (Change.key, Change.drift, Change.state)
    counted = select(*groups, func.count()).where(col(Change.run_id) == run_id).group_by(*groups)
    found = (await db.exec(counted.order_by(func.min(Change.n)))).all()
    return [(key, Drift(drift), State(state), number) for key, drift, state, number in found]


async def drop_found(db: AsyncSession, run_id: str, why: str, drift: Drift | None = None) -> None:
    """What was found, of that kind if one is given, is not changed any more."""
    mine = [col(Change.run_id) == run_id, col(Change.state) == State.FOUND]
    mine += [] if drift is None else [col(Change.drift) == drift]
    await write(db, update(Change).where(*mine).values(state=State.DROPPED, why=why))


async def drop_made(db: AsyncSession, run_id: str, by: str) -> bool:
    """What was found in one run and made by another is not changed any more; False where that is nothing."""
    other = aliased(Change)
    same = (other.drift == Change.drift, other.key == Change.key, other.user_id == Change.user_id)
    made = select(other.n).where(col(other.run_id) == by, col(other.state) == State.DONE, *same).exists()
    mine = (col(Change.run_id) == run_id, col(Change.state) == State.FOUND, made)
    dropped = update(Change).where(*mine).values(state=State.DROPPED, why=ELSEWHERE)
    return bool((await db.execute(dropped.execution_options(synchronize_session=False))).rowcount)  # type: ignore[attr-defined]


async def take_for_made(db: AsyncSession, run_id: str) -> None:
    """What was on its way has arrived, as far as anybody knows."""
    mine = (col(Change.run_id) == run_id, col(Change.state) == State.SENT)
    await write(db, update(Change).where(*mine).values(state=State.DONE))


async def digest(db: AsyncSession, run_id: str) -> str:
    """What tells one run’s findings from another’s, in whatever order."""
    words = select(Change.drift, Change.key, Change.user_id, Change.reason).where(col(Change.run_id) == run_id)
    said = sorted(" ".join(row) for row in (await db.exec(words)).all())
    return sha256("\n".join(said).encode()).hexdigest()
