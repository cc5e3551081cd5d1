"""Bots on a server of the stories beside the one at work, and rooms and people for what they ask of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.errors import ChatError, Refusal
from bot.mattermost import AioClient, ChatChannel, ChatPost, Mattermost
from tests.house import House
from tests.people import Site, unique

NOBODY = "z" * 26
"""A well-formed id that is nobody’s."""


@dataclass
class Stage:
    """Two bots of the team: ``chat`` is a plain member, ``lead`` administers it."""

    house: House
    chat: Mattermost
    lead: Mattermost

    @property
    def site(self) -> Site:
        """The server, as its admin sees it."""
        return self.house.site

    async def room(self, *, private: bool = False) -> ChatChannel:
        """A channel that the plain bot made."""
        return await self.chat.create_channel(unique("salon"), "Salon d’essai", private=private)

    async def says(self, channel_id: str, text: str = "Bonjour", **more: str) -> ChatPost:
        """A message of the plain bot’s."""
        return await self.chat.read_post(await self.chat.post(channel_id, text, {}, unique("essai"), **more))

    async def robots(self, count: int, *, in_team: bool = True) -> Sequence[str]:
        """So many more accounts, which need no password."""
        made = [await self.site.admin.post("/bots", {"username": unique("robot")}) for _ in range(count)]
        ids = [bot["user_id"] for bot in made]
        if in_team:
            team = self.site.team_id
            for some in (ids[start : start + 200] for start in range(0, count, 200)):
                members = [{"team_id": team, "user_id": user_id} for user_id in some]
                await self.site.admin.post(f"/teams/{team}/members/batch", members)
        return ids

    async def set(self, section: str, name: str, value: object) -> None:
        """Change a setting of the server; a real one’s are left alone."""
        if self.house.sandbox is None:
            pytest.skip("a real server’s settings are left alone")
        await self.site.admin.put("/config/patch", {section: {name: value}})


@asynccontextmanager
async def a_stage(house: House) -> AsyncIterator[Stage]:
    """The two bots; afterwards they are switched off."""
    plain, lead = await _bot(house.site), await _bot(house.site)
    roles = {"roles": "team_user team_admin"}
    await house.site.admin.put(f"/teams/{house.site.team_id}/members/{(await lead.me()).id}/roles", roles)
    try:
        yield Stage(house, plain, lead)
    finally:
        for bot in (plain, lead):
            await bot.client.close()


async def _bot(site: Site) -> Mattermost:
    made = await site.admin.post("/bots", {"username": unique("essai")})
    await site.admin.post(f"/teams/{site.team_id}/members", {"team_id": site.team_id, "user_id": made["user_id"]})
    token = await site.admin.post(f"/users/{made['user_id']}/tokens", {"description": "essai"})
    bot = Mattermost(AioClient(site.url, token["token"]), site.team)
    await bot.me()
    return bot


@asynccontextmanager
async def refused(why: Refusal) -> AsyncIterator[None]:
    """What happens here Mattermost refuses, and we are told why."""
    with pytest.raises(ChatError) as caught:
        yield
    assert caught.value.refusal is why, caught.value
