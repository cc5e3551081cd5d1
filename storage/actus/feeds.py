"""Feeds that animateurs follow: where each was left, since when it fails, and what of it was seen."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, or_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Numbered, UtcTime, insertion
from storage.urls import LINK_MAX

NAME_MAX, FAULT_MAX, HEADER_MAX, SEEN_MAX = 120, 120, 200, 64
_AT_ONCE = 500
"""Rows of one statement."""


class NewsFeed(Numbered, table=True):
    """A feed: ``url`` is where it is read, ``key`` tells two apart however that is written, ``name`` what it calls
    itself. ``etag`` and ``modified`` are what its server said last, sent back to it. ``read_at`` is when it was asked
    last, ``failing_since`` since when in vain (``fault`` says how, in French), ``told_at`` when the animateurs were
    told of that. ``added`` counts what came of it. One that was ``removed`` is read no more.
    """

    __tablename__ = "news_feed"

    key: str = Field(unique=True, max_length=80)
    url: str = Field(max_length=LINK_MAX)
    name: str = Field(max_length=NAME_MAX)
    etag: str = Field(default="", max_length=HEADER_MAX)
    modified: str = Field(default="", max_length=HEADER_MAX)
    by: str = Field(default="", max_length=26)
    added_at: datetime = Field(sa_type=UtcTime)
    read_at: datetime | None = Field(default=None, sa_type=UtcTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcTime)
    fault: str = Field(default="", max_length=FAULT_MAX)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    added: int = 0
    removed: bool = False


class SeenArticle(SQLModel, table=True):
    """Something of a feed that was seen there, by its own id (a digest of it): it is no news any more."""

    __tablename__ = "news_feed_seen"

    feed: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    ident: str = Field(primary_key=True, max_length=SEEN_MAX)
    at: datetime = Field(sa_type=UtcTime)


async def list_followed(db: AsyncSession) -> Sequence[NewsFeed]:
    """List the feeds that are read, by name."""
    read = select(NewsFeed).where(~col(NewsFeed.removed))
    return (await db.exec(read.order_by(col(NewsFeed.name), col(NewsFeed.id)))).all()


async def get(db: AsyncSession, number: int) -> NewsFeed | None:
    """Get a feed by its number."""
    return await db.get(NewsFeed, number)


async def get_by_key(db: AsyncSession, key: str) -> NewsFeed | None:
    """Get a feed by its address, removed or not."""
    return (await db.exec(select(NewsFeed).where(col(NewsFeed.key) == key))).first()


async def mark_seen(db: AsyncSession, feed: int, idents: Collection[str], now: datetime) -> Collection[str]:
    """Store what was seen of a feed that is locked; return what was not seen before."""
    asked, known = sorted(idents), set[str]()
    for start in range(0, len(asked), _AT_ONCE):
        some = col(SeenArticle.ident).in_(asked[start : start + _AT_ONCE])
        known |= set((await db.exec(select(SeenArticle.ident).where(SeenArticle.feed == feed, some))).all())
    fresh = [ident for ident in asked if ident not in known]
    if fresh:
        rows = [{"feed": feed, "ident": ident, "at": now} for ident in fresh]
        await db.execute(insertion(db, SQLModel.metadata.tables["news_feed_seen"]).on_conflict_do_nothing(), rows)
    return set(fresh)


async def list_due(db: AsyncSession, before: datetime, limit: int) -> Sequence[NewsFeed]:
    """List the feeds that were not read since then, the longest unread first."""
    unread = or_(col(NewsFeed.read_at).is_(None), col(NewsFeed.read_at) < before)
    order = (col(NewsFeed.read_at).is_not(None), col(NewsFeed.read_at), col(NewsFeed.id))
    waits = select(NewsFeed).where(~col(NewsFeed.removed), unread)
    return (await db.exec(waits.order_by(*order).limit(limit))).all()


async def lock(db: AsyncSession, number: int) -> NewsFeed | None:
    """Get a feed as it is now; nobody else changes it until this transaction ends."""
    return await db.get(NewsFeed, number, with_for_update=True, populate_existing=True)


async def add_or_get(db: AsyncSession, feed: NewsFeed) -> NewsFeed:
    """Store a new feed, or get the one of the same address, removed or not; it is locked."""
    added = insertion(db, NewsFeed).values(feed.model_dump(exclude={"id"}))
    await db.execute(added.on_conflict_do_nothing(index_elements=["key"]))
    return (await db.exec(select(NewsFeed).where(col(NewsFeed.key) == feed.key).with_for_update())).one()


async def forget_seen(db: AsyncSession, feed: int) -> None:
    """Forget what was seen of a feed: when it is followed again, it begins anew."""
    await db.execute(delete(SeenArticle).where(col(SeenArticle.feed) == feed))
