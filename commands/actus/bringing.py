"""What a reading of a feed leaves: where it was left, and its newest articles in the pool, a few at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.syndication import Article
from commands.actus.fetching import Reading, is_plain
from storage.actus import feeds, items
from storage.actus.feeds import NAME_MAX, Feed
from storage.actus.items import TEXT_MAX, Item, Kind, Section
from storage.links import InsideError, digest, key_of, read_link

FIRST_MAX, NEW_MAX = 1, 10
"""Articles taken of a feed: when it is first read, and each time after that. The others are no news any more."""
OLD = timedelta(days=31)
"""What came out so long ago is no news, though it was not seen before."""


async def note(db: AsyncSession, row: Feed, reading: Reading, now: datetime) -> int:
    """Write down what came of asking for a feed that is locked; how many articles were taken."""
    is_first, row.read_at = row.read_at is None, now
    if reading.fault:
        row.failing_since = row.failing_since or now
        row.fault = reading.fault
        row.removed = reading.gone
        db.add(row)
        await db.flush()
        return 0
    row.failing_since, row.fault, row.told_at = None, "", None
    row.etag, row.modified = reading.etag, reading.modified
    await _move(db, row, reading.url)
    taken = 0
    if reading.feed is not None:
        row.name = (reading.feed.name or row.name)[:NAME_MAX]
        taken = await _take(db, row, reading.feed.articles, now, first=is_first)
        row.added += taken
    db.add(row)
    await db.flush()
    return taken


async def _move(db: AsyncSession, row: Feed, url: str) -> None:
    """It is elsewhere for good, unless that is followed already."""
    key = key_of(url)
    if url != row.url and (key == row.key or await feeds.by_key(db, key) is None):
        row.url, row.key = url, key


async def _take(db: AsyncSession, row: Feed, articles: Sequence[Article], now: datetime, *, first: bool) -> int:
    """What is new goes into the pool, as far as there is room; all of it is seen."""
    marks = {id(each): _marks(each) for each in articles}
    fresh = await feeds.see(db, row.number, {mark for each in marks.values() for mark in each}, now)
    unseen = [each for each in _newest_first(articles, now) if marks[id(each)] <= set(fresh)]
    if not first:
        unseen = [each for each in unseen if each.at is None or each.at > now - OLD]
    taken = [_item(row, each, now) for each in unseen[: FIRST_MAX if first else NEW_MAX]]
    return len(await items.add(db, list({item.key: item for item in taken}.values())))


def _marks(article: Article) -> set[str]:
    """What tells it apart: its own id, and its link however that is written."""
    link = _link(article.url)
    return {digest("id", article.ident)} | ({key_of(link)} if link else set())


def _newest_first(articles: Sequence[Article], now: datetime) -> Sequence[Article]:
    """As they say themselves, and as they stand where one does not say it; none is of tomorrow."""
    if all(each.at for each in articles):
        return sorted(articles, key=lambda each: min(each.at or now, now), reverse=True)
    return articles


def _link(url: str) -> str:
    """An address as it is kept: without what tracks people."""
    try:
        return read_link(url)
    except InsideError:
        return ""
    except ValueError:
        return url if is_plain(url) else ""


def _item(row: Feed, article: Article, now: datetime) -> Item:
    link = _link(article.url)
    return Item(
        key=items.key_of_link(link) if link else digest("flux", f"{row.number}:{article.ident}"),
        kind=Kind.FEED,
        section=Section.PRESS,
        title=article.title,
        text="" if article.text == article.title else article.text[:TEXT_MAX],
        url=link,
        credit=row.name,
        feed=row.number,
        found_at=now,
    )
