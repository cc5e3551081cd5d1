"""The integration of the recordings: it answers each request of the server as it did then."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.wire.captures import Sent, whole
from tests.wire.match import Matcher

FollowUp = Callable[[dict[str, Any]], Awaitable[None]]
RECORDED = "http://127.0.0.1:9999"


class Integration:
    """An HTTP server that checks what it is sent against the recording, and plays its answers."""

    def __init__(self, script: list[Sent], follow_up: FollowUp) -> None:
        self.left = list(script)
        self.follow_up = follow_up
        self.matcher: Matcher | None = None
        self.checked: dict[str, list[str]] = {}
        self.later: list[dict[str, Any]] = []
        """What is to happen once the answer has been posted."""
        self.url = ""

    async def start(self) -> None:
        app = web.Application(client_max_size=2**22)
        app.router.add_route("*", "/{path:.*}", self.handle)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def settle(self) -> None:
        """Let happen what was to happen after the answers: the call that brought them has ended."""
        while self.later:
            await self.follow_up(self.later.pop(0))

    async def handle(self, request: web.Request) -> web.Response:
        got = await read(request)
        if got["form"].get("text") == ["long"]:
            return web.json_response({"text": "x" * 20000})
        sent = self._take(request.path, got)
        if sent is None:
            self.checked.setdefault(f"unexpected {request.path}", [str(got)[:300]])
            return web.json_response({}, status=500)
        assert self.matcher
        self.checked[sent.name] = self._differences(sent, request, got)
        later = [step for step in sent.then if step["path"].startswith("/hooks/")]
        for step in sent.then:
            if step not in later:
                await self.follow_up(step)
        self.later += later
        return await self._answer(sent, request)

    def _take(self, path: str, got: dict[str, Any]) -> Sent | None:
        """Take the next recorded request of this path (and text) out of the script."""
        for sent in self.left:
            if sent.path == path and (sent.form or {}).get("text") == got["form"].get("text"):
                self.left.remove(sent)
                return sent
        return None

    def _differences(self, sent: Sent, request: web.Request, got: dict[str, Any]) -> list[str]:
        assert self.matcher
        headers = {name: request.headers[name] for name in sent.headers if name in request.headers}
        found = self.matcher.differences(sent.method, request.method, "method", True)
        found += self.matcher.differences(sent.headers, headers, "headers", True)
        if sent.form is not None:
            found += self.matcher.differences(sent.form, got["form"], "form", True)
        if sent.json is not None:
            found += self.matcher.differences(sent.json, got["json"], "json", True)
        return found

    async def _answer(self, sent: Sent, request: web.Request) -> web.Response:
        assert self.matcher
        answer = sent.answer
        if (sent.form or {}).get("text") == ["slow"]:
            await asyncio.sleep(2)
        headers = {"Location": str(request.url.with_path("/cmd/redirected"))} if answer["status"] == 307 else {}
        if answer["type"]:
            headers["Content-Type"] = answer["type"]
        text = self.matcher.here(whole(answer["text"]))
        return web.Response(status=answer["status"], body=text.encode(), headers=headers)


async def read(request: web.Request) -> dict[str, Any]:
    """Return the fields of a form (or of the query) and the JSON body, whichever there is."""
    fields = request.query if request.method == "GET" else await request.post()
    form = {name: [str(value) for value in fields.getall(name)] for name in fields}
    json = await request.json() if request.content_type == "application/json" and request.can_read_body else None
    return {"form": form, "json": json}
