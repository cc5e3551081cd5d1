"""Who may report what: who can read it themselves. (Guests take a paid server: Mattermost is played here.)"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

import pytest

from bot.context import ReadingContext
from bot.errors import UserError
from bot.mattermost import ChatChannel, ChatMember, ChatPost, ChatUser
from bot.texts import render
from commands.moderation.reports import read_reportable_post
from config.settings import Settings
from tests.support.mattermost import BOT, CHANNEL, ID, POST, TEAM

WRITTEN = ChatPost(POST, "l" * 26, CHANNEL, "Bonjour", 1)


@dataclass
class Server:
    """One with a message in a channel, and somebody who may be there, or in the team, or a guest."""

    type: str = "O"
    team: str = TEAM
    in_channel: bool = False
    in_team: ChatMember | None = None

    async def read_post(self, _: str) -> ChatPost:
        return WRITTEN

    async def channel(self, ident: str) -> ChatChannel:
        return ChatChannel(ident, self.type, "salon", team_id=self.team)

    async def channel_member(self, _: str, user_id: str) -> ChatMember | None:
        return ChatMember(user_id) if self.in_channel else None

    async def team_member(self, _: str) -> ChatMember | None:
        return self.in_team

    async def team_id(self) -> str:
        return TEAM

    async def me(self) -> ChatUser:
        return ChatUser(BOT, "coop")


@pytest.mark.parametrize(
    ("server", "may"),
    [
        (Server(in_channel=True, in_team=ChatMember(ID, is_guest=True)), True),
        (Server("P", in_channel=True, in_team=ChatMember(ID)), True),
        (Server(in_team=ChatMember(ID)), True),
        (Server(in_team=ChatMember(ID, is_guest=True)), False),
        (Server("P", in_team=ChatMember(ID, is_admin=True)), False),
        (Server(team="autre", in_team=ChatMember(ID)), False),
        (Server(), False),
    ],
)
async def test_only_what_one_can_read_oneself(server: Server, may: bool) -> None:
    ctx = cast(
        ReadingContext, SimpleNamespace(chat=server, user=SimpleNamespace(id=ID), settings=Settings(_env_file=None))
    )
    if may:
        assert await read_reportable_post(ctx, f"http://mm/cnum/pl/{POST}") == WRITTEN
        return
    with pytest.raises(UserError) as refusal:
        await read_reportable_post(ctx, f"http://mm/cnum/pl/{POST}")
    assert refusal.value.text == render("moderation/report_not_found")
