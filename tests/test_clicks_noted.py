"""Stories: who posted a message does not live to note it; a button under it finds the message all the same; nor
is lost what is asked of a card that does not stand yet."""

from time import monotonic

import pytest
from pydantic import BaseModel

from bot.app import App
from bot.context import Context, Request
from bot.forms import name_of
from bot.replies import Button, Direct, Refresh, Replies, Say
from storage.outbox.queue import DeliveryMark
from tests.people import Person, Post
from tests.support.house import wait_for, wait_until
from tests.support.outbox import MessageWorkplace, newsroom, room

__all__ = ["newsroom", "room"]

pytestmark = pytest.mark.parametrize(("room", "newsroom"), [("11.2", "sqlite"), ("11.2", "postgresql")], indirect=True)
TOPIC = "essai:1"


class Take(BaseModel):
    """« Prendre »."""

    number: int


async def take(_: Context, click: Take) -> Replies:
    return Refresh(f"Pris {click.number}", topic=TOPIC)


async def stands(newsroom: MessageWorkplace, channel_id: str, text: str) -> Post | None:
    return next((post for post in await newsroom.said(channel_id) if post.text == text), None)


async def test_a_click_waits_for_the_note_of_the_post_it_is_on(
    newsroom: MessageWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.news.feature.button(Take)(take)
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await app.events.stop()
        for task in app._tasks:  # noqa: SLF001  (no public way kills it between two steps)
            task.cancel()
        monkeypatch.setattr(app.outbox._marks, "add", lambda _: None)  # noqa: SLF001  (the same)
        await newsroom.sends(app, Say("À prendre", [Button("Prendre", Take(number=7))], channel_id=here, topic=TOPIC))
        post = await wait_for(lambda: stands(newsroom, here, "À prendre"))
        assert not await newsroom.posts_about(app, TOPIC), "it is not noted"
        began = monotonic()
        await clicks(newsroom, app, post)
        await wait_for(lambda: stands(newsroom, here, "Pris 7"))
        assert monotonic() - began < 5, "before any lease ends"
        assert [event.topic for event in newsroom.news.heard] == [TOPIC], "its sender heard of it"


async def test_a_click_does_not_wait_for_long_where_mattermost_does_not_answer(newsroom: MessageWorkplace) -> None:
    newsroom.news.feature.button(Take)(take)
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await newsroom.sends(app, Say("À prendre", [Button("Prendre", Take(number=7))], channel_id=here, topic=TOPIC))
        post = await wait_for(lambda: stands(newsroom, here, "À prendre"))
        newsroom.room.server.faults.slow = "/posts"
        await newsroom.sends(app, Say("Plus tard", channel_id=here))
        began = monotonic()
        await clicks(newsroom, app, post)
        assert monotonic() - began < 2
        newsroom.room.server.faults.slow = ""
        await newsroom.settled(app)
        assert await stands(newsroom, here, "Pris 7")


async def test_a_window_that_rewrites_the_post_it_was_opened_from_does_so_once(
    newsroom: MessageWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The post is noted after it was rewritten: what was done with it meanwhile stays."""
    late: list[DeliveryMark] = []
    juliette = newsroom.juliette
    async with newsroom.bot() as app:
        with monkeypatch.context() as held:
            held.setattr(app.outbox._marks, "add", late.append)  # noqa: SLF001  (no public way holds them up)
            await newsroom.sends(app, Direct("Reçu", user_id=juliette.id, topic=TOPIC))
            (post,) = await wait_for(juliette.direct)
            newsroom.news.replies = (Refresh("Modifié", topic=TOPIC, here=True),)
            await app.dispatcher.run(Request("command", "envoie", juliette.id, post.channel_id, post_id=post.id), "")
            await wait_for(lambda: is_so(juliette, "Modifié"))
        await app.chat.rewrite(post.id, "Supprimé", {})
        for mark in late:
            app.outbox._marks.add(mark)  # noqa: SLF001
        await newsroom.settled(app)
        assert await is_so(juliette, "Supprimé")
        await newsroom.sends(app, Refresh("Rétabli", topic=TOPIC))
        await newsroom.settled(app)
        assert await is_so(juliette, "Rétabli"), "it is noted"


async def is_so(person: Person, text: str) -> bool:
    """Whether the one message of the bot to a person has a text."""
    return [post.text for post in await person.direct()] == [text]


async def clicks(newsroom: MessageWorkplace, app: App, post: Post) -> None:
    """Juliette clicks « Prendre »."""
    came = Request("button", name_of(Take), newsroom.juliette.id, post.channel_id, post_id=post.id)
    assert not (await app.dispatcher.run(came, {"number": 7})).get("ephemeral_text")


async def test_what_is_rewritten_while_it_is_on_its_way_is_so_once_it_stands(newsroom: MessageWorkplace) -> None:
    """Mattermost takes long for the first post: who votes meanwhile is counted on it."""
    here, juliette, faults = await newsroom.salon(), newsroom.juliette, newsroom.room.server.faults
    async with newsroom.bot() as app:
        faults.slow = "/posts"
        card = Say("Une voix", channel_id=here, topic=TOPIC), Direct("Une voix", user_id=juliette.id, topic=TOPIC)
        await newsroom.sends(app, *card)
        await wait_until(lambda: faults.held == 2)
        await newsroom.sends(app, Refresh("Deux voix", topic=TOPIC))
        await newsroom.sends(app, Refresh("Trois voix", topic=TOPIC))
        faults.slow = ""
        await newsroom.settled(app)
        assert [post.text for post in [*await newsroom.said(here), *await juliette.direct()]] == ["Trois voix"] * 2
        await newsroom.sends(app, Refresh("Quatre voix", topic=TOPIC))
        await newsroom.settled(app)
        assert [post.text for post in [*await newsroom.said(here), *await juliette.direct()]] == ["Quatre voix"] * 2
    assert len(newsroom.news.heard) == 2, "its sender heard of each post once"
