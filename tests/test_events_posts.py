"""What people write, change, take away and mark in watched channels and the direct one; live, and after an outage."""

import pytest

from bot.events import Deleted, Edited, Posted, Reacted, WatchedPlaces
from tests.modes import EDGES
from tests.people import Person, Post
from tests.support.events import EventWorkplace, event_workplace, room

__all__ = ["event_workplace", "room"]


async def edits(person: Person, post: Post, text: str) -> None:
    await person.api.put(f"/posts/{post.id}/patch", {"message": text})


async def marks(person: Person, post: Post, emoji: str) -> None:
    await person.api.post("/reactions", {"user_id": person.id, "post_id": post.id, "emoji_name": emoji})


async def unmarks(person: Person, post: Post, emoji: str) -> None:
    await person.api.delete(f"/users/{person.id}/posts/{post.id}/reactions/{emoji}")


async def lives(event_workplace: EventWorkplace, channel: str) -> Post:
    """A post that everything happens to; and its answer, which stays."""
    post = await event_workplace.juliette.says("un", channel)
    answer = {"channel_id": channel, "message": "réponse", "root_id": post.id}
    await event_workplace.juliette.api.post("/posts", answer)
    await edits(event_workplace.juliette, post, "un, corrigé")
    await event_workplace.juliette.api.post(f"/posts/{post.id}/pin")
    await marks(event_workplace.juliette, post, "tada")
    await unmarks(event_workplace.juliette, post, "tada")
    await edits(event_workplace.juliette, post, "un, encore corrigé")
    return post


LIFE = [
    "Posted un",
    "Posted réponse",
    "Edited un, corrigé",
    "Reacted tada",
    "Unreacted tada",
    "Edited un, encore corrigé",
]


async def test_the_life_of_a_post_is_heard_in_order(event_workplace: EventWorkplace) -> None:
    channel, other = await event_workplace.salon(), await event_workplace.salon(private=True)
    event_workplace.one.watched, event_workplace.two.watched = (
        WatchedPlaces(frozenset({channel})),
        WatchedPlaces(frozenset({other})),
    )
    async with event_workplace.bot() as app:
        post = await lives(event_workplace, channel)
        secret = await event_workplace.juliette.says("secret", other)
        await event_workplace.juliette.says("à tous")  # in a channel that nobody watches
        await event_workplace.juliette.api.delete(f"/posts/{post.id}")
        assert await event_workplace.told(app, event_workplace.one) == [*LIFE, f"Deleted {event_workplace.juliette.id}"]
        assert await event_workplace.told(app, event_workplace.two) == ["Posted secret"]
    (first,) = [e for e in event_workplace.one.calls if isinstance(e, Posted) and not e.root_id]
    assert (first.post_id, first.channel_id, first.user_id, first.is_direct) == (
        post.id, channel, event_workplace.juliette.id, False
    )  # fmt: skip
    assert [e.root_id for e in event_workplace.one.calls if isinstance(e, Posted)] == ["", post.id]
    assert [e.post_id for e in event_workplace.two.calls if isinstance(e, Posted)] == [secret.id]


async def test_the_life_of_a_direct_message_is_heard_by_all(event_workplace: EventWorkplace) -> None:
    async with event_workplace.bot() as app:
        post = await event_workplace.juliette.says("un", await event_workplace.room.direct())
        await edits(event_workplace.juliette, post, "deux")
        await marks(event_workplace.juliette, post, "tada")
        await unmarks(event_workplace.juliette, post, "tada")
        await event_workplace.juliette.api.delete(f"/posts/{post.id}")
        life = [
            "DirectMessage un",
            "Edited deux",
            "Reacted tada",
            "Unreacted tada",
            f"Deleted {event_workplace.juliette.id}",
        ]
        assert (
            await event_workplace.told(app, event_workplace.one)
            == await event_workplace.told(app, event_workplace.two)
            == life
        )
    assert all(e.is_direct for e in event_workplace.one.calls if isinstance(e, Edited | Deleted | Reacted))


async def test_a_file_and_what_is_only_pinned(event_workplace: EventWorkplace) -> None:
    channel = await event_workplace.salon()
    event_workplace.one.watched = WatchedPlaces(frozenset({channel}))
    async with event_workplace.bot() as app:
        post = await event_workplace.juliette.says("un", channel)
        await event_workplace.juliette.api.post(f"/posts/{post.id}/pin")
        await event_workplace.juliette.api.post(f"/posts/{post.id}/unpin")
        assert await event_workplace.told(app, event_workplace.one) == ["Posted un"]


async def test_what_bots_say_is_no_event_and_what_people_do_to_it_is(event_workplace: EventWorkplace) -> None:
    channel = await event_workplace.salon()
    event_workplace.one.watched = WatchedPlaces(frozenset({channel}))
    async with event_workplace.bot() as app:
        said = await app.chat.read_post(await app.chat.post(channel, "du bot", {}, "essai"))
        await app.chat.rewrite(said.id, "du bot, corrigé", {})
        await app.chat.react(said.id, "tada")
        await marks(event_workplace.juliette, Post(said.id, event_workplace.room.bot_id, channel, "", {}), "ok")
        await app.chat.delete(said.id)
        assert await event_workplace.told(app, event_workplace.one) == ["Reacted ok"]


async def test_an_emoji_put_again_after_it_was_taken_back(event_workplace: EventWorkplace) -> None:
    channel = await event_workplace.salon()
    event_workplace.one.watched = WatchedPlaces(frozenset({channel}))
    async with event_workplace.bot() as app:
        post = await event_workplace.juliette.says("un", channel)
        for _ in range(2):
            await marks(event_workplace.juliette, post, "tada")
            await unmarks(event_workplace.juliette, post, "tada")
        assert (await event_workplace.told(app, event_workplace.one))[1:] == ["Reacted tada", "Unreacted tada"] * 2


async def test_what_happened_meanwhile_is_told_in_order_and_once(event_workplace: EventWorkplace) -> None:
    channel = await event_workplace.salon()
    event_workplace.one.watched = WatchedPlaces(frozenset({channel}))
    async with event_workplace.bot() as app:
        kept, gone = (
            await event_workplace.juliette.says("avant", channel),
            await event_workplace.juliette.says("à jeter", channel),
        )
        direct = await event_workplace.juliette.says("bonjour", await event_workplace.room.direct())
        assert len(await event_workplace.told(app, event_workplace.one)) == 3
    await edits(event_workplace.juliette, kept, "avant, corrigé")
    await event_workplace.juliette.says("un", channel)
    await marks(event_workplace.juliette, kept, "tada")
    await event_workplace.juliette.api.delete(f"/posts/{gone.id}")
    await event_workplace.juliette.says("deux", channel)
    await edits(event_workplace.juliette, direct, "bonsoir")
    await event_workplace.juliette.says("encore", await event_workplace.room.direct())
    await event_workplace.goes_back()
    async with event_workplace.bot() as app:
        told = (await event_workplace.told(app, event_workplace.one))[3:]
        missed = [
            "Edited avant, corrigé",
            "Posted un",
            "Reacted tada",
            f"Deleted {event_workplace.juliette.id}",
            "Posted deux",
        ]
        assert [what for what in told if what in missed] == missed
        assert [what for what in told if what not in missed] == ["Edited bonsoir", "DirectMessage encore"]
    await event_workplace.goes_back()
    async with event_workplace.bot() as app:
        assert (await event_workplace.told(app, event_workplace.one))[3:] == told
    assert (await event_workplace.heard(event_workplace.two))[:1] == ["DirectMessage bonjour"]


async def test_where_a_feature_listens_may_change_while_the_bot_runs(event_workplace: EventWorkplace) -> None:
    first, second = await event_workplace.salon(), await event_workplace.salon()
    event_workplace.one.watched = WatchedPlaces(frozenset({first}))
    async with event_workplace.bot() as app:
        await event_workplace.juliette.says("trop tôt", second)
        await event_workplace.listens(app, event_workplace.one, second)
        await event_workplace.juliette.says("un", second)
        await event_workplace.juliette.says("trop tard", first)
        assert await event_workplace.told(app, event_workplace.one) == ["Posted un"]
    await event_workplace.juliette.says("deux", second)
    await event_workplace.goes_back()
    async with event_workplace.bot() as app:
        assert await event_workplace.told(app, event_workplace.one) == ["Posted un", "Posted deux"], (
            "nothing of before it listened there"
        )


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_more_than_a_server_lists_is_read_in_pages(event_workplace: EventWorkplace) -> None:
    if event_workplace.room.server.caps.number not in {
        f"{mode}.0" for mode in EDGES
    } or not event_workplace.url.startswith("sqlite"):
        pytest.skip("told on the newest and the oldest server, with the quicker database")
    channel = await event_workplace.salon()
    event_workplace.one.watched = WatchedPlaces(frozenset({channel}))
    async with event_workplace.bot() as app:
        old = await event_workplace.juliette.says("avant", channel)
        assert await event_workplace.told(app, event_workplace.one) == ["Posted avant"]
    await edits(event_workplace.juliette, old, "avant, corrigé")
    for number in range(1210):
        last = await event_workplace.juliette.says(str(number), channel)
    await event_workplace.juliette.api.delete(f"/posts/{last.id}")
    await event_workplace.goes_back()
    async with event_workplace.bot() as app:
        told = (await event_workplace.told(app, event_workplace.one))[1:]
    posted = [what for what in told if what.startswith("Posted")]
    assert posted == [f"Posted {number}" for number in range(1209)]
    assert sorted(set(told) - set(posted)) == [f"Deleted {event_workplace.juliette.id}", "Edited avant, corrigé"]
