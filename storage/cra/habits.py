"""Habits of authors: what the next report likely says, guessed from the last ones, and reports that recur on certain
days. None is filed without its author."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, SmallInteger, or_
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from config.time import is_in_week, is_nth_of_month, split_weekdays
from storage.cra.queries import read_last_commune
from storage.cra.report import Canal, Cra, CraRow, Report
from storage.cra.search import AuthorSheet
from storage.database import Numbered, UtcTime

LOOKED_BACK = 60
"""From how many of the last reports habits are derived."""
USED_MIN, OFFERED_MOST = 6, 3
"""How often a duration must be used to be offered first, and how many are."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Defaults for somebody’s next report: the commune used last, the canal used most (None: no report yet), and the
    durations used more than five times, in minutes, the most used first."""

    commune: str = ""
    canal: Canal | None = None
    minutes: tuple[int, ...] = ()


async def read_usual(db: AsyncSession, author_id: str) -> Usual:
    """Read somebody’s habits from the last reports."""
    commune = await read_last_commune(db, author_id)
    mine = (Cra.author_id == author_id, col(Cra.deleted_at).is_(None))
    query = select(Cra.canal, Cra.minutes).where(*mine).order_by(col(Cra.date).desc(), col(Cra.id).desc())
    rows = (await db.exec(query.limit(LOOKED_BACK))).all()
    # Among values used equally often the newest comes first: a Counter keeps the order of insertion.
    canals, minutes = Counter(canal for canal, _ in rows), Counter(length for _, length in rows)
    canal = Canal(canals.most_common(1)[0][0]) if canals else None
    often = [length for length, times in minutes.most_common(OFFERED_MOST) if times >= USED_MIN]
    return Usual(commune, canal, tuple(often))


async def list_reports_of(db: AsyncSession, sheet: AuthorSheet, day: date, most: int) -> Sequence[CraRow]:
    """List the author’s reports of a day, in the order in which they were filed."""
    table = sheet.table
    theirs = (col(table.author_id) == sheet.author_id, col(table.deleted_at).is_(None), col(table.date) == day)
    return (await db.exec(select(table).where(*theirs).order_by(col(table.id)).limit(most))).all()


SAME_AMONG = 50
"""Reports of a day among which the same is looked for."""


async def list_twins(db: AsyncSession, sheet: AuthorSheet, reports: Sequence[Report]) -> list[CraRow]:
    """List the author’s stored reports whose content is that of one of these, in the order in which they were filed."""
    days = sorted({report.date for report in reports})
    there = [cra for day in days for cra in await list_reports_of(db, sheet, day, SAME_AMONG)]
    return sorted((cra for cra in there if cra.report in reports), key=lambda cra: cra.number)


async def find_last_report(db: AsyncSession, sheet: AuthorSheet) -> CraRow | None:
    """Find the report that an author filed last."""
    table = sheet.table
    theirs = (col(table.author_id) == sheet.author_id, col(table.deleted_at).is_(None))
    return (await db.exec(select(table).where(*theirs).order_by(col(table.id).desc()).limit(1))).first()


HABITS_MAX = 20
"""How many recurring reports one person may have."""


class RecurringReport(Numbered, table=True):
    """A report to propose to its author on a ``weekday`` (Monday is 0, or several) of the weeks that ``every`` says,
    counted from ``first`` on, or on the ``nth`` such day of each month (``config.time`` reads all three), until a day,
    if one is said, but for what ``but`` leaves out (``Exceptions``, as JSON).

    ``raw`` is what a submission of the dialog would send, but for the date; ``skipped_on`` the last day on which it was
    not wanted. It is stopped by ``until``.
    """

    __tablename__ = "cra_recurring"

    author_id: str = Field(max_length=26, index=True)
    key: str = Field(max_length=64, unique=True)
    weekday: int = Field(sa_type=SmallInteger)
    nth: int = Field(default=0, sa_type=SmallInteger)
    every: int = Field(default=1, sa_type=SmallInteger)
    first: date
    until: date | None = None
    raw: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    but: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    skipped_on: date | None = None
    created_at: datetime = Field(sa_type=UtcTime)

    def comes_on(self, day: date) -> bool:
        """Tell whether the report is to be proposed on a day."""
        is_over = self.until is not None and day > self.until
        if day < self.first or is_over or day.weekday() not in split_weekdays(self.weekday):
            return False
        return is_nth_of_month(day, self.nth) and is_in_week(day, self.first, self.every)

    def is_skipped(self, day: date) -> bool:
        """Tell whether the report of a day was not wanted: who skips a day has seen those before it."""
        return self.skipped_on is not None and day <= self.skipped_on

    def key_of(self, day: date) -> str:
        """Make the one-time key of the report of a day: however often it is sent, it is filed once."""
        return f"habit.{self.number}.{day:%Y%m%d}"


def select_authors(day: date) -> SelectOfScalar[str]:
    """Make the condition for authors to whom something may be proposed on a day."""
    codes = [day.weekday(), *(-bits for bits in range(1 << 7) if bits >> day.weekday() & 1)]
    return select(RecurringReport.author_id).where(col(RecurringReport.weekday).in_(codes), *_is_on(day))


async def list_habits(db: AsyncSession, author_id: str, day: date) -> Sequence[RecurringReport]:
    """List the recurring reports of an author that are not stopped by a day, in the order of the week."""
    order = (col(RecurringReport.weekday), col(RecurringReport.id))
    mine = select(RecurringReport).where(RecurringReport.author_id == author_id, _lasts(day))
    return (await db.exec(mine.order_by(*order))).all()


async def find_habitual(db: AsyncSession, author_ids: Collection[str]) -> set[str]:
    """Find which of these authors have recurring reports, stopped or not."""
    theirs = select(RecurringReport.author_id).where(col(RecurringReport.author_id).in_(author_ids)).distinct()
    return set((await db.exec(theirs)).all())


async def find_habit(db: AsyncSession, author_id: str, number: int) -> RecurringReport | None:
    """Find one of an author’s recurring reports, locked until the transaction ends."""
    mine = (RecurringReport.id == number, RecurringReport.author_id == author_id)
    return (await db.exec(select(RecurringReport).where(*mine).with_for_update())).first()


async def find_by_key(db: AsyncSession, key: str) -> RecurringReport | None:
    """Find the recurring report that was stored under a one-time key."""
    return (await db.exec(select(RecurringReport).where(RecurringReport.key == key))).first()


def _lasts(day: date) -> Any:
    return or_(col(RecurringReport.until).is_(None), col(RecurringReport.until) >= day)


def _is_on(day: date) -> Sequence[Any]:
    return (col(RecurringReport.first) <= day, _lasts(day))
