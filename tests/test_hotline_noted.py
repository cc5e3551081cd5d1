"""Stories: who posted a card and a receipt does not live to note it; what is said under them arrives all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.app import App
from bot.clock import utc_now
from bot.websocket.queue import CURSOR
from storage.claims import ReadCursor
from storage.people import Role
from tests.people import Person, Post
from tests.support.databases import KINDS
from tests.support.hotline import HotlineWorkplace, place, register_person, room
from tests.support.house import plain, reply_in_thread, wait_for

__all__ = ["place", "room"]


pytestmark = pytest.mark.parametrize("room", ["11.2"], indirect=True)
SUBJECT = "Postée par un mourant"


@asynccontextmanager
async def dying(place: HotlineWorkplace, patch: pytest.MonkeyPatch, *, how: str) -> AsyncIterator[App]:
    """A bot that posts, and ends before it notes that (« killed »), or before it tells the feature (« stopped »)."""
    async with place.bot() as app:
        await app.events.stop()
        for task in app._tasks:  # noqa: SLF001  (no public way kills it between two steps)
            task.cancel()
        if how == "killed":
            patch.setattr(app.outbox._marks, "add", lambda _: None)  # noqa: SLF001  (the same)
        yield app


async def opened(place: HotlineWorkplace) -> Person:
    """The room is there, with an agent in it who is heard; it is no new installation."""
    agathe = await register_person(place, "agathe", Role.HOTLINE)
    await place.registers_as(place.juliette, Role.CONSEILLER)
    async with place.bot() as app:
        await place.files(app, "La première")
        card = await place.card("La première")
        await wait_for(lambda: place.stands("La première"))

        async def is_in() -> bool:
            members = await place.room.site.admin.get(f"/channels/{card.channel_id}/members?per_page=200")
            return agathe.id in {member["user_id"] for member in members}

        await wait_for(is_in)
        await wait_for(lambda: place.is_heard(app))
    async with place.transaction() as db:
        await db.merge(ReadCursor(name=CURSOR, at=utc_now()))
    return agathe


async def receipt(place: HotlineWorkplace) -> Post:
    """What Juliette has of the demand, once she has it."""

    async def is_there() -> Post | None:
        return next((post for post in await place.juliette.direct() if SUBJECT in post.text), None)

    return await wait_for(is_there)


async def brought(place: HotlineWorkplace, root: Post, words: str) -> None:
    """Wait until the bot says these words under a post, and see that it says them once."""

    async def is_said() -> bool:
        return any(words in plain(post) for post in await place.lines(root))

    await wait_for(is_said)
    assert len([post for post in await place.lines(root) if words in plain(post)]) == 1


@pytest.mark.parametrize("place", KINDS, indirect=True)
async def test_lines_under_what_the_last_run_posted_are_brought(
    place: HotlineWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    agathe = await opened(place)
    async with dying(place, monkeypatch, how="killed") as app:
        await place.files(app, SUBJECT)
        card, mine = await place.card(SUBJECT), await receipt(place)
    await reply_in_thread(agathe, card, "réponse entre deux vies")
    await reply_in_thread(place.juliette, mine, "question entre deux vies")
    async with place.bot():
        await brought(place, mine, "réponse entre deux vies")
        await brought(place, card, "question entre deux vies")


@pytest.mark.parametrize("how", ["killed", "stopped"])
@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_lines_under_what_another_replica_posted_are_brought(
    place: HotlineWorkplace, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agathe = await opened(place)
    async with place.bot():
        async with dying(place, monkeypatch, how=how) as app:
            await place.files(app, SUBJECT)
            card, mine = await place.card(SUBJECT), await receipt(place)
        await reply_in_thread(agathe, card, "réponse aussitôt")
        await reply_in_thread(place.juliette, mine, "question aussitôt")
        async with asyncio.timeout(10):  # long before the lease ends
            await brought(place, mine, "réponse aussitôt")
            await brought(place, card, "question aussitôt")


@pytest.mark.parametrize("how", ["killed", "stopped"])
@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_the_echo_of_a_post_notes_it_on_any_replica(
    place: HotlineWorkplace, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(place)
    async with place.bot():
        async with dying(place, monkeypatch, how=how) as app:
            await place.files(app, SUBJECT)
            await place.card(SUBJECT)
            await receipt(place)
        async with asyncio.timeout(10):
            await wait_for(lambda: place.stands(SUBJECT))
