"""Parsers of remote documents into plain text: feeds (RSS, Atom, RDF), page titles, robots.txt."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from bot.plain_text import to_one_line
from config import libraries

ENDS_MAX = 250
"""Articles that are read of either end of a feed: the newest are at the one nearly everywhere, else at the other."""
ID_MAX, ADDRESS_MAX, TITLE_MAX, TEXT_MAX = 500, 1000, 200, 600
_READ_MAX = 20_000
"""Characters of one text that are read, markup included."""
_ARTICLE = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>/]")
_HEAD_MAX = 64 * 1024
_SIGNS_MAX = 200_000
"""Signs of markup in what is read: no feed needs as many, and millions would take a minute."""
_WIDE = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = re.compile(r"^(\s*<\?xml[^>]{0,200}?)\sencoding\s*=\s*[\"'][^\"']{0,40}[\"']", re.IGNORECASE)
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml"}


@dataclass(frozen=True, slots=True)
class Article:
    """An entry of a feed. ``ident`` is its own id (else its address, else its title); ``at`` its date, if it has one.
    Title and text are plain; the address is absolute or empty."""

    ident: str
    title: str
    text: str
    url: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed’s name and its articles, in order; ``total`` counts also those left out. For a page that links to a feed,
    ``declared`` is that feed’s address."""

    name: str
    articles: Sequence[Article] = ()
    total: int = 0
    declared: str = ""


class NotAFeedError(ValueError):
    """The document is no feed; the text says in French what it is."""


def parse_feed(body: bytes, headers: Mapping[str, str], url: str) -> ParsedFeed:
    """Parse a feed fetched from ``url``. Raises NotAFeedError.

    The worst ones take seconds and much memory, so the bot parses feeds in a separate process (bot.web.reader).
    """
    narrow = _to_utf8(body)
    content, left_out = _leave_out_middle(narrow)
    if content.count(b"<") + content.count(b"&") > _SIGNS_MAX:
        raise NotAFeedError("ce flux est trop long")
    told = {"content-type": headers.get("content-type", "")} if narrow is body else {}
    found: Any = libraries.feedparser.parse(
        content, response_headers=told, sanitize_html=False, resolve_relative_uris=False
    )
    articles = [each for row in found.entries[: 2 * ENDS_MAX] if (each := _article(row, url))]
    if not articles and not found.get("version"):
        page = _FeedLinkReader()
        page.feed(narrow[:_HEAD_MAX].decode("utf-8", "replace"))
        if page.declared:
            return ParsedFeed("", declared=urljoin(url, page.declared)[:ADDRESS_MAX])
        raise NotAFeedError("c’est une page, sans flux" if page.is_page else "ce n’est pas un flux")
    return ParsedFeed(_words(str(found.feed.get("title") or ""), TITLE_MAX), articles, len(articles) + left_out)


def _to_utf8(body: bytes) -> bytes:
    """Convert UTF-16 or UTF-32 to UTF-8, in which the limits are counted."""
    wide = next((name for mark, name in _WIDE if body.startswith(mark)), "")
    if not wide and b"\0" in body[:64]:
        wide = "utf-16-le" if body[1:2] == b"\0" else "utf-16-be"
    if not wide:
        return body
    return _DECLARED.sub(r"\1", body.decode(wide, "replace")[: len(body)], count=1).encode()


def _leave_out_middle(body: bytes) -> tuple[bytes, int]:
    """Return a feed without the articles in its middle, and how many were left out."""
    starts = [found.start() for found in _ARTICLE.finditer(body)]
    more = len(starts) - 2 * ENDS_MAX
    if more <= 0:
        return body, 0
    return body[: starts[ENDS_MAX]] + body[starts[-ENDS_MAX] :], more


def _article(row: Any, base: str) -> Article | None:
    """Return an article as it is kept; None for one that has neither words nor address."""
    url = _address(str(row.get("link") or ""), base)
    title = _words(str(row.get("title") or ""), TITLE_MAX)
    if not (title or url):
        return None
    ident = str(row.get("id") or "").strip()[:ID_MAX] or url or title
    return Article(ident, title or _host(url), _words(_summary(row), TEXT_MAX), url, _moment(row))


def _summary(row: Any) -> str:
    content = row.get("content") or [{}]
    return str(row.get("summary") or content[0].get("value") or "")


def _address(link: str, base: str) -> str:
    try:
        found = urljoin(base, link.strip()) if link.strip() else ""
        parts = urlsplit(found)
    except ValueError:
        return ""
    return found if parts.scheme in {"http", "https"} and parts.hostname and len(found) <= ADDRESS_MAX else ""


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _words(markup: str, most: int) -> str:
    """Return the plain text of HTML, also of HTML that was escaped."""
    text = markup[:_READ_MAX]
    for _ in range(2):
        if "<" not in text and "&" not in text:
            break
        text = html.unescape(
            libraries.nh3.clean(text.replace("<", " <"), tags=set(), clean_content_tags={"script", "style"})
        )
    return to_one_line(text, most)


def _moment(row: Any) -> datetime | None:
    """Return when an article says that it came out."""
    told = row.get("published_parsed") or row.get("updated_parsed")
    try:
        year, month, day, hour, minute, second = told[:6]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None


class _FeedLinkReader(HTMLParser):
    """Finds the feed that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.declared = ""
        self.is_page = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an opening tag says of the page."""
        self.is_page = self.is_page or tag in {"html", "body", "head"}
        said = {name: value or "" for name, value in attrs}
        is_feed = "alternate" in said.get("rel", "").lower().split() and said.get("type", "").lower() in _FEED_TYPES
        if tag == "link" and is_feed and not self.declared:
            self.declared = said.get("href", "").strip()


PAGE_TITLE_MAX = 200
"""Characters of a title."""


def parse_title(body: bytes, kind: str) -> str:
    """Parse the title of a page of that content type; "" where it has none."""
    page = _TitleReader()
    page.feed(body.decode(_charset(kind), "replace"))
    return to_one_line(page.title, PAGE_TITLE_MAX)


def allows_robot(robots: bytes, name: str, url: str) -> bool:
    """Return whether a robots.txt lets the robot of that name read an address."""
    rules = RobotFileParser()
    rules.parse(robots.decode("utf-8", "replace").splitlines())
    return rules.can_fetch(name, url)


def _charset(kind: str) -> str:
    """Return the encoding that a page declares, among those that pages have."""
    told = kind.lower().partition("charset=")[2].strip(" \"';")
    return "cp1252" if told in {"iso-8859-1", "iso-8859-15", "latin1", "windows-1252"} else "utf-8"


class _TitleReader(HTMLParser):
    """Reads the title of a page: the first one."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self._reads = self._is_read = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin to gather the words of a title."""
        self._reads = tag == "title" and not self._is_read

    def handle_endtag(self, tag: str) -> None:
        """Note that the element that is read has ended."""
        self._is_read, self._reads = self._is_read or self._reads, False

    def handle_data(self, data: str) -> None:
        """Gather some words of the title."""
        self.title += data if self._reads else ""
