"""Meetings of colleagues: a rdv for each who takes part, all under the number of the organiser’s."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.people import Person
from storage.rdv.appointments import Rdv, RdvState
from storage.rdv.bookings import BookingPage


async def list_seats(db: AsyncSession, meeting: int, *, locked: bool = False) -> Sequence[Rdv]:
    """List the rdv of a meeting, one for each who takes part, in the order in which they were noted. Nobody changes
    any that is ``locked`` until the transaction ends."""
    query = select(Rdv).where(Rdv.meeting == meeting).order_by(col(Rdv.id))
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await db.exec(query)).all()


async def hold_hours(db: AsyncSession, ids: Collection[str]) -> None:
    """Let no other meeting, nor who books on a page, take these people’s hours until the transaction ends."""
    people = select(Person.id).where(col(Person.id).in_(ids)).order_by(col(Person.id))
    await db.exec(people.with_for_update())
    pages = select(BookingPage.user_id).where(col(BookingPage.user_id).in_(ids)).order_by(col(BookingPage.user_id))
    await db.exec(pages.with_for_update())


async def list_unanswered(db: AsyncSession, user_id: str, now: datetime, limit: int) -> Sequence[Rdv]:
    """List the meetings to come that somebody was asked to and has not answered, in order."""
    mine = (Rdv.user_id == user_id, Rdv.state == RdvState.PROPOSE, col(Rdv.starts_at) > now)
    asked = select(Rdv).where(*mine, col(Rdv.meeting).is_not(None), col(Rdv.agreed).is_(False))
    return (await db.exec(asked.order_by(col(Rdv.starts_at), col(Rdv.id)).limit(limit))).all()
