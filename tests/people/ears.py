"""The events that an open client receives: every frame of its websocket, in order."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

from tests.people.api import Api

PATIENCE = 45.0
"""Seconds after which a story that hears nothing fails: longer than a bot waits before it connects anew (30)."""

WORDS_SHOWN = 60
"""Characters of a post that a failure quotes."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Frame:
    """An event of the websocket."""

    event: str
    data: Mapping[str, Any]
    broadcast: Mapping[str, Any]
    seq: int


class Ears:
    """The frames since the client was opened; each is returned once."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self._told: set[int] = set()
        self._changed = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def open(self, api: Api) -> None:
        """Connect as the account of that API, and wait for « hello »."""
        address = f"{api.url}/api/v4/websocket".replace("http", "ws", 1)
        self._socket = await api.session.ws_connect(address, headers=api.headers)
        self._reading = asyncio.create_task(self._read(self._socket))
        await self.hear(lambda f: f if f.event == "hello" else None, "« hello »")

    async def close(self) -> None:
        """Close the client."""
        if self._socket is not None:
            await self._socket.close()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading

    @property
    def now(self) -> int:
        """The present position among the frames, to listen from later."""
        return len(self.frames)

    async def hear(
        self, match: Callable[[Frame], T | None], what: str, *, since: int = 0, within: float = PATIENCE
    ) -> T:
        """Wait for the first frame since a position that matches and was not returned yet. Fails where none comes in
        time."""
        try:
            async with asyncio.timeout(within), self._changed:
                while True:
                    found = self._find(match, since)
                    if found is not None:
                        return found
                    await self._changed.wait()
        except TimeoutError:
            heard = [f"{f.event} {_words_of(f)}".strip() for f in self.frames[since:]]
            raise AssertionError(f"{what} did not come within {within:g} s; heard since: {heard}") from None

    def _find(self, match: Callable[[Frame], T | None], since: int) -> T | None:
        for place in range(since, len(self.frames)):
            if place not in self._told:
                found = match(self.frames[place])
                if found is not None:
                    self._told.add(place)
                    return found
        return None

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                frame = json.loads(message.data)
                if "event" in frame:
                    async with self._changed:
                        self.frames.append(_frame(frame))
                        self._changed.notify_all()


def _words_of(frame: Frame) -> str:
    """Return the words of a frame’s post, for a message of failure."""
    raw = frame.data.get("post")
    return str(json.loads(raw).get("message", ""))[:WORDS_SHOWN] if isinstance(raw, str) else ""


def _frame(raw: Mapping[str, Any]) -> Frame:
    return Frame(raw["event"], raw.get("data") or {}, raw.get("broadcast") or {}, raw.get("seq", 0))
