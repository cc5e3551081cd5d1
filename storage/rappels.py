"""What waits to be told to each person in one message a day: their news, and when and how often they want that
message."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict, Unpack

from sqlalchemy import JSON, Column, Index, SmallInteger, delete, func, or_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.database import Code, UtcTime, insertion, upsert
from storage.people import Person

KEPT_FOR = timedelta(days=30)
"""How long news are kept for somebody who gets no message and does not look."""
FIRST_HOUR, LAST_HOUR = 6, 20
"""The first and last hour of their day at which people may be told."""
USUAL_HOUR = 9
FIRST_EVENING, LAST_EVENING, USUAL_EVENING = 12 * 60, 20 * 60 + 30, 17 * 60 + 30
"""Between which minutes of their day, by halves of an hour, people may be asked about it."""
USUAL_DAYS = 0b0011111
"""Monday to Friday: a bit for each weekday, Monday the lowest."""
LABEL_MAX = 60


class Rhythm(StrEnum):
    """How often somebody is told, from most to least: every day, on working days, on the first working day of a week,
    never."""

    DAILY = "jour"
    WORKDAYS = "ouvres"
    WEEKLY = "semaine"
    NEVER = "jamais"

    @property
    def less(self) -> "Rhythm":
        """The next rhythm that tells less often; the last stays the same."""
        return LADDER[min(LADDER.index(self) + 1, len(LADDER) - 1)]

    @property
    def more(self) -> "Rhythm":
        """The next rhythm that tells more often; the first stays the same."""
        return LADDER[max(LADDER.index(self) - 1, 0)]


LADDER = tuple(Rhythm)
USUAL_RHYTHM = Rhythm.WORKDAYS


class DailyNews(SQLModel, table=True):
    """A piece of news for somebody: a short Markdown ``text``, and where there is a ``label``, a button that leads to
    what ``name`` and ``data`` describe; ``is_over`` says that something has ended."""

    __tablename__ = "daily_news"
    __table_args__ = (Index("ix_daily_news_person_id", "person_id", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(max_length=26)
    text: str
    label: str = Field(default="", max_length=LABEL_MAX)
    name: str = Field(default="", max_length=64)
    data: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))
    is_over: bool = False
    at: datetime = Field(sa_type=UtcTime)


class DailyChoice(SQLModel, table=True):
    """When somebody gets their message of the day, in their time zone, and how often; ``told_on`` is the last day on
    which they got one, ``waiting`` what waited for them then, each as a short hash.

    ``before`` is the rhythm of somebody who wants none now, to come back to.

    Their day ends at minute ``evening``; the message for that last came on ``evening_on``. They get it if ``asks``, on
    the weekdays ``days`` on which they work.
    """

    __tablename__ = "daily_choice"

    person_id: str = Field(primary_key=True, max_length=26)
    hour: int = USUAL_HOUR
    rhythm: Rhythm = Field(default=USUAL_RHYTHM, sa_type=Code(Rhythm))
    before: Rhythm | None = Field(default=None, sa_type=Code(Rhythm))
    told_on: date | None = None
    waiting: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    evening: int = Field(default=USUAL_EVENING, sa_type=SmallInteger)
    evening_on: date | None = None
    days: int = Field(default=USUAL_DAYS, sa_type=SmallInteger)
    asks: bool = True

    def works_on(self, day: date) -> bool:
        """Tell whether somebody works on the weekday of a date."""
        return bool(self.days >> day.weekday() & 1)


def _usual(person_id: str) -> dict[str, Any]:
    """Return the columns of somebody who chose nothing."""
    told: dict[str, Any] = {"person_id": person_id, "hour": USUAL_HOUR, "rhythm": USUAL_RHYTHM, "waiting": []}
    return told | {"evening": USUAL_EVENING, "days": USUAL_DAYS, "asks": True}


async def count_news(db: AsyncSession, person_id: str) -> int:
    """Count the news that somebody was not told yet."""
    return (await db.exec(select(func.count()).where(DailyNews.person_id == person_id))).one()


async def take_news(db: AsyncSession, person_id: str, most: int) -> Sequence[DailyNews]:
    """Take the oldest news of somebody: they are told in the caller’s transaction, and erased."""
    waiting = select(DailyNews).where(DailyNews.person_id == person_id).order_by(col(DailyNews.id)).limit(most)
    found = (await db.exec(waiting.with_for_update())).all()
    await db.exec(delete(DailyNews).where(col(DailyNews.id).in_([each.id for each in found])))
    return found


async def get_choice(db: AsyncSession, person_id: str) -> DailyChoice:
    """Get somebody’s choices, the defaults where they chose nothing."""
    return (await list_choices(db, [person_id]))[person_id]


async def list_choices(db: AsyncSession, person_ids: Collection[str]) -> dict[str, DailyChoice]:
    """Return the choices of each of these people, the defaults where they chose nothing."""
    theirs = select(DailyChoice).where(col(DailyChoice.person_id).in_(person_ids))
    found = await db.exec(theirs.execution_options(populate_existing=True))
    usual = {each: DailyChoice(**_usual(each)) for each in person_ids}
    return usual | {each.person_id: each for each in found.all()}


class ChosenReminders(TypedDict, total=False):
    """What somebody may choose: columns of ``DailyChoice``."""

    hour: int
    rhythm: Rhythm
    before: Rhythm
    evening: int
    days: int
    asks: bool


async def choose(db: AsyncSession, person_id: str, **chosen: Unpack[ChosenReminders]) -> None:
    """Store somebody’s choices of when and how often they want to be told; for never, also how often they were."""
    if chosen.get("rhythm") is Rhythm.NEVER and (now := (await get_choice(db, person_id)).rhythm) is not Rhythm.NEVER:
        chosen["before"] = now
    await upsert(db, DailyChoice, [{**_usual(person_id), **chosen}], changed=list(chosen))


async def claim_day(db: AsyncSession, person_id: str, day: date, waiting: Sequence[str]) -> bool:
    """Note that somebody gets the message of a day, and what waits for them; return False where they got it already."""
    return await _claim(db, person_id, "told_on", day, waiting=list(waiting))


async def claim_evening(db: AsyncSession, person_id: str, day: date) -> bool:
    """Note that somebody gets the message at the end of a day; return False where they got it already."""
    return await _claim(db, person_id, "evening_on", day)


async def _claim(db: AsyncSession, person_id: str, name: str, day: date, **more: Any) -> bool:
    once = insertion(db, DailyChoice).values({**_usual(person_id), name: day, **more})
    before = col(getattr(DailyChoice, name))
    changed = {each: once.excluded[each] for each in (name, *more)}
    once = once.on_conflict_do_update(
        index_elements=["person_id"], set_=changed, where=or_(before.is_(None), before < day)
    )
    return (await db.execute(once.returning(col(DailyChoice.person_id)))).first() is not None


async def note_waiting(db: AsyncSession, person_id: str, waiting: Sequence[str]) -> None:
    """Store what waits for somebody who was just told of it."""
    await upsert(db, DailyChoice, [{**_usual(person_id), "waiting": list(waiting)}], changed=["waiting"])


async def list_page(db: AsyncSession, zone: str, hour: int, after: str, most: int) -> Sequence[Person]:
    """List a page of the people in a time zone who are told at an hour, by id."""
    chosen = func.coalesce(col(DailyChoice.hour), USUAL_HOUR) == hour
    wants = func.coalesce(col(DailyChoice.rhythm), USUAL_RHYTHM.value) != Rhythm.NEVER.value
    found = select(Person).outerjoin(DailyChoice, col(DailyChoice.person_id) == col(Person.id))
    found = found.where(Person.timezone == zone, Person.id > after, chosen, wants)
    return (await db.exec(found.order_by(Person.id).limit(most))).all()


@dataclass(frozen=True, slots=True)
class EveningSlot:
    """A minute of the day in a time zone, by which the end of the day has come for the people who live there."""

    zone: str
    day: date
    minute: int


async def list_evening(
    db: AsyncSession, slot: EveningSlot, whose: Sequence[SelectOfScalar[str]], after: str, most: int
) -> Sequence[Person]:
    """List a page of the people whose end of day has come and was not told yet, by id, among those whom one of these
    queries finds."""
    come = func.coalesce(col(DailyChoice.evening), USUAL_EVENING) <= slot.minute
    untold = or_(col(DailyChoice.evening_on).is_(None), col(DailyChoice.evening_on) < slot.day)
    found = select(Person).outerjoin(DailyChoice, col(DailyChoice.person_id) == col(Person.id))
    theirs = or_(*(col(Person.id).in_(one) for one in whose))
    found = found.where(Person.timezone == slot.zone, Person.id > after, come, untold, theirs)
    return (await db.exec(found.order_by(Person.id).limit(most))).all()
