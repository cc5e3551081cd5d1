"""« /actus flux »: RSS and Atom feeds that the news follow, managed by animateurs; new articles are fetched each
hour."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.account_status import is_active
from bot.audit import AuditEntry, record_entry_at_end
from bot.command_lines import read_typed_number
from bot.context import Context
from bot.documents import Article, ParsedFeed
from bot.errors import UserError
from bot.french import say_date, say_moment
from bot.replies import Message, News, Progress, Replies, Reply, Start, Step, Whisper
from bot.texts import render
from bot.web import Trouble, UnreadableDocument, WebClient, WebError, WebResponse
from commands.actus import editions
from commands.actus.editions import ANIMATEURS, feature
from config.text import fold
from storage import claims, journal
from storage.actus import items
from storage.actus.items import FAULT_MAX, HEADER_MAX, NAME_MAX, TEXT_MAX, Item, ItemKind, NewsFeed, NewsSection
from storage.database import change
from storage.urls import LINK_MAX, InsideError, digest_key, read_link, url_key


class ReadFeeds(BaseModel):
    """Long work: read all feeds not read since it began, or a single ``feed`` on demand."""

    begun: datetime
    feed: int | None = None


BYTES_MAX = 5 * 1024 * 1024
ALL_S = 30.0
"""The most seconds that one answer may take, with its redirects."""
_FORBIDDEN = re.compile(r"[\s<>\"\\`\x00-\x1f\x7f]")
_FAULTS = {
    Trouble.NAME: "ce nom de site n’existe pas",
    Trouble.REFUSED: "personne ne répond à cette adresse",
    Trouble.TLS: "le site ne prouve pas qui il est (certificat)",
    Trouble.SLOW: "le site ne répond pas à temps",
    Trouble.ODD: "la réponse est illisible",
    Trouble.LOOP: "le site renvoie sans fin d’une page à l’autre",
    Trouble.FORBIDDEN: "cette adresse n’est pas publique : le bot n’y va pas",
    Trouble.ROBOTS: "le site ne veut pas de robots",
    Trouble.BUSY: "le site demande qu’on le laisse un moment tranquille",
}
UNREADABLE = "il est trop lourd ou trop abîmé, le bot a arrêté sa lecture"
_STATUSES = {401: "l’accès est réservé", 403: "l’accès est refusé", 404: "il n’y a rien à cette adresse"}


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A feed to fetch, with what its server said last (for a conditional request); ``is_new`` if it was never read."""

    number: int
    url: str
    etag: str = ""
    modified: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class FeedReading:
    """The result of fetching a feed: its content (None if unchanged), ``gone`` for good, or the ``fault`` in French.
    ``url`` is its address from now on; ``stopped`` says that reading it took too long."""

    source: FeedSource
    url: str
    feed: ParsedFeed | None = None
    fault: str = ""
    gone: bool = False
    stopped: bool = False
    etag: str = ""
    modified: str = ""


def get_web(ctx: Context) -> WebClient:
    """Return the web client for feeds: the only one that may reach private addresses, if the operator allows it."""
    return ctx.web.anywhere() if ctx.settings.allow_private_feeds else ctx.web


def read_feed_address(text: str, *, private: bool) -> str:
    """Read the address of a feed; ``private`` ones too. Raises ValueError, with a French sentence."""
    try:
        return read_link(text)
    except ValueError:
        if not private or not is_plain_url(text.strip()):
            raise
        return text.strip()


def is_plain_url(url: str) -> bool:
    """Return whether an address may be stored, whatever host it names."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    return is_web and len(url) <= LINK_MAX and not _FORBIDDEN.search(url)


async def fetch_feed(web: WebClient, source: FeedSource) -> FeedReading:
    """Fetch a feed within the time limit."""
    try:
        return await _fetch(web, source)
    except UnreadableDocument:
        return FeedReading(source, source.url, fault=UNREADABLE, stopped=True)
    except WebError as error:
        return FeedReading(source, source.url, fault=_FAULTS[error.trouble])
    except ValueError as error:
        return FeedReading(source, source.url, fault=str(error)[:FAULT_MAX])


async def _fetch(web: WebClient, source: FeedSource) -> FeedReading:
    known = {"If-None-Match": source.etag, "If-Modified-Since": source.modified}
    answer = await _request(web, source.url, {name: said for name, said in known.items() if said})
    url = answer.moved if is_plain_url(answer.moved) else source.url
    if answer.status == 304:
        return FeedReading(source, url, etag=source.etag, modified=source.modified)
    if answer.status == 410:
        return FeedReading(source, source.url, fault="le flux est fermé", gone=True)
    feed = await _parse(web, answer)
    if feed.declared:
        if not source.is_new or not is_plain_url(feed.declared):
            raise ValueError("c’est une page, plus un flux")
        url, answer = feed.declared, await _request(web, feed.declared, {})
        feed = await _parse(web, answer)
        if feed.declared:
            raise ValueError("c’est une page, sans flux")
    etag, modified = _read_header(answer, "etag"), _read_header(answer, "last-modified")
    return FeedReading(source, url, feed, etag=etag, modified=modified)


async def _request(web: WebClient, url: str, known: dict[str, str]) -> WebResponse:
    """Request a page although its robots.txt may refuse: feeds are made for programs, and an animateur asked for this
    one."""
    try:
        async with asyncio.timeout(ALL_S):
            return await web.fetch("GET", url, most=BYTES_MAX + 1, robots=False, known=known)
    except TimeoutError:
        raise WebError(Trouble.SLOW, url) from None


async def _parse(web: WebClient, answer: WebResponse) -> ParsedFeed:
    if answer.status >= 400:
        raise ValueError(_STATUSES.get(answer.status, f"le site répond par une erreur ({answer.status})"))
    if answer.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise ValueError("la réponse est compressée, ce que le bot ne demande pas")
    if len(answer.body) > BYTES_MAX:
        raise ValueError(f"ce flux pèse plus de {BYTES_MAX // 2**20} Mo")
    return await web.reader.feed(answer.body, answer.headers.get("content-type", ""), answer.url)


def _read_header(answer: WebResponse, name: str) -> str:
    said = answer.headers.get(name, "")
    return said if len(said) <= HEADER_MAX and said.isascii() and said.isprintable() else ""


FIRST_MAX, NEW_MAX = 1, 10
"""The most articles taken from a feed: when it is first read, and each time after that."""
OLDEST = timedelta(days=31)
"""Articles that are older than that are not taken, even if they were not seen before."""


async def record_reading(db: AsyncSession, row: NewsFeed, reading: FeedReading, now: datetime) -> int:
    """Store the result of reading a feed whose row is locked; return how many articles were taken."""
    if reading.fault:
        since = row.failing_since or now
        await change(db, row, read_at=now, failing_since=since, fault=reading.fault, removed=reading.gone)
        return 0
    values: dict[str, Any] = {"read_at": now, "failing_since": None, "fault": "", "told_at": None}
    values |= {"etag": reading.etag, "modified": reading.modified}
    key = url_key(reading.url)
    if reading.url != row.url and (key == row.key or await items.get_feed_by_key(db, key) is None):
        values |= {"url": reading.url, "key": key}
    taken = 0
    if reading.feed is not None:
        row.name = (reading.feed.name or row.name)[:NAME_MAX]
        taken = await _take_articles(db, row, reading.feed.articles, now)
    await change(db, row, name=row.name, added=row.added + taken, **values)
    return taken


async def _take_articles(db: AsyncSession, row: NewsFeed, articles: Sequence[Article], now: datetime) -> int:
    """Put new articles into the pool, as far as there is room; all of them count as seen."""
    marks = {id(each): _mark_article(each) for each in articles}
    fresh = await items.mark_seen(db, row.number, {mark for each in marks.values() for mark in each}, now)
    unseen = [each for each in _sort_newest(articles, now) if marks[id(each)] <= set(fresh)]
    if _is_new(row):
        unseen = unseen[:FIRST_MAX]
    else:
        unseen = [each for each in unseen if each.at is None or each.at > now - OLDEST][:NEW_MAX]
    taken = [_make_article_item(row, each, now) for each in unseen]
    return len(await items.add(db, list({item.key: item for item in taken}.values())))


def _is_new(row: NewsFeed) -> bool:
    """Return whether a feed was never read, or has only failed since it was added."""
    return row.read_at is None or (row.failing_since is not None and not row.added)


def _mark_article(article: Article) -> set[str]:
    """Return the keys that identify an article: its own id, and its normalised link."""
    link = _clean_link(article.url)
    return {digest_key("id", article.ident)} | ({url_key(link)} if link else set())


def _sort_newest(articles: Sequence[Article], now: datetime) -> Sequence[Article]:
    """Sort articles by date, newest first; keep the feed’s order if one has no date. Dates in the future count as
    now."""
    if all(each.at for each in articles):
        return sorted(articles, key=lambda each: min(each.at or now, now), reverse=True)
    return articles


def _clean_link(url: str) -> str:
    """Normalise a link, without its tracking parameters."""
    try:
        return read_link(url)
    except InsideError:
        return ""
    except ValueError:
        return url if is_plain_url(url) else ""


def _make_article_item(row: NewsFeed, article: Article, now: datetime) -> Item:
    link = _clean_link(article.url)
    return Item(
        key=url_key(link) if link else digest_key("flux", f"{row.number}:{article.ident}"),
        kind=ItemKind.FEED,
        section=NewsSection.PRESS,
        title=article.title,
        text="" if article.text == article.title else article.text[:TEXT_MAX],
        url=link,
        credit=row.name,
        feed=row.number,
        found_at=now,
    )


AT_ONCE_S = 1.5
"""How many seconds somebody waits for a feed that they add; a slower one is read in the background."""


@feature.command(
    "actus flux",
    help="Les flux que les actus suivent",
    hint="[ajouter adresse | retirer 3 | essayer 3]",
    roles=ANIMATEURS,
    writes=True,
)
async def manage_feeds(ctx: Context, line: str) -> Replies:
    """List the feeds, or run the action that the line names."""
    word, _, rest = line.strip().partition(" ")
    match fold(word):
        case "":
            rows = [(feed, _say_state(ctx, feed)) for feed in await items.list_followed_feeds(ctx.db)]
            return Whisper(render("actus/feeds", rows=rows))
        case "ajouter" | "suivre":
            return await _add_feed(ctx, rest.strip().strip("<>"))
        case "retirer" | "supprimer":
            return await _remove_feed(ctx, await _get_numbered(ctx, rest))
        case "essayer" | "lire":
            one = await _get_numbered(ctx, rest)
            tried = Whisper(render("actus/feed_tried", feed=one))
            return [tried, Start(payload=ReadFeeds(begun=ctx.now, feed=one.number))]
    raise UserError(render("actus/feed_usage"))


def _say_state(ctx: Context, feed: NewsFeed) -> str:
    """Say how a feed is doing, as a sentence without its full stop."""
    if feed.failing_since is not None:
        return f"ne se lit plus depuis le {say_moment(feed.failing_since.astimezone(ctx.zone))} : {feed.fault}"
    return f"lu le {say_moment(feed.read_at.astimezone(ctx.zone))}" if feed.read_at else "pas encore lu"


async def _get_numbered(ctx: Context, text: str) -> NewsFeed:
    """Get the feed of that number, which is followed. Raises UserError."""
    number = read_typed_number(text, "flux")
    feed = await items.lock_feed(ctx.db, number) if number is not None else None
    if feed is None or feed.removed:
        raise UserError(render("actus/which_feed") if number is None else render("actus/unknown_feed", number=number))
    return feed


async def _remove_feed(ctx: Context, feed: NewsFeed) -> Replies:
    await change(ctx.db, feed, removed=True)
    before, after = {"url": feed.url}, {"retire": True}
    record_entry_at_end(ctx, AuditEntry(journal.AuditAct.FEED, f"flux:{feed.number}", before=before, after=after))
    return Whisper(render("actus/feed_removed", feed=feed))


async def _add_feed(ctx: Context, text: str) -> Replies:
    """Follow a feed, and read it at once if its server answers quickly. An address without a feed is not stored."""
    if not text:
        raise UserError(render("actus/which_feed"))
    try:
        url = read_feed_address(text, private=ctx.settings.allow_private_feeds)
    except ValueError:
        raise UserError(render("actus/no_feed_address", text=text[:80])) from None
    reading = await _read_at_once(ctx, FeedSource(0, url, is_new=True))
    if reading and reading.fault:
        raise UserError(render("actus/feed_unreadable", fault=reading.fault))
    feed = await _follow_feed(ctx, reading.url if reading else url)
    record_entry_at_end(ctx, AuditEntry(journal.AuditAct.FEED, f"flux:{feed.number}", after={"url": feed.url}))
    if feed.read_at is not None:
        return Whisper(render("actus/feed_known", feed=feed))
    if reading is None or reading.feed is None:
        later = Start(payload=ReadFeeds(begun=ctx.now, feed=feed.number))
        return [Whisper(render("actus/feed_slow", feed=feed)), later]
    taken = await record_reading(ctx.db, feed, reading, ctx.now)
    return Whisper(render("actus/feed_added", feed=feed, taken=taken, total=reading.feed.total))


async def _read_at_once(ctx: Context, source: FeedSource) -> FeedReading | None:
    try:
        async with asyncio.timeout(AT_ONCE_S):
            return await fetch_feed(get_web(ctx), source)
    except TimeoutError:
        return None


async def _follow_feed(ctx: Context, url: str) -> NewsFeed:
    """Follow the feed of that address; if it is followed already, change nothing."""
    host = url.partition("://")[2].partition("/")[0]
    new = NewsFeed(key=url_key(url), url=url, name=host[:NAME_MAX], by=ctx.user.id, added_at=ctx.now)
    feed = await items.add_or_get_feed(ctx.db, new)
    if feed.removed:
        await items.forget_seen(ctx.db, feed.number)
        await change(ctx.db, feed, **new.model_dump(exclude={"id", "key", "name", "added"}))
    return feed


AT_ONCE = 4
"""How many feeds one step reads."""
FAILS_FOR = timedelta(days=7)
"""How long a feed must fail before the animateurs are told."""


@feature.job("minute=17", name="actus.hourly")
async def read_hourly(ctx: Context) -> Replies:
    """Start to read all feeds."""
    return Start(payload=ReadFeeds(begun=ctx.now)) if await items.list_due_feeds(ctx.db, ctx.now, 1) else None


@feature.chore(ReadFeeds, name="actus.ReadFeeds", title="Lecture des flux", unit=("flux", "flux"), writes=True)
async def read_next_feeds(ctx: Context, work: ReadFeeds, so_far: Progress) -> Step:
    """Read the next few feeds, which the step before has chosen. They are fetched outside the transaction."""
    sources = [FeedSource(*each) for each in so_far.cursor or ()]
    fetched = f"feeds {work.begun} {sources}"
    readings = await ctx.errands.fetch(fetched, lambda: _fetch_all(ctx, sources)) if sources else ()
    replies: list[Reply] = []
    told = ""
    for reading in readings:
        row = await items.lock_feed(ctx.db, reading.source.number)
        if row is None or not _is_due(row, work):
            continue
        told = _say_reading(reading, await record_reading(ctx.db, row, reading, ctx.now))
        replies += [*await _tell_team(ctx, row), *([] if work.feed else await _tell_owner(ctx, row, reading))]
    rows = await _find_following(ctx, work)
    following = [[row.number, row.url, row.etag, row.modified, _is_new(row)] for row in rows]
    done, said = so_far.done + len(readings), told if work.feed else ""
    return Step(replies=replies, cursor=following, done=done, finished=not following, said=said)


async def _fetch_all(ctx: Context, sources: Sequence[FeedSource]) -> Sequence[FeedReading]:
    web = get_web(ctx)
    return await asyncio.gather(*(fetch_feed(web, each) for each in sources))


async def _find_following(ctx: Context, work: ReadFeeds) -> Sequence[NewsFeed]:
    if work.feed is None:
        return await items.list_due_feeds(ctx.db, work.begun, AT_ONCE)
    row = await items.get_feed(ctx.db, work.feed)
    return [row] if row and _is_due(row, work) else []


def _is_due(row: NewsFeed, work: ReadFeeds) -> bool:
    return not row.removed and (row.read_at is None or row.read_at < work.begun)


def _say_reading(reading: FeedReading, taken: int) -> str:
    """Say what came of reading a feed."""
    if reading.fault:
        return render("actus/feed_fault", fault=reading.fault, number=0 if reading.gone else reading.source.number)
    if reading.feed is None:
        return render("actus/feed_nothing_new")
    return render("actus/feed_taken", taken=taken, total=reading.feed.total)


async def _tell_team(ctx: Context, row: NewsFeed) -> Sequence[Reply]:
    """Tell the animateurs once that a feed has failed for a week or is gone for good; again only after it has
    worked."""
    since = row.failing_since
    if row.told_at is not None or since is None or not (row.removed or since <= ctx.now - FAILS_FOR):
        return []
    await change(ctx.db, row, told_at=ctx.now)
    text = render("actus/feed_fails", feed=row, since=say_date(since.astimezone(ctx.zone).date()))
    return await editions.tell_team(ctx, Message(text))


async def _tell_owner(ctx: Context, row: NewsFeed, reading: FeedReading) -> Sequence[Reply]:
    """Tell whoever added a feed that reading it was stopped; once, until it works again."""
    since = row.failing_since
    if not reading.stopped or since is None or not await is_active(ctx, row.by):
        return []
    if not await claims.claim(ctx.db, "actus.feed_stopped", f"{row.number}:{since.isoformat()}", ctx.now):
        return []
    return [News(user_id=row.by, text=render("actus/feed_stopped", feed=row))]
