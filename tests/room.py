"""A server with one person and the account of a bot that is not at work: the tests bring the part that is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sandbox import Sandbox
from tests.people import Person, Site, first_admin, new_session


@dataclass
class Room:
    """Juliette, and the bot’s account with its token."""

    server: Sandbox
    site: Site
    juliette: Person
    bot_id: str
    token: str

    async def direct(self) -> str:
        """The channel between the two."""
        channel = await self.juliette.api.post("/channels/direct", [self.juliette.id, self.bot_id])
        return str(channel["id"])

    async def says(self, text: str) -> None:
        """Juliette writes to the bot."""
        await self.juliette.api.post("/posts", {"channel_id": await self.direct(), "message": text})

    async def read(self) -> list[str]:
        """What stands in that channel, in order."""
        listed = await self.juliette.api.get(f"/channels/{await self.direct()}/posts?per_page=200")
        posts = sorted(listed["posts"].values(), key=lambda p: (p["create_at"], listed["order"].index(p["id"]) * -1))
        return [p["message"] for p in posts]


@asynccontextmanager
async def a_room(version: str) -> AsyncIterator[Room]:
    """A room on an embedded server of that version."""
    server = Sandbox(version=version)
    await server.start(port=0)
    session = new_session()
    admin = await first_admin(session, server.url)
    await admin.put("/config/patch", {"ServiceSettings": {"EnableBotAccountCreation": True}})
    site = await Site.at(session, server.url, admin.token)
    bot = (await admin.post("/bots", {"username": "coop", "display_name": "Coop"}))["user_id"]
    await admin.post(f"/teams/{site.team_id}/members", {"team_id": site.team_id, "user_id": bot})
    site.bot_id = bot
    token = (await admin.post(f"/users/{bot}/tokens", {"description": "essai"}))["token"]
    try:
        yield Room(server, site, await site.person("juliette"), bot, token)
    finally:
        await site.clear()
        await session.close()
        await server.stop()
