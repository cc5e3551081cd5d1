"""A sandbox with an admin, a team, a person and a channel, for the tests of the sandbox itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox import Sandbox
from tests.people.api import Api, new_session

PASSWORD = "Coop-demo-1!"
PATIENCE = 30.0
"""Seconds after which a frame that does not come is a failure."""
NOBODY = "z" * 26


@dataclass(frozen=True, slots=True)
class Room:
    """What most of these tests begin with."""

    server: Sandbox
    session: aiohttp.ClientSession
    admin: Api
    ann: Api
    ann_id: str
    team_id: str
    channel_id: str

    async def person(self, name: str, *, in_team: bool = True) -> tuple[Api, str]:
        """Make somebody, log in."""
        return await person(self.session, self.server.url, name, (self.admin, self.team_id) if in_team else None)

    async def bot(self, name: str) -> tuple[Api, str]:
        """Make a bot of the team, with a token."""
        made = await self.admin.post("/bots", {"username": name})
        user_id = str(made["user_id"])
        token = await self.admin.post(f"/users/{user_id}/tokens", {"description": "test"})
        await join(self.admin, self.team_id, user_id)
        return Api(self.session, self.server.url, token["token"]), user_id

    async def say(self, text: str, who: Api | None = None, **more: Any) -> dict[str, Any]:
        """Post in the channel."""
        said: dict[str, Any] = await (who or self.ann).post(
            "/posts", {"channel_id": self.channel_id, "message": text, **more}
        )
        return said


async def join(admin: Api, team_id: str, user_id: str) -> None:
    """Bring somebody into a team."""
    await admin.post(f"/teams/{team_id}/members", {"team_id": team_id, "user_id": user_id})


async def person(session: aiohttp.ClientSession, url: str, name: str, team: tuple[Api, str] | None) -> tuple[Api, str]:
    """Sign somebody up, log in, perhaps bring them into a team."""
    api = Api(session, url)
    made = await api.post("/users", {"username": name, "email": f"{name}@exemple.fr", "password": PASSWORD})
    await api.log_in(name, PASSWORD)
    if team:
        await join(team[0], team[1], made["id"])
    return api, str(made["id"])


@asynccontextmanager
async def room(version: str = "11.2", server: Sandbox | None = None) -> AsyncIterator[Room]:
    """A running server with its first people."""
    server = server or Sandbox(version=version)
    await server.start(port=0)
    try:
        async with new_session() as session:
            admin, _ = await person(session, server.url, "admin", None)
            team = await admin.post("/teams", {"name": "cnum", "display_name": "CNUM", "type": "O"})
            ann, ann_id = await person(session, server.url, "ann", (admin, team["id"]))
            body = {"team_id": team["id"], "name": "salon", "display_name": "Salon", "type": "O"}
            channel = await ann.post("/channels", body)
            yield Room(server, session, admin, ann, ann_id, team["id"], channel["id"])
    finally:
        await server.stop()


class Listener:
    """A websocket of one account, read frame by frame."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.next = 0
        """The number of the event that comes next."""

    @classmethod
    async def open(cls, api: Api, query: str = "") -> "Listener":
        """Connect with the token in the header."""
        address = f"{api.url}/api/v4/websocket{query}".replace("http", "ws", 1)
        return cls(await api.session.ws_connect(address, headers=api.headers))

    async def read(self) -> dict[str, Any]:
        """Return the next frame."""
        message = await asyncio.wait_for(self.socket.receive(), PATIENCE)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        frame: dict[str, Any] = json.loads(message.data)
        if "seq" in frame:
            self.next = frame["seq"] + 1
        return frame

    async def until(self, event: str) -> dict[str, Any]:
        """Return the next frame of an event, dropping others."""
        while (frame := await self.read()).get("event") != event:
            pass
        return frame

    async def reply(self) -> dict[str, Any]:
        """Return the next answer to an action, dropping events."""
        while "status" not in (frame := await self.read()):
            pass
        return frame

    async def heard(self) -> str:
        """Return the text of the next post heard."""
        return str(json.loads((await self.until("posted"))["data"]["post"])["message"])

    async def is_closed(self) -> bool:
        """Wait for the server to end the connection, whatever it still says."""
        ends = {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.ERROR}
        while (await asyncio.wait_for(self.socket.receive(), PATIENCE)).type not in ends:
            pass
        return True
