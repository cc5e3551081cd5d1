"""Who receives the monthly report, and up to which month it was sent."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra.months import CRA_MONTH
from storage.database import UtcTime, insert_new
from storage.people import Person, Role


class Subscription(SQLModel, table=True):
    """Somebody asked for the report; ``sent`` is the first day of the last month dealt with."""

    __tablename__ = "stats_subscription"

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    since: datetime = Field(sa_type=UtcTime)
    sent: date


async def is_subscribed(db: AsyncSession, person_id: str) -> bool:
    """Return whether somebody receives the report."""
    return (await db.exec(select(Subscription).where(Subscription.person_id == person_id))).first() is not None


async def subscribe(db: AsyncSession, person_id: str, at: datetime, month: date) -> bool:
    """Send the report from now on, that of the month after ``month`` first; False when it was sent already."""
    return await insert_new(db, Subscription, {"person_id": person_id, "since": at, "sent": month})


async def unsubscribe(db: AsyncSession, person_id: str) -> bool:
    """Send it no more; False when it was not sent."""
    gone = await db.execute(delete(Subscription).where(col(Subscription.person_id) == person_id))
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a cursor


async def find_waiting(db: AsyncSession, month: date, zone: str) -> Sequence[str]:
    """Find to whom in a zone the report of a month is due: subscribed, not dealt with yet, and still filing reports."""
    files = (col(Person.role).is_(None) | (Person.role == Role.CONSEILLER)) & col(Person.left_on).is_(None)
    due = select(Person.id).join(Subscription, col(Subscription.person_id) == Person.id)
    due = due.where(Subscription.sent < month, Person.timezone == zone, files)
    return (await db.exec(due.order_by(Person.id))).all()


async def mark_dealt_with(db: AsyncSession, person_ids: Sequence[str], month: date) -> set[str]:
    """Note that a month is dealt with for these persons, and return those who did something in it."""
    if not person_ids:
        return set()
    await db.exec(update(Subscription).where(col(Subscription.person_id).in_(person_ids)).values(sent=month))
    active = (CRA_MONTH.c.month == month, CRA_MONTH.c.accompagnements > 0, CRA_MONTH.c.author_id.in_(person_ids))
    return set((await db.execute(select(CRA_MONTH.c.author_id).where(*active))).scalars())
