"""What waits to be told to each person in one message a day: their news, and when and how often they want it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, delete, func, or_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insertion, upsert
from storage.people import Person

KEPT_FOR = timedelta(days=30)
"""How long news wait for somebody who is told nothing, and does not look."""
FIRST_HOUR, LAST_HOUR = 6, 20
"""Between which hours of their day people may be told."""
USUAL_HOUR = 9
LABEL_MAX = 60


class Rhythm(StrEnum):
    """How often somebody is told, from the most to the least: weekends and holidays too, on working days, on the first
    working day of a week, never."""

    DAILY = "jour"
    WORKDAYS = "ouvres"
    WEEKLY = "semaine"
    NEVER = "jamais"

    @property
    def less(self) -> "Rhythm":
        """The next that tells less often; the last stays."""
        return LADDER[min(LADDER.index(self) + 1, len(LADDER) - 1)]

    @property
    def more(self) -> "Rhythm":
        """The next that tells more often; the first stays."""
        return LADDER[max(LADDER.index(self) - 1, 0)]


LADDER = tuple(Rhythm)
USUAL_RHYTHM = Rhythm.WORKDAYS


class DailyNews(SQLModel, table=True):
    """Something to be told to somebody: a short Markdown ``text``, and a button that has a ``label`` and leads to what
    has that ``name`` and ``data``, if there is one; ``is_over`` says that something has ended."""

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
    """When somebody is told, on the clock where they are, and how often; ``told_on`` is the last day on which they
    were, and ``waiting`` what waited for them then, each as a short hash."""

    __tablename__ = "daily_choice"

    person_id: str = Field(primary_key=True, max_length=26)
    hour: int = USUAL_HOUR
    rhythm: Rhythm = Field(default=USUAL_RHYTHM, sa_type=Code(Rhythm))
    told_on: date | None = None
    waiting: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))


async def add_news(db: AsyncSession, news: DailyNews) -> None:
    """Keep something for the next message of the day; it is told if the caller’s transaction stands."""
    db.add(news)
    await db.flush()


async def count_news(db: AsyncSession, person_id: str) -> int:
    """Count what somebody was not told yet."""
    return (await db.exec(select(func.count()).where(DailyNews.person_id == person_id))).one()


async def take_news(db: AsyncSession, person_id: str, most: int) -> Sequence[DailyNews]:
    """Take the oldest news of somebody: they are told in the caller’s transaction, and erased."""
    waiting = select(DailyNews).where(DailyNews.person_id == person_id).order_by(col(DailyNews.id)).limit(most)
    found = (await db.exec(waiting.with_for_update())).all()
    await db.exec(delete(DailyNews).where(col(DailyNews.id).in_([each.id for each in found])))
    return found


async def get_choice(db: AsyncSession, person_id: str) -> DailyChoice:
    """Return what somebody chose, or what is usual."""
    return (await list_choices(db, [person_id]))[person_id]


async def list_choices(db: AsyncSession, person_ids: Collection[str]) -> dict[str, DailyChoice]:
    """Return the same of each of these."""
    found = await db.exec(select(DailyChoice).where(col(DailyChoice.person_id).in_(person_ids)))
    usual = {each: DailyChoice(person_id=each, hour=USUAL_HOUR, rhythm=USUAL_RHYTHM) for each in person_ids}
    return usual | {each.person_id: each for each in found.all()}


async def choose(db: AsyncSession, person_id: str, *, hour: int | None = None, rhythm: Rhythm | None = None) -> None:
    """Store when somebody wants to be told, or how often."""
    wanted: dict[str, Any] = {"hour": hour, "rhythm": rhythm}
    given = {name: value for name, value in wanted.items() if value is not None}
    row = {"person_id": person_id, "hour": USUAL_HOUR, "rhythm": USUAL_RHYTHM, "waiting": []} | given
    await upsert(db, DailyChoice, [row], changed=list(given))


async def claim_day(db: AsyncSession, person_id: str, day: date, waiting: Sequence[str]) -> bool:
    """Note that somebody is told on that day, and what waits for them; False where they were told already."""
    row = {"person_id": person_id, "hour": USUAL_HOUR, "rhythm": USUAL_RHYTHM, "told_on": day, "waiting": list(waiting)}
    once = insertion(db, DailyChoice).values(row)
    told = or_(col(DailyChoice.told_on).is_(None), col(DailyChoice.told_on) < day)
    changed = {name: once.excluded[name] for name in ("told_on", "waiting")}
    once = once.on_conflict_do_update(index_elements=["person_id"], set_=changed, where=told)
    return (await db.execute(once.returning(col(DailyChoice.person_id)))).first() is not None


async def note_waiting(db: AsyncSession, person_id: str, waiting: Sequence[str]) -> None:
    """Note what waits for somebody who was just told so."""
    row = {"person_id": person_id, "hour": USUAL_HOUR, "rhythm": USUAL_RHYTHM, "waiting": list(waiting)}
    await upsert(db, DailyChoice, [row], changed=["waiting"])


async def list_page(db: AsyncSession, zone: str, hour: int, after: str, most: int) -> Sequence[Person]:
    """List the next people of the register in a zone who are told at that hour, by their ids."""
    chosen = func.coalesce(col(DailyChoice.hour), USUAL_HOUR) == hour
    wants = func.coalesce(col(DailyChoice.rhythm), USUAL_RHYTHM.value) != Rhythm.NEVER.value
    found = select(Person).outerjoin(DailyChoice, col(DailyChoice.person_id) == col(Person.id))
    found = found.where(Person.timezone == zone, Person.id > after, chosen, wants)
    return (await db.exec(found.order_by(Person.id).limit(most))).all()
