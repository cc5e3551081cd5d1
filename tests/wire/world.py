"""A sandbox, the people and bots of a scenario in it, and their calls and sockets."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from sandbox import Sandbox
from tests.wire.captures import Frame, Scenario
from tests.wire.match import Matcher
from tests.wire.names import Unbound
from tests.wire.sockets import Ears, listen

SERVER = "http://127.0.0.1:8065"
PASSWORD = "Wire-secret-1!"
__all__ = ["Answer", "Unbound", "World"]


@dataclass(frozen=True)
class Answer:
    """What the sandbox answered: `reply` is the JSON, or else the text."""

    status: int
    type: str
    reply: Any
    token: str = ""


class World:
    """One replay: results are differences by capture name, empty when it passed."""

    def __init__(self, recorded: Scenario) -> None:
        self.recorded = recorded
        self.server = Sandbox(version=recorded.version, snapshot=None)
        self.tokens: dict[str, str] = {}
        self.ears: dict[str, Ears] = {}
        self.closed: list[Ears] = []
        """Sockets whose name another one took over."""
        self.results: dict[str, list[str]] = {}
        self.frames_after: dict[str, list[Frame]] = {}
        """The recorded frames by the number of the call that caused them."""
        for frame in recorded.frames:
            self.frames_after.setdefault(frame.after[:4], []).append(frame)
        self.notes: dict[str, Any] = {}
        """What the setup has to remember until a later step."""
        self.at_end: list[Callable[[], Awaitable[None]]] = []

    async def start(self) -> None:
        await self.server.start(port=0)
        self.client = aiohttp.ClientSession()
        self.matcher = Matcher({SERVER: self.server.url})

    async def stop(self) -> None:
        for ears in self.ears.values():
            await ears.close()
        for close in self.at_end:
            await close()
        await self.client.close()
        await self.server.stop()

    # ---- calls

    async def send(self, actor: str, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Make one call with values of this server; text bodies go as they are."""
        address = self.server.url + (path[1:] if path.startswith("//") else "/api/v4" + path)
        if isinstance(body, str):
            options.setdefault("headers", {"Content-Type": "application/json"})
            options["data"] = io.BytesIO(body.encode())
        elif body is not None:
            options["data"] = io.BytesIO(json.dumps(body).encode())
            options.setdefault("headers", {"Content-Type": "application/json"})
        headers = {**options.pop("headers", {})}
        if self.tokens.get(actor):
            headers["Authorization"] = f"Bearer {self.tokens[actor]}"
        async with self.client.request(
            method, URL(address), headers=headers, allow_redirects=False, **options
        ) as response:
            content = await response.read()
            return Answer(
                response.status,
                response.headers.get("Content-Type", ""),
                decoded(content),
                response.headers.get("Token", ""),
            )

    async def must(self, actor: str, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Make a call of the setup, which has to succeed; returns its JSON."""
        answer = await self.send(actor, method, path, body, **options)
        if answer.status >= 300:
            raise AssertionError(f"setup: {method} {path} {body}: {answer.status} {answer.reply}")
        return answer.reply

    async def login(self, actor: str, name: str, password: str = PASSWORD) -> None:
        answer = await self.send("anon", "POST", "/users/login", {"login_id": name, "password": password})
        self.tokens[actor] = answer.token

    async def person(self, actor: str, name: str, **fields: str) -> str:
        """Create somebody and log them in; returns the id."""
        person = {"username": name, "email": f"{name}@example.com", "password": PASSWORD, **fields}
        user = await self.must("admin" if self.tokens.get("admin") else "anon", "POST", "/users", person)
        await self.login(actor, name)
        return str(user["id"])

    async def first_admin(self) -> str:
        """Create the administrator, whose server allows bots and big teams, as the recorded ones did."""
        admin = await self.person("admin", "admin")
        await self.must("admin", "PUT", "/config/patch", SETTINGS)
        return admin

    # ---- checks

    def check(self, name: str, found: list[str]) -> None:
        self.results.setdefault(name, []).extend(found)

    # ---- sockets

    async def open(self, name: str, actor: str, query: str = "", header: bool = False) -> Ears:
        ears = await listen(self.client, self.server.url, name, self.tokens.get(actor, ""), query, header)
        if name in self.ears:
            self.closed.append(self.ears[name])
        self.ears[name] = ears
        return ears

    def all_heard(self, name: str) -> list[list[dict[str, Any]]]:
        """Return what each socket of a name heard that was not compared yet."""
        return [ears.all for ears in [*self.closed, *self.ears.values()] if ears.name == name]

    async def shut(self, name: str) -> None:
        await self.ears[name].close()

    async def settle(self) -> None:
        await asyncio.gather(*(ears.settle() for ears in self.ears.values()))


SETTINGS = {
    "ServiceSettings": {
        "EnableBotAccountCreation": True,
        "EnableUserAccessTokens": True,
        "EnableLinkPreviews": False,
        "EnablePostUsernameOverride": True,
        "EnablePostIconOverride": True,
    },
    "TeamSettings": {"MaxUsersPerTeam": 1000},
}


def decoded(content: bytes) -> Any:
    text = content.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:
        return text
