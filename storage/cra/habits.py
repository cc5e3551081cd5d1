"""What somebody’s next report likely says, read from the last ones, and the reports that it may be like."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra.queries import read_last_commune
from storage.cra.report import Canal, Cra, CraRow
from storage.cra.search import Sheet

LOOKED_BACK = 60
"""Reports from which habits are read."""
USED_MIN, OFFERED_MOST = 6, 3
"""How often a duration is used before it is offered first, and how many are."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What somebody’s next report likely says: the commune used last, the canal used most (None: no report yet), and
    the durations used more than five times, in minutes, the most used first."""

    commune: str = ""
    canal: Canal | None = None
    minutes: tuple[int, ...] = ()


async def read_usual(db: AsyncSession, author_id: str) -> Usual:
    """Read somebody’s habits from the last reports."""
    commune = await read_last_commune(db, author_id)
    mine = (Cra.author_id == author_id, col(Cra.deleted_at).is_(None))
    query = select(Cra.canal, Cra.minutes).where(*mine).order_by(col(Cra.date).desc(), col(Cra.id).desc())
    rows = (await db.exec(query.limit(LOOKED_BACK))).all()
    # Of what is used as often the newest comes first: a Counter keeps the order in which it met them.
    canals, minutes = Counter(canal for canal, _ in rows), Counter(length for _, length in rows)
    canal = Canal(canals.most_common(1)[0][0]) if canals else None
    often = [length for length, times in minutes.most_common(OFFERED_MOST) if times >= USED_MIN]
    return Usual(commune, canal, tuple(often))


async def list_reports_of(db: AsyncSession, sheet: Sheet, day: date, most: int) -> Sequence[CraRow]:
    """List the author’s reports of a day, in the order in which they were filed."""
    table = sheet.table
    theirs = (col(table.author_id) == sheet.author_id, col(table.deleted_at).is_(None), col(table.date) == day)
    return (await db.exec(select(table).where(*theirs).order_by(col(table.id)).limit(most))).all()


async def find_last_report(db: AsyncSession, sheet: Sheet) -> CraRow | None:
    """Find the report that the author filed last."""
    table = sheet.table
    theirs = (col(table.author_id) == sheet.author_id, col(table.deleted_at).is_(None))
    return (await db.exec(select(table).where(*theirs).order_by(col(table.id).desc()).limit(1))).first()
