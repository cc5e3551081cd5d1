"""Who was welcomed, and when they accepted the charter: nobody is welcomed twice, nor reminded twice."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insertion
from storage.people.person import Person, Role


class Welcome(SQLModel, table=True):
    """Somebody was welcomed as what they were then; what became of the charter since, and when they were reminded.

    ``filed_at`` is since when their welcome says that they have filed a compte rendu.
    """

    person_id: str = Field(primary_key=True, max_length=26)
    username: str = Field(max_length=64)
    role: Role = Field(sa_type=Code(Role))
    at: datetime = Field(sa_type=UtcTime)
    charter: str | None = Field(default=None, max_length=16)
    charter_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcTime)
    filed_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def note(db: AsyncSession, person: Person, at: datetime) -> bool:
    """Somebody is being welcomed; False where that was done once already, however long ago."""
    row = {"person_id": person.id, "username": person.username, "role": person.role or Role.INVITE, "at": at}
    added = insertion(db, Welcome).values(row).on_conflict_do_nothing().returning(col(Welcome.person_id))
    return (await db.execute(added)).scalar() is not None


async def get(db: AsyncSession, person_id: str) -> Welcome | None:
    """How somebody was welcomed."""
    return (await db.exec(select(Welcome).where(Welcome.person_id == person_id))).first()


async def accept(db: AsyncSession, person: Person, charter: str, at: datetime) -> None:
    """Somebody accepts a version of the charter; the first time counts."""
    await note(db, person, at)
    mine = (col(Welcome.person_id) == person.id) & (col(Welcome.charter).is_distinct_from(charter))
    await db.exec(update(Welcome).where(mine).values(charter=charter, charter_at=at))


async def latest(db: AsyncSession, limit: int) -> Sequence[Welcome]:
    """The last ones, newest first."""
    return (await db.exec(select(Welcome).order_by(col(Welcome.at).desc(), col(Welcome.username)).limit(limit))).all()


async def missed(db: AsyncSession) -> Sequence[Person]:
    """People of the register who have not left and were never welcomed, by name."""
    never = select(Person).outerjoin(Welcome, col(Welcome.person_id) == col(Person.id))
    never = never.where(col(Welcome.person_id).is_(None), col(Person.left_on).is_(None))
    return (await db.exec(never.order_by(col(Person.username)))).all()


async def to_remind(db: AsyncSession, before: datetime, limit: int) -> Sequence[tuple[Welcome, Person | None]]:
    """Who was welcomed before that instant, did not accept any charter, was not reminded, and has not left; and what
    the register says of them."""
    due = select(Welcome, Person).outerjoin(Person, col(Person.id) == col(Welcome.person_id))
    due = due.where(col(Welcome.at) < before, col(Welcome.charter).is_(None), col(Welcome.reminded_at).is_(None))
    due = due.where(or_(col(Person.id).is_(None), col(Person.left_on).is_(None)))
    return (await db.exec(due.order_by(col(Welcome.at)).limit(limit))).all()


async def unfiled(db: AsyncSession, since: datetime, limit: int) -> Sequence[str]:
    """The ids of those welcomed since, of whom it is not known yet that they filed a compte rendu; newest first."""
    waits = select(Welcome.person_id).where(col(Welcome.at) >= since, col(Welcome.filed_at).is_(None))
    return (await db.exec(waits.order_by(col(Welcome.at).desc()).limit(limit))).all()


async def note_filed(db: AsyncSession, person_ids: Collection[str], at: datetime) -> None:
    """These people have filed one."""
    await db.exec(update(Welcome).where(col(Welcome.person_id).in_(person_ids)).values(filed_at=at))


async def note_reminded(db: AsyncSession, person_ids: Collection[str], at: datetime) -> None:
    """These people were reminded."""
    await db.exec(update(Welcome).where(col(Welcome.person_id).in_(person_ids)).values(reminded_at=at))
