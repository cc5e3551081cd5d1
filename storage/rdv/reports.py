"""Which report was made of which rdv: the key under which it was filed says so, so that one rdv has one at most."""

import re

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import change
from storage.rdv.appointments import Rdv, find_reports, get_rdv

_KEY = re.compile(r"rdv\.(\d{1,9})\.\d{1,9}")


def make_report_key(rdv: Rdv) -> str:
    """Make the one-time key of the next report of a rdv: however often its window is opened or sent, it is filed once.
    Another one comes after a report that was deleted."""
    return f"rdv.{rdv.number}.{rdv.report or 0}"


async def link_report(db: AsyncSession, author_id: str, key: str, number: int) -> int | None:
    """Note of which rdv a report is that was just filed under that key, and return that rdv’s number; of none, and
    without asking, where the key is another’s."""
    rdv = await _find(db, author_id, key)
    if rdv is None:
        return None
    await change(db, rdv, report=number)
    return rdv.number


async def relink_report(db: AsyncSession, author_id: str, key: str, number: int) -> int | None:
    """Note that a deleted report is the one of its rdv again; return which other one stands there, which then stays."""
    rdv = await _find(db, author_id, key)
    if rdv is None:
        return None
    other = (await find_reports(db, [rdv])).get(rdv.number)
    if other is None or other == number:
        await change(db, rdv, report=number)
        return None
    return other


async def find_reported(db: AsyncSession, number: int) -> Rdv | None:
    """Find the rdv of which a report was made."""
    return (await db.exec(select(Rdv).where(col(Rdv.report) == number))).first()


async def _find(db: AsyncSession, author_id: str, key: str) -> Rdv | None:
    found = _KEY.fullmatch(key)
    return await get_rdv(db, author_id, int(found[1]), locked=True) if found else None
