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
from storage.people.transitions import LeftDepartement
from tests.modes import MODES
from tests.people import Person
from tests.support.house import PARIS, wait_for
from tests.support.membership import ChannelWorkplace, channel_workplace, register_team, room, sync_team

__all__ = ["channel_workplace", "room"]


LEAVE: Key = ("job", "canaux.leave_old_channels")


async def enters(channel_workplace: ChannelWorkplace, person: Person) -> None:
    membership = {"team_id": channel_workplace.room.site.team_id, "user_id": person.id}
    await channel_workplace.room.site.admin.post(f"/teams/{channel_workplace.room.site.team_id}/members", membership)


async def leaves(channel_workplace: ChannelWorkplace, person: Person, name: str) -> None:
    place = (await channel_workplace.channel(name))["id"]
    await channel_workplace.room.site.admin.delete(f"/channels/{place}/members/{person.id}")


async def until_in(channel_workplace: ChannelWorkplace, name: str, people: Collection[str]) -> None:
    """Wait until these and no others are in a channel."""

    async def are_there() -> bool:
        return await channel_workplace.names_in(name) == set(people)

    await wait_for(are_there)


@pytest.mark.parametrize("room", MODES, indirect=True)
@pytest.mark.parametrize("channel_workplace", ["sqlite", "postgresql"], indirect=True)
async def test_who_joins_the_team_comes_into_all_their_channels(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    await sync_team(channel_workplace, capsys)
    nina = await channel_workplace.room.site.person("nina", in_team=False)
    await channel_workplace.registers_as(nina, Role.COORDINATEUR, "69")
    async with channel_workplace.bot():
        await enters(channel_workplace, nina)
        await until_in(channel_workplace, "rhone", {"lea", "omar", "nina"})
        await until_in(channel_workplace, "aide-metier", {"juliette", "lea", "omar", "agathe", "nina"})
        assert await channel_workplace.names_in("isere") == {"juliette", "omar"}
        assert await channel_workplace.names_in("veille") == set()


async def test_who_was_announced_by_an_import_does_too(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    await sync_team(channel_workplace, capsys)
    paul = await channel_workplace.room.site.person("paul", in_team=False)
    database = Database(channel_workplace.url)
    async with database.transaction() as db:
        db.add(Awaited(username=paul.username, role=Role.CONSEILLER, departements=["38"], imported_at=utc_now()))
    await database.close()
    async with channel_workplace.bot():
        await enters(channel_workplace, paul)
        await until_in(channel_workplace, "isere", {"juliette", "omar", "paul"})


@pytest.mark.parametrize("room", MODES, indirect=True)
async def test_who_is_taken_out_of_their_channel_comes_back(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, _ = await sync_team(channel_workplace, capsys)
    async with channel_workplace.bot():
        await leaves(channel_workplace, lea, "rhone")
        await until_in(channel_workplace, "rhone", {"lea", "omar"})
        await channel_workplace.registers_as(omar, Role.COORDINATEUR, "38")
        await leaves(channel_workplace, omar, "rhone")
        await leaves(channel_workplace, lea, "rhone")
        await until_in(channel_workplace, "rhone", {"lea"})


async def test_who_has_just_left_by_another_replica_is_not_put_back(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, _ = await sync_team(channel_workplace, capsys)
    yesterday = utc_now().astimezone(PARIS).date() - timedelta(days=1)
    async with channel_workplace.bot() as app:
        await app.people.recall(lea.id, people.get)
        await channel_workplace.registers_as(lea, Role.CONSEILLER, "69", left_on=yesterday)
        await leaves(channel_workplace, lea, "rhone")
        await leaves(channel_workplace, omar, "rhone")
        await until_in(channel_workplace, "rhone", {"omar"})
        assert [row.where for row in await channel_workplace.rows(app)] == [TargetKind.ACT], "the one who stays"


async def test_who_is_nowhere_known_is_told_of_and_stays(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, agathe = await sync_team(channel_workplace, capsys)
    nina = await channel_workplace.room.site.person("nina")
    animation = (await channel_workplace.channel("animation"))["id"]
    async with channel_workplace.bot():
        await channel_workplace.joins(agathe, "rhone")
        await channel_workplace.joins(channel_workplace.juliette, "rhone")
        await channel_workplace.joins(nina, "rhone")
        told = await until_said(channel_workplace, animation, 2)
        assert (
            f"@{channel_workplace.juliette.username} est dans le canal « 69 - Rhône », mais travaille ailleurs (38)"
            in told[0]
        )
        assert f"@{nina.username} est dans le canal « 69 - Rhône », mais n’est pas dans le registre" in told[1]
        assert await channel_workplace.names_in("rhone") >= {"nina", "juliette", "agathe"}


async def test_who_leaves_on_a_day_to_come_is_out_of_all_channels_the_morning_after(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, _, _ = await sync_team(channel_workplace, capsys)
    nina = await channel_workplace.room.site.person("nina")
    today = utc_now().astimezone(PARIS).date()
    await channel_workplace.registers_as(lea, Role.CONSEILLER, "69", left_on=today)
    await channel_workplace.registers_as(nina, Role.CONSEILLER, "69", left_on=today - timedelta(days=1))
    await channel_workplace.joins(lea, "veille")
    for name in ("rhone", "aide-metier", "veille"):
        await channel_workplace.joins(nina, name)
    animation = (await channel_workplace.channel("animation"))["id"]
    async with channel_workplace.bot() as app:
        for day in ("2026-11-24", "2026-11-25"):
            await app.runs.run(LEAVE, day)
        (told,) = await until_said(channel_workplace, animation, 1, "Parti comme prévu, et sorti de ses canaux")
        assert nina.username in told
        await until_in(channel_workplace, "rhone", {"lea", "omar"})
        await until_in(channel_workplace, "veille", {"lea"})
        assert await channel_workplace.names_in("aide-metier") == {"juliette", "lea", "omar", "agathe"}
        assert "nina" in await channel_workplace.names_in("town-square"), "nobody can leave that one"
        assert [row.target for row in await channel_workplace.rows(app) if row.where is TargetKind.PERSON] == [nina.id]
    async with channel_workplace.bot() as app:
        await app.runs.run(LEAVE, "2026-11-26")
        assert [row.target for row in await channel_workplace.rows(app) if row.where is TargetKind.PERSON] == [
            nina.id
        ], "told once"


async def test_who_stays_after_all_is_left_where_they_are(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, _, _ = await sync_team(channel_workplace, capsys)
    yesterday = utc_now().astimezone(PARIS).date() - timedelta(days=1)
    await channel_workplace.registers_as(lea, Role.CONSEILLER, "69", left_on=yesterday)
    await channel_workplace.registers_as(lea, Role.CONSEILLER, "69")
    async with channel_workplace.bot() as app:
        await app.runs.run(LEAVE, "2026-11-24")
        assert await channel_workplace.rows(app) == []
        assert "lea" in await channel_workplace.names_in("rhone")


async def until_said(
    channel_workplace: ChannelWorkplace, channel_id: str, count: int, containing: str = ""
) -> list[str]:
    """What the bot said in a channel with these words in it, once it is so much."""
    found: list[str] = []

    async def is_said() -> bool:
        posts = await channel_workplace.room.site.admin.get(f"/channels/{channel_id}/posts")
        ours = [p for p in posts["posts"].values() if p["user_id"] == channel_workplace.room.bot_id and not p["type"]]
        texts = [p["message"].replace("\u00a0", " ") for p in sorted(ours, key=lambda p: p["create_at"])]
        found[:] = [text for text in texts if containing in text]
        return len(found) >= count

    await wait_for(is_said)
    return found


async def night(channel_workplace: ChannelWorkplace, app: App, day: str) -> None:
    """The nightly look at the channels."""
    await app.runs.run(("job", "canaux.watch_over"), day)


async def test_drift_is_told_once_in_the_morning(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, _ = await sync_team(channel_workplace, capsys)
    animation = (await channel_workplace.channel("animation"))["id"]
    await leaves(channel_workplace, lea, "rhone")
    async with channel_workplace.bot() as app:
        await night(channel_workplace, app, "2026-11-24")
        (told,) = await until_said(channel_workplace, animation, 1)
        assert "1 personne à ajouter" in told
        assert f"manque @{BREAK}{lea.username} (travaille dans le 69)" in told
        assert f"@{lea.username}" not in told, "nobody is called by it"
        await night(channel_workplace, app, "2026-11-25")
        await channel_workplace.joins(lea, "rhone")
        await night(channel_workplace, app, "2026-11-26")
        await channel_workplace.registers_as(omar, Role.COORDINATEUR, "38")
        await night(channel_workplace, app, "2026-11-27")
        told = (await until_said(channel_workplace, animation, 2))[-1]
        assert "travaille ailleurs (38)" in told


async def test_where_no_channel_is_known_nothing_is_told(channel_workplace: ChannelWorkplace) -> None:
    await register_team(channel_workplace)
    async with channel_workplace.bot() as app:
        await night(channel_workplace, app, "2026-11-24")
        assert await channel_workplace.rows(app) == []


async def test_who_moved_leaves_the_old_channel_when_the_grace_is_over(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, _ = await sync_team(channel_workplace, capsys)
    await channel_workplace.registers_as(lea, Role.CONSEILLER, "38")
    await channel_workplace.registers_as(omar, Role.COORDINATEUR, "38")
    database = Database(channel_workplace.url)
    async with database.transaction() as db:
        for person, days in ((lea, -1), (omar, 3)):
            until = utc_now() + timedelta(days=days)
            db.add(
                LeftDepartement(person_id=person.id, departement="69", left_at=until - timedelta(days=7), until=until)
            )
    await database.close()
    _, found = await channel_workplace.checks(capsys)
    assert {row["user"] for row in found["intruders"]} == {lea.username}, "the grace of the other is not over"
    async with channel_workplace.bot() as app:
        for day in ("2026-11-24", "2026-11-25"):
            await app.runs.run(LEAVE, day)
        await until_in(channel_workplace, "rhone", {"omar"})
        (told,) = [row for row in await channel_workplace.rows(app) if row.where is TargetKind.PERSON]
        assert told.target == lea.id
