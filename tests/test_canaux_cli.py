"""« coop-bot channels »: drift of each kind is found with its reason, and put right; what is there stays."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import date
from secrets import token_hex
from typing import Any

import pytest
from sqlmodel import col, select

from bot.actions import AddMembers, ChatAction, RemoveMember, write_action
from bot.clock import utc_now
from bot.errors import ChatError
from bot.mattermost import AioClient
from cli.errors import OperatorError
from storage import outbox
from storage.database import Database
from storage.outbox import Outgoing, TargetKind
from storage.people import Role
from tests.modes import EDGES, MODES
from tests.people import Person
from tests.support.house import wait_for
from tests.support.membership import ChannelWorkplace, channel_workplace, register_team, room, sync_team
from tests.support.workplace import operate

__all__ = ["channel_workplace", "room"]


class Killed(BaseException):
    """The process ends there."""


@pytest.mark.parametrize("room", MODES, indirect=True)
@pytest.mark.parametrize("channel_workplace", ["sqlite", "postgresql"], indirect=True)
async def test_the_channels_are_made_and_filled_and_then_all_is_well(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    await register_team(channel_workplace)
    code, found = await channel_workplace.checks(capsys)
    assert code == 3
    assert {row["channel"] for row in found["wrong"]} == {
        "town-square", "aide-metier", "veille", "animation", "rhone", "isere"
    }  # fmt: skip
    assert {(r["channel"], r["user"].partition("-")[0]) for r in found["missing"]} >= {
        ("rhone", "lea"), ("rhone", "omar"), ("isere", "omar"), ("isere", "juliette"), ("animation", "agathe")
    }  # fmt: skip

    said = await channel_workplace.syncs(capsys)
    assert "5 canaux créés" in said
    assert await channel_workplace.names_in("rhone") == {"lea", "omar"}
    assert await channel_workplace.names_in("isere") == {"juliette", "omar"}
    assert await channel_workplace.names_in("animation") == {"agathe"}
    assert await channel_workplace.names_in("aide-metier") == {"juliette", "lea", "omar", "agathe"}
    assert await channel_workplace.names_in("veille") == set(), "each chooses"
    rhone = await channel_workplace.channel("rhone")
    assert (rhone["display_name"], rhone["type"], rhone["header"], rhone["purpose"]) == (
        "69 - Rhône", "P", "Ici Rhône.", "Le 69."
    )  # fmt: skip
    assert (await channel_workplace.channel("town-square"))["display_name"] == "Général"

    assert await channel_workplace.checks(capsys) == (
        0,
        {"channels": 6, "members": found_members(channel_workplace), "missing": [], "intruders": [], "wrong": []},
    )
    assert await channel_workplace.syncs(capsys) == "Les canaux sont déjà comme prévu.\n"


@pytest.mark.parametrize("room", EDGES, indirect=True)
async def test_channels_that_people_were_brought_into_are_read_for_them(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, _ = await register_team(channel_workplace)
    admin = channel_workplace.room.site.admin

    async def mentions(person: Person, name: str) -> int:
        place = (await channel_workplace.channel(name))["id"]
        return int((await admin.get(f"/channels/{place}/members/{person.id}"))["mention_count"])

    await channel_workplace.syncs(capsys)
    assert await mentions(lea, "rhone") == 1, "Mattermost mentions who is brought in"
    await channel_workplace.leaves(omar, "isere")
    await channel_workplace.syncs(capsys, "--admin-token", admin.token)
    assert await mentions(omar, "isere") == 0
    await channel_workplace.leaves(omar, "isere")
    with pytest.raises(OperatorError, match="restent non lus pour 1 arrivée"):
        await channel_workplace.syncs(capsys, "--admin-token", lea.api.token)
    assert await channel_workplace.names_in("isere") == {"juliette", "omar"}


def found_members(channel_workplace: ChannelWorkplace) -> int:
    """Memberships, the bot’s and the admin’s included: the admin is in the team’s own channel."""
    people = len(channel_workplace.room.site.people)
    return (people + 2) + (people + 1) + 1 + 2 + 3 + 3


async def changed(channel_workplace: ChannelWorkplace, place: str, **texts: str) -> None:
    """Somebody writes something else over it by hand."""
    await channel_workplace.room.site.admin.put(
        f"/channels/{(await channel_workplace.channel(place))['id']}/patch", texts
    )


@pytest.mark.parametrize("room", MODES, indirect=True)
async def test_a_channel_renamed_by_hand_is_the_same_channel(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    await sync_team(channel_workplace, capsys)
    before = (await channel_workplace.channel("rhone"))["id"]
    await changed(
        channel_workplace, "rhone", name="rhone-alpes", display_name="Nos Rhônalpins", header="?", purpose="?"
    )

    code, found = await channel_workplace.checks(capsys)
    assert code == 3
    reasons = [row["reason"] for row in found["wrong"] if row["channel"] == "rhone"]
    assert reasons == [
        "s’appelle « Nos Rhônalpins » au lieu de « 69 - Rhône »",
        "n’a pas l’en-tête prévu",
        "n’a pas le sujet prévu",
    ]
    assert found["missing"] == []
    await channel_workplace.syncs(capsys)
    after = await channel_workplace.channel("rhone-alpes")
    assert (after["id"], after["display_name"], after["header"]) == (before, "69 - Rhône", "Ici Rhône.")
    assert (await channel_workplace.checks(capsys))[0] == 0


@pytest.mark.parametrize("room", MODES, indirect=True)
async def test_who_moved_left_or_came_by_the_back_door(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, agathe = await sync_team(channel_workplace, capsys)
    nina = await channel_workplace.room.site.person("nina")
    await channel_workplace.registers_as(lea, Role.CONSEILLER, "38")
    await channel_workplace.registers_as(omar, Role.COORDINATEUR, "69", "38", left_on=date(2020, 1, 1))
    for somebody in (nina, channel_workplace.juliette, agathe):
        await channel_workplace.joins(somebody, "rhone")

    _, found = await channel_workplace.checks(capsys)
    told = {(r["channel"], r["user"].partition("-")[0]): r["reason"] for r in found["intruders"]}
    assert told == {
        ("rhone", "nina"): "n’est pas dans le registre",
        ("rhone", "juliette"): "travaille ailleurs (38)",
        ("rhone", "lea"): "travaille ailleurs (38)",
        ("rhone", "omar"): "a quitté le réseau",
        ("isere", "omar"): "a quitté le réseau",
    }
    assert [(r["channel"], r["user"]) for r in found["missing"]] == [("isere", lea.username)]

    await channel_workplace.syncs(capsys)
    assert await channel_workplace.names_in("rhone") == {"nina", "agathe"}, (
        "whom the register does not know is told of only"
    )
    assert "nina" in channel_workplace.errors[-1]
    assert await channel_workplace.names_in("isere") == {"lea", "juliette"}
    await channel_workplace.syncs(capsys, "--strangers")
    assert await channel_workplace.names_in("rhone") == {"agathe"}


@pytest.mark.parametrize("channel_workplace", ["sqlite", "postgresql"], indirect=True)
async def test_what_waits_to_be_done_otherwise_is_left_to_it(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody is being taken out, and somebody brought back; the sync of the plan does not race them."""
    lea, omar, _ = await sync_team(channel_workplace, capsys)
    nina, place = await channel_workplace.room.site.person("nina"), (await channel_workplace.channel("rhone"))["id"]
    for somebody in (lea, omar):
        await channel_workplace.leaves(somebody, "rhone")
    await channel_workplace.joins(nina, "rhone")
    await channel_workplace.registers_as(nina, Role.CONSEILLER, "38")
    await write_acts(channel_workplace, RemoveMember(place, lea.id), AddMembers(place, [nina.id]))
    assert await operate(channel_workplace.settings(), "channels", "sync") == 1
    told = capsys.readouterr().err
    assert told.count("le contraire a été décidé") == 2
    assert await channel_workplace.names_in("rhone") == {"omar", "nina"}
    async with channel_workplace.bot():
        await wait_for(lambda: nothing_waits(channel_workplace))
    await channel_workplace.syncs(capsys)
    assert await channel_workplace.names_in("rhone") == {"omar", "lea"}, "once it is done, the plan is"


async def write_acts(channel_workplace: ChannelWorkplace, *acts: ChatAction) -> None:
    """The bot is about to do that."""
    database, at = Database(channel_workplace.url), utc_now()
    rows = [
        Outgoing(
            id=token_hex(13),
            where=TargetKind.ACT,
            target=act.target,
            content=write_action(act),
            created_at=at,
            not_before=at - outbox.LEASE,
        )
        for act in acts
    ]
    async with database.transaction() as db:
        await outbox.add(db, rows)
    await database.close()


async def nothing_waits(channel_workplace: ChannelWorkplace) -> bool:
    database = Database(channel_workplace.url)
    async with database.transaction(writes=False) as db:
        waiting = (await db.exec(select(Outgoing.id).where(col(Outgoing.not_before).is_not(None)))).first()
    await database.close()
    return waiting is None


async def test_an_archived_channel_and_a_public_one(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    admin = channel_workplace.room.site.admin
    await sync_team(channel_workplace, capsys)
    await admin.delete(f"/channels/{(await channel_workplace.channel('isere'))['id']}")
    await admin.put(f"/channels/{(await channel_workplace.channel('rhone'))['id']}/privacy", {"privacy": "O"})
    _, found = await channel_workplace.checks(capsys)
    assert {(r["channel"], r["reason"]) for r in found["wrong"]} == {
        ("isere", "est archivé"), ("rhone", "est public au lieu de privé")
    }  # fmt: skip
    await channel_workplace.syncs(capsys)
    assert (await channel_workplace.channel("isere"))["delete_at"] == 0
    assert (await channel_workplace.channel("rhone"))["type"] == "P"
    assert (await channel_workplace.checks(capsys))[0] == 0


async def test_a_private_namesake_of_somebody_s(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, *_ = await sync_team(channel_workplace, capsys)
    with (channel_workplace.folder / "canaux.tsv").open("a") as table:
        table.write("\ncache\tsalle\tCaché\tcache\toui\tanimateur\ts\te\n")
    hidden = {"team_id": channel_workplace.room.site.team_id, "name": "cache", "display_name": "À moi", "type": "P"}
    await lea.api.post("/channels", hidden)
    seen_by = {True: "le bot n’en est pas membre", False: "n’existe pas, ou est un canal privé dont le bot n’est pas"}
    for leads, reason in seen_by.items():
        await channel_workplace.leads(leads=leads)
        _, found = await channel_workplace.checks(capsys)
        (row,) = [row for row in found["wrong"] if row["channel"] == "cache"]
        assert row["reason"].startswith(reason)
        assert await operate(channel_workplace.settings(), "channels", "sync") == 1
        assert ("a déjà cette adresse" in capsys.readouterr().err) is not leads
        if leads:
            assert await operate(channel_workplace.settings(), "channels", "sync", "--dry-run") == 1
            assert "rien n’y serait fait" in capsys.readouterr().err
        assert "cache" not in await channel_workplace.known(), "what the bot would say there, others would read"


@pytest.mark.parametrize("room", MODES, indirect=True)
async def test_channels_that_were_there_before_are_taken_over(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, *_ = await register_team(channel_workplace)
    for name, kind in (("veille", "O"), ("rhone", "P")):
        there = {"team_id": channel_workplace.room.site.team_id, "name": name, "display_name": "Déjà là", "type": kind}
        made = await lea.api.post("/channels", there)
    await channel_workplace.room.site.admin.post(
        f"/channels/{made['id']}/members", {"user_id": channel_workplace.room.bot_id}
    )
    assert "1 canal rejoint par le bot" in await channel_workplace.syncs(capsys, "--dry-run")
    assert "1 canal rejoint par le bot, 3 titres corrigés" in await channel_workplace.syncs(capsys)
    assert (await channel_workplace.channel("veille"))["display_name"] == "Veille"
    assert (await channel_workplace.channel("rhone"))["id"] == made["id"]
    assert await channel_workplace.names_in("rhone") == {"lea", "omar"}
    assert (await channel_workplace.checks(capsys))[0] == 0


async def test_a_dry_run_changes_nothing(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    await register_team(channel_workplace)
    assert "Serait fait : 5 canaux créés" in await channel_workplace.syncs(capsys, "--dry-run")
    with pytest.raises(Exception, match="404"):
        await channel_workplace.channel("rhone")


async def test_who_administers_the_server_is_no_stranger(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    await sync_team(channel_workplace, capsys)
    place = (await channel_workplace.channel("rhone"))["id"]
    await channel_workplace.room.site.admin.post(
        f"/channels/{place}/members", {"user_id": channel_workplace.room.site.admin_id}
    )
    assert (await channel_workplace.checks(capsys))[0] == 0


async def test_what_the_bot_may_not_do_is_told(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    await sync_team(channel_workplace, capsys)
    await channel_workplace.room.site.admin.delete(f"/channels/{(await channel_workplace.channel('isere'))['id']}")
    await channel_workplace.leads(leads=False)
    assert await operate(channel_workplace.settings(), "channels", "sync") == 1
    assert "isere : est archivé ; le bot n’en a pas le droit" in capsys.readouterr().err


async def test_deactivated_accounts_are_taken_out(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, *_ = await sync_team(channel_workplace, capsys)
    await channel_workplace.room.site.admin.delete(f"/users/{lea.id}")
    _, found = await channel_workplace.checks(capsys)
    assert found["intruders"] == [{"channel": "rhone", "user": lea.username, "reason": "a un compte désactivé"}]
    await channel_workplace.syncs(capsys)
    assert (await channel_workplace.checks(capsys))[0] == 0


async def test_coordinateurs_administer_their_channel_and_conseillers_do_not(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, _ = await sync_team(channel_workplace, capsys)
    place = (await channel_workplace.channel("rhone"))["id"]
    for person, roles in ((omar, "channel_user"), (lea, "channel_user channel_admin")):
        await channel_workplace.room.site.admin.put(f"/channels/{place}/members/{person.id}/roles", {"roles": roles})
    _, found = await channel_workplace.checks(capsys)
    assert {row["reason"].partition(" ")[2] for row in found["wrong"]} == {
        "devrait administrer le canal", "administre le canal sans en être coordinateur"
    }  # fmt: skip
    await channel_workplace.syncs(capsys)
    assert (await channel_workplace.checks(capsys))[0] == 0


def dying(called: Callable[..., Awaitable[Any]], left: Iterator[int]) -> Callable[..., Awaitable[Any]]:
    """A way to call Mattermost; the process ends in its stead after so many calls."""

    async def call(*what: Any, **more: Any) -> Any:
        if next(left, None) is None:
            raise Killed
        return await called(*what, **more)

    return call


async def test_killed_between_any_two_calls_the_next_run_finishes(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await register_team(channel_workplace)
    for last in range(3, 60, 3):
        left = iter(range(last))
        with monkeypatch.context() as patch, suppress(Killed):
            for way in ("get", "ask", "post", "put", "delete"):
                patch.setattr(AioClient, way, dying(getattr(AioClient, way), left))
            await channel_workplace.syncs(capsys)
    assert (await channel_workplace.checks(capsys))[0] == 0
    assert await channel_workplace.names_in("rhone") == {"lea", "omar"}


async def test_a_server_that_is_away_is_said_and_nothing_is_guessed(channel_workplace: ChannelWorkplace) -> None:
    await register_team(channel_workplace)
    channel_workplace.room.server.faults.status = 503
    with pytest.raises(ChatError, match="503"):
        await operate(channel_workplace.settings(), "channels", "check")
    channel_workplace.room.server.faults.status = None


@pytest.mark.parametrize(
    ("settings", "why"), [({"bot_token": ""}, "COOP_BOT_TOKEN"), ({"channels": "x"}, "COOP_CHANNELS")]
)
async def test_settings_that_do_not_do_are_named(
    settings: dict[str, str], why: str, channel_workplace: ChannelWorkplace
) -> None:
    (channel_workplace.folder / "x").write_text("rien")
    if "channels" in settings:
        settings = {"channels": str(channel_workplace.folder / "x")}
    with pytest.raises(OperatorError, match=why):
        await operate(channel_workplace.settings(**settings), "channels", "check")


async def test_to_be_read(channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]) -> None:
    lea, *_ = await register_team(channel_workplace)
    assert await operate(channel_workplace.settings(), "channels", "check") == 3
    said = capsys.readouterr().out
    assert "rhone : n’existe pas, ou est un canal privé dont le bot n’est pas membre" in said
    assert f"rhone : il manque @{lea.username}, @" in said
    assert "(travaille dans le 69)" in said
    assert said.splitlines()[-1].startswith("6 canaux, ")
    await channel_workplace.syncs(capsys)
    assert await operate(channel_workplace.settings(), "channels", "check") == 0
    assert capsys.readouterr().out == "6 canaux, aucun écart.\n"
