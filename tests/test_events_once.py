"""Several features hear the same event, each at most once, whatever happens to the bot, its replicas and the others."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from bot.events import DirectMessage, Event, WatchedPlaces
from bot.features import Feature
from tests.support.events import EventPause, EventWorkplace, hall, room
from tests.support.house import wait_until

__all__ = ["hall", "room"]

pytestmark = pytest.mark.postgres_too


async def test_several_hear_the_same_and_each_once(hall: EventWorkplace) -> None:
    async with hall.bot() as app:
        await hall.room.says("bonjour")
        assert await hall.told(app, hall.one) == await hall.told(app, hall.two) == ["DirectMessage bonjour"]
    await hall.goes_back()
    async with hall.bot() as app:
        assert await hall.told(app, hall.one) == await hall.told(app, hall.two) == ["DirectMessage bonjour"]
    assert len([e for e in hall.one.calls if isinstance(e, DirectMessage) and e.text == "bonjour"]) == 1


async def test_what_is_told_again_after_a_cut_is_heard_once(hall: EventWorkplace) -> None:
    async with hall.bot() as app:
        await hall.room.says("avant")
        await hall.heard(hall.one, all_of=1)
        hall.room.server.faults.drop_sockets()
        await wait_until(lambda: not app.events.connected)
        await hall.room.says("pendant")
        assert await hall.told(app, hall.one) == ["DirectMessage avant", "DirectMessage pendant"]


async def test_two_replicas_hear_it_once(hall: EventWorkplace) -> None:
    if hall.url.startswith("sqlite"):
        pytest.skip("SQLite has one process")
    channel = await hall.salon()
    hall.one.watched = hall.two.watched = WatchedPlaces(frozenset({channel}), team=True)
    nina = await hall.room.site.person("nina")
    async with hall.bot() as app, hall.bot() as other:
        for number in range(10):
            await hall.juliette.says(str(number), channel)
        for _ in range(3):
            await hall.juliette.api.post(f"/channels/{channel}/members", {"user_id": nina.id})
            await hall.juliette.api.delete(f"/channels/{channel}/members/{nina.id}")
        await hall.settled(app)
        await hall.settled(other)
        told = await hall.told(app, hall.one)
        assert sorted(await hall.told(app, hall.two)) == sorted(told)
    posts = [what for what in told if what.startswith("Posted")]
    assert sorted(posts) == [f"Posted {number}" for number in range(10)]
    moves = [what.partition(" ")[0] for what in told if what.endswith(nina.id)]
    assert moves == ["JoinedChannel", "LeftChannel"] * (len(moves) // 2), "in turn, and none twice"
    assert moves


async def test_who_fails_does_not_keep_the_others_from_hearing(hall: EventWorkplace) -> None:
    async def fail(event: Event) -> None:
        if event == next(iter(hall.one.calls)):
            raise RuntimeError

    hall.one.trouble = fail
    async with hall.bot() as app:
        await hall.room.says("bonjour")
        assert "DirectMessage bonjour" in await hall.heard(hall.two, all_of=1)
        await hall.room.says("encore")
        assert await hall.told(app, hall.one) == ["DirectMessage encore"]


async def test_a_handler_is_tried_again_while_the_database_is_away(hall: EventWorkplace) -> None:
    left = [1, 2]

    async def away(_: Event) -> None:
        if left:
            left.pop()
            raise OperationalError("INSERT", None, OSError())

    hall.one.trouble = away
    async with hall.bot() as app:
        await hall.room.says("bonjour")
        assert await hall.told(app, hall.one) == await hall.told(app, hall.two) == ["DirectMessage bonjour"]


async def test_what_could_not_be_told_for_long_is_read_again(
    hall: EventWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.event_dispatcher.EVENT_TRIES", 1)
    left = [1, 2, 3]

    async def away(_: Event) -> None:
        if left:
            left.pop()
            raise OperationalError("INSERT", None, OSError())

    async with hall.bot() as app:
        await wait_until(lambda: app.events.seen is not None)
        hall.one.trouble = away
        await hall.room.says("bonjour")
        assert await hall.told(app, hall.one) == await hall.told(app, hall.two) == ["DirectMessage bonjour"]


async def test_who_was_cut_off_in_the_middle_hears_it_after_the_restart(hall: EventWorkplace) -> None:
    pause = EventPause(DirectMessage)
    async with hall.bot() as app:
        await wait_until(lambda: app.events.seen is not None)
        hall.two.trouble = pause
        await hall.room.says("bonjour")
        await asyncio.wait_for(pause.reached.wait(), 10)
        await app.events.stop(0.2)  # the end comes before the handler’s
    hall.two.trouble = None
    async with hall.bot() as app:
        assert await hall.told(app, hall.one) == await hall.told(app, hall.two) == ["DirectMessage bonjour"]


def test_names_that_cannot_be_claimed_by_are_refused() -> None:
    async def hear(*_: object) -> None: ...

    with pytest.raises(ValueError, match="can be claimed by"):
        Feature("essai").event(DirectMessage, name="x" * 81)(hear)


def test_a_feature_says_once_where_it_listens() -> None:
    async def where(*_: object) -> WatchedPlaces:
        return WatchedPlaces()

    feature = Feature("essai")
    feature.watches(where)
    with pytest.raises(ValueError, match="says twice"):
        feature.watches(where)
