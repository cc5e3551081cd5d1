"""`reader.py URL bot|bare read|add COUNT`: read a team, or bring it into a channel; print what it took."""

import asyncio
import json
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from typing import Protocol

import aiohttp

from bot.mattermost import AioClient, Mattermost
from tests.bench.stub import TEAM, user_id

CHANNEL = "c" * 26


class Hand(Protocol):
    """A program that does the work."""

    async def first(self) -> None:
        """Read a page, so that what happens only once is done."""

    async def read(self) -> int:
        """Read everybody in the team, and return their number."""

    async def add(self, count: int) -> None:
        """Add so many people to the channel."""

    async def close(self) -> None:
        """End."""


class Bot:
    """The bot’s own calls."""

    def __init__(self, url: str) -> None:
        self.client = AioClient(url, "jeton")
        self.chat = Mattermost(self.client, "cnum")

    async def first(self) -> None:
        """Read a page."""
        await anext(aiter(self.chat.team_users()))

    async def read(self) -> int:
        """Page by page."""
        return sum([len(page) async for page in self.chat.team_users()])

    async def add(self, count: int) -> None:
        """Add people, many in a call."""
        assert not await self.chat.add_members(CHANNEL, (user_id(number) for number in range(count)))

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()


class Bare:
    """A bare loop with aiohttp."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/api/v4"
        self.session = aiohttp.ClientSession()

    async def first(self) -> None:
        """Read a page."""
        await self._page(0)

    async def read(self) -> int:
        """Page by page."""
        number = people = 0
        while found := await self._page(number):
            people += found
            number += 1
        return people

    async def _page(self, number: int) -> int:
        params = {"in_team": str(TEAM["id"]), "page": str(number), "per_page": "200"}
        async with self.session.get(f"{self.url}/users", params=params) as reply:
            return len(await reply.json())

    async def add(self, count: int) -> None:
        """Add people, one in a call."""
        for number in range(count):
            async with self.session.post(
                f"{self.url}/channels/{CHANNEL}/members", json={"user_id": user_id(number)}
            ) as reply:
                await reply.read()

    async def close(self) -> None:
        """Close the connections."""
        await self.session.close()


async def _taken(work: Callable[[], Awaitable[object]]) -> dict[str, float]:
    """Measure the seconds of some work, and in a second run the MB allocated at most: tracing takes time."""
    begun = time.perf_counter()
    await work()
    seconds = time.perf_counter() - begun
    tracemalloc.start()
    await work()
    return {"seconds": seconds, "peak": tracemalloc.get_traced_memory()[1] / 2**20}


async def _work(hand: Hand, what: str, count: int) -> dict[str, float]:
    await hand.first()
    try:
        return await _taken(hand.read if what == "read" else lambda: hand.add(count))
    finally:
        await hand.close()


async def main(url: str, who: str, what: str, count: str) -> None:
    """Do the work, and print what it took."""
    hand: Hand = Bot(url) if who == "bot" else Bare(url)
    print(json.dumps(await _work(hand, what, int(count))))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
