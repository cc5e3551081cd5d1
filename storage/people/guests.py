"""Who came into the team unknown: the animateurs are asked who that is, and one of them says it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.claims import hold
from storage.database import Code, UtcTime, insertion
from storage.people.person import Person, Role

SCOPE = "membres.guests"


class Guest(SQLModel, table=True):
    """Somebody who came on that ``day`` (in Paris); ``role`` is what ``by`` (a user name) then said they are, and
    ``told_at`` since when the message of the day has them."""

    person_id: str = Field(primary_key=True, max_length=26)
    username: str = Field(max_length=64)
    timezone: str = Field(max_length=64)
    day: date = Field(index=True)
    at: datetime = Field(sa_type=UtcTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    role: Role | None = Field(default=None, sa_type=Code(Role))
    by: str = Field(default="", max_length=64)


async def note(db: AsyncSession, guest: Guest) -> bool:
    """Somebody unknown came; whether they are the first who waits for the message of the day."""
    await hold(db, SCOPE, f"{guest.day}", guest.at)
    waits = select(Guest.person_id).where(Guest.day == guest.day, col(Guest.told_at).is_(None)).limit(1)
    others = (await db.exec(waits)).first()
    added = insertion(db, Guest).values(guest.model_dump()).on_conflict_do_nothing()
    is_new = (await db.execute(added.returning(col(Guest.person_id)))).scalar() is not None
    return is_new and others is None


async def take(db: AsyncSession, day: date, now: datetime) -> int:
    """Those who waited wait no more; how many they were. Nobody else tells of that day meanwhile."""
    await hold(db, SCOPE, f"{day}", now)
    waits = (col(Guest.day) == day, col(Guest.told_at).is_(None))
    return (await db.exec(update(Guest).where(*waits).values(told_at=now))).rowcount


async def of(db: AsyncSession, day: date) -> Sequence[Guest]:
    """Who came on that day, first ones first; the role is the register’s, and ``by`` empty where it has another now."""
    came = select(Guest, Person.role).outerjoin(Person, col(Person.id) == col(Guest.person_id)).where(Guest.day == day)
    found = (await db.exec(came.order_by(col(Guest.at), col(Guest.username)))).all()
    return [_as_now(guest, Role(role) if role else None) for guest, role in found]


def _as_now(guest: Guest, role: Role | None) -> Guest:
    return Guest(**(guest.model_dump() | {"role": role, "by": guest.by if guest.role is role else ""}))


async def get(db: AsyncSession, person_id: str) -> Guest | None:
    """Somebody who came unknown."""
    return (await db.exec(select(Guest).where(Guest.person_id == person_id))).first()


async def settle(db: AsyncSession, person_id: str, role: Role | None, by: str) -> date | None:
    """Somebody said who that is, or took it back; on which day they had come, None for who never came so, or where that
    was said before."""
    news = (col(Guest.person_id) == person_id, col(Guest.role).is_distinct_from(role))
    guest = update(Guest).where(*news).values(role=role, by=by)
    return (await db.execute(guest.returning(col(Guest.day)))).scalar()
