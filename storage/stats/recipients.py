"""Recipients of figures: subscribers of the monthly report, and pages for people without an account, found by the
digest of their keys."""

import datetime as dt
import secrets
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra.months import CRA_MONTH
from storage.database import Code, Numbered, UtcTime, insert_new
from storage.people import Person, Role, is_there
from storage.seals import hash_token
from storage.stats import Percent


class Subscription(SQLModel, table=True):
    """A subscription to the monthly report; ``sent`` is the first day of the last month dealt with."""

    __tablename__ = "stats_subscription"

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    since: datetime = Field(sa_type=UtcTime)
    sent: date


async def is_subscribed(db: AsyncSession, person_id: str) -> bool:
    """Return whether somebody receives the report."""
    return (await db.exec(select(Subscription).where(Subscription.person_id == person_id))).first() is not None


async def subscribe(db: AsyncSession, person_id: str, at: datetime, month: date) -> bool:
    """Subscribe somebody to the report, first that of the month after ``month``; return False where they were
    subscribed."""
    return await insert_new(db, Subscription, {"person_id": person_id, "since": at, "sent": month})


async def unsubscribe(db: AsyncSession, person_id: str) -> bool:
    """End somebody’s subscription; return False where there was none."""
    gone = await db.execute(delete(Subscription).where(col(Subscription.person_id) == person_id))
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a cursor


async def find_waiting_subscribers(db: AsyncSession, month: date, zone: str, today: date) -> Sequence[str]:
    """Find the subscribers in a time zone to whom the report of a month is due: not dealt with yet, and still filing
    reports."""
    files = (col(Person.role).is_(None) | (Person.role == Role.CONSEILLER)) & is_there(today)
    due = select(Person.id).join(Subscription, col(Subscription.person_id) == Person.id)
    due = due.where(Subscription.sent < month, Person.timezone == zone, files)
    return (await db.exec(due.order_by(Person.id))).all()


async def mark_dealt_with(db: AsyncSession, person_ids: Sequence[str], month: date) -> set[str]:
    """Note that a month is dealt with for these people, and return those who did something in it."""
    if not person_ids:
        return set()
    await db.exec(update(Subscription).where(col(Subscription.person_id).in_(person_ids)).values(sent=month))
    active = (CRA_MONTH.c.month == month, CRA_MONTH.c.accompagnements > 0, CRA_MONTH.c.author_id.in_(person_ids))
    return set((await db.execute(select(CRA_MONTH.c.author_id).where(*active))).scalars())


KEY_BYTES = 18
SHARES_MAX = 20
"""The most shared pages of one person at the same time."""
KEPT = dt.timedelta(days=30)
"""How long a page that is over stays in its owner’s list."""


class SharedPage(Numbered, table=True):
    """A page of the figures of ``user_id`` from ``first`` to ``last``, which are read anew each time it is shown.

    ``name`` is what the account said when it was shared; ``views`` counts how often it was shown, and nothing else of
    who saw it. Revoking a page deletes it.
    """

    __tablename__ = "stats_share"
    __table_args__ = {"sqlite_autoincrement": True}

    user_id: str = Field(max_length=26, index=True)
    key_hash: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=200)
    first: dt.date
    last: dt.date
    percent: Percent = Field(sa_type=Code(Percent))
    views: int = 0
    created_at: dt.datetime = Field(sa_type=UtcTime)
    expires_at: dt.datetime = Field(sa_type=UtcTime)


def make_share_key() -> str:
    """Make the key of a new page: 144 bits by chance."""
    return secrets.token_urlsafe(KEY_BYTES)


async def find_share(db: AsyncSession, key: str, now: dt.datetime) -> SharedPage | None:
    """Find the page of a key; None for one that is over, revoked, or never was: in one statement for all of them."""
    shown = (SharedPage.key_hash == hash_token(key), col(SharedPage.expires_at) > now)
    return (await db.exec(select(SharedPage).where(*shown))).first()


async def count_view(db: AsyncSession, page: SharedPage) -> None:
    """Count one more view of a page."""
    seen = update(SharedPage).where(col(SharedPage.id) == page.id).values(views=SharedPage.views + 1)
    await db.execute(seen.execution_options(synchronize_session=False))


async def count_shown(db: AsyncSession, user_id: str, now: dt.datetime) -> int:
    """Count somebody’s pages that are still shown."""
    mine = (SharedPage.user_id == user_id, col(SharedPage.expires_at) > now)
    return (await db.exec(select(func.count()).select_from(SharedPage).where(*mine))).one()


async def list_shares(db: AsyncSession, user_id: str) -> Sequence[SharedPage]:
    """List somebody’s pages, the newest first: those that are shown, and those that were not long ago."""
    mine = select(SharedPage).where(SharedPage.user_id == user_id).order_by(col(SharedPage.id).desc())
    return (await db.exec(mine)).all()


async def revoke_share(db: AsyncSession, user_id: str, number: int) -> SharedPage | None:
    """Delete one of somebody’s pages, and return it; None where it does not exist."""
    mine = (col(SharedPage.id) == number, SharedPage.user_id == user_id)
    page = (await db.exec(select(SharedPage).where(*mine))).first()
    if page is not None:
        await db.delete(page)
        await db.flush()
    return page
