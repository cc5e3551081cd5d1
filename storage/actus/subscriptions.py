"""Who gets some of the news apart, when, and what of it they want less; and whose messages are never quoted."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion


class Subscription(SQLModel, table=True):
    """Somebody’s own digest: each week on ``weekday`` (Monday is 0), or each month on the first of these
    (``monthly``), at ``hour`` where they are. ``less`` are what they want less of (« theme:courriel », « flux:3 »,
    « genre:message »), ``away_until`` is the last day of their leave. ``sent`` are the items they got, the newest
    last, ``sent_at`` when they got some last. Who ended it has no row.
    """

    __tablename__ = "news_subscription"

    user_id: str = Field(primary_key=True, max_length=26)
    monthly: bool = False
    weekday: int = 4
    hour: int = 9
    less: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    sent: list[int] = Field(default=[], sa_column=Column(JSON, nullable=False))
    away_until: date | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    begun_at: datetime = Field(sa_type=UtcTime)


class Unquoted(SQLModel, table=True):
    """Somebody whose messages go into no digest."""

    __tablename__ = "news_unquoted"

    user_id: str = Field(primary_key=True, max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def get(db: AsyncSession, user_id: str) -> Subscription | None:
    """That of somebody."""
    return (await db.exec(select(Subscription).where(col(Subscription.user_id) == user_id))).first()


async def hush(db: AsyncSession, user_id: str, now: datetime) -> None:
    """Their messages go into no digest from now on."""
    await db.execute(insertion(db, Unquoted).values({"user_id": user_id, "at": now}).on_conflict_do_nothing())


async def unhush(db: AsyncSession, user_id: str) -> None:
    """Their messages may again."""
    await db.execute(delete(Unquoted).where(col(Unquoted.user_id) == user_id))


async def is_unquoted(db: AsyncSession, user_id: str) -> bool:
    """Whether somebody’s messages go into no digest."""
    return (await db.exec(select(Unquoted.user_id).where(col(Unquoted.user_id) == user_id))).first() is not None


async def unquoted(db: AsyncSession) -> frozenset[str]:
    """Whose messages go into no digest."""
    return frozenset((await db.exec(select(Unquoted.user_id))).all())
