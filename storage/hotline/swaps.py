"""Turns of duty that somebody proposes to another to exchange: nothing changes before the other accepts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, execute, insertion


class Answer(StrEnum):
    """What became of a proposal."""

    ACCEPTE = "accepte"
    REFUSE = "refuse"
    RETIRE = "retire"
    CADUC = "caduc"


class Swap(SQLModel, table=True):
    """``by`` gives the turn of number ``given`` to ``with_id``, against their turn ``taken`` (None: for nothing)."""

    __tablename__ = "duty_swap"

    id: int | None = Field(default=None, primary_key=True)
    given: int
    taken: int | None = None
    by: str = Field(max_length=26)
    with_id: str = Field(max_length=26)
    answer: Answer | None = Field(default=None, sa_type=Code(Answer))
    at: datetime = Field(sa_type=UtcTime)


async def propose(db: AsyncSession, swap: Swap) -> int:
    """Write it down; the number that it has."""
    statement = insertion(db, Swap).values(swap.model_dump(exclude={"id"})).returning(col(Swap.id))
    return int((await execute(db, statement)).scalar_one())


async def get(db: AsyncSession, number: int) -> Swap | None:
    """One of them, as it is now."""
    return (await db.exec(select(Swap).where(Swap.id == number).execution_options(populate_existing=True))).first()


async def is_open(db: AsyncSession, given: int, with_id: str) -> bool:
    """Whether that turn is proposed to somebody who has not answered yet."""
    waits = (Swap.given == given, Swap.with_id == with_id, col(Swap.answer).is_(None))
    return (await db.exec(select(Swap.id).where(*waits).limit(1))).first() is not None


async def settle(db: AsyncSession, number: int, answer: Answer) -> bool:
    """That is what became of it; False where something did before."""
    waits = update(Swap).where(col(Swap.id) == number, col(Swap.answer).is_(None))
    return (await execute(db, waits.values(answer=answer))).rowcount == 1


async def forget(db: AsyncSession, before: datetime) -> None:
    """Drop what was proposed before."""
    await db.execute(delete(Swap).where(col(Swap.at) < before))
