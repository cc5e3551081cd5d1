"""Several features hear the same event, each at most once, whatever happens to the bot, its replicas and the others."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.context import Context, Request
from bot.events import DirectMessage, Event, WatchedPlaces
from bot.features import Feature
from bot.replies import Replies, Whisper
from tests.support.events import EventPause, EventWorkplace, event_workplace, room
from tests.support.house import wait_until

__all__ = ["event_workplace", "room"]

pytestmark = pytest.mark.postgres_too


async def test_several_hear_the_same_and_each_once(event_workplace: EventWorkplace) -> None:
    async with event_workplace.bot() as app:
        await event_workplace.room.says("bonjour")
        assert (
            await event_workplace.told(app, event_workplace.one)
            == await event_workplace.told(app, event_workplace.two)
            == ["DirectMessage bonjour"]
        )
    await event_workplace.goes_back()
    async with event_workplace.bot() as app:
        assert (
            await event_workplace.told(app, event_workplace.one)
            == await event_workplace.told(app, event_workplace.two)
            == ["DirectMessage bonjour"]
        )
    assert len([e for e in event_workplace.one.calls if isinstance(e, DirectMessage) and e.text == "bonjour"]) == 1


async def test_what_is_told_again_after_a_cut_is_heard_once(event_workplace: EventWorkplace) -> None:
    async with event_workplace.bot() as app:
        await event_workplace.room.says("avant")
        await event_workplace.heard(event_workplace.one, all_of=1)
        event_workplace.room.server.faults.drop_sockets()
        await wait_until(lambda: not app.events.connected)
        await event_workplace.room.says("pendant")
        assert await event_workplace.told(app, event_workplace.one) == ["DirectMessage avant", "DirectMessage pendant"]


async def test_two_replicas_hear_it_once(event_workplace: EventWorkplace) -> None:
    if event_workplace.url.startswith("sqlite"):
        pytest.skip("SQLite has one process")
    channel = await event_workplace.salon()
    event_workplace.one.watched = event_workplace.two.watched = WatchedPlaces(frozenset({channel}), team=True)
    nina = await event_workplace.room.site.person("nina")
    async with event_workplace.bot() as app, event_workplace.bot() as other:
        for number in range(10):
            await event_workplace.juliette.says(str(number), channel)
        for _ in range(3):
            await event_workplace.juliette.api.post(f"/channels/{channel}/members", {"user_id": nina.id})
            await event_workplace.juliette.api.delete(f"/channels/{channel}/members/{nina.id}")
        await event_workplace.settled(app)
        await event_workplace.settled(other)
        told = await event_workplace.told(app, event_workplace.one)
        assert sorted(await event_workplace.told(app, event_workplace.two)) == sorted(told)
    posts = [what for what in told if what.startswith("Posted")]
    assert sorted(posts) == [f"Posted {number}" for number in range(10)]
    moves = [what.partition(" ")[0] for what in told if what.endswith(nina.id)]
    assert moves == ["JoinedChannel", "LeftChannel"] * (len(moves) // 2), "in turn, and none twice"
    assert moves


async def test_who_fails_does_not_keep_the_others_from_hearing(event_workplace: EventWorkplace) -> None:
    async def fail(event: Event) -> None:
        if event == next(iter(event_workplace.one.calls)):
            raise RuntimeError

    event_workplace.one.trouble = fail
    async with event_workplace.bot() as app:
        await event_workplace.room.says("bonjour")
        assert "DirectMessage bonjour" in await event_workplace.heard(event_workplace.two, all_of=1)
        await event_workplace.room.says("encore")
        assert await event_workplace.told(app, event_workplace.one) == ["DirectMessage encore"]


async def test_a_handler_is_tried_again_while_the_database_is_away(event_workplace: EventWorkplace) -> None:
    left = [1, 2]

    async def away(_: Event) -> None:
        if left:
            left.pop()
            raise OperationalError("INSERT", None, OSError())

    event_workplace.one.trouble = away
    async with event_workplace.bot() as app:
        await event_workplace.room.says("bonjour")
        assert (
            await event_workplace.told(app, event_workplace.one)
            == await event_workplace.told(app, event_workplace.two)
            == ["DirectMessage bonjour"]
        )


class UniqueError(Exception):
    """What a driver raises where a row is there already."""

    sqlstate = "23505"


async def test_who_meets_another_that_writes_the_same_row_is_run_again(event_workplace: EventWorkplace) -> None:
    """It failed at nothing of its own, and finds that row now; an event that failed was lost."""
    left, ran = [1], list[str]()

    async def meet(_: Event) -> None:
        if left:
            left.pop()
            raise IntegrityError("INSERT", None, UniqueError())

    async def write(_: Context, line: str) -> Replies:
        ran.append(line)
        if len(ran) == 1:
            raise IntegrityError("INSERT", None, UniqueError())
        return Whisper("C’est écrit.")

    event_workplace.one.trouble = meet
    event_workplace.one.feature.command("écrire", help="Écrire", writes=True)(write)
    async with event_workplace.bot() as app:
        await event_workplace.room.says("bonjour")
        assert await event_workplace.told(app, event_workplace.one) == ["DirectMessage bonjour"]
        said = await app.dispatcher.run(Request("command", "écrire", event_workplace.juliette.id), "un")
        assert "C’est écrit." in str(said)
        assert ran == ["un", "un"]


async def test_what_could_not_be_told_for_long_is_read_again(
    event_workplace: EventWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.event_dispatcher.EVENT_TRIES", 1)
    left = [1, 2, 3]

    async def away(_: Event) -> None:
        if left:
            left.pop()
            raise OperationalError("INSERT", None, OSError())

    async with event_workplace.bot() as app:
        await wait_until(lambda: app.events.seen is not None)
        event_workplace.one.trouble = away
        await event_workplace.room.says("bonjour")
        assert (
            await event_workplace.told(app, event_workplace.one)
            == await event_workplace.told(app, event_workplace.two)
            == ["DirectMessage bonjour"]
        )


async def test_who_was_cut_off_in_the_middle_hears_it_after_the_restart(event_workplace: EventWorkplace) -> None:
    pause = EventPause(DirectMessage)
    async with event_workplace.bot() as app:
        await wait_until(lambda: app.events.seen is not None)
        event_workplace.two.trouble = pause
        await event_workplace.room.says("bonjour")
        await asyncio.wait_for(pause.reached.wait(), 10)
        await app.events.stop(0.2)  # the end comes before the handler’s
    event_workplace.two.trouble = None
    async with event_workplace.bot() as app:
        assert (
            await event_workplace.told(app, event_workplace.one)
            == await event_workplace.told(app, event_workplace.two)
            == ["DirectMessage bonjour"]
        )


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
