"""A feed, asked of its server: what is new since it was asked last, or why it cannot be had, in French."""

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.context import Context
from bot.syndication import Feed
from bot.web import Answer, Trouble, Unreadable, Web, WebError
from storage.actus import feeds
from storage.actus.feeds import FAULT_MAX, HEADER_MAX
from storage.links import LINK_MAX, read_link

BYTES_MAX = 5 * 1024 * 1024
ALL_S = 30.0
"""Seconds that one answer takes at most, redirects included."""
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
class Source:
    """A feed to be asked for: what its server said of it last; ``is_new`` before it was ever read."""

    number: int
    url: str
    etag: str = ""
    modified: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of asking: the ``feed``, unless it is as it was, is ``gone`` for good, or there is a ``fault``. ``url``
    is where it is from now on; ``stopped`` where reading it took more than there is for it."""

    source: Source
    url: str
    feed: Feed | None = None
    fault: str = ""
    gone: bool = False
    stopped: bool = False
    etag: str = ""
    modified: str = ""


def web_of(ctx: Context) -> Web:
    """What feeds are asked with: it goes to private addresses where the operator lets it; nothing else does."""
    return ctx.web.anywhere() if ctx.settings.allow_private_feeds else ctx.web


def address(text: str, *, private: bool) -> str:
    """The address of a feed; ``private`` ones of one machine too. Raises ValueError, with a French sentence."""
    try:
        return read_link(text)
    except ValueError:
        if not private or not is_plain(text.strip()):
            raise
        return text.strip()


def is_plain(url: str) -> bool:
    """Whether an address may be kept, wherever it leads."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    return is_web and len(url) <= LINK_MAX and not _FORBIDDEN.search(url)


async def read(web: Web, source: Source) -> Reading:
    """Ask for it, in the time there is."""
    try:
        return await _read(web, source)
    except Unreadable:
        return Reading(source, source.url, fault=UNREADABLE, stopped=True)
    except WebError as error:
        return Reading(source, source.url, fault=_FAULTS[error.trouble])
    except ValueError as error:
        return Reading(source, source.url, fault=str(error)[:FAULT_MAX])


async def _read(web: Web, source: Source) -> Reading:
    known = {"If-None-Match": source.etag, "If-Modified-Since": source.modified}
    answer = await _ask(web, source.url, {name: said for name, said in known.items() if said})
    url = answer.moved if is_plain(answer.moved) else source.url
    if answer.status == 304:
        return Reading(source, url, etag=source.etag, modified=source.modified)
    if answer.status == 410:
        return Reading(source, source.url, fault="le flux est fermé", gone=True)
    feed = await _parsed(web, answer)
    if feed.declared:
        if not source.is_new or not is_plain(feed.declared):
            raise ValueError("c’est une page, plus un flux")
        url, answer = feed.declared, await _ask(web, feed.declared, {})
        feed = await _parsed(web, answer)
        if feed.declared:
            raise ValueError("c’est une page, sans flux")
    return Reading(source, url, feed, etag=_header(answer, "etag"), modified=_header(answer, "last-modified"))


async def _ask(web: Web, url: str, known: dict[str, str]) -> Answer:
    """A site that asks robots to stay away does not mean feeds, which are made for programs: an animateur wants it."""
    try:
        async with asyncio.timeout(ALL_S):
            return await web.fetch("GET", url, most=BYTES_MAX + 1, robots=False, known=known)
    except TimeoutError:
        raise WebError(Trouble.SLOW, url) from None


async def _parsed(web: Web, answer: Answer) -> Feed:
    if answer.status >= 400:
        raise ValueError(_STATUSES.get(answer.status, f"le site répond par une erreur ({answer.status})"))
    if answer.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise ValueError("la réponse est compressée, ce que le bot ne demande pas")
    if len(answer.body) > BYTES_MAX:
        raise ValueError(f"ce flux pèse plus de {BYTES_MAX // 2**20} Mo")
    return await web.reader.feed(answer.body, answer.headers.get("content-type", ""), answer.url)


def _header(answer: Answer, name: str) -> str:
    said = answer.headers.get(name, "")
    return said if len(said) <= HEADER_MAX and said.isascii() and said.isprintable() else ""


def source_of(feed: feeds.Feed) -> Source:
    """What is known of one that is followed."""
    return Source(feed.number, feed.url, feed.etag, feed.modified, feed.read_at is None)
