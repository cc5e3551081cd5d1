"""One connection to Mattermost’s websocket: its greeting, its pulse, and its frames, read no further than needed."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.tasks import Traffic

_EVENT = re.compile(r'\s*\{\s*"event":\s*"([^"\\]+)"')
_TARGET = '"broadcast"'
"""The last key but one: as a key it cannot stand in what people wrote, whose quotes are escaped."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as it came. ``channel_id`` and ``team_id`` are those it was sent to, empty for others."""

    name: str
    number: int
    channel_id: str
    team_id: str
    text: str

    def data(self) -> Mapping[str, Any]:
        """What is in it. Raises ValueError or AttributeError where that makes no sense."""
        return json.loads(self.text).get("data") or {}

    def has(self, key: str, value: str) -> bool:
        """Whether its data say so, by a look that decodes nothing."""
        return f'"{key}":"{value}"' in self.text or f'"{key}": "{value}"' in self.text


def parse_frame(text: str) -> Frame | None:
    """The outside of an event; None for anything else. Raises ValueError, KeyError, TypeError or AttributeError for
    what is not of this protocol."""
    found = _EVENT.match(text)
    if found is None:
        return None
    start = text.rfind(_TARGET)
    tail = json.loads(text if start < 0 else "{" + text[start:])
    target = tail.get("broadcast") or {}
    return Frame(found[1], int(tail["seq"]), target.get("channel_id") or "", target.get("team_id") or "", text)


PING_EVERY = 30.0
"""Seconds between the bot’s own pings; proxies cut what is silent for a minute."""
SECOND_PING = 1.0
"""Seconds until the second one, and twice as many to each after it: the first are answered while what was missed is
still being handled, which says nothing of how far all is."""
DEAD_AFTER = 45.0
"""Seconds of silence after which the other side is taken for dead."""


FRAMES_AT_ONCE = 16
COURTESY = 0.02
"""Seconds that the next frames wait for the requests under way: long enough for these, and for so many frames short
enough to keep up with a server that cuts who is slow."""


class MissedEventsError(Exception):
    """A number was left out: what it stood for can be had by resuming."""


@dataclass(slots=True)
class StreamPosition:
    """Which connection this was for the server, and the number of the event to come: what resuming needs."""

    connection_id: str = ""
    sequence: int = 0

    @property
    def params(self) -> dict[str, str]:
        """What a new connection says to take up this one."""
        if not self.connection_id:
            return {}
        return {"connection_id": self.connection_id, "sequence_number": str(self.sequence)}

    def forget(self) -> None:
        """The next connection begins anew."""
        self.connection_id = ""


@dataclass(frozen=True, slots=True)
class FrameHandlers:
    """Who is told: ``hello`` of a new beginning, ``event`` of each event, ``alive`` of the server’s time."""

    hello: Callable[[], None]
    event: Callable[[Frame], None]
    alive: Callable[[datetime], Awaitable[None]]
    traffic: Traffic = field(default_factory=Traffic)
    """Whom a flood of frames lets pass."""


class Connection:
    """An open websocket; ``run`` ends when it does."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, position: StreamPosition, hearers: FrameHandlers
    ) -> None:
        self._socket = socket
        self._position = position
        self._hearers = hearers
        self._heard = 0
        self.alive = False
        """Whether the server said anything: it accepted the token."""

    async def run(self) -> None:
        """Hear until the connection ends, or seems dead. Raises MissedEventsError."""
        pulse = asyncio.create_task(self._ping())
        try:
            while (message := await self._socket.receive(timeout=DEAD_AFTER)).type is aiohttp.WSMsgType.TEXT:
                await self._frame(message.data)
                await self._give_way()
        except TimeoutError:
            return
        finally:
            pulse.cancel()
            await self._socket.close()

    async def _give_way(self) -> None:
        """A flood of frames must not keep others from their work: least of all who waits for an answer."""
        self._heard += 1
        if self._heard % FRAMES_AT_ONCE:
            await asyncio.sleep(0)
        else:
            await self._hearers.traffic.wait_until_idle(COURTESY)

    async def _ping(self) -> None:
        number = 0
        with suppress(aiohttp.ClientError, OSError):
            while True:
                number += 1
                await self._socket.send_json({"seq": number, "action": "ping"})
                await asyncio.sleep(min(PING_EVERY, SECOND_PING * 2 ** min(number - 1, 16)))

    async def _frame(self, text: str) -> None:
        try:
            if (frame := parse_frame(text)) is not None:
                self._event(frame)
            else:
                await self._reply(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError):
            return  # not of this protocol: nothing can be made of it

    async def _reply(self, frame: Mapping[str, Any]) -> None:
        if "seq_reply" not in frame:
            return
        self.alive = True
        data = frame.get("data") or {}
        if "server_time" in data:
            await self._hearers.alive(datetime.fromtimestamp(int(data["server_time"]) / 1000, UTC))

    def _event(self, frame: Frame) -> None:
        self.alive = True
        if frame.name == "hello":
            self._position.connection_id = str(frame.data()["connection_id"])
            self._position.sequence = frame.number + 1
            self._hearers.hello()
            return
        if frame.number > self._position.sequence:
            raise MissedEventsError
        if frame.number == self._position.sequence:
            self._position.sequence += 1
            self._hearers.event(frame)
