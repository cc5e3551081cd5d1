"""Messages of a feature: in threads, at a time, pinned, found again by their topic, heard of once they arrived."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.errors import Refusal
from bot.event_dispatcher import DeliveryEvents
from bot.events import Delivered, Undelivered
from bot.replies import Direct, Refresh, Say
from storage import outbox as table
from tests.people import Post
from tests.support.faults import UnreachableDatabase
from tests.support.house import wait_for
from tests.support.outbox import MessageWorkplace, every_server, newsroom, room

__all__ = ["newsroom", "room"]


pytestmark = every_server

LATER = timedelta(hours=2)


def read(posts: list[Post]) -> list[str]:
    return [post.text for post in posts]


async def test_it_is_said_in_a_channel_and_in_a_thread(newsroom: MessageWorkplace) -> None:
    here, there = await newsroom.salon(), await newsroom.salon()
    begun = await newsroom.juliette.says("Une question", here)
    async with newsroom.bot() as app:
        replies = (Say("Réponse", root_id=begun.id), Say("Ailleurs", channel_id=there))
        await newsroom.sends(app, *replies, channel_id=here)
        await newsroom.settled(app)
    (answer,), (other,) = await newsroom.said(here), await newsroom.said(there)
    assert (answer.text, answer.root_id) == ("Réponse", begun.id)
    assert (other.text, other.root_id) == ("Ailleurs", "")


async def test_a_direct_message_is_answered_in_its_thread(newsroom: MessageWorkplace) -> None:
    direct = await newsroom.juliette.direct_channel()
    begun = await newsroom.juliette.says("Bonjour", direct)
    async with newsroom.bot() as app:
        await newsroom.sends(app, Direct("Oui ?", user_id=newsroom.juliette.id, root_id=begun.id))
        await newsroom.settled(app)
    assert begun.id in {post.root_id for post in await newsroom.juliette.direct()}


async def test_a_message_is_pinned(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await newsroom.sends(app, Say("À savoir", channel_id=here, pinned=True), Say("Sans plus", channel_id=here))
        await newsroom.settled(app)
    assert [(post.text, post.is_pinned) for post in await newsroom.said(here)] == [
        ("À savoir", True),
        ("Sans plus", False),
    ]


async def test_an_answer_to_what_is_gone_is_given_up_at_once(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    begun = await newsroom.juliette.says("Une question", here)
    await newsroom.juliette.api.delete(f"/posts/{begun.id}")
    async with newsroom.bot() as app:
        await newsroom.sends(app, Say("Réponse", channel_id=here, root_id=begun.id, topic="question:1"))
        await newsroom.settled(app)
    assert newsroom.news.heard == [Undelivered(topic="question:1", refusal=Refusal.THREAD_GONE)]
    assert await newsroom.said(here) == []


async def test_it_is_said_when_its_time_has_come(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        at = newsroom.clock() + LATER
        later = Say("Plus tard", channel_id=here, at=at), Direct("À vous", user_id=newsroom.juliette.id, at=at)
        await newsroom.sends(app, *later, Say("Maintenant", channel_id=here))
        await wait_for(lambda: newsroom.said(here))
        await newsroom.sends(app, Direct("Tout de suite", user_id=newsroom.juliette.id))
        await newsroom.juliette.told("Tout de suite")
    async with newsroom.bot() as app:  # nor does a restart hurry it
        await newsroom.sends(app, Say("Encore avant", channel_id=here))
        await wait_for(lambda: _all_there(newsroom, here, ["Maintenant", "Encore avant"]))
        newsroom.clock.goes_to(at)
        app.outbox.look()
        await newsroom.settled(app)
    assert read(await newsroom.said(here)) == ["Maintenant", "Encore avant", "Plus tard"]
    assert read(await newsroom.juliette.direct()) == ["Tout de suite", "À vous"]


async def _all_there(newsroom: MessageWorkplace, channel_id: str, texts: list[str]) -> bool:
    return read(await newsroom.said(channel_id)) == texts


async def test_a_time_that_is_past_is_now(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await newsroom.sends(app, Say("Déjà", channel_id=here, at=newsroom.clock() - LATER))
        await newsroom.settled(app)
    assert read(await newsroom.said(here)) == ["Déjà"]


async def test_the_time_comes_by_itself(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await newsroom.sends(app, Say("Bientôt", channel_id=here, at=newsroom.clock() + timedelta(seconds=0.5)))
        assert await newsroom.said(here) == []
        await newsroom.settled(app)
    assert read(await newsroom.said(here)) == ["Bientôt"]


async def test_its_posts_are_found_by_the_topic_newest_first(newsroom: MessageWorkplace) -> None:
    here, juliette = await newsroom.salon(), newsroom.juliette
    async with newsroom.bot() as app:
        await newsroom.sends(app, Say("Annonce", channel_id=here, topic="annonce:1"))
        await newsroom.sends(app, Direct("Pour vous", user_id=juliette.id, topic="annonce:1"))
        await newsroom.sends(app, Say("Autre", channel_id=here, topic="annonce:2"))
        await newsroom.settled(app)
        found = await newsroom.posts_about(app, "annonce:1")
        assert await newsroom.posts_about(app, "annonce:3") == []
    said, (told,) = (await newsroom.said(here))[0], await juliette.direct()
    assert found == [(told.id, await juliette.direct_channel(), juliette.id), (said.id, here, "")]


async def test_one_rewrite_shows_in_every_place_of_a_topic(newsroom: MessageWorkplace) -> None:
    places, juliette = [await newsroom.salon() for _ in range(3)], newsroom.juliette
    async with newsroom.bot() as app:
        everywhere = [Say("Annonce", channel_id=place, topic="annonce:1") for place in places]
        await newsroom.sends(app, *everywhere, Direct("Annonce", user_id=juliette.id, topic="annonce:1"))
        await newsroom.settled(app)
        await newsroom.sends(app, Refresh("Annulé", topic="annonce:1"))
        await newsroom.settled(app)
    assert [read(await newsroom.said(place)) for place in places] == [["Annulé"]] * 3
    assert read(await juliette.direct()) == ["Annulé"]


async def test_who_sent_it_hears_once_that_it_arrived(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await newsroom.sends(app, Say("Annonce", channel_id=here, topic=f"noter:{newsroom.juliette.id}"))
        await newsroom.juliette.told("Vu")
        await newsroom.settled(app)
    async with newsroom.bot() as app:
        await newsroom.settled(app)
    (post,) = await newsroom.said(here)
    topic = f"noter:{newsroom.juliette.id}"
    assert newsroom.news.heard == [Delivered(topic=topic, post_id=post.id, channel_id=here)]
    assert read(await newsroom.juliette.direct()) == ["Vu Delivered"]


async def test_what_it_answers_is_heard_of_as_well(newsroom: MessageWorkplace) -> None:
    """A message is rewritten because it arrived: that is no message of a topic, and does not go round."""
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await newsroom.sends(app, Say("En cours", channel_id=here, topic="change:1"))
        await wait_for(lambda: _all_there(newsroom, here, ["Au complet"]))
        await newsroom.settled(app)
    assert len(newsroom.news.heard) == 1


async def test_a_bot_that_ends_before_it_told_tells_after_the_restart(
    newsroom: MessageWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await newsroom.salon()
    with monkeypatch.context() as patch:
        patch.setattr(DeliveryEvents, "run", _nothing)
        async with newsroom.bot() as app:
            await newsroom.sends(app, Say("Annonce", channel_id=here, topic=f"noter:{newsroom.juliette.id}"))
            await wait_for(lambda: newsroom.said(here))
    assert newsroom.news.heard == []
    async with newsroom.bot() as app:
        await newsroom.settled(app)
    assert read(await newsroom.juliette.direct()) == ["Vu Delivered"]


async def _nothing(_: DeliveryEvents) -> None:
    await asyncio.Event().wait()


async def test_two_replicas_tell_it_once(newsroom: MessageWorkplace) -> None:
    if newsroom.url.startswith("sqlite"):
        pytest.skip("one process has the file")
    here = await newsroom.salon()
    async with newsroom.bot() as one, newsroom.bot() as other:
        for n in range(10):
            topic = f"noter:{newsroom.juliette.id}"
            await newsroom.sends(one if n % 2 else other, Say(str(n), channel_id=here, topic=topic))
            one.outbox.news.set()
            other.outbox.news.set()
        await newsroom.settled(one)
    assert read(await newsroom.juliette.direct()) == ["Vu Delivered"] * 10


async def test_a_database_away_or_a_handler_that_fails_does_not_lose_it(
    newsroom: MessageWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, away = await newsroom.salon(), UnreachableDatabase()
    monkeypatch.setattr("bot.event_dispatcher.BETWEEN_TRIES", 0.05)
    async with newsroom.bot() as app:
        newsroom.news.trouble = RuntimeError("un défaut")
        with monkeypatch.context() as patch:
            patch.setattr(table, "mark_told", away)
            await newsroom.sends(app, Say("Annonce", channel_id=here, topic=f"noter:{newsroom.juliette.id}"))
            await wait_for(_truth(lambda: len(newsroom.news.heard) == 1))
            newsroom.news.trouble = None
            await wait_for(_truth(lambda: away.tries > 1))
        await newsroom.settled(app)
    assert read(await newsroom.juliette.direct()) == ["Vu Delivered"]


async def test_a_handler_that_always_fails_keeps_nobody_else_from_hearing(
    newsroom: MessageWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await newsroom.salon()
    monkeypatch.setattr("bot.event_dispatcher.BETWEEN_TRIES", 0.05)
    async with newsroom.bot() as app:
        newsroom.news.trouble = RuntimeError("un défaut")
        await newsroom.sends(app, Say("Annonce", channel_id=here, topic="annonce:1"))
        await newsroom.settled(app)
        assert len(newsroom.news.heard) == 3
        newsroom.news.trouble = None
        await newsroom.sends(app, Say("Annonce", channel_id=here, topic=f"noter:{newsroom.juliette.id}"))
        await newsroom.juliette.told("Vu")


async def test_who_sent_what_is_given_up_hears_why(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await newsroom.sends(app, Say("x" * 20_000, channel_id=here, topic="annonce:1"))
        await newsroom.settled(app)
    assert newsroom.news.heard == [Undelivered(topic="annonce:1", refusal=Refusal.TOO_LONG)]


def _truth(true: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return true()

    return ask
