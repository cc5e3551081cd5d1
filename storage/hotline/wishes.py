"""What somebody wrote for a ticket, while they look whether a solved one answers it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, and_, delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, execute, insertion

ID = 26


class TicketWish(SQLModel, table=True):
    """Filled, but not filed yet. ``key`` is the one-time key of its dialog, ``asked`` the fields of the ticket;
    ``alike`` the numbers of the solved ones that were shown, ``answered`` the one that was it; ``fiches`` and ``fiche``
    are the same of resources.

    Filed, it is gone; answered it counts as a ticket avoided, and no words of it are kept.
    """

    __tablename__ = "ticket_wish"

    key: str = Field(primary_key=True, max_length=80)
    author_id: str = Field(max_length=ID, index=True)
    username: str = Field(default="", max_length=64)
    asked: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    alike: list[int] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=UtcTime, index=True)
    answered: int | None = None
    fiches: list[int] = Field(default=[], sa_column=Column(JSON, nullable=False))
    fiche: int | None = None
    queue: str = Field(default="", max_length=16)


_UNDECIDED = (col(TicketWish.answered).is_(None), col(TicketWish.fiche).is_(None))


async def put(db: AsyncSession, wish: TicketWish) -> None:
    """Keep one; sent twice it is the same."""
    await db.execute(insertion(db, TicketWish).values(wish.model_dump()).on_conflict_do_nothing())


async def take(db: AsyncSession, key: str) -> TicketWish | None:
    """The one of that key, which nobody else files then; None where that was done, or it was answered."""
    mine = (col(TicketWish.key) == key, *_UNDECIDED)
    found = (await db.exec(select(TicketWish).where(*mine).with_for_update())).first()
    done = await execute(db, delete(TicketWish).where(*mine))
    return found if done.rowcount else None


async def answer(db: AsyncSession, key: str, *, ticket: int | None = None, fiche: int | None = None) -> bool:
    """That ticket or resource answered it: it needs none of its own. False where it was filed, or answered already."""
    mine = (col(TicketWish.key) == key, *_UNDECIDED)
    done = update(TicketWish).where(*mine).values(answered=ticket, fiche=fiche, asked={})
    return (await execute(db, done)).rowcount > 0


async def accepted(db: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Which of these one-time keys of dialogs are here."""
    return set((await db.exec(select(TicketWish.key).where(col(TicketWish.key).in_(keys)))).all())


async def undecided(db: AsyncSession, before: datetime, limit: int) -> Sequence[TicketWish]:
    """Those of whom nobody said anything since before that instant, the oldest first."""
    waiting = select(TicketWish).where(*_UNDECIDED, col(TicketWish.at) < before)
    return (await db.exec(waiting.order_by(col(TicketWish.at)).limit(limit))).all()


async def of(db: AsyncSession, author_id: str) -> Sequence[TicketWish]:
    """Those of somebody that are undecided."""
    theirs = (TicketWish.author_id == author_id, *_UNDECIDED)
    return (await db.exec(select(TicketWish).where(*theirs).order_by(col(TicketWish.at)))).all()


async def avoided(db: AsyncSession, since: datetime, until: datetime, queues: Collection[str]) -> int:
    """How many of some queues were answered by a solved ticket or a resource in that time (``until`` excluded)."""
    then = (col(TicketWish.at) >= since, col(TicketWish.at) < until, col(TicketWish.queue).in_(queues))
    answered = select(func.count()).select_from(TicketWish).where(~and_(*_UNDECIDED), *then)
    return (await db.exec(answered)).one()
