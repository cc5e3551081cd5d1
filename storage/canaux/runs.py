"""Changes of the channels that are shown, made and undone together, and who began them: the journal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.canaux.changes import Change, State, write
from storage.database import Code, UtcTime, change

KEPT = timedelta(days=400)
"""How long the journal is kept."""


class Kind(StrEnum):
    """Where changes come from: a check in chat, the operator’s « channels sync », or one command of an animateur’s."""

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
    """A set of changes that are shown, made and undone together; ``scope`` is what was looked at (« » is all), ``by``
    who began it (nobody: the bot itself, or the operator)."""

    __tablename__ = "channel_run"

    id: str = Field(primary_key=True, max_length=26)
    kind: Kind = Field(sa_type=Code(Kind))
    scope: str = Field(default="", max_length=64)
    by: str = Field(default="", max_length=26)
    at: datetime = Field(sa_type=UtcTime, index=True)
    stage: Stage = Field(sa_type=Code(Stage))


async def add(db: AsyncSession, run: Run) -> None:
    """Begin one."""
    db.add(run)
    await db.flush()


async def get(db: AsyncSession, run_id: str) -> Run | None:
    """One by its id."""
    return (await db.exec(select(Run).where(col(Run.id) == run_id))).first()


async def lock(db: AsyncSession, run_id: str) -> Run | None:
    """The same, which nobody else changes until this transaction ends."""
    statement = select(Run).where(col(Run.id) == run_id).with_for_update()
    return (await db.exec(statement.execution_options(populate_existing=True))).first()


async def move(db: AsyncSession, run: Run, stage: Stage, **values: Any) -> None:
    """It is that far now; ``values`` are what else is new of it."""
    await change(db, run, stage=stage, **values)


async def latest(db: AsyncSession, since: datetime, stage: Stage, other: str = "", **of_run: Any) -> Run | None:
    """The newest run, but for the ``other``, that is that far, with these values."""
    found = select(Run).where(col(Run.at) >= since, col(Run.stage) == stage, col(Run.id) != other).filter_by(**of_run)
    return (await db.exec(found.order_by(col(Run.at).desc(), col(Run.id)).limit(1))).first()


async def last_made(db: AsyncSession, since: datetime) -> Run | None:
    """The newest run of which something stands, or is about to."""
    made = col(Change.state).in_((State.DONE, State.SENT))
    done = select(Change.run_id).where(col(Change.run_id) == col(Run.id), made).exists()
    found = select(Run).where(col(Run.at) >= since, col(Run.stage) == Stage.MENDED, done)
    return (await db.exec(found.order_by(col(Run.at).desc(), col(Run.id)).limit(1))).first()


async def newest(db: AsyncSession, limit: int) -> Sequence[Run]:
    """The last runs that changed something, newest first."""
    changed = (Stage.MENDING, Stage.MENDED, Stage.UNDOING, Stage.UNDONE)
    found = select(Run).where(col(Run.stage).in_(changed)).order_by(col(Run.at).desc(), col(Run.id)).limit(limit)
    return (await db.exec(found)).all()


async def of_channel(db: AsyncSession, key: str, limit: int) -> Sequence[str]:
    """The ids of the last runs that changed a channel, newest first."""
    about = select(Change.run_id).where(col(Change.run_id) == col(Run.id), col(Change.key) == key).exists()
    changed = (col(Run.stage).not_in((Stage.CHECKING, Stage.SHOWN)), about)
    return (await db.exec(select(Run.id).where(*changed).order_by(col(Run.at).desc()).limit(limit))).all()


async def under_way(db: AsyncSession) -> Run | None:
    """A run whose changes are being made, or undone."""
    busy = select(Run).where(col(Run.stage).in_((Stage.MENDING, Stage.UNDOING)))
    return (await db.exec(busy.limit(1))).first()


async def left_open(db: AsyncSession, kind: Kind) -> Sequence[Change]:
    """Changes of such runs of which it is not known what became, run by run."""
    found = select(Change).join(Run, col(Run.id) == col(Change.run_id)).where(Run.kind == kind)
    found = found.where(col(Change.state).in_((State.FOUND, State.SENT)))
    return (await db.exec(found.order_by(col(Change.run_id), col(Change.n)))).all()


async def drop(db: AsyncSession, run: Run) -> None:
    """Erase one of which nothing was made."""
    await write(db, delete(Change).where(col(Change.run_id) == run.id))
    await write(db, delete(Run).where(col(Run.id) == run.id))


async def forget(db: AsyncSession, before: datetime) -> None:
    """Erase what is older."""
    old = select(Run.id).where(col(Run.at) < before)
    await write(db, delete(Change).where(col(Change.run_id).in_(old)))
    await write(db, delete(Run).where(col(Run.at) < before))
