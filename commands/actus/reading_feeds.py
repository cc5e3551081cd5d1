"""Each hour feeds are read: what is new there comes into the pool, a little at a time; a broken one is told of once."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from bot.context import Context
from bot.french.dates import say_date
from bot.french.words import plural
from bot.others import is_there
from bot.replies import Direct, Message, Progress, Replies, Reply, Start, Step
from bot.texts import render
from commands.actus import fetching, words
from commands.actus.bringing import note
from commands.actus.carried import ReadFeeds
from commands.actus.feature import feature
from commands.actus.fetching import Reading, Source, source_of
from storage import claims
from storage.actus import feeds
from storage.actus.feeds import Feed

AT_ONCE = 4
"""Feeds read in one step."""
FAILS_FOR = timedelta(days=7)
"""After so long in vain the animateurs are told."""


@feature.job("hour=0-1,3-23 minute=17", name="actus.hourly")
async def hourly(ctx: Context) -> Replies:
    """Read all of them."""
    return Start(payload=ReadFeeds(begun=ctx.now)) if await feeds.due(ctx.db, ctx.now, 1) else None


@feature.chore(ReadFeeds, name="actus.ReadFeeds", title="Lecture des flux", unit=("flux", "flux"), writes=True)
async def read_some(ctx: Context, work: ReadFeeds, so_far: Progress) -> Step:
    """The next few, which the step before found. They are asked for beside the steps, with nothing of the database in
    hand."""
    sources = [Source(*each) for each in so_far.cursor or ()]
    readings = (
        await ctx.errands.fetch(f"feeds {work.begun} {sources}", lambda: _read_all(ctx, sources)) if sources else ()
    )
    replies: list[Reply] = []
    told = ""
    for reading in readings:
        row = await feeds.lock(ctx.db, reading.source.number)
        if row is None or row.removed or (row.read_at and row.read_at >= work.begun):
            continue
        told = _say(reading, await note(ctx.db, row, reading, ctx.now))
        replies += [*await _tell(ctx, row), *([] if work.feed else await _tell_owner(ctx, row, reading))]
    following = await _following(ctx, work)
    done = so_far.done + len(readings)
    return Step(
        replies=replies,
        cursor=[list(asdict(each).values()) for each in following],
        done=done,
        finished=not following,
        said=told if work.feed else "",
    )


async def _read_all(ctx: Context, sources: Sequence[Source]) -> Sequence[Reading]:
    web = fetching.web_of(ctx)
    return await asyncio.gather(*(fetching.read(web, each) for each in sources))


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


async def _tell(ctx: Context, row: Feed) -> Sequence[Reply]:
    """The animateurs hear of one that failed for a week, or is closed for good; once, until it works again."""
    since = row.failing_since
    if row.told_at is not None or since is None or not (row.removed or since <= ctx.now - FAILS_FOR):
        return []
    row.told_at = ctx.now
    ctx.db.add(row)
    text = render("actus/feed_fails", feed=row, since=say_date(since.astimezone(ctx.zone).date()))
    return await words.tell_team(ctx, Message(text))


async def _tell_owner(ctx: Context, row: Feed, reading: Reading) -> Sequence[Reply]:
    """Whoever added one whose reading was stopped hears of it at once; once, until it works again."""
    since = row.failing_since
    if not reading.stopped or since is None or not await is_there(ctx, row.by):
        return []
    if not await claims.claim(ctx.db, "actus.feed_stopped", f"{row.number}:{since.isoformat()}", ctx.now):
        return []
    return [Direct(render("actus/feed_stopped", feed=row), user_id=row.by)]
