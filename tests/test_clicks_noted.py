"""Stories: who posted a message does not live to note it; a button under it finds the message all the same; nor
is lost what is asked of a card that does not stand yet."""

from collections.abc import Sequence
from time import monotonic

import pytest
from pydantic import BaseModel

from bot.app import App
from bot.context import Context, Request
from bot.forms import Form, name_of
from bot.outbox import Outbox
from bot.replies import Button, Direct, Refresh, Replies, Say, Update
from bot.spool import Submission
from storage.outbox.queue import DeliveryMark
from tests.people import Person, Post, unique
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


class Change(Form):
    """« Modifier »."""

    title = "Modifier"


async def change(_: Context, __: Change) -> Replies:
    return Refresh("Modifié", topic=TOPIC, here=True)


async def shut(_: Context, click: Take) -> Replies:
    return Update(f"Fini {click.number}")


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
    """The post is noted before it is rewritten: what is done with it since stays."""
    newsroom.news.feature.submit(Change)(change)
    juliette = newsroom.juliette
    async with newsroom.bot() as app:
        late = await sends_unnoted(newsroom, app, monkeypatch)
        (post,) = await wait_for(juliette.direct)
        await fills(newsroom, app, post.id)
        await wait_for(lambda: is_so(juliette, "Modifié"))
        await app.chat.rewrite(post.id, "Supprimé", {})
        await note(newsroom, app, late)
        assert await is_so(juliette, "Supprimé")
        await newsroom.sends(app, Refresh("Rétabli", topic=TOPIC))
        await newsroom.settled(app)
        assert await is_so(juliette, "Rétabli"), "it is noted"


async def test_a_window_opened_from_a_whisper_rewrites_the_card_once_it_is_noted(
    newsroom: MessageWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.news.feature.submit(Change)(change)
    juliette = newsroom.juliette
    async with newsroom.bot() as app:
        late = await sends_unnoted(newsroom, app, monkeypatch)
        await wait_for(juliette.direct)
        await fills(newsroom, app, "w" * 26)
        await note(newsroom, app, late)
        assert await is_so(juliette, "Modifié")


async def test_a_click_is_not_overwritten_by_what_was_to_be_rewritten_before_it(
    newsroom: MessageWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rewriting waited for the note of the post, which the click brings; the answer to the click is newer."""
    newsroom.news.feature.button(Take)(shut)
    monkeypatch.setattr(Outbox, "look", lambda _: None)  # the rewriting is taken a moment later
    juliette = newsroom.juliette
    async with newsroom.bot() as app:
        late = await sends_unnoted(newsroom, app, monkeypatch)
        (post,) = await wait_for(juliette.direct)
        await newsroom.sends(app, Refresh("Modifié", topic=TOPIC))
        came = Request("button", name_of(Take), juliette.id, post.channel_id, post_id=post.id)
        assert (await app.dispatcher.run(came, {"number": 7}))["update"]
        await app.chat.rewrite(post.id, "Fini 7", {})
        await note(newsroom, app, late)
        assert await is_so(juliette, "Fini 7")


async def sends_unnoted(
    newsroom: MessageWorkplace, app: App, monkeypatch: pytest.MonkeyPatch
) -> Sequence[DeliveryMark]:
    """Send Juliette a receipt, and keep back the note that it has arrived."""
    late: list[DeliveryMark] = []
    with monkeypatch.context() as held:
        held.setattr(app.outbox._marks, "add", late.append)  # noqa: SLF001  (no public way holds them up)
        await newsroom.sends(app, Direct("Reçu", user_id=newsroom.juliette.id, topic=TOPIC))
        await wait_until(lambda: bool(late))
    return late


async def note(newsroom: MessageWorkplace, app: App, late: Sequence[DeliveryMark]) -> None:
    """Note what was kept back, and wait until all that follows is done."""
    for mark in late:
        app.outbox._marks.add(mark)  # noqa: SLF001
    await newsroom.settled(app)


async def fills(newsroom: MessageWorkplace, app: App, post_id: str) -> None:
    """Juliette sends the window that she opened from a post."""
    came = Request("submit", name_of(Change), newsroom.juliette.id, post_id=post_id, key=(key := unique("cle")))
    assert not await app.dispatcher.run(came, Submission(name_of(Change), key, newsroom.juliette.id, {}, {}))


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
        await wait_until(lambda: faults.held >= 2)
        await newsroom.sends(app, Refresh("Deux voix", topic=TOPIC))
        await newsroom.sends(app, Refresh("Trois voix", topic=TOPIC))
        faults.slow = ""
        await newsroom.settled(app)
        assert [post.text for post in [*await newsroom.said(here), *await juliette.direct()]] == ["Trois voix"] * 2
        await newsroom.sends(app, Refresh("Quatre voix", topic=TOPIC))
        await newsroom.settled(app)
        assert [post.text for post in [*await newsroom.said(here), *await juliette.direct()]] == ["Quatre voix"] * 2
    assert len(newsroom.news.heard) == 2, "its sender heard of each post once"
