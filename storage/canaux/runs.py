"""Runs of channel changes that are shown, made and undone together: what was found, and the state of each change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import Executable, Index, Text, delete, func, insert, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, Labelled, UtcTime, change


class Drift(StrEnum):
    """The kinds of drift between Mattermost and the register. ``PUT_AWAY`` is none: it is the archiving that somebody
    asked for, undone like the others."""

    ABSENT = "absent"
    ARCHIVED = "archived"
    UNSEEN = "unseen"
    TITLE = "title"
    HEADER = "header"
    PURPOSE = "purpose"
    PRIVACY = "privacy"
    MISSING = "missing"
    INTRUDER = "intruder"
    STRANGER = "stranger"
    ADMIN_MISSING = "admin_missing"
    ADMIN_EXTRA = "admin_extra"
    PUT_AWAY = "put_away"


OUTSIDERS = frozenset({Drift.INTRUDER, Drift.STRANGER})
"""The kinds of drift where somebody is in a channel and should not be: the register says so, or does not know them."""
LEADERSHIP = frozenset({Drift.ADMIN_MISSING, Drift.ADMIN_EXTRA})
LEADERLESS = "devrait administrer le canal"
"""The reason given if a coordinateur does not administer their channel."""
GONE = "a un compte désactivé"
PRIVATE, PUBLIC = "privé", "public"


@dataclass(frozen=True, slots=True)
class Finding:
    """One drift: ``key`` names the planned channel, ``address`` is where it stands in Mattermost; ``user_id`` and
    ``username`` are the person concerned, if there is one. ``reason`` is in French and stands after a colon.

    ``before`` is what Mattermost has, ``after`` what it should have (texts, and « privé » or « public »). Where a
    person is missing, ``leads`` says that they should also administer the channel.
    """

    drift: Drift
    key: str
    address: str
    reason: str
    user_id: str = ""
    username: str = ""
    before: str = ""
    after: str = ""
    leads: bool = False


AT_ONCE = 500
"""How many rows one statement writes."""
ELSEWHERE = "déjà réparé"
STEP_MAX = 200
"""The most changes of one channel that are made together."""


class ChangeState(Labelled):
    """The state of a change: found; on its way; made, refused, or no longer needed; on its way back; undone, or
    impossible to undo."""

    FOUND = "found"
    SENT = "sent", "en cours"
    DONE = "done", "c’est fait"
    REFUSED = "refused", "ce n’est pas fait"
    DROPPED = "dropped", "laissé tel quel"
    BACK = "back", "annulation en cours"
    UNDONE = "undone", "annulé"
    KEPT = "kept", "pas annulé"


class Change(SQLModel, table=True):
    """A finding, or a change made by hand, as number ``n`` of its run. ``channel_id`` is empty until there is one;
    ``batch`` is the ``n`` of the first change that is made by the same act; ``why`` says why it was refused or
    dropped."""

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
    state: ChangeState = Field(default=ChangeState.FOUND, sa_type=Code(ChangeState))
    batch: int = 0
    why: str = Field(default="", sa_type=Text)

    @property
    def is_gone(self) -> bool:
        """Tell whether the change is about an account that is deactivated."""
        return self.reason == GONE


async def write_rows(db: AsyncSession, statement: Executable) -> int:
    """Execute a statement that changes rows; return how many. Objects read before keep their former values."""
    return (await db.execute(statement.execution_options(synchronize_session=False))).rowcount  # type: ignore[attr-defined,no-any-return]


async def note_changes(
    db: AsyncSession,
    run_id: str,
    findings: Iterable[Finding],
    places: Mapping[str, str],
    state: ChangeState = ChangeState.FOUND,
) -> None:
    """Store findings; ``places`` are the ids of channels by key. A missing person who should lead makes two changes."""
    last = (await db.exec(select(func.max(Change.n)).where(col(Change.run_id) == run_id))).one()
    numbers = count((last or 0) + 1)
    rows: list[dict[str, Any]] = []
    for finding in findings:
        found = asdict(finding) | {"channel_id": places.get(finding.key, ""), "state": state, "batch": 0, "why": ""}
        leads = found.pop("leads")
        rows.append(found)
        rows += [found | {"drift": Drift.ADMIN_MISSING, "reason": "administrera le canal"}] if leads else []
    rows = [{"run_id": run_id, "n": next(numbers), **row} for row in rows]
    for start in range(0, len(rows), AT_ONCE):
        await db.execute(insert(Change), rows[start : start + AT_ONCE])


async def list_next_changes(
    db: AsyncSession, run_id: str, state: ChangeState, *, last_first: bool = False
) -> Sequence[Change]:
    """List the next changes in a state, all of one channel."""
    order = col(Change.n).desc() if last_first else col(Change.n)
    mine = (col(Change.run_id) == run_id, col(Change.state) == state)
    first = (await db.exec(select(Change).where(*mine).order_by(order).limit(1))).first()
    if first is None:
        return []
    same = select(Change).where(*mine, col(Change.key) == first.key).order_by(order).limit(STEP_MAX)
    return (await db.exec(same.execution_options(populate_existing=True))).all()


async def list_changes(
    db: AsyncSession, run_id: str, *, skip: int = 0, limit: int | None = None, **of_change: Any
) -> Sequence[Change]:
    """List the changes of a run in their order, all or a page of them; further arguments are values of columns that
    they must have."""
    found = select(Change).where(col(Change.run_id) == run_id).filter_by(**of_change).order_by(col(Change.n))
    return (await db.exec(found.offset(skip).limit(limit).execution_options(populate_existing=True))).all()


async def update_changes(db: AsyncSession, run_id: str, numbers: Collection[int], **values: Any) -> None:
    """Set these columns of some changes of a run."""
    if numbers:
        mine = (col(Change.run_id) == run_id, col(Change.n).in_(list(numbers)))
        await write_rows(db, update(Change).where(*mine).values(values))


async def set_channel_id(db: AsyncSession, run_id: str, key: str, channel_id: str) -> None:
    """Note the id of the channel of a key."""
    mine = (col(Change.run_id) == run_id, col(Change.key) == key)
    await write_rows(db, update(Change).where(*mine).values(channel_id=channel_id))


async def list_batch(db: AsyncSession, run_id: str, number: int, state: ChangeState) -> Sequence[Change]:
    """List the changes of a batch (made by one act) that are in a state."""
    mine = (col(Change.run_id) == run_id, col(Change.batch) == number, col(Change.state) == state)
    return (await db.exec(select(Change).where(*mine).order_by(col(Change.n)))).all()


async def count_by_state(db: AsyncSession, run_id: str) -> Mapping[ChangeState, int]:
    """Count how many changes are how far."""
    counted = select(Change.state, func.count()).where(col(Change.run_id) == run_id).group_by(col(Change.state))
    return {ChangeState(state): number for state, number in (await db.exec(counted)).all()}


async def count_by_channel(db: AsyncSession, run_id: str) -> Sequence[tuple[str, Drift, ChangeState, int]]:
    """Count how many changes of each kind are how far, by key; channels in the order of the run."""
    groups = (Change.key, Change.drift, Change.state)
    counted = select(*groups, func.count()).where(col(Change.run_id) == run_id).group_by(*groups)
    found = (await db.exec(counted.order_by(func.min(Change.n)))).all()
    return [(key, Drift(drift), ChangeState(state), number) for key, drift, state, number in found]


async def drop_found(db: AsyncSession, run_id: str, why: str, drift: Drift | None = None) -> None:
    """Drop the findings, of one kind if one is given."""
    mine = [col(Change.run_id) == run_id, col(Change.state) == ChangeState.FOUND]
    mine += [] if drift is None else [col(Change.drift) == drift]
    await write_rows(db, update(Change).where(*mine).values(state=ChangeState.DROPPED, why=why))


async def drop_made(db: AsyncSession, run_id: str, by: str) -> bool:
    """Drop the findings of one run that another run made; return False where there are none."""
    other = aliased(Change)
    same = (other.drift == Change.drift, other.key == Change.key, other.user_id == Change.user_id)
    made = select(other.n).where(col(other.run_id) == by, col(other.state) == ChangeState.DONE, *same).exists()
    mine = (col(Change.run_id) == run_id, col(Change.state) == ChangeState.FOUND, made)
    return bool(await write_rows(db, update(Change).where(*mine).values(state=ChangeState.DROPPED, why=ELSEWHERE)))


async def mark_sent_as_made(db: AsyncSession, run_id: str) -> None:
    """Mark the changes of a run that were sent as made: nothing is known to the contrary."""
    mine = (col(Change.run_id) == run_id, col(Change.state) == ChangeState.SENT)
    await write_rows(db, update(Change).where(*mine).values(state=ChangeState.DONE))


async def digest_changes(db: AsyncSession, run_id: str) -> str:
    """Compute a digest of a run’s findings, the same in whatever order, by which two runs are compared."""
    words = select(Change.drift, Change.key, Change.user_id, Change.reason).where(col(Change.run_id) == run_id)
    said = sorted(" ".join(row) for row in (await db.exec(words)).all())
    return sha256("\n".join(said).encode()).hexdigest()


KEPT_FOR = timedelta(days=400)
"""How long runs and their changes are kept."""


class RunKind(StrEnum):
    """Where a run comes from: a check in chat, the operator’s « channels sync », or one command of an animateur’s."""

    CHECK = "check"
    SYNC = "sync"
    HAND = "hand"


class Stage(StrEnum):
    """How far a run is."""

    CHECKING = "checking"
    SHOWN = "shown"
    MENDING = "mending"
    MENDED = "mended"
    UNDOING = "undoing"
    UNDONE = "undone"


class Run(SQLModel, table=True):
    """A set of changes that are shown, made and undone together; ``scope`` is what was checked (« » is all), ``by`` who
    began it (nobody: the bot itself, or the operator)."""

    __tablename__ = "channel_run"

    id: str = Field(primary_key=True, max_length=26)
    kind: RunKind = Field(sa_type=Code(RunKind))
    scope: str = Field(default="", max_length=64)
    by: str = Field(default="", max_length=26)
    at: datetime = Field(sa_type=UtcTime, index=True)
    stage: Stage = Field(sa_type=Code(Stage))


async def get_run(db: AsyncSession, run_id: str) -> Run | None:
    """Get a run by its id."""
    return (await db.exec(select(Run).where(col(Run.id) == run_id))).first()


async def lock_run(db: AsyncSession, run_id: str) -> Run | None:
    """Get a run by its id, locked: nobody else changes it until the transaction ends."""
    return await db.get(Run, run_id, with_for_update=True, populate_existing=True)


async def move_run(db: AsyncSession, run: Run, stage: Stage, **values: Any) -> None:
    """Note how far a run is now; ``values`` are what else is new of it."""
    await change(db, run, stage=stage, **values)


async def find_latest(db: AsyncSession, since: datetime, stage: Stage, other: str = "", **of_run: Any) -> Run | None:
    """Find the newest run at a stage, other than ``other``; further arguments are values of columns that it must
    have."""
    found = select(Run).where(col(Run.at) >= since, col(Run.stage) == stage, col(Run.id) != other).filter_by(**of_run)
    return (await db.exec(found.order_by(col(Run.at).desc(), col(Run.id)).limit(1))).first()


async def find_last_made(db: AsyncSession, since: datetime) -> Run | None:
    """Find the newest run since a moment of which a change was made and not undone, or is about to be made."""
    made = col(Change.state).in_((ChangeState.DONE, ChangeState.SENT))
    done = select(Change.run_id).where(col(Change.run_id) == col(Run.id), made).exists()
    found = select(Run).where(col(Run.at) >= since, col(Run.stage) == Stage.MENDED, done)
    return (await db.exec(found.order_by(col(Run.at).desc(), col(Run.id)).limit(1))).first()


async def list_newest(db: AsyncSession, limit: int) -> Sequence[Run]:
    """List the last runs that changed something, the newest first."""
    changed = (Stage.MENDING, Stage.MENDED, Stage.UNDOING, Stage.UNDONE)
    found = select(Run).where(col(Run.stage).in_(changed)).order_by(col(Run.at).desc(), col(Run.id)).limit(limit)
    return (await db.exec(found)).all()


async def list_runs_of_channel(db: AsyncSession, key: str, limit: int) -> Sequence[str]:
    """Return the ids of the last runs that changed a channel, the newest first."""
    about = select(Change.run_id).where(col(Change.run_id) == col(Run.id), col(Change.key) == key).exists()
    changed = (col(Run.stage).not_in((Stage.CHECKING, Stage.SHOWN)), about)
    return (await db.exec(select(Run.id).where(*changed).order_by(col(Run.at).desc()).limit(limit))).all()


async def find_under_way(db: AsyncSession) -> Run | None:
    """Find a run whose changes are being made or undone."""
    busy = select(Run).where(col(Run.stage).in_((Stage.MENDING, Stage.UNDOING)))
    return (await db.exec(busy.limit(1))).first()


async def list_left_open(db: AsyncSession, kind: RunKind) -> Sequence[Change]:
    """List the changes whose outcome is unknown, in runs of a kind, run by run."""
    found = select(Change).join(Run, col(Run.id) == col(Change.run_id)).where(Run.kind == kind)
    found = found.where(col(Change.state).in_((ChangeState.FOUND, ChangeState.SENT)))
    return (await db.exec(found.order_by(col(Change.run_id), col(Change.n)))).all()


async def drop_run(db: AsyncSession, run: Run) -> None:
    """Erase a run of which nothing was made."""
    await write_rows(db, delete(Change).where(col(Change.run_id) == run.id))
    await write_rows(db, delete(Run).where(col(Run.id) == run.id))


async def forget_runs(db: AsyncSession, before: datetime) -> None:
    """Erase the runs that are older than a moment."""
    old = select(Run.id).where(col(Run.at) < before)
    await write_rows(db, delete(Change).where(col(Change.run_id).in_(old)))
    await write_rows(db, delete(Run).where(col(Run.at) < before))
