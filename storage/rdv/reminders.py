"""Reminders of rdv: who is to be reminded of which, and when."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.database import insert_new
from storage.rdv.appointments import Rdv, RdvState


class RdvQuiet(SQLModel, table=True):
    """Somebody who wants no reminders of rdv."""

    __tablename__ = "rdv_quiet"

    user_id: str = Field(primary_key=True, max_length=26)


async def is_quiet(db: AsyncSession, user_id: str) -> bool:
    """Tell whether somebody wants no reminders of rdv."""
    return await db.get(RdvQuiet, user_id) is not None


async def choose_quiet(db: AsyncSession, user_id: str, *, quiet: bool) -> None:
    """Note whether somebody wants no reminders of rdv."""
    await db.execute(delete(RdvQuiet).where(col(RdvQuiet.user_id) == user_id))
    if quiet:
        await insert_new(db, RdvQuiet, {"user_id": user_id})


def _wants_reminders() -> ColumnElement[bool]:
    return col(Rdv.is_unreminded).is_(False) & ~select(RdvQuiet).where(RdvQuiet.user_id == Rdv.user_id).exists()


async def list_due_reminders(db: AsyncSession, now: datetime, until: datetime, limit: int) -> Sequence[Rdv]:
    """List the rdv that begin by ``until`` and whose reminder of the last hour was not sent, and those whose postponed
    reminder is due, locked until the transaction ends."""
    soon = and_(col(Rdv.starts_at) <= until, col(Rdv.hour_told).is_(False))
    again = and_(col(Rdv.remind_at).is_not(None), col(Rdv.remind_at) <= now)
    waits = (col(Rdv.starts_at) > now, col(Rdv.starts_at) <= now + timedelta(days=2), Rdv.state == RdvState.PREVU)
    query = select(Rdv).where(*waits, _wants_reminders(), or_(soon, again))
    ordered = query.order_by(col(Rdv.starts_at), col(Rdv.id)).limit(limit)
    return (await db.exec(ordered.with_for_update(skip_locked=True))).all()


def select_owners(start: datetime, end: datetime) -> SelectOfScalar[str]:
    """Select the people with a rdv that begins in [start, end[ and is not cancelled."""
    there = col(Rdv.state).in_((RdvState.PREVU, RdvState.HONORE))
    return select(Rdv.user_id).where(col(Rdv.starts_at) >= start, col(Rdv.starts_at) < end, there)


async def list_to_remind_of(db: AsyncSession, user_id: str, start: datetime, end: datetime) -> Sequence[Rdv]:
    """List somebody’s rdv of [start, end[ of which no reminder was sent, in order."""
    query = select(Rdv).where(Rdv.user_id == user_id, *_of_day(start, end)).order_by(col(Rdv.starts_at))
    return (await db.exec(query.with_for_update())).all()


def _of_day(start: datetime, end: datetime) -> Sequence[Any]:
    when = (col(Rdv.starts_at) >= start, col(Rdv.starts_at) < end, Rdv.state == RdvState.PREVU)
    return (*when, col(Rdv.evening_told).is_(False), _wants_reminders())
