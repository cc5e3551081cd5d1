"""Who comes is in the right channels within seconds, and stays there; who does not belong is told of."""

from collections.abc import Collection
from datetime import timedelta

import pytest

from bot.app import App
from bot.clock import utc_now
from bot.features import Key
from bot.texts import BREAK
from storage import people
from storage.database import Database
from storage.outbox import TargetKind
from storage.people import Awaited, Role
from storage.people.departures import Move
from tests.modes import MODES
from tests.people import Person
from tests.support.house import PARIS, wait_for
from tests.support.membership import ChannelWorkplace, land, register_team, room, sync_team

__all__ = ["land", "room"]


LEAVE: Key = ("job", "canaux.leave_old_channels")


async def enters(land: ChannelWorkplace, person: Person) -> None:
    membership = {"team_id": land.room.site.team_id, "user_id": person.id}
    await land.room.site.admin.post(f"/teams/{land.room.site.team_id}/members", membership)


async def leaves(land: ChannelWorkplace, person: Person, name: str) -> None:
    place = (await land.channel(name))["id"]
    await land.room.site.admin.delete(f"/channels/{place}/members/{person.id}")


async def until_in(land: ChannelWorkplace, name: str, people: Collection[str]) -> None:
    """Wait until these and no others are in a channel."""

    async def are_there() -> bool:
        return await land.names_in(name) == set(people)

    await wait_for(are_there)


@pytest.mark.parametrize("room", MODES, indirect=True)
@pytest.mark.parametrize("land", ["sqlite", "postgresql"], indirect=True)
async def test_who_joins_the_team_comes_into_all_their_channels(
    land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    await sync_team(land, capsys)
    nina = await land.room.site.person("nina", in_team=False)
    await land.registers_as(nina, Role.COORDINATEUR, "69")
    async with land.bot():
        await enters(land, nina)
        await until_in(land, "rhone", {"lea", "omar", "nina"})
        await until_in(land, "aide-metier", {"juliette", "lea", "omar", "agathe", "nina"})
        assert await land.names_in("isere") == {"juliette", "omar"}
        assert await land.names_in("veille") == set()


async def test_who_was_announced_by_an_import_does_too(
    land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    await sync_team(land, capsys)
    paul = await land.room.site.person("paul", in_team=False)
    database = Database(land.url)
    async with database.transaction() as db:
        db.add(Awaited(username=paul.username, role=Role.CONSEILLER, departements=["38"], imported_at=utc_now()))
    await database.close()
    async with land.bot():
        await enters(land, paul)
        await until_in(land, "isere", {"juliette", "omar", "paul"})


@pytest.mark.parametrize("room", MODES, indirect=True)
async def test_who_is_taken_out_of_their_channel_comes_back(
    land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, _ = await sync_team(land, capsys)
    async with land.bot():
        await leaves(land, lea, "rhone")
        await until_in(land, "rhone", {"lea", "omar"})
        await land.registers_as(omar, Role.COORDINATEUR, "38")
        await leaves(land, omar, "rhone")
        await leaves(land, lea, "rhone")
        await until_in(land, "rhone", {"lea"})


async def test_who_has_just_left_by_another_replica_is_not_put_back(
    land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, _ = await sync_team(land, capsys)
    yesterday = utc_now().astimezone(PARIS).date() - timedelta(days=1)
    async with land.bot() as app:
        await app.people.recall(lea.id, people.get)
        await land.registers_as(lea, Role.CONSEILLER, "69", left_on=yesterday)
        await leaves(land, lea, "rhone")
        await leaves(land, omar, "rhone")
        await until_in(land, "rhone", {"omar"})
        assert [row.where for row in await land.rows(app)] == [TargetKind.ACT], "the one who stays"


async def test_who_is_nowhere_known_is_told_of_and_stays(
    land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, agathe = await sync_team(land, capsys)
    nina = await land.room.site.person("nina")
    animation = (await land.channel("animation"))["id"]
    async with land.bot():
        await land.joins(agathe, "rhone")
        await land.joins(land.juliette, "rhone")
        await land.joins(nina, "rhone")
        told = await until_said(land, animation, 2)
        assert f"@{land.juliette.username} est dans le canal « 69 - Rhône », mais travaille ailleurs (38)" in told[0]
        assert f"@{nina.username} est dans le canal « 69 - Rhône », mais n’est pas dans le registre" in told[1]
        assert await land.names_in("rhone") >= {"nina", "juliette", "agathe"}


async def test_who_leaves_on_a_day_to_come_is_out_of_all_channels_the_morning_after(
    land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, _, _ = await sync_team(land, capsys)
    nina = await land.room.site.person("nina")
    today = utc_now().astimezone(PARIS).date()
    await land.registers_as(lea, Role.CONSEILLER, "69", left_on=today)
    await land.registers_as(nina, Role.CONSEILLER, "69", left_on=today - timedelta(days=1))
    await land.joins(lea, "veille")
    for name in ("rhone", "aide-metier", "veille"):
        await land.joins(nina, name)
    animation = (await land.channel("animation"))["id"]
    async with land.bot() as app:
        for day in ("2026-11-24", "2026-11-25"):
            await app.runs.run(LEAVE, day)
        (told,) = await until_said(land, animation, 1, "Parti comme prévu, et sorti de ses canaux")
        assert nina.username in told
        await until_in(land, "rhone", {"lea", "omar"})
        await until_in(land, "veille", {"lea"})
        assert await land.names_in("aide-metier") == {"juliette", "lea", "omar", "agathe"}
        assert "nina" in await land.names_in("town-square"), "nobody can leave that one"
        assert [row.target for row in await land.rows(app) if row.where is TargetKind.PERSON] == [nina.id]
    async with land.bot() as app:
        await app.runs.run(LEAVE, "2026-11-26")
        assert [row.target for row in await land.rows(app) if row.where is TargetKind.PERSON] == [nina.id], "told once"


async def test_who_stays_after_all_is_left_where_they_are(
    land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, _, _ = await sync_team(land, capsys)
    yesterday = utc_now().astimezone(PARIS).date() - timedelta(days=1)
    await land.registers_as(lea, Role.CONSEILLER, "69", left_on=yesterday)
    await land.registers_as(lea, Role.CONSEILLER, "69")
    async with land.bot() as app:
        await app.runs.run(LEAVE, "2026-11-24")
        assert await land.rows(app) == []
        assert "lea" in await land.names_in("rhone")


async def until_said(land: ChannelWorkplace, channel_id: str, count: int, containing: str = "") -> list[str]:
    """What the bot said in a channel with these words in it, once it is so much."""
    found: list[str] = []

    async def is_said() -> bool:
        posts = await land.room.site.admin.get(f"/channels/{channel_id}/posts")
        ours = [p for p in posts["posts"].values() if p["user_id"] == land.room.bot_id and not p["type"]]
        texts = [p["message"].replace("\u00a0", " ") for p in sorted(ours, key=lambda p: p["create_at"])]
        found[:] = [text for text in texts if containing in text]
        return len(found) >= count

    await wait_for(is_said)
    return found


async def night(land: ChannelWorkplace, app: App, day: str) -> None:
    """The nightly look at the channels."""
    await app.runs.run(("job", "canaux.watch_over"), day)


async def test_drift_is_told_once_in_the_morning(land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]) -> None:
    lea, omar, _ = await sync_team(land, capsys)
    animation = (await land.channel("animation"))["id"]
    await leaves(land, lea, "rhone")
    async with land.bot() as app:
        await night(land, app, "2026-11-24")
        (told,) = await until_said(land, animation, 1)
        assert "1 personne à ajouter" in told
        assert f"manque @{BREAK}{lea.username} (travaille dans le 69)" in told
        assert f"@{lea.username}" not in told, "nobody is called by it"
        await night(land, app, "2026-11-25")
        await land.joins(lea, "rhone")
        await night(land, app, "2026-11-26")
        await land.registers_as(omar, Role.COORDINATEUR, "38")
        await night(land, app, "2026-11-27")
        told = (await until_said(land, animation, 2))[-1]
        assert "travaille ailleurs (38)" in told


async def test_where_no_channel_is_known_nothing_is_told(land: ChannelWorkplace) -> None:
    await register_team(land)
    async with land.bot() as app:
        await night(land, app, "2026-11-24")
        assert await land.rows(app) == []


async def test_who_moved_leaves_the_old_channel_when_the_grace_is_over(
    land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, _ = await sync_team(land, capsys)
    await land.registers_as(lea, Role.CONSEILLER, "38")
    await land.registers_as(omar, Role.COORDINATEUR, "38")
    database = Database(land.url)
    async with database.transaction() as db:
        for person, days in ((lea, -1), (omar, 3)):
            until = utc_now() + timedelta(days=days)
            db.add(Move(person_id=person.id, departement="69", left_at=until - timedelta(days=7), until=until))
    await database.close()
    _, found = await land.checks(capsys)
    assert {row["user"] for row in found["intruders"]} == {lea.username}, "the grace of the other is not over"
    async with land.bot() as app:
        for day in ("2026-11-24", "2026-11-25"):
            await app.runs.run(LEAVE, day)
        await until_in(land, "rhone", {"omar"})
        (told,) = [row for row in await land.rows(app) if row.where is TargetKind.PERSON]
        assert told.target == lea.id
