"""Who is on duty at the hotline, for which queue, on which days; who is away; swaps of turns that were proposed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Index, delete, func, or_
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from config.hotline import CODE_MAX
from config.time import PARIS
from storage.absences import IS_WHOLE, Absence, Days
from storage.claims import hold
from storage.database import Code, UtcTime, execute, insertion
from storage.people import ANIMATES, Person, Role, is_there

KEPT = timedelta(days=400)
"""How long turns and absences that are over are kept."""
_DAY = timedelta(days=1)


class DutyTurn(Days, table=True):
    """A turn of duty for a queue, or for all queues (""). ``handed_at`` is when the agents were told of its end."""

    __tablename__ = "duty_turn"
    __table_args__ = (Index("ix_duty_turn_ends", "ends"),)

    queue: str = Field(default="", max_length=CODE_MAX)
    handed_at: datetime | None = Field(default=None, sa_type=UtcTime)

    def covers(self, queue: str) -> bool:
        """Tell whether the turn is for a queue; a turn for all of them ("") is."""
        return not self.queue or not queue or self.queue == queue


def get_day(at: datetime) -> date:
    """Return the day to which an instant belongs for the hotline: that of Paris."""
    return at.astimezone(PARIS).date()


async def find_on_duty(db: AsyncSession, queue: str, at: datetime) -> Sequence[str]:
    """Return the ids of the people on duty for a queue who are neither away nor gone; the first to begin comes
    first."""
    day = get_day(at)
    turns = select(DutyTurn.user_id).join(Person, col(Person.id) == col(DutyTurn.user_id), isouter=True)
    turns = turns.where(*_is_on(DutyTurn, day), or_(col(DutyTurn.queue) == queue, col(DutyTurn.queue) == ""))
    turns = turns.where(is_there(day))
    absent = select(Absence.user_id).where(*_is_on(Absence, day), *IS_WHOLE)
    found = await db.exec(
        turns.where(col(DutyTurn.user_id).not_in(absent)).order_by(col(DutyTurn.starts), col(DutyTurn.id))
    )
    return list(dict.fromkeys(found))


async def find_away(db: AsyncSession, at: datetime) -> Collection[str]:
    """Find the ids of the people who are away."""
    return set((await db.exec(select(Absence.user_id).where(*_is_on(Absence, get_day(at)), *IS_WHOLE))).all())


async def list_turns(db: AsyncSession, first: date, end: date) -> Sequence[DutyTurn]:
    """List all turns of the days from ``first`` up to but not including ``end``; the first to begin comes first."""
    there = select(DutyTurn).where(*_is_within(DutyTurn, first, end))
    return (await db.exec(there.order_by(col(DutyTurn.starts), col(DutyTurn.ends), col(DutyTurn.id)))).all()


async def list_absences(db: AsyncSession, first: date, end: date) -> Sequence[Absence]:
    """List the absences of the days from ``first`` up to but not including ``end``, of agents and of people with a
    turn."""
    agents = select(Person.id).where(func.coalesce(Person.role, Person.derived_role).in_([Role.HOTLINE, *ANIMATES]))
    on_duty = select(DutyTurn.user_id).where(col(DutyTurn.ends) > first)
    theirs = or_(col(Absence.user_id).in_(agents), col(Absence.user_id).in_(on_duty))
    there = select(Absence).where(*_is_within(Absence, first, end), *IS_WHOLE, theirs)
    return (await db.exec(there.order_by(col(Absence.starts), col(Absence.id)))).all()


async def list_departures(db: AsyncSession, user_ids: Collection[str]) -> Sequence[Absence]:
    """List, as absences, who of these people has left or will leave: they are away for good from the day after their
    last one."""
    leaving = select(Person).where(col(Person.id).in_(user_ids), col(Person.left_on).is_not(None))
    return [
        Absence(user_id=person.id, starts=person.left_on + _DAY, ends=date.max, by=person.id, at=person.since)
        for person in await db.exec(leaving.order_by(col(Person.id)))
        if person.left_on is not None
    ]


async def list_turns_of(db: AsyncSession, user_id: str, today: date) -> Sequence[DutyTurn]:
    """List the turns of somebody that are not over."""
    theirs = select(DutyTurn).where(
        DutyTurn.user_id == user_id, col(DutyTurn.ends) > today, col(DutyTurn.starts) < col(DutyTurn.ends)
    )
    return (await db.exec(theirs.order_by(col(DutyTurn.starts), col(DutyTurn.id)))).all()


async def get_turn(db: AsyncSession, number: int) -> DutyTurn | None:
    """Get a turn by its number, as it is now."""
    return await db.get(DutyTurn, number, populate_existing=True)


async def lock_duty(db: AsyncSession, now: datetime) -> None:
    """Lock the rota: nobody else changes who is on duty until the transaction ends."""
    await hold(db, "garde", "tours", now)


async def add_days(db: AsyncSession, days: DutyTurn | Absence) -> int:
    """Write days down; the number that they have."""
    return await _insert(db, days)


async def _insert(db: AsyncSession, row: "DutyTurn | Absence | DutySwap") -> int:
    statement = insertion(db, type(row)).values(row.model_dump(exclude={"id"})).returning(col(type(row).id))
    return int((await execute(db, statement)).scalar_one())


async def end_days(db: AsyncSession, days: DutyTurn | Absence, ends: date) -> bool:
    """Have days end then; False where somebody changed them meanwhile. What is told of their end is told anew."""
    kind = type(days)
    same = (col(kind.id) == days.id, col(kind.user_id) == days.user_id, col(kind.ends) == days.ends)
    values: dict[str, object] = {"ends": ends} | ({"handed_at": None} if kind is DutyTurn else {})
    return (await execute(db, update(kind).where(*same).values(values))).rowcount == 1


async def take_out(db: AsyncSession, days: DutyTurn | Absence, first: date, end_: date) -> int | None:
    """Remove days from the middle or the end of a span, which then ends before them. The days after them become a row
    of their own, whose number is returned; None where there are none."""
    await end_days(db, days, first)
    if end_ >= days.ends:
        return None
    return await add_days(db, type(days)(**(days.model_dump() | {"id": None, "starts": end_})))


async def give_turn(db: AsyncSession, number: int, before: str, after: str) -> bool:
    """Give somebody’s turn to another; False where it was not theirs any more."""
    theirs = update(DutyTurn).where(
        col(DutyTurn.id) == number, col(DutyTurn.user_id) == before, col(DutyTurn.starts) < col(DutyTurn.ends)
    )
    return (await execute(db, theirs.values(user_id=after))).rowcount == 1


async def list_ending(db: AsyncSession, first: date, last: date) -> Sequence[DutyTurn]:
    """List the turns whose last day is one of these, and of whose end the agents were not told."""
    over = (col(DutyTurn.ends) > first, col(DutyTurn.ends) <= last + _DAY, col(DutyTurn.starts) < col(DutyTurn.ends))
    untold = select(DutyTurn).where(*over, col(DutyTurn.handed_at).is_(None))
    return (await db.exec(untold.order_by(col(DutyTurn.ends), col(DutyTurn.id)))).all()


async def hand_over(db: AsyncSession, number: int, at: datetime) -> bool:
    """Note that the agents were told of a turn’s end; return False where that was noted before."""
    untold = update(DutyTurn).where(col(DutyTurn.id) == number, col(DutyTurn.handed_at).is_(None))
    return (await execute(db, untold.values(handed_at=at))).rowcount == 1


async def forget_turns(db: AsyncSession, before: date) -> None:
    """Delete the turns that were over before a moment."""
    await db.execute(delete(DutyTurn).where(col(DutyTurn.ends) < before))


def _is_on(kind: type[DutyTurn] | type[Absence], day: date) -> tuple[ColumnElement[bool], ...]:
    return _is_within(kind, day, day + _DAY)


def _is_within(kind: type[DutyTurn] | type[Absence], first: date, end: date) -> tuple[ColumnElement[bool], ...]:
    return (col(kind.starts) < end, col(kind.ends) > first, col(kind.starts) < col(kind.ends))


class SwapAnswer(StrEnum):
    """The answer to a proposed swap."""

    ACCEPTE = "accepte"
    REFUSE = "refuse"
    RETIRE = "retire"
    CADUC = "caduc"


class DutySwap(SQLModel, table=True):
    """A proposed swap: ``by`` gives the turn of number ``given`` to ``with_id``, in exchange for their turn ``taken``
    (None: for nothing)."""

    __tablename__ = "duty_swap"

    id: int | None = Field(default=None, primary_key=True)
    given: int
    taken: int | None = None
    by: str = Field(max_length=26)
    with_id: str = Field(max_length=26)
    answer: SwapAnswer | None = Field(default=None, sa_type=Code(SwapAnswer))
    at: datetime = Field(sa_type=UtcTime)


async def propose_swap(db: AsyncSession, swap: DutySwap) -> int:
    """Write a proposal down; the number that it has."""
    return await _insert(db, swap)


async def get_swap(db: AsyncSession, number: int) -> DutySwap | None:
    """Get a proposed swap, as it is now."""
    return await db.get(DutySwap, number, populate_existing=True)


async def is_swap_open(db: AsyncSession, given: int, with_id: str) -> bool:
    """Tell whether a turn is proposed to somebody who has not answered yet."""
    waits = (DutySwap.given == given, DutySwap.with_id == with_id, col(DutySwap.answer).is_(None))
    return (await db.exec(select(DutySwap.id).where(*waits).limit(1))).first() is not None


async def settle_swap(db: AsyncSession, number: int, answer: SwapAnswer) -> bool:
    """Note the answer to a proposed swap; return False where there was one before."""
    waits = update(DutySwap).where(col(DutySwap.id) == number, col(DutySwap.answer).is_(None))
    return (await execute(db, waits.values(answer=answer))).rowcount == 1


async def forget_swaps(db: AsyncSession, before: datetime) -> None:
    """Delete the swaps proposed before a moment."""
    await db.execute(delete(DutySwap).where(col(DutySwap.at) < before))
