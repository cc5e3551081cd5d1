"""A bot that opens one dialog and keeps what a browser sends of it, on a server of its own or a real one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from sandbox import Sandbox
from tests.people import PASSWORD, Api, Site, new_session

Json = dict[str, Any]
PLACES: list[Json] = [{"text": "Pau", "value": "64445"}, {"text": "Paris", "value": "75056"}]
HELP, HINT = "Ouvrir un essai", "[sujet]"
LOCAL = "127.0.0.1"


@dataclass
class Asking:
    """The dialog, what its submissions are answered, and what came: submissions, look-ups and choices in cards."""

    site: Site
    url: str = ""
    elements: Sequence[Json] = ()
    more: Json = field(default_factory=dict)
    answers: list[object] = field(default_factory=list)
    status: int = 200
    sent: list[Json] = field(default_factory=list)
    looked_up: list[Json] = field(default_factory=list)
    acted: list[Json] = field(default_factory=list)

    def begins_anew(self) -> None:
        """Forget what came and what was to be answered."""
        self.elements, self.more, self.status = (), {}, 200
        for kept in (self.answers, self.sent, self.looked_up, self.acted):
            kept.clear()

    async def command(self, request: web.Request) -> web.Response:
        """Open the dialog."""
        fields = await request.post()
        dialog = {"title": "Essai", "callback_id": "un", "state": "s1", "notify_on_cancel": True} | self.more
        opening = {"trigger_id": str(fields["trigger_id"]), "url": f"{self.url}/dialog"}
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

    async def action(self, request: web.Request) -> web.Response:
        """Take a choice in the menu of a card, or a click."""
        self.acted.append(await request.json())
        chosen = self.acted[-1].get("context", {}).get("selected_option", "")
        return web.json_response({"ephemeral_text": f"Choisi : {chosen or 'le bouton'}"}, status=self.status)


@asynccontextmanager
async def asking(version: str) -> AsyncIterator[Asking]:
    """The bot behind `/essai` on an embedded server of that version."""
    server = Sandbox(version=version)
    await server.start(port=0)
    try:
        async with new_session() as session:
            admin = Api(session, server.url)
            await admin.post("/users", {"username": "admin", "email": "admin@exemple.fr", "password": PASSWORD})
            await admin.log_in("admin", PASSWORD)
            await admin.put("/config/patch", {"ServiceSettings": {"AllowedUntrustedInternalConnections": LOCAL}})
            async with _at_work(await Site.at(session, server.url, admin.token), LOCAL) as bot:
                yield bot
    finally:
        await server.stop()


@asynccontextmanager
async def asking_there(url: str, token: str, public_url: str) -> AsyncIterator[Asking]:
    """The same on a real server, in a team of its own; ``public_url`` tells how that server reaches this machine."""
    async with new_session() as session:
        site = await Site.at(session, url, token)
        async with _at_work(site, urlsplit(public_url).hostname or LOCAL) as bot:
            yield bot


@asynccontextmanager
async def _at_work(site: Site, host: str) -> AsyncIterator[Asking]:
    bot = Asking(site)
    app = web.Application()
    for path, handler in (
        ("/command", bot.command),
        ("/dialog", bot.dialog),
        ("/lookup", bot.lookup),
        ("/action", bot.action),
    ):
        app.router.add_post(path, handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, LOCAL if host in (LOCAL, "localhost") else "0.0.0.0", 0).start()
    bot.url = f"http://{host}:{runner.addresses[0][1]}"
    row = {"team_id": site.team_id, "trigger": "essai", "method": "P", "url": f"{bot.url}/command"}
    try:
        await site.admin.post(
            "/commands", row | {"auto_complete": True, "auto_complete_desc": HELP, "auto_complete_hint": HINT}
        )
        yield bot
    finally:
        await site.close()
        await runner.cleanup()
