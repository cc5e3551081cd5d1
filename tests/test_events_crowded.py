"""Of crowded channels it is told what is said there and how they are; who is in them is not read, or written down."""

from typing import Any

import pytest
from sqlmodel import select

from bot.app import App
from bot.events import TEAM, WatchedPlaces
from bot.mattermost import AioClient
from storage.watchlist import WatchedMember
from tests.people import Person
from tests.support.events import EventWorkplace, event_workplace, room
from tests.support.house import wait_for, wait_until

__all__ = ["event_workplace", "room"]


def of(*channels: str) -> WatchedPlaces:
    return WatchedPlaces(crowded=frozenset(channels))


async def written(app: App) -> set[str]:
    """The places of which it is written down who is there."""
    async with app.database.transaction(writes=False) as db:
        return {member.place for member in (await db.exec(select(WatchedMember))).all()}


async def foreign(event_workplace: EventWorkplace) -> str:
    """A public channel in which the bot is not."""
    channel = await event_workplace.salon()
    await event_workplace.juliette.api.delete(f"/channels/{channel}/members/{event_workplace.room.bot_id}")
    return channel


async def turns(event_workplace: EventWorkplace, channel: str) -> None:
    """It gets another title, is made private, and put away."""
    site = event_workplace.room.site
    await site.admin.put(f"/channels/{channel}/patch", {"display_name": "Grand salon"})
    await site.admin.put(f"/channels/{channel}/privacy", {"privacy": "P"})
    await site.admin.delete(f"/channels/{channel}")


async def moves(event_workplace: EventWorkplace, channel: str, person: Person) -> None:
    """Somebody comes in, says something and goes."""
    await event_workplace.juliette.api.post(f"/channels/{channel}/members", {"user_id": person.id})
    await person.api.post("/posts", {"channel_id": channel, "message": "bonjour"})
    await person.api.delete(f"/channels/{channel}/members/{person.id}")


SAID = ["Posted bonjour"]
TURNED = ["Renamed Grand salon", "Converted True", "Archived"]


async def test_what_becomes_of_a_channel_and_nothing_of_who_is_there(event_workplace: EventWorkplace) -> None:
    channel, nina = await event_workplace.salon(), await event_workplace.room.site.person("nina")
    event_workplace.one.watched = of(channel)
    async with event_workplace.bot() as app:
        await moves(event_workplace, channel, nina)
        await app.events.look()
        await turns(event_workplace, channel)
        assert await event_workplace.told(app, event_workplace.one) == SAID + TURNED
        await app.events.look()
        assert await event_workplace.told(app, event_workplace.one) == SAID + TURNED
        assert await event_workplace.told(app, event_workplace.two) == []
        assert await written(app) == set()


async def test_it_is_told_after_an_outage_too_and_who_is_there_is_not_read(
    event_workplace: EventWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, nina = await event_workplace.salon(), await event_workplace.room.site.person("nina")
    event_workplace.one.watched, event_workplace.two.watched = of(channel), WatchedPlaces(team=True)
    asked = listed(monkeypatch)
    async with event_workplace.bot() as app:
        assert await event_workplace.told(app, event_workplace.one) == [], (
            "what is seen for the first time is told to nobody"
        )
    await moves(event_workplace, channel, nina)
    await turns(event_workplace, channel)
    for _ in range(2):
        await event_workplace.goes_back()
        async with event_workplace.bot() as app:
            await app.events.look()
            assert sorted(await event_workplace.told(app, event_workplace.one)) == sorted(SAID + TURNED)
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


async def test_a_public_channel_that_the_bot_sees_no_more_was_made_private(event_workplace: EventWorkplace) -> None:
    """It is not in it: nobody tells it of the new title, and what is private now it may not read."""
    channel, other = await foreign(event_workplace), await foreign(event_workplace)
    event_workplace.one.watched = of(channel, other)
    admin = event_workplace.room.site.admin
    async with event_workplace.bot() as app:
        await admin.put(f"/channels/{channel}/privacy", {"privacy": "P"})
        assert await event_workplace.told(app, event_workplace.one) == ["Converted True"]
    await admin.put(f"/channels/{other}/patch", {"display_name": "Grand salon"})
    await admin.put(f"/channels/{channel}/privacy", {"privacy": "O"})
    async with event_workplace.bot() as app:
        told = ["Converted False", "Converted True", "Renamed Grand salon"]
        assert sorted(await event_workplace.told(app, event_workplace.one)) == told
    await admin.put(f"/channels/{other}/privacy", {"privacy": "P"})
    async with event_workplace.bot() as app:
        assert sorted(await event_workplace.told(app, event_workplace.one)) == sorted([*told, "Converted True"])


async def test_a_bot_put_out_of_the_team_takes_no_channel_for_private(event_workplace: EventWorkplace) -> None:
    channel = await foreign(event_workplace)
    team, bot = event_workplace.room.site.team_id, event_workplace.room.bot_id
    event_workplace.one.watched = of(channel)
    async with event_workplace.bot() as app:
        await event_workplace.room.site.admin.delete(f"/teams/{team}/members/{bot}")
        await app.events.look()
        await wait_until(lambda: app.events.is_idle)
        await event_workplace.room.site.admin.post(f"/teams/{team}/members", {"team_id": team, "user_id": bot})
        await app.events.look()
        assert await event_workplace.told(app, event_workplace.one) == []


async def test_one_asks_how_it_is_and_another_who_is_there(event_workplace: EventWorkplace) -> None:
    channel = await event_workplace.salon()
    nina, paul = await event_workplace.room.site.person("nina"), await event_workplace.room.site.person("paul")
    event_workplace.one.watched, event_workplace.two.watched = of(channel), WatchedPlaces(frozenset({channel}))
    async with event_workplace.bot() as app:
        await event_workplace.juliette.api.post(f"/channels/{channel}/members", {"user_id": nina.id})
        await event_workplace.room.site.admin.put(f"/channels/{channel}/patch", {"display_name": "Grand salon"})
        assert await event_workplace.told(app, event_workplace.one) == ["Renamed Grand salon"]
        assert await event_workplace.told(app, event_workplace.two) == [
            f"JoinedChannel {nina.id}",
            "Renamed Grand salon",
        ]
        await event_workplace.listens(app, event_workplace.two, f"={channel}")
        await wait_for(lambda: _is_nobody(app))
        await event_workplace.juliette.api.post(f"/channels/{channel}/members", {"user_id": paul.id})
        await event_workplace.listens(app, event_workplace.two, channel)
        await nina.api.delete(f"/channels/{channel}/members/{nina.id}")
        assert (await event_workplace.told(app, event_workplace.two))[2:] == [f"LeftChannel {nina.id}"], (
            "paul was there when it asked anew"
        )


async def _is_nobody(app: App) -> bool:
    """Once it is known that nobody asks any more, the next reading forgets who is there."""
    await app.events.look()
    return not await written(app)
