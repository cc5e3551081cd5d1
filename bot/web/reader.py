"""What strangers wrote is parsed in a process of its own (bot.parsers), one at a time: the bot goes on meanwhile."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from typing import TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.syndication import Feed, NoFeed

T = TypeVar("T")
log = structlog.get_logger()
TIME_S = 15.0
"""Seconds that reading something may take, its process's start included; waiting for one's turn does not count."""


class Unreadable(Exception):
    """It took more memory or time than there is for it, or it broke what reads it."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A feed, or what it is instead."""

    feed: Feed | None = None
    fault: str = ""


_FEED, _TITLE, _LEAVE = TypeAdapter(_Parsed), TypeAdapter(str), TypeAdapter(bool)


class Reader:
    """What its methods raise is Unreadable."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def feed(self, body: bytes, kind: str, url: str) -> Feed:
        """What a server sent as a feed, of that content type. Raises NoFeed, too."""
        answer = await self._ask(_FEED, "feed", body, kind=kind, url=url)
        if answer.feed is None:
            raise NoFeed(answer.fault)
        return answer.feed

    async def title(self, body: bytes, kind: str) -> str:
        """What a page of that content type calls itself; "" where it does not say."""
        return await self._ask(_TITLE, "title", body, kind=kind)

    async def lets_in(self, body: bytes, name: str, url: str) -> bool:
        """Whether a robots.txt lets the robot of that name read an address."""
        return await self._ask(_LEAVE, "robots", body, name=name, url=url)

    async def _ask(self, answers: TypeAdapter[T], parser: str, body: bytes, **told: str) -> T:
        async with self._turn:
            found = await _run(parser, json.dumps(told).encode() + b"\n" + body)
        try:
            return answers.validate_json(found)
        except ValidationError:
            log.warning("unreadable", parser=parser, size=len(body))
            raise Unreadable(parser) from None


async def _run(parser: str, given: bytes) -> bytes:
    """What the process answers; nothing where it was killed. It is gone when this ends, whatever ends it."""
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
