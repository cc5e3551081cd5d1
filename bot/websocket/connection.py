"""One connection to Mattermost’s websocket: its greeting, its numbers, its pulse."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

PING_EVERY = 30.0
"""Seconds between the bot’s own pings; proxies cut what is silent for a minute."""
SECOND_PING = 1.0
"""Seconds until the second one: the first is answered while what was missed is still being handled, which says nothing
of how far all is."""
DEAD_AFTER = 45.0
"""Seconds of silence after which the other side is taken for dead."""


class MissedEventsError(Exception):
    """A number was left out: what it stood for can be had by resuming."""


@dataclass(slots=True)
class Position:
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
class Hearers:
    """Who is told: ``hello`` of a new beginning, ``event`` of each event, ``alive`` of the server’s time."""

    hello: Callable[[], None]
    event: Callable[[str, Mapping[str, Any]], None]
    alive: Callable[[datetime], Awaitable[None]]


class Connection:
    """An open websocket; ``run`` ends when it does."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, position: Position, hearers: Hearers) -> None:
        self._socket = socket
        self._position = position
        self._hearers = hearers
        self.alive = False
        """Whether the server said anything: it accepted the token."""

    async def run(self) -> None:
        """Hear until the connection ends, or seems dead. Raises MissedEventsError."""
        pulse = asyncio.create_task(self._ping())
        try:
            while (message := await self._socket.receive(timeout=DEAD_AFTER)).type is aiohttp.WSMsgType.TEXT:
                await self._frame(message.data)
                await asyncio.sleep(0)  # a flood must not keep the handlers from their work
        except TimeoutError:
            return
        finally:
            pulse.cancel()
            await self._socket.close()

    async def _ping(self) -> None:
        number = 0
        with suppress(aiohttp.ClientError, OSError):
            while True:
                number += 1
                await self._socket.send_json({"seq": number, "action": "ping"})
                await asyncio.sleep(SECOND_PING if number == 1 else PING_EVERY)

    async def _frame(self, text: str) -> None:
        try:
            frame = json.loads(text)
            if "seq_reply" in frame:
                await self._reply(frame)
            elif "event" in frame:
                self._event(frame["event"], frame.get("data") or {}, int(frame["seq"]))
        except (ValueError, TypeError, KeyError, AttributeError):
            return  # not of this protocol: nothing can be made of it

    async def _reply(self, frame: Mapping[str, Any]) -> None:
        self.alive = True
        data = frame.get("data") or {}
        if "server_time" in data:
            await self._hearers.alive(datetime.fromtimestamp(int(data["server_time"]) / 1000, UTC))

    def _event(self, name: str, data: Mapping[str, Any], number: int) -> None:
        self.alive = True
        if name == "hello":
            self._position.connection_id = str(data["connection_id"])
            self._position.sequence = number + 1
            self._hearers.hello()
            return
        if number > self._position.sequence:
            raise MissedEventsError
        if number == self._position.sequence:
            self._position.sequence += 1
            self._hearers.event(name, data)
