"""A small server with one team, a few people and an integration whose answers a test chooses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.wire.captures import Scenario
from tests.wire.sockets import Ears
from tests.wire.world import Answer, World

Json = dict[str, Any]


@dataclass
class Reaction:
    """What the integration answers at one address."""

    body: str | bytes | Json | None = None
    status: int = 200
    type: str = "application/json"

    def response(self) -> web.Response:
        if isinstance(self.body, dict):
            return web.json_response(self.body, status=self.status)
        content = self.body.encode() if isinstance(self.body, str) else self.body
        return web.Response(body=content or b"", status=self.status, headers={"Content-Type": self.type})


@dataclass(frozen=True)
class Request:
    """What the server sent to the integration."""

    path: str
    headers: dict[str, str]
    form: dict[str, list[str]] = field(default_factory=dict)
    json: Json = field(default_factory=dict)

    def field(self, name: str) -> str:
        return self.form[name][0]


class Stage(World):
    """Admin, ann (a member of the channel) and ben (not in it); `got` is what the integration was sent."""

    def __init__(self, version: str = "11.2") -> None:
        super().__init__(Scenario(version, [], [], []))
        self.reactions: dict[str, Reaction] = {}
        self.got: list[Request] = []
        self.ids: dict[str, str] = {}

    async def start(self) -> None:
        await super().start()
        await self._start_integration()
        self.ids["admin"] = await self.first_admin()
        team = await self.must("admin", "POST", "/teams", {"name": "cnum", "display_name": "C", "type": "O"})
        self.ids["team"] = team["id"]
        for name in ("ann", "ben"):
            self.ids[name] = await self.person(name, name)
            member = {"team_id": team["id"], "user_id": self.ids[name]}
            await self.must("admin", "POST", f"/teams/{team['id']}/members", member)
        self.ids["channel"] = await self.channel("ann", "salon")

    async def stop(self) -> None:
        await super().stop()
        await self._runner.cleanup()

    async def channel(self, actor: str, name: str, kind: str = "P") -> str:
        """Create a channel; returns its id."""
        body = {"team_id": self.ids["team"], "name": name, "display_name": name, "type": kind}
        return str((await self.must(actor, "POST", "/channels", body))["id"])

    async def bot(self, name: str) -> str:
        """Create a bot in the team and the channel, with a token; returns its id."""
        made = await self.must("admin", "POST", "/bots", {"username": name})
        user = str(made["user_id"])
        token = await self.must("admin", "POST", f"/users/{user}/tokens", {"description": "x"})
        self.tokens[name] = token["token"]
        team = self.ids["team"]
        await self.must("admin", "POST", f"/teams/{team}/members", {"team_id": team, "user_id": user})
        await self.must("ann", "POST", f"/channels/{self.ids['channel']}/members", {"user_id": user})
        return user

    async def _start_integration(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._integration)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.integration = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _integration(self, request: web.Request) -> web.Response:
        is_json = request.content_type == "application/json"
        fields = request.query if request.method == "GET" else await request.post()
        form = {name: [str(value) for value in fields.getall(name)] for name in fields}
        json = await request.json() if is_json and request.can_read_body else {}
        self.got.append(Request(request.path, dict(request.headers), form, json))
        return self.reactions.get(request.path, Reaction({})).response()

    # ---- slash commands

    async def command(self, trigger: str, **fields: Any) -> Json:
        """Add a command that calls the integration at `/<trigger>`."""
        body = {"team_id": self.ids["team"], "trigger": trigger, "method": "P"}
        body |= {"url": f"{self.integration}/{trigger}"} | fields
        made: Json = await self.must("admin", "POST", "/commands", body)
        return made

    async def types(self, actor: str, text: str, **fields: Any) -> Answer:
        """Type a command into the channel."""
        body = {"channel_id": self.ids["channel"], "team_id": self.ids["team"], "command": text}
        return await self.send(actor, "POST", "/commands/execute", body | fields)

    # ---- buttons

    async def post_button(self, actor: str, action: Json, **fields: Any) -> Json:
        """Post a button into the channel; returns the post."""
        action = {"name": "Go", "type": "button"} | action
        props = {"attachments": [{"text": "card", "actions": [action]}]}
        body = {"channel_id": self.ids["channel"], "message": "post", "props": props}
        made: Json = await self.must(actor, "POST", "/posts", body | fields)
        return made

    async def click(self, actor: str, post: Json, **fields: Any) -> Answer:
        """Click the first button of a post as it was read."""
        action = post["props"]["attachments"][0]["actions"][0]
        body = {"cookie": action.get("cookie", "")} | fields
        return await self.send(actor, "POST", f"/posts/{post['id']}/actions/{action['id']}", body)

    # ---- listening

    async def listen(self, actor: str) -> Ears:
        ears = await self.open(actor, actor)
        await ears.next("hello")
        await self.settle()
        ears.take()
        return ears

    async def heard(self, actor: str, event: str) -> list[Json]:
        """Return the data of the events of a kind that somebody heard since the last time."""
        await self.settle()
        return [frame["data"] for frame in self.ears[actor].take() if frame.get("event") == event]


@asynccontextmanager
async def stage(version: str = "11.2") -> AsyncIterator[Stage]:
    made = Stage(version)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


def error_of(reply: object) -> str:
    return str(reply["id"]) if isinstance(reply, dict) else ""
