"""The hubs’ channels in a second team: off unless that is named; who works in their départements is there."""

from collections.abc import Mapping
from typing import Any

import pytest

from config.settings import Settings
from storage.canaux import list_planned
from storage.database import Database
from storage.people import Role
from tests.modes import MODES
from tests.people import Person, unique
from tests.support.house import wait_for
from tests.support.membership import ChannelWorkplace, channel_workplace, register_team, room
from tests.test_canaux_mending import checked, plain, repaired

__all__ = ["channel_workplace", "room"]


async def second_team(
    channel_workplace: ChannelWorkplace, monkeypatch: pytest.MonkeyPatch, *, leads: bool = True
) -> str:
    """The address of a second team, which the bot administers; from now on the hubs are there."""
    admin, name = channel_workplace.room.site.admin, unique("hubs")
    team = await admin.post("/teams", {"name": name, "display_name": "Hubs", "type": "I"})
    await admin.post(f"/teams/{team['id']}/members", {"team_id": team["id"], "user_id": channel_workplace.room.bot_id})
    roles = {"scheme_user": True, "scheme_admin": leads}
    await admin.put(f"/teams/{team['id']}/members/{channel_workplace.room.bot_id}/schemeRoles", roles)
    usual = ChannelWorkplace.settings

    def with_hubs(self: ChannelWorkplace, **others: Any) -> Settings:
        return usual(self, **{"hubs_team": name} | others)

    monkeypatch.setattr(ChannelWorkplace, "settings", with_hubs)
    return str(team["id"])


async def members(channel_workplace: ChannelWorkplace, team_id: str, name: str) -> set[str]:
    """Who is in a hub’s channel, the bot aside."""
    admin = channel_workplace.room.site.admin
    channel = await admin.get(f"/teams/{team_id}/channels/name/{name}")
    found = await admin.get(f"/channels/{channel['id']}/members?per_page=200")
    known: Mapping[str, str] = {
        person.id: person.username.partition("-")[0] for person in channel_workplace.room.site.people
    }
    return {known[member["user_id"]] for member in found if member["user_id"] in known}


async def joins(channel_workplace: ChannelWorkplace, person: Person) -> None:
    site = channel_workplace.room.site
    await site.admin.post(f"/teams/{site.team_id}/members", {"team_id": site.team_id, "user_id": person.id})


async def test_there_are_none_unless_their_team_is_named(channel_workplace: ChannelWorkplace) -> None:
    database = Database(channel_workplace.url)
    async with database.transaction(writes=False) as db:
        assert not [key for key in await list_planned(db, channel_workplace.settings()) if key.startswith("hub:")]
        hubs = [c for c in (await list_planned(db, channel_workplace.settings(hubs_team="hubs"))).values() if c.hub]
    await database.close()
    assert len(hubs) == 17
    assert {channel.team for channel in hubs} == {"hubs"}
    assert all(channel.private for channel in hubs)


@pytest.mark.parametrize("room", MODES, indirect=True)
@pytest.mark.parametrize("channel_workplace", ["sqlite", "postgresql"], indirect=True)
async def test_they_are_made_and_filled_by_the_operator(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    team = await second_team(channel_workplace, monkeypatch)
    await register_team(channel_workplace)
    assert "22 canaux créés" in await channel_workplace.syncs(capsys)
    assert await members(channel_workplace, team, "hinaura") == {"juliette", "lea", "omar"}, "69 and 38 are of one hub"
    assert await members(channel_workplace, team, "hubbretagne") == set()
    code, found = await channel_workplace.checks(capsys)
    assert (code, found["missing"], found["wrong"]) == (0, [], [])


async def test_they_are_kept_in_chat_and_by_events(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    team = await second_team(channel_workplace, monkeypatch)
    *_, agathe = await register_team(channel_workplace)
    nina = await channel_workplace.room.site.person("nina", in_team=False)
    await channel_workplace.registers_as(nina, Role.CONSEILLER, "35")
    async with channel_workplace.bot() as app:
        card = await repaired(agathe, await checked(channel_workplace, app, agathe))
        assert "22 canaux créés" in plain(card)
        assert await members(channel_workplace, team, "hinaura") == {"juliette", "lea", "omar"}
    async with channel_workplace.bot():
        await joins(channel_workplace, nina)

        async def nina_is_there() -> bool:
            return await members(channel_workplace, team, "hubbretagne") == {"nina"}

        await wait_for(nina_is_there)
    assert (await channel_workplace.checks(capsys))[0] == 0


async def test_a_team_that_the_bot_is_not_in_is_said_and_hurts_nothing_else(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await second_team(channel_workplace, monkeypatch)
    await register_team(channel_workplace)
    usual = ChannelWorkplace.settings
    monkeypatch.setattr(
        ChannelWorkplace, "settings", lambda self, **others: usual(self, hubs_team="nulle-part", **others)
    )
    code, found = await channel_workplace.checks(capsys)
    assert code == 3
    assert {
        "channel": "hinaura",
        "reason": "n’existe pas, ou est un canal privé dont le bot n’est pas membre",
    } in found["wrong"]
