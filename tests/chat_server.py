"""A tiny chat server for the tests of the bot’s edges: it answers what the test says, and keeps what it was asked."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.serving import serving

ID = "abcdefghijklmnopqrstuvwxyz"
BOT = "b" * 26
TEAM = "t" * 26
CHANNEL = "c" * 26
POST = "p" * 26
FILE = "f" * 26
USER = {"id": ID, "username": "juliette", "email": "juliette@conseiller-numerique.fr", "roles": "system_user"}

Answer = Callable[[web.Request, Any], Awaitable[web.StreamResponse] | web.StreamResponse]


@dataclass
class ChatServer:
    """``answers`` maps « GET /api/v4/users/me » to what to answer: JSON, or a function of request and body."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        body: Any = await request.read() if request.can_read_body else None
        body = json.loads(body) if body and request.content_type == "application/json" else body
        self.asked.append((request.method, request.path))
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        answer = self.answers.get(f"{request.method} {request.path}")
        if answer is None and request.path.endswith(f"/members/{BOT}"):
            answer = {"channel_id": request.path.split("/")[4], "user_id": BOT}  # it is in each channel
        answer = self.answers.get("*") if answer is None else answer
        if callable(answer):
            answer = answer(request, body)
        if isinstance(answer, Awaitable):
            answer = await answer
        if isinstance(answer, web.Response) and not answer.prepared:
            # A copy: one answer may serve several requests.
            return web.Response(status=answer.status, body=answer.body, headers=answer.headers)
        if isinstance(answer, web.StreamResponse):
            return answer
        return fault(404, "api.context.404.app_error") if answer is None else web.json_response(answer)


def fault(status: int, error_id: str, **headers: str) -> web.Response:
    """An error as Mattermost words it."""
    body = {"id": error_id, "message": "…", "status_code": status}
    return web.json_response(body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


@asynccontextmanager
async def chat_server(**answers: Any) -> AsyncIterator[ChatServer]:
    """Serve on a free port of the loopback."""
    server = ChatServer(answers=dict(answers))
    async with serving(server.handle) as server.url:
        yield server
