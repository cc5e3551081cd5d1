"""A bot that opens one dialog and keeps what a browser sends of it, on a server of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox import Sandbox
from tests.people import PASSWORD, Api, Person, Site, new_session

Json = dict[str, Any]
PLACES: list[Json] = [{"text": "Pau", "value": "64445"}, {"text": "Paris", "value": "75056"}]


@dataclass
class Asking:
    """The dialog, what its submissions are answered, and what came: submissions and look-ups."""

    elements: Sequence[Json] = ()
    more: Json = field(default_factory=dict)
    answers: list[object] = field(default_factory=list)
    status: int = 200
    sent: list[Json] = field(default_factory=list)
    looked_up: list[Json] = field(default_factory=list)
    url: str = ""
    site: Site | None = None

    async def command(self, request: web.Request) -> web.Response:
        """Open the dialog."""
        fields = await request.post()
        dialog = {"title": "Essai", "callback_id": "un", "state": "s1", "notify_on_cancel": True} | self.more
        opening = {"trigger_id": str(fields["trigger_id"]), "url": f"{self.url}/dialog"}
        assert self.site is not None
        await self.site.admin.post("/actions/dialogs/open", opening | {"dialog": dialog | {"elements": self.elements}})
        return web.json_response({})

    async def dialog(self, request: web.Request) -> web.Response:
        """Take a submission; the last answer goes on being given."""
        self.sent.append(await request.json())
        answer = self.answers.pop(0) if len(self.answers) > 1 else (self.answers or [{}])[0]
        return web.json_response(answer, status=self.status)

    async def lookup(self, request: web.Request) -> web.Response:
        """Find places."""
        self.looked_up.append(await request.json())
        query = str(self.looked_up[-1]["submission"].get("query", "")).lower()
        return web.json_response({"items": [one for one in PLACES if query in one["text"].lower()]})


@asynccontextmanager
async def asking(version: str) -> AsyncIterator[tuple[Asking, Person]]:
    """The bot behind `/essai` on a server of that version, and somebody who uses it."""
    server, bot = Sandbox(version=version), Asking()
    await server.start(port=0)
    app = web.Application()
    app.add_routes(
        [web.post("/command", bot.command), web.post("/dialog", bot.dialog), web.post("/lookup", bot.lookup)]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with new_session() as session:
        bot.site = await _site(Api(session, server.url), f"{bot.url}/command")
        yield bot, await bot.site.person("ann")
        await bot.site.close()
    await runner.cleanup()
    await server.stop()


async def _site(admin: Api, command: str) -> Site:
    await admin.post("/users", {"username": "admin", "email": "admin@exemple.fr", "password": PASSWORD})
    await admin.log_in("admin", PASSWORD)
    await admin.put("/config/patch", {"ServiceSettings": {"AllowedUntrustedInternalConnections": "127.0.0.1"}})
    site = await Site.at(admin.session, admin.url, admin.token)
    row = {"team_id": site.team_id, "trigger": "essai", "method": "P", "url": command, "auto_complete": True}
    await admin.post("/commands", row)
    return site
