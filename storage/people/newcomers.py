"""Who came for the first time, as their département’s channel reads it: one message a day, each person once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Index, delete
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.claims import hold
from storage.database import UtcTime, insertion
from storage.people.person import Person

SCOPE = "membres.newcomers"


class Newcomer(SQLModel, table=True):
    """Somebody to be announced in a planned channel (its ``key``) on that ``day``, as it is there; ``told_at`` is since
    when the message of the day has them."""

    __table_args__ = (Index("ix_newcomer_day", "day", "key"),)

    person_id: str = Field(primary_key=True, max_length=26)
    key: str = Field(primary_key=True, max_length=64)
    day: date
    at: datetime = Field(sa_type=UtcTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Quiet(SQLModel, table=True):
    """A département in whose channel nobody is announced; ``by`` is who decided."""

    __tablename__ = "newcomer_quiet"

    departement: str = Field(primary_key=True, max_length=3)
    by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def note(db: AsyncSession, newcomer: Newcomer) -> bool:
    """Somebody is to be announced, once for ever; whether they are the first who waits for that, in that channel and on
    that day."""
    await hold(db, SCOPE, f"{newcomer.key}:{newcomer.day}", newcomer.at)
    waits = (Newcomer.key == newcomer.key, Newcomer.day == newcomer.day, col(Newcomer.told_at).is_(None))
    others = (await db.exec(select(Newcomer.person_id).where(*waits).limit(1))).first()
    added = insertion(db, Newcomer).values(newcomer.model_dump()).on_conflict_do_nothing()
    is_new = (await db.execute(added.returning(col(Newcomer.person_id)))).scalar() is not None
    return is_new and others is None


async def take(db: AsyncSession, key: str, day: date, now: datetime) -> int:
    """Those who waited wait no more; how many they were. Nobody else tells of that day and channel meanwhile."""
    await hold(db, SCOPE, f"{key}:{day}", now)
    waits = (col(Newcomer.key) == key, col(Newcomer.day) == day, col(Newcomer.told_at).is_(None))
    return (await db.exec(update(Newcomer).where(*waits).values(told_at=now))).rowcount


async def of(db: AsyncSession, key: str, day: date) -> Sequence[Person]:
    """Who came on that day, first ones first, as far as they are to be seen."""
    came = select(Person).join(Newcomer, col(Newcomer.person_id) == col(Person.id))
    came = came.where(Newcomer.key == key, Newcomer.day == day)
    came = came.where(col(Person.is_hidden).is_(False), col(Person.left_on).is_(None))
    return (await db.exec(came.order_by(col(Newcomer.at), col(Person.username)))).all()


async def quiet(db: AsyncSession) -> Collection[str]:
    """The départements where nobody is announced."""
    return (await db.exec(select(Quiet.departement).order_by(Quiet.departement))).all()


async def hush(db: AsyncSession, departements: Iterable[str], by: str, at: datetime) -> None:
    """Nobody is announced there from now on."""
    rows = [{"departement": code, "by": by, "at": at} for code in departements]
    await db.execute(insertion(db, Quiet).values(rows).on_conflict_do_nothing())


async def unhush(db: AsyncSession, departements: Collection[str]) -> None:
    """Who comes is announced there again."""
    await db.execute(delete(Quiet).where(col(Quiet.departement).in_(departements)))
