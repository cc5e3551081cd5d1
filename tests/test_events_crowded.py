"""Of crowded channels it is told what is said there and how they are; who is in them is not read, or written down."""

from typing import Any

import pytest
from sqlmodel import select

from bot.app import App
from bot.events import TEAM, WatchedPlaces
from bot.mattermost import AioClient
from storage.watchlist import WatchedMember
from tests.people import Person
from tests.support.events import EventWorkplace, hall, room
from tests.support.house import wait_for, wait_until

__all__ = ["hall", "room"]


def of(*channels: str) -> WatchedPlaces:
    return WatchedPlaces(crowded=frozenset(channels))


async def written(app: App) -> set[str]:
    """The places of which it is written down who is there."""
    async with app.database.transaction(writes=False) as db:
        return {member.place for member in (await db.exec(select(WatchedMember))).all()}


async def foreign(hall: EventWorkplace) -> str:
    """A public channel in which the bot is not."""
    channel = await hall.salon()
    await hall.juliette.api.delete(f"/channels/{channel}/members/{hall.room.bot_id}")
    return channel


async def turns(hall: EventWorkplace, channel: str) -> None:
    """It gets another title, is made private, and put away."""
    site = hall.room.site
    await site.admin.put(f"/channels/{channel}/patch", {"display_name": "Grand salon"})
    await site.admin.put(f"/channels/{channel}/privacy", {"privacy": "P"})
    await site.admin.delete(f"/channels/{channel}")


async def moves(hall: EventWorkplace, channel: str, person: Person) -> None:
    """Somebody comes in, says something and goes."""
    await hall.juliette.api.post(f"/channels/{channel}/members", {"user_id": person.id})
    await person.api.post("/posts", {"channel_id": channel, "message": "bonjour"})
    await person.api.delete(f"/channels/{channel}/members/{person.id}")


SAID = ["Posted bonjour"]
TURNED = ["Renamed Grand salon", "Converted True", "Archived"]


async def test_what_becomes_of_a_channel_and_nothing_of_who_is_there(hall: EventWorkplace) -> None:
    channel, nina = await hall.salon(), await hall.room.site.person("nina")
    hall.one.watched = of(channel)
    async with hall.bot() as app:
        await moves(hall, channel, nina)
        await app.events.look()
        await turns(hall, channel)
        assert await hall.told(app, hall.one) == SAID + TURNED
        await app.events.look()
        assert await hall.told(app, hall.one) == SAID + TURNED
        assert await hall.told(app, hall.two) == []
        assert await written(app) == set()


async def test_it_is_told_after_an_outage_too_and_who_is_there_is_not_read(
    hall: EventWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, nina = await hall.salon(), await hall.room.site.person("nina")
    hall.one.watched, hall.two.watched = of(channel), WatchedPlaces(team=True)
    asked = listed(monkeypatch)
    async with hall.bot() as app:
        assert await hall.told(app, hall.one) == [], "what is seen for the first time is told to nobody"
    await moves(hall, channel, nina)
    await turns(hall, channel)
    for _ in range(2):
        await hall.goes_back()
        async with hall.bot() as app:
            await app.events.look()
            assert sorted(await hall.told(app, hall.one)) == sorted(SAID + TURNED)
            assert await written(app) == {TEAM}
    assert f"channels/{channel}" in str(asked), "how it is was read"
    assert not [path for path in asked if channel in path and "members" in path]


def listed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the bot reads of Mattermost from now on."""
    asked: list[str] = []
    called = AioClient.make_request

    async def make_request(self: AioClient, method: str, endpoint: str, *more: Any, **options: Any) -> Any:
        asked.append(endpoint)
        return await called(self, method, endpoint, *more, **options)

    monkeypatch.setattr(AioClient, "make_request", make_request)
    return asked


async def test_a_public_channel_that_the_bot_sees_no_more_was_made_private(hall: EventWorkplace) -> None:
    """It is not in it: nobody tells it of the new title, and what is private now it may not read."""
    channel, other = await foreign(hall), await foreign(hall)
    hall.one.watched = of(channel, other)
    admin = hall.room.site.admin
    async with hall.bot() as app:
        await admin.put(f"/channels/{channel}/privacy", {"privacy": "P"})
        assert await hall.told(app, hall.one) == ["Converted True"]
    await admin.put(f"/channels/{other}/patch", {"display_name": "Grand salon"})
    await admin.put(f"/channels/{channel}/privacy", {"privacy": "O"})
    async with hall.bot() as app:
        told = ["Converted False", "Converted True", "Renamed Grand salon"]
        assert sorted(await hall.told(app, hall.one)) == told
    await admin.put(f"/channels/{other}/privacy", {"privacy": "P"})
    async with hall.bot() as app:
        assert sorted(await hall.told(app, hall.one)) == sorted([*told, "Converted True"])


async def test_a_bot_put_out_of_the_team_takes_no_channel_for_private(hall: EventWorkplace) -> None:
    channel = await foreign(hall)
    team, bot = hall.room.site.team_id, hall.room.bot_id
    hall.one.watched = of(channel)
    async with hall.bot() as app:
        await hall.room.site.admin.delete(f"/teams/{team}/members/{bot}")
        await app.events.look()
        await wait_until(lambda: app.events.is_idle)
        await hall.room.site.admin.post(f"/teams/{team}/members", {"team_id": team, "user_id": bot})
        await app.events.look()
        assert await hall.told(app, hall.one) == []


async def test_one_asks_how_it_is_and_another_who_is_there(hall: EventWorkplace) -> None:
    channel = await hall.salon()
    nina, paul = await hall.room.site.person("nina"), await hall.room.site.person("paul")
    hall.one.watched, hall.two.watched = of(channel), WatchedPlaces(frozenset({channel}))
    async with hall.bot() as app:
        await hall.juliette.api.post(f"/channels/{channel}/members", {"user_id": nina.id})
        await hall.room.site.admin.put(f"/channels/{channel}/patch", {"display_name": "Grand salon"})
        assert await hall.told(app, hall.one) == ["Renamed Grand salon"]
        assert await hall.told(app, hall.two) == [f"JoinedChannel {nina.id}", "Renamed Grand salon"]
        await hall.listens(app, hall.two, f"={channel}")
        await wait_for(lambda: _is_nobody(app))
        await hall.juliette.api.post(f"/channels/{channel}/members", {"user_id": paul.id})
        await hall.listens(app, hall.two, channel)
        await nina.api.delete(f"/channels/{channel}/members/{nina.id}")
        assert (await hall.told(app, hall.two))[2:] == [f"LeftChannel {nina.id}"], "paul was there when it asked anew"


async def _is_nobody(app: App) -> bool:
    """Once it is known that nobody asks any more, the next reading forgets who is there."""
    await app.events.look()
    return not await written(app)
