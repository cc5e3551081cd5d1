"""WebSockets of the people and bots of a scenario: they hear, and say when nothing more is under way."""

import asyncio
import json
from typing import Any

import aiohttp

PATIENCE = 30.0
"""Seconds after which a frame that does not come is a failure."""


class Ears:
    """One WebSocket and every frame it heard."""

    def __init__(self, name: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.name = name
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self.all: list[dict[str, Any]] = []
        self.deaf = False
        self._pings = 100_000
        self._answers: dict[int, asyncio.Future[None]] = {}
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self.socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(json.loads(message.data))
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_result(None)
        self.deaf = True

    def _take(self, frame: dict[str, Any]) -> None:
        waiting = self._answers.pop(frame.get("seq_reply", -1), None)
        if waiting is None:
            self.heard.append(frame)
            self.all.append(frame)
        elif not waiting.done():
            waiting.set_result(None)

    async def say(self, message: dict[str, Any]) -> None:
        await self.socket.send_json(message)

    async def settle(self) -> None:
        """Wait until all that the server had to say before now is heard: a ping is answered in order."""
        if self.deaf or self.socket.closed:
            return
        self._pings += 1
        waiting = self._answers[self._pings] = asyncio.get_running_loop().create_future()
        try:
            await self.say({"seq": self._pings, "action": "ping"})
            await asyncio.wait_for(waiting, PATIENCE)
        except (TimeoutError, ConnectionError, aiohttp.ClientError):
            self.deaf = True

    async def next(self, event: str) -> dict[str, Any] | None:
        """Return the first frame of this kind, waiting a little for it."""
        for _ in range(int(PATIENCE * 100)):
            for frame in self.all:
                if frame.get("event") == event or (event == "reply" and "seq_reply" in frame):
                    return frame
            await asyncio.sleep(0.01)
        return None

    def take(self) -> list[dict[str, Any]]:
        """Return what was heard since the last time."""
        heard, self.heard = self.heard, []
        return heard

    async def close(self) -> None:
        await self.socket.close()
        await self._task


async def listen(
    client: aiohttp.ClientSession, url: str, name: str, token: str = "", query: str = "", header: bool = True
) -> Ears:
    """Open a WebSocket, with the token in the header or by challenge."""
    headers = {"Authorization": f"Bearer {token}"} if token and header else {}
    address = url.replace("http", "ws", 1) + "/api/v4/websocket" + query
    ears = Ears(name, await client.ws_connect(address, headers=headers))
    if token and not header:
        await ears.say({"seq": 1, "action": "authentication_challenge", "data": {"token": token}})
    return ears
