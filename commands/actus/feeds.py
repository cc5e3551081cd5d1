"""« /actus flux »: the feeds that animateurs follow for the news: which, how each is, one more, one less."""

import asyncio
import re
from datetime import datetime

from bot.context import Context
from bot.errors import UserError
from bot.french.moments import say_moment
from bot.journaling import Deed, note_at_end
from bot.replies import Replies, Start, Whisper
from bot.texts import render
from commands.actus import fetching
from commands.actus.bringing import note
from commands.actus.carried import ReadFeeds
from commands.actus.feature import ANIMATEURS, feature
from commands.actus.fetching import Reading, Source
from config.folding import fold
from storage.actus import feeds
from storage.actus.feeds import NAME_MAX, Feed
from storage.journal import Act
from storage.links import key_of

AT_ONCE_S = 1.5
"""Seconds for which somebody waits for the answer; what takes longer goes on by itself."""
USAGE = "Tapez `/actus flux`, `/actus flux ajouter ADRESSE`, `/actus flux retirer 3` ou `/actus flux essayer 3`."


@feature.command(
    "actus flux",
    help="Les flux que les actus suivent",
    hint="[ajouter adresse | retirer 3 | essayer 3]",
    roles=ANIMATEURS,
    writes=True,
)
async def flux(ctx: Context, line: str) -> Replies:
    """The list, or what is to be done with one."""
    word, _, rest = line.strip().partition(" ")
    match fold(word):
        case "":
            return await _list(ctx)
        case "ajouter" | "suivre":
            return await _add(ctx, rest.strip().strip("<>"))
        case "retirer" | "supprimer":
            return await _remove(ctx, await _numbered(ctx, rest))
        case "essayer" | "lire":
            one = await _numbered(ctx, rest)
            return Start(payload=ReadFeeds(begun=ctx.now, feed=one.number))
    raise UserError(USAGE)


async def _list(ctx: Context) -> Replies:
    rows = [(feed, _say_state(ctx, feed)) for feed in await feeds.followed(ctx.db)]
    return Whisper(render("actus/feeds", rows=rows))


def _say_state(ctx: Context, feed: Feed) -> str:
    """How it stands, in a sentence without its point."""
    if feed.failing_since is not None:
        return f"ne se lit plus depuis {_say(ctx, feed.failing_since)} : {feed.fault}"
    return f"lu {_say(ctx, feed.read_at)}" if feed.read_at else "pas encore lu"


def _say(ctx: Context, moment: datetime) -> str:
    return f"le {say_moment(moment.astimezone(ctx.zone))}"


async def _numbered(ctx: Context, text: str) -> Feed:
    """The feed of that number, which is followed. Raises UserError."""
    found = re.fullmatch(r"(?:n°? ?)?(\d{1,9})", text.strip().replace("\u00a0", " "))
    feed = await feeds.lock(ctx.db, int(found[1])) if found else None
    if feed is None or feed.removed:
        raise UserError(f"Quel flux ? {USAGE}" if not found else f"Il n’y a pas de flux n° {found[1]}.")
    return feed


async def _remove(ctx: Context, feed: Feed) -> Replies:
    feed.removed = True
    ctx.db.add(feed)
    note_at_end(ctx, Deed(Act.FEED, f"flux:{feed.number}", before={"url": feed.url}, after={"retire": True}))
    return Whisper(render("actus/feed_removed", feed=feed))


async def _add(ctx: Context, text: str) -> Replies:
    """Read at once, if its server answers at once; nothing is kept of what is no feed."""
    if not text:
        raise UserError(f"Quel flux ? {USAGE}")
    try:
        url = fetching.address(text, private=ctx.settings.allow_private_feeds)
    except ValueError:
        raise UserError(f"« {text[:80]} » n’est pas l’adresse d’un flux que le bot peut lire : il lui faut une adresse "
                        "publique, comme https://exemple.fr/rss.") from None  # fmt: skip
    reading = await _read_at_once(ctx, Source(0, url, is_new=True))
    if reading and reading.fault:
        raise UserError(f"Ce flux ne se lit pas : {reading.fault}.")
    feed = await _kept(ctx, reading.url if reading else url)
    note_at_end(ctx, Deed(Act.FEED, f"flux:{feed.number}", after={"url": feed.url}))
    if feed.read_at is not None:
        return Whisper(render("actus/feed_known", feed=feed))
    if reading is None or reading.feed is None:
        return [
            Whisper(render("actus/feed_slow", feed=feed)),
            Start(payload=ReadFeeds(begun=ctx.now, feed=feed.number)),
        ]
    taken = await note(ctx.db, feed, reading, ctx.now)
    return Whisper(render("actus/feed_added", feed=feed, taken=taken, total=reading.feed.total))


async def _read_at_once(ctx: Context, source: Source) -> Reading | None:
    try:
        async with asyncio.timeout(AT_ONCE_S):
            return await fetching.read(fetching.web_of(ctx), source)
    except TimeoutError:
        return None


async def _kept(ctx: Context, url: str) -> Feed:
    """The feed of that address, followed from now on; as it was, if it is followed already."""
    host = url.partition("://")[2].partition("/")[0]
    new = Feed(key=key_of(url), url=url, name=host[:NAME_MAX], by=ctx.user.id, added_at=ctx.now)
    feed = await feeds.keep(ctx.db, new)
    if feed.removed:
        await feeds.forget_seen(ctx.db, feed.number)
        feed.removed, feed.read_at, feed.by, feed.added_at, feed.url = False, None, ctx.user.id, ctx.now, url
        feed.failing_since, feed.told_at, feed.fault, feed.etag, feed.modified = None, None, "", "", ""
        ctx.db.add(feed)
    return feed
