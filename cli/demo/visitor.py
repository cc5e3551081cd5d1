"""Somebody at a Mattermost client, for the tour: types, sees dialogs and messages, fills, clicks."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.mattermost import AioClient
from bot.mattermost.client import API
from cli.demo.cast import TEAM
from cli.demo.town import speaking_as
from cli.errors import OperatorError

ANSWER_WITHIN = 10.0
Json = dict[str, Any]


class Visitor:
    """A person in a channel, with an open websocket; what came in waits in order until it is looked for."""

    def __init__(
        self, client: AioClient, team_id: str, channel_id: str, socket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self._client = client
        self._team_id = team_id
        self._channel_id = channel_id
        self._socket = socket

    async def types(self, command: str) -> None:
        """Send a slash command."""
        body = {"channel_id": self._channel_id, "team_id": self._team_id, "command": command}
        await self._client.post("/commands/execute", body)

    async def dialog(self) -> Json:
        """The form that opens next."""
        data = await self._next("open_dialog", lambda _: True)
        found: Json = json.loads(data["dialog"])
        return found

    async def submit(self, opened: Json, submission: Mapping[str, Any]) -> Json:
        """Send a form; errors by field, or nothing."""
        dialog = opened["dialog"]
        body = {
            "url": opened["url"],
            "callback_id": dialog.get("callback_id", ""),
            "state": dialog.get("state", ""),
            "channel_id": self._channel_id,
            "team_id": self._team_id,
            "submission": submission,
            "cancelled": False,
        }
        answer: Json = await self._client.post("/actions/dialogs/submit", body) or {}
        return answer

    async def whisper(self) -> Json:
        """The next message that only this person sees."""
        return await self._post("ephemeral_message", lambda _: True)

    async def direct(self) -> Json:
        """The next direct message from somebody else, the bot."""
        return await self._post("posted", lambda data: data.get("channel_type") == "D")

    async def click(self, post: Json, label: str) -> None:
        """Press a button of a message."""
        for attachment in (post.get("props") or {}).get("attachments") or ():
            for action in attachment.get("actions") or ():
                if action["name"] == label:
                    body = {"cookie": action.get("cookie", "")}
                    await self._client.post(f"/posts/{post['id']}/actions/{action['id']}", body)
                    return
        raise OperatorError(f"Le bouton « {label} » n’est pas là.")

    async def _post(self, event: str, wanted: Callable[[Json], bool]) -> Json:
        data = await self._next(event, wanted)
        post: Json = json.loads(data["post"])
        return post

    async def _next(self, event: str, wanted: Callable[[Json], bool]) -> Json:
        try:
            return await asyncio.wait_for(self._heard(event, wanted), ANSWER_WITHIN)
        except (TimeoutError, TypeError, ValueError):
            raise OperatorError(f"Rien n’est venu de Mattermost ({event}).") from None

    async def _heard(self, event: str, wanted: Callable[[Json], bool]) -> Json:
        while True:
            frame: Json = json.loads((await self._socket.receive()).data)
            if frame.get("event") == event and wanted(frame["data"]):
                data: Json = frame["data"]
                return data


@asynccontextmanager
async def visit(url: str, username: str, channel: str) -> AsyncIterator[Visitor]:
    """Somebody logged in, looking at a channel."""
    async with speaking_as(url, username) as client:
        team = await client.get(f"/teams/name/{TEAM}")
        there = await client.get(f"/teams/{team['id']}/channels/name/{channel}")
        async with client.session.ws_connect(f"{url}{API}/websocket") as socket:
            yield Visitor(client, team["id"], there["id"], socket)
