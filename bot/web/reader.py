"""Parsing of remote documents in a separate process (bot.parsers), and a cache of robots.txt files."""

import asyncio
import json
import os
import sys
from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError
from yarl import URL

from bot.documents import NotAFeedError, ParsedFeed, allows_robot
from bot.tasks import loop_time

T = TypeVar("T")
log = structlog.get_logger()
TIME_S = 15.0
"""Seconds that reading something may take, its process's start included; waiting for one's turn does not count."""


class UnreadableDocument(Exception):
    """A document exceeded the limits of memory or time, or crashed its parser."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """The result of parsing: a feed, or what the document is instead."""

    feed: ParsedFeed | None = None
    fault: str = ""


_FEED, _TITLE, _LEAVE = TypeAdapter(_Parsed), TypeAdapter(str), TypeAdapter(bool)


class DocumentReader:
    """Parses documents. Its methods raise UnreadableDocument."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def feed(self, body: bytes, kind: str, url: str) -> ParsedFeed:
        """Parse a feed of that content type. Also raises NotAFeedError."""
        answer = await self._ask(_FEED, "feed", body, kind=kind, url=url)
        if answer.feed is None:
            raise NotAFeedError(answer.fault)
        return answer.feed

    async def title(self, body: bytes, kind: str) -> str:
        """Return the title of a page; "" if it has none."""
        return await self._ask(_TITLE, "title", body, kind=kind)

    async def lets_in(self, body: bytes, name: str, url: str) -> bool:
        """Return whether a robots.txt lets this robot fetch a URL."""
        return await self._ask(_LEAVE, "robots", body, name=name, url=url)

    async def _ask(self, answers: TypeAdapter[T], parser: str, body: bytes, **told: str) -> T:
        async with self._turn:
            found = await _run(parser, json.dumps(told).encode() + b"\n" + body)
        try:
            return answers.validate_json(found)
        except ValidationError:
            log.warning("unreadable", parser=parser, size=len(body))
            raise UnreadableDocument(parser) from None


async def _run(parser: str, given: bytes) -> bytes:
    """Run the parser process and return its answer, empty if it was killed; the process never outlives the call."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-S", "-P", "-m", "bot.parsers", parser),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd="/",
        # The bot's own secrets are in its environment.
        env={"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(TIME_S):
            return (await process.communicate(given))[0]
    except TimeoutError:
        return b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


ROBOTS_MAX = 500 * 1024
"""Bytes of such a file that are read, as the RFC wants at least."""
REMEMBERED_MAX = 4 * 1024 * 1024
"""The most bytes of robots.txt files that are kept in memory, of all sites together."""
_SITE_BYTES = 200
"""The bytes that a site takes in memory beside its robots.txt."""
DAY = 24 * 3600.0
_LONG = 16 * 1024
"""Bytes of a file that is read in a process of its own: others do not wait for it."""


@dataclass(frozen=True, slots=True)
class RobotRules:
    """A robots.txt as read at ``since`` (event loop time, seconds); without content everything is forbidden."""

    content: bytes | None
    since: float

    async def lets_in(self, name: str, url: URL, reader: DocumentReader) -> bool:
        """Return whether the robot may fetch a URL; an unreadable file forbids it."""
        if not self.content:
            return self.content is not None
        if len(self.content) <= _LONG:
            return allows_robot(self.content, name, str(url))
        try:
            return await reader.lets_in(self.content, name, str(url))
        except UnreadableDocument:
            return False

    @property
    def size(self) -> int:
        """Its approximate size in memory, in bytes."""
        return len(self.content or b"") + _SITE_BYTES


class RobotRulesCache:
    """The robots.txt files of sites; ``name`` is this robot’s name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._files: OrderedDict[URL, RobotRules] = OrderedDict()
        self._size = 0

    def recall(self, site: URL) -> RobotRules | None:
        """Return the rules of a site, if read within a day."""
        rules = self._files.get(site)
        return rules if rules and rules.since > loop_time() - DAY else None

    def learn(self, site: URL, content: bytes | None) -> RobotRules:
        """Store the rules of a site; None if they could not be read."""
        self._forget(site)
        rules = self._files[site] = RobotRules(content, loop_time())
        self._size += rules.size
        while self._size > REMEMBERED_MAX:
            self._forget(next(iter(self._files)))
        return rules

    def _forget(self, site: URL) -> None:
        if site in self._files:
            self._size -= self._files.pop(site).size
