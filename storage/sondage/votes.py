"""Who took part in a poll, what they chose where votes have names, and who wants no reminders.

Of an anonymous poll nothing here says when somebody voted, or what: a row is a poll and a person, and lies where its
key puts it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion
from storage.sondage.results import Ballot


class Voter(SQLModel, table=True):
    """Somebody who took part in a poll that is open."""

    __tablename__ = "poll_voter"
    # A hidden number of each row would tell who voted first.
    __table_args__ = {"sqlite_with_rowid": False}

    poll: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    user_id: str = Field(primary_key=True, max_length=26)


class Vote(SQLModel, table=True):
    """What somebody chose in a poll whose votes have names: ``choices`` are bits, in the order of its options."""

    __tablename__ = "poll_vote"

    poll: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    user_id: str = Field(primary_key=True, max_length=26)
    choices: int
    departement: str = Field(default="", max_length=3)
    at: datetime = Field(sa_type=UtcTime)


class Quiet(SQLModel, table=True):
    """Somebody who wants no reminders of polls."""

    __tablename__ = "poll_quiet"

    user_id: str = Field(primary_key=True, max_length=26)


async def note(db: AsyncSession, poll: int, user_id: str) -> bool:
    """Somebody takes part; False where they did already."""
    added = insertion(db, Voter).values(poll=poll, user_id=user_id).on_conflict_do_nothing()
    return (await db.execute(added.returning(col(Voter.user_id)))).scalar() is not None


async def has_voted(db: AsyncSession, poll: int, user_id: str) -> bool:
    """Whether somebody took part."""
    mine = select(Voter.user_id).where(col(Voter.poll) == poll, col(Voter.user_id) == user_id)
    return (await db.exec(mine)).first() is not None


async def taken_part(db: AsyncSession, polls: Collection[int], user_id: str) -> Collection[int]:
    """Those of these polls in which somebody took part."""
    mine = select(Voter.poll).where(col(Voter.poll).in_(polls), col(Voter.user_id) == user_id)
    return set((await db.exec(mine)).all())


async def participants(db: AsyncSession, poll: int) -> int:
    """How many took part in an open poll."""
    return (await db.exec(select(func.count()).select_from(Voter).where(col(Voter.poll) == poll))).one()


async def choose(db: AsyncSession, vote: Vote) -> None:
    """Somebody’s choice, in place of an earlier one."""
    values = vote.model_dump()
    told = {name: values[name] for name in ("choices", "departement", "at")}
    statement = insertion(db, Vote).values(values)
    await db.execute(statement.on_conflict_do_update(index_elements=["poll", "user_id"], set_=told))


async def chosen(db: AsyncSession, poll: int, user_id: str) -> int:
    """Somebody’s choice, none of the options where there is none."""
    mine = select(Vote.choices).where(col(Vote.poll) == poll, col(Vote.user_id) == user_id)
    return (await db.exec(mine)).first() or 0


async def named(db: AsyncSession, poll: int) -> Sequence[Vote]:
    """All that was chosen, the first vote first."""
    votes = select(Vote).where(col(Vote.poll) == poll).order_by(col(Vote.at), col(Vote.user_id))
    return (await db.exec(votes)).all()


async def named_ballots(db: AsyncSession, poll: int) -> Sequence[Ballot]:
    """The same, to be counted."""
    votes = select(Vote.choices, Vote.departement).where(col(Vote.poll) == poll)
    return [Ballot(choices, departement) for choices, departement in (await db.exec(votes)).all()]


async def forget(db: AsyncSession, poll: int) -> None:
    """Who took part in a poll that is over: how many they were is in its results."""
    await db.execute(delete(Voter).where(col(Voter.poll) == poll))


async def erase(db: AsyncSession, poll: int) -> None:
    """What was chosen by name in a poll that was taken back."""
    await db.execute(delete(Vote).where(col(Vote.poll) == poll))


async def hush(db: AsyncSession, user_id: str) -> None:
    """Somebody wants no reminders any more."""
    await db.execute(insertion(db, Quiet).values(user_id=user_id).on_conflict_do_nothing())


async def unhush(db: AsyncSession, user_id: str) -> None:
    """Somebody wants them again."""
    await db.execute(delete(Quiet).where(col(Quiet.user_id) == user_id))


async def is_hushed(db: AsyncSession, user_id: str) -> bool:
    """Whether somebody wants none."""
    return (await db.exec(select(Quiet.user_id).where(col(Quiet.user_id) == user_id))).first() is not None
