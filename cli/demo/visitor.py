"""People of the demo who act on its server by themselves: they log in, report a message, take the tour."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.errors import ChatError
from bot.mattermost import AioClient
from bot.mattermost.client import API
from cli.demo.cast import ADMIN, PASSWORD, TEAM, everybody
from cli.errors import OperatorError

MOST_PEOPLE = 1000


async def log_in(url: str, username: str) -> str:
    """Log somebody in, and return their session token."""
    client = AioClient(url)
    try:
        body = {"login_id": username, "password": PASSWORD}
        async with client.session.post(f"{url}{API}/users/login", json=body) as reply:
            if reply.status != 200:
                raise ChatError(reply.status, "login")
            return reply.headers.get("Token", "")
    finally:
        await client.close()


@asynccontextmanager
async def speaking_as(url: str, username: str) -> AsyncIterator[AioClient]:
    """Open a client in somebody’s name; it is logged out at the end."""
    client = AioClient(url, await log_in(url, username))
    try:
        yield client
        await client.post("/users/logout")
    finally:
        await client.close()


async def people_server(url: str) -> dict[str, str]:
    """Raise the server’s limit of people, let command answers carry the bot’s name, and return people’s ids by user
    name."""
    async with speaking_as(url, ADMIN) as client:
        # 50 on a fresh server, and the demo’s visitors may invite more.
        room = {"MaxUsersPerTeam": MOST_PEOPLE}
        shown = {"EnablePostUsernameOverride": True, "EnablePostIconOverride": True}
        await client.put("/config/patch", {"TeamSettings": room, "ServiceSettings": shown})
        users = await client.post("/users/usernames", [actor.username for actor in everybody()])
        return {user["username"]: user["id"] for user in users}


async def bring_in(url: str, team: str, username: str, channels: Sequence[str]) -> dict[str, str]:
    """Add somebody to channels by their addresses, as an administrator of each; return the channels’ ids."""
    ids: dict[str, str] = {}
    async with speaking_as(url, ADMIN) as client:
        person = await client.get(f"/users/username/{username}")
        for name in channels:
            channel = await client.get(f"/teams/name/{team}/channels/name/{name}")
            await client.post(f"/channels/{channel['id']}/members", {"user_id": person["id"]})
            place = f"/channels/{channel['id']}/members/{person['id']}/schemeRoles"
            await client.put(place, {"scheme_user": True, "scheme_admin": True})
            ids[name] = channel["id"]
    return ids


ANSWER_WITHIN = 60.0
"""The most seconds to wait for an answer: long enough for a busy machine."""
Json = dict[str, Any]


class DemoVisitor:
    """A person with an open websocket; messages wait in order until they are looked for."""

    def __init__(
        self, client: AioClient, team_id: str, channel_id: str, socket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self._client = client
        self._team_id = team_id
        self._channel_id = channel_id
        self._socket = socket

    async def types(self, command: str) -> None:
        """Type a slash command."""
        body = {"channel_id": self._channel_id, "team_id": self._team_id, "command": command}
        await self._client.post("/commands/execute", body)

    async def dialog(self) -> Json:
        """Wait for the next dialog."""
        data = await self._next({"open_dialog"}, lambda _: True)
        found: Json = json.loads(data["dialog"])
        return found

    async def submit(self, opened: Json, submission: Mapping[str, Any]) -> Json:
        """Submit a dialog; return the errors by field, empty if it was accepted."""
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
        """Wait for the next ephemeral message."""
        return await self._post({"ephemeral_message"}, lambda _: True)

    async def answer(self, label: str) -> Json:
        """Wait for the next message with that button, a whisper or (on a slow machine) a direct message."""
        return await self._post({"ephemeral_message", "posted"}, lambda data: label in _list_labels(data["post"]))

    async def direct(self, containing: str) -> Json:
        """Wait for the next direct message of the bot that contains a text."""
        return await self._post(
            {"posted"},
            lambda data: data.get("channel_type") == "D" and containing in json.loads(data["post"])["message"],
        )

    async def click(self, post: Json, label: str) -> None:
        """Click a button of a message."""
        for action in _list_actions(post):
            if action["name"] == label:
                body = {"cookie": action.get("cookie", "")}
                await self._client.post(f"/posts/{post['id']}/actions/{action['id']}", body)
                return
        raise OperatorError(f"Le bouton « {label} » n’est pas là.")

    async def _post(self, events: Collection[str], wanted: Callable[[Json], bool]) -> Json:
        data = await self._next(events, wanted)
        post: Json = json.loads(data["post"])
        return post

    async def _next(self, events: Collection[str], wanted: Callable[[Json], bool]) -> Json:
        try:
            return await asyncio.wait_for(self._heard(events, wanted), ANSWER_WITHIN)
        except (TimeoutError, TypeError, ValueError):
            raise OperatorError(f"Rien n’est venu de Mattermost ({' ou '.join(sorted(events))}).") from None

    async def _heard(self, events: Collection[str], wanted: Callable[[Json], bool]) -> Json:
        while True:
            frame: Json = json.loads((await self._socket.receive()).data)
            if frame.get("event") in events and wanted(frame["data"]):
                data: Json = frame["data"]
                return data


def _list_actions(post: Json) -> list[Json]:
    """Return the controls of a message."""
    attachments = (post.get("props") or {}).get("attachments") or ()
    return [action for attachment in attachments for action in attachment.get("actions") or ()]


def _list_labels(post: str) -> list[str]:
    """Return the labels of a message’s buttons, from an event."""
    return [action["name"] for action in _list_actions(json.loads(post))]


@asynccontextmanager
async def visit(url: str, username: str, channel: str) -> AsyncIterator[DemoVisitor]:
    """Log somebody in, in a channel."""
    async with speaking_as(url, username) as client:
        team = await client.get(f"/teams/name/{TEAM}")
        there = await client.get(f"/teams/{team['id']}/channels/name/{channel}")
        async with client.session.ws_connect(f"{url}{API}/websocket") as socket:
            yield DemoVisitor(client, team["id"], there["id"], socket)


REPORTER = "murielle"
CHANNEL = "smartphones"
BEGINS = "Je vends"
"""The beginning of the message that is reported (conversations.txt)."""
WHY = {"motif": "publicite", "mot": "Ce salon sert à s’entraider, pas à vendre."}


async def report(url: str) -> None:
    """Open the report window by the message’s link, and submit it."""
    post_id = await _post(url)
    async with visit(url, REPORTER, CHANNEL) as somebody:
        await somebody.types(f"/signaler {url}/{TEAM}/pl/{post_id}")
        opened = await somebody.dialog()
        filled = {e["name"]: e["default"] for e in opened["dialog"]["elements"] if e.get("default")} | WHY
        if faults := (await somebody.submit(opened, filled)).get("errors"):
            raise OperatorError(f"Le signalement de la démo n’est pas pris : {faults}")
        await somebody.whisper()


async def _post(url: str) -> str:
    """Return the id of the message to report."""
    async with speaking_as(url, REPORTER) as client:
        team = await client.get(f"/teams/name/{TEAM}")
        channel = await client.get(f"/teams/{team['id']}/channels/name/{CHANNEL}")
        found = await client.get(f"/channels/{channel['id']}/posts")
        return next(str(post["id"]) for post in found["posts"].values() if post["message"].startswith(BEGINS))
