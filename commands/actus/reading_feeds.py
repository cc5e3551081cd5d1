"""Each hour feeds are read: what is new there comes into the pool, a little at a time; a broken one is told of once."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from bot.context import Context
from bot.feeds import Article
from bot.french.dates import say_date
from bot.french.words import plural
from bot.replies import Direct, Progress, Replies, Reply, Say, Start, Step
from bot.texts import render
from commands.actus import fetching, places
from commands.actus.carried import ReadFeeds
from commands.actus.feature import feature
from commands.actus.fetching import Reading, Source, is_plain, source_of
from storage import people
from storage.actus import feeds, items
from storage.actus.feeds import NAME_MAX, Feed
from storage.actus.items import TEXT_MAX, Item, Kind, Section
from storage.links import digest, key_of, read_link

AT_ONCE = 4
"""Feeds read in one step."""
FIRST_MAX, NEW_MAX = 1, 10
"""Articles taken of a feed: when it is first read, and each time after that. The others are no news any more."""
OLD = timedelta(days=31)
"""What came out so long ago is no news, though it was not seen before."""
TOLD_MAX = 20
"""People who are told of it where they have no room."""
FAILS_FOR = timedelta(days=7)
"""After so long in vain the animateurs are told."""


@feature.job("hour=0-1,3-23 minute=17")
async def hourly(ctx: Context) -> Replies:
    """Read all of them."""
    return Start(payload=ReadFeeds(begun=ctx.now)) if await feeds.due(ctx.db, ctx.now, 1) else None


@feature.work(ReadFeeds, title="Lecture des flux", unit=("flux", "flux"), writes=True)
async def read_some(ctx: Context, work: ReadFeeds, so_far: Progress) -> Step:
    """The next few, which the step before found. Nothing of the database is in hand while they are asked for."""
    web = fetching.web_of(ctx)
    readings = await asyncio.gather(*(fetching.read(web, Source(*each)) for each in so_far.cursor or ()))
    replies: list[Reply] = []
    words = ""
    for reading in readings:
        row = await feeds.lock(ctx.db, reading.source.number)
        if row is None or row.removed or (row.read_at and row.read_at >= work.begun):
            continue
        words = _say(reading, await note(ctx, row, reading))
        replies += await _tell(ctx, row)
    following = await _following(ctx, work)
    done = so_far.done + len(readings)
    return Step(
        replies=replies,
        cursor=[list(asdict(each).values()) for each in following],
        done=done,
        finished=not following,
        said=words if work.feed else "",
    )


async def _following(ctx: Context, work: ReadFeeds) -> Sequence[Source]:
    if work.feed is None:
        return [source_of(row) for row in await feeds.due(ctx.db, work.begun, AT_ONCE)]
    row = await feeds.get(ctx.db, work.feed)
    is_due = row is not None and not row.removed and (row.read_at is None or row.read_at < work.begun)
    return [source_of(row)] if row and is_due else []


def _say(reading: Reading, taken: int) -> str:
    """What came of one."""
    if reading.fault:
        return f"Il ne se lit pas : {reading.fault}."
    if reading.feed is None:
        return "Rien de nouveau."
    return f"{plural(taken, 'article pris', 'articles pris')} sur {reading.feed.total}."


async def note(ctx: Context, row: Feed, reading: Reading) -> int:
    """Write down what came of asking for a feed that is locked; how many articles were taken."""
    is_first, row.read_at = row.read_at is None, ctx.now
    if reading.fault:
        row.failing_since = row.failing_since or ctx.now
        row.fault = reading.fault
        row.removed = reading.gone
        ctx.db.add(row)
        await ctx.db.flush()
        return 0
    row.failing_since, row.fault, row.told_at = None, "", None
    row.etag, row.modified = reading.etag, reading.modified
    await _move(ctx, row, reading.url)
    taken = 0
    if reading.feed is not None:
        row.name = (reading.feed.name or row.name)[:NAME_MAX]
        taken = await _take(ctx, row, reading.feed.articles, first=is_first)
        row.added += taken
    ctx.db.add(row)
    await ctx.db.flush()
    return taken


async def _move(ctx: Context, row: Feed, url: str) -> None:
    """It is elsewhere for good, unless that is followed already."""
    key = key_of(url)
    if url != row.url and (key == row.key or await feeds.by_key(ctx.db, key) is None):
        row.url, row.key = url, key


async def _take(ctx: Context, row: Feed, articles: Sequence[Article], *, first: bool) -> int:
    """What is new goes into the pool, as far as there is room; all of it is seen."""
    marks = {id(each): _marks(each) for each in articles}
    fresh = await feeds.see(ctx.db, row.number, {mark for each in marks.values() for mark in each}, ctx.now)
    unseen = [each for each in _newest_first(articles, ctx.now) if marks[id(each)] <= set(fresh)]
    if not first:
        unseen = [each for each in unseen if each.at is None or each.at > ctx.now - OLD]
    taken = [_item(row, each, ctx.now) for each in unseen[: FIRST_MAX if first else NEW_MAX]]
    return len(await items.add(ctx.db, list({item.key: item for item in taken}.values())))


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


async def _tell(ctx: Context, row: Feed) -> Sequence[Reply]:
    """The animateurs hear of one that failed for a week, or is closed for good; once, until it works again."""
    since = row.failing_since
    if row.told_at is not None or since is None or not (row.removed or since <= ctx.now - FAILS_FOR):
        return []
    row.told_at = ctx.now
    ctx.db.add(row)
    text = render("actus/feed_fails", feed=row, since=say_date(since.astimezone(ctx.zone).date()))
    if room := await places.room(ctx):
        return [Say(text, channel_id=room)]
    return [Direct(text, user_id=person.id) for person in await people.animating(ctx.db, TOLD_MAX)]
