"""Who moved to another département, and until when they are still at home in the one that they left."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, tuple_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.database import UtcTime, insertion
from storage.people.person import Person

Change = tuple[Person, Person]
"""Somebody before and after."""


class Move(SQLModel, table=True):
    """A département that somebody left; ``until`` is when its channel is to be left, too."""

    person_id: str = Field(primary_key=True, max_length=26)
    departement: str = Field(primary_key=True, max_length=3)
    left_at: datetime = Field(sa_type=UtcTime)
    until: datetime = Field(sa_type=UtcTime)


async def note(db: AsyncSession, changes: Iterable[Change], at: datetime, grace: timedelta) -> None:
    """Write down which départements these people left, and forget that they left where they are now."""
    pairs = list(changes)
    here = [(after.id, code) for before, after in pairs for code in after.departements]
    if here:
        await db.execute(delete(Move).where(tuple_(col(Move.person_id), col(Move.departement)).in_(here)))
    left = [
        {"person_id": after.id, "departement": code, "left_at": at, "until": at + grace}
        for before, after in pairs
        for code in dict.fromkeys(before.departements)
        if code not in after.departements
    ]
    if left:
        statement = insertion(db, Move).values(left)
        new = {name: statement.excluded[name] for name in ("left_at", "until")}
        await db.execute(statement.on_conflict_do_update(index_elements=["person_id", "departement"], set_=new))


async def in_grace(db: AsyncSession, now: datetime, person_id: str | None = None) -> Mapping[str, Sequence[str]]:
    """The départements that people left, of which they may still be in the channel: by person, oldest first; of all,
    or of one."""
    one = [] if person_id is None else [col(Move.person_id) == person_id]
    found: dict[str, list[str]] = {}
    for move in (await db.exec(_oldest_first().where(col(Move.until) > now, *one))).all():
        found.setdefault(move.person_id, []).append(move.departement)
    return found


async def over(db: AsyncSession, now: datetime) -> Sequence[Move]:
    """Of which the grace is over, oldest first."""
    return (await db.exec(_oldest_first().where(col(Move.until) <= now))).all()


async def forget(db: AsyncSession, move: Move) -> None:
    """That département is left for good."""
    here = (col(Move.person_id) == move.person_id, col(Move.departement) == move.departement)
    await db.execute(delete(Move).where(*here))


def _oldest_first() -> SelectOfScalar[Move]:
    return select(Move).order_by(col(Move.left_at), col(Move.departement))
