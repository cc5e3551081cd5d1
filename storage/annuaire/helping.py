"""« Qui sait faire ? »: who may be asked for help, how near they are, and how often they were asked."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Index, delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import REGIONS
from storage.annuaire.sight import commune_of, sees
from storage.communes import Commune
from storage.database import UtcTime, execute, insertion
from storage.people import Person

WEEK = timedelta(days=7)
"""The time in which requests to one person are counted."""
NEARNESS = ("même commune", "même département", "même région", "plus loin")
"""How near somebody is, the nearest first: the official table of communes has no coordinates."""


class HelpRequest(SQLModel, table=True):
    """Somebody was asked for help; ``key`` is the one-time key of the dialog in which it was asked of several."""

    __tablename__ = "help_request"
    __table_args__ = (Index("ix_help_request_helper_id_at", "helper_id", "at"),)

    key: str = Field(primary_key=True, max_length=80)
    helper_id: str = Field(primary_key=True, max_length=26)
    asked_by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)
    is_withdrawn: bool = False


def nearness(viewer: Person, helper: Person, commune: Commune | None, departement: str) -> int:
    """Where in ``NEARNESS`` somebody is, as far as who asks may know where they work."""
    if commune and commune_of(helper) == commune and sees(viewer, helper, "commune"):
        return 0
    if departement in helper.departements:
        return 1
    region = REGIONS.get(departement)
    return 2 if region and region in {REGIONS.get(code) for code in helper.departements} else 3


async def willing(db: AsyncSession, ids: Collection[str], now: datetime, most: int) -> Sequence[Person]:
    """Those of a few who may be asked now: who help, are neither hidden nor gone, and were not asked too often."""
    asked = (
        select(HelpRequest.helper_id)
        .where(col(HelpRequest.at) > now - WEEK, col(HelpRequest.is_withdrawn).is_(False))
        .group_by(col(HelpRequest.helper_id))
        .having(func.count() >= most)
    )
    helping = col(Person.helps).is_(True) & col(Person.is_hidden).is_(False)
    found = await db.exec(
        select(Person).where(col(Person.id).in_(ids), helping, col(Person.id).not_in(asked)).order_by(col(Person.id))
    )
    return [person for person in found if not person.has_left(now.astimezone(person.zone).date())]


async def note(db: AsyncSession, key: str, asked_by: str, helpers: Collection[str], now: datetime) -> None:
    """Write down that these were asked; the same request counts once."""
    rows = [{"key": key, "helper_id": h, "asked_by": asked_by, "at": now, "is_withdrawn": False} for h in helpers]
    await db.execute(insertion(db, HelpRequest).values(rows).on_conflict_do_nothing())


async def withdraw(db: AsyncSession, key: str, asked_by: str) -> bool:
    """Take a request back, which then counts for nobody; False where it was so already, or is another’s."""
    mine = (col(HelpRequest.key) == key, col(HelpRequest.asked_by) == asked_by)
    standing = update(HelpRequest).where(*mine, col(HelpRequest.is_withdrawn).is_(False))
    return (await execute(db, standing.values(is_withdrawn=True))).rowcount > 0


async def forget_old(db: AsyncSession, now: datetime) -> None:
    """Drop what counts no more."""
    await db.execute(delete(HelpRequest).where(col(HelpRequest.at) < now - 4 * WEEK))
