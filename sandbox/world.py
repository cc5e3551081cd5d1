"""The world in which all calls act: the state, the rights, the audiences of events, and the ways to the outside.

Handlers take it as their type. It knows none of them: the server (server.py) puts them together over it.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

from aiohttp import web

from sandbox.auth import Credentials
from sandbox.choices import DirectoryGroup
from sandbox.commands.records import Commands
from sandbox.config import Config
from sandbox.events import Hub
from sandbox.ids import new_id
from sandbox.integrations import Integrations
from sandbox.pending_posts import Pending
from sandbox.permissions import Rights
from sandbox.records import Token
from sandbox.state import State
from sandbox.triggers import Triggers
from sandbox.versions import capabilities
from sandbox.webhooks.records import Webhooks


class Cuttable(Protocol):
    """An open websocket that others can cut."""

    def cut(self) -> None:
        """End the connection without a close frame."""


class World:
    """The state, rights, events and clients of a server, in the mode of a version."""

    def __init__(self, version: str) -> None:
        self.caps = capabilities(version)
        self.state = State()
        self.config = Config(self.state)
        self.rights = Rights(self.state, self.caps)
        self.credentials = Credentials(self.state, self.config)
        self.hub = Hub(self.state, self.caps)
        self.commands = Commands(self.state)
        self.webhooks = Webhooks(self.state)
        self.triggers = Triggers(self.state, self.caps, self.config)
        self.integrations = Integrations(self.caps, self.config)
        self.pending = Pending()
        self.uploads: dict[str, tuple[dict[str, Any], bytes]] = {}
        """Uploads in parts that go on: what they are, and what came of them so far."""
        self.sockets: set[Cuttable] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        """Work that goes on after its call was answered."""
        self.people_max = 0
        """The most people on a new server without a licence (250); 0 is no limit, as with a licence."""
        self.groups: list[DirectoryGroup] | None = None
        """The groups of a server with a licence; None without one."""
        self.url = ""
        self.identity = new_id()  # under which a real server would be counted

    @property
    def version_header(self) -> str:
        """What the server says of itself in each answer: version, build, configuration, licence."""
        return f"{self.caps.number}.{self.caps.number}.{self.config.digest}.{str(self.is_licensed).lower()}"

    @property
    def is_licensed(self) -> bool:
        """Tell whether the server has a licence, and so groups."""
        return self.groups is not None

    def in_background(self, work: Coroutine[None, None, None]) -> None:
        """Run something in the background after the call was answered."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def token_of(self, request: web.Request) -> Token | None:
        """Return the token with which a request comes, if it is good."""
        return self.credentials.of_request(request)

    def find_token(self, secret: str) -> Token | None:
        """Return the token of a secret, if it is valid."""
        return self.credentials.find(secret)
