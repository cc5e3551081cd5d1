"""What strangers wrote is parsed in a process of its own (bot.parsers); what sites ask of robots is remembered."""

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

T = TypeVar("T")
log = structlog.get_logger()
TIME_S = 15.0
"""Seconds that reading something may take, its process's start included; waiting for one's turn does not count."""


class UnreadableDocument(Exception):
    """Stands for a document that took more memory or time than there is for it, or broke what reads it."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A feed, or what it is instead."""

    feed: ParsedFeed | None = None
    fault: str = ""


_FEED, _TITLE, _LEAVE = TypeAdapter(_Parsed), TypeAdapter(str), TypeAdapter(bool)


class DocumentReader:
    """What its methods raise is Unreadable."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def feed(self, body: bytes, kind: str, url: str) -> ParsedFeed:
        """Return what a server sent as a feed, of that content type. Raises NoFeed, too."""
        answer = await self._ask(_FEED, "feed", body, kind=kind, url=url)
        if answer.feed is None:
            raise NotAFeedError(answer.fault)
        return answer.feed

    async def title(self, body: bytes, kind: str) -> str:
        """Return what a page of that content type calls itself; "" where it does not say."""
        return await self._ask(_TITLE, "title", body, kind=kind)

    async def lets_in(self, body: bytes, name: str, url: str) -> bool:
        """Return whether a robots.txt lets the robot of that name read an address."""
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
    """Return what the process answers; nothing where it was killed. It is gone when this ends, whatever ends it."""
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
"""Bytes of all of them that are remembered."""
_SITE_BYTES = 200
"""What a site takes beside its file."""
DAY = 24 * 3600.0
_LONG = 16 * 1024
"""Bytes of a file that is read in a process of its own: others do not wait for it."""


@dataclass(frozen=True, slots=True)
class RobotRules:
    """A file as it was read at ``since``, in seconds of the event loop; without content everything is forbidden."""

    content: bytes | None
    since: float

    async def lets_in(self, name: str, url: URL, reader: DocumentReader) -> bool:
        """Return whether the robot of that name may read an address of the site; it stays away from what cannot be
        read."""
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
        """Bytes that it takes, or nearly."""
        return len(self.content or b"") + _SITE_BYTES


class RobotRulesCache:
    """``name`` is what sites call this robot."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._files: OrderedDict[URL, RobotRules] = OrderedDict()
        self._size = 0

    def recall(self, site: URL) -> RobotRules | None:
        """Return what was read of it less than a day ago."""
        rules = self._files.get(site)
        return rules if rules and rules.since > _now() - DAY else None

    def learn(self, site: URL, content: bytes | None) -> RobotRules:
        """That is its file: None where it cannot be had."""
        self._forget(site)
        rules = self._files[site] = RobotRules(content, _now())
        self._size += rules.size
        while self._size > REMEMBERED_MAX:
            self._forget(next(iter(self._files)))
        return rules

    def _forget(self, site: URL) -> None:
        if site in self._files:
            self._size -= self._files.pop(site).size


def _now() -> float:
    return asyncio.get_running_loop().time()
