"""What people write, change, take away and mark in watched channels and the direct one; live, and after an outage."""

import pytest

from bot.events import Deleted, Edited, Posted, Reacted, WatchedPlaces
from tests.modes import EDGES
from tests.people import Person, Post
from tests.support.events import EventWorkplace, hall, room

__all__ = ["hall", "room"]


async def edits(person: Person, post: Post, text: str) -> None:
    await person.api.put(f"/posts/{post.id}/patch", {"message": text})


async def marks(person: Person, post: Post, emoji: str) -> None:
    await person.api.post("/reactions", {"user_id": person.id, "post_id": post.id, "emoji_name": emoji})


async def unmarks(person: Person, post: Post, emoji: str) -> None:
    await person.api.delete(f"/users/{person.id}/posts/{post.id}/reactions/{emoji}")


async def lives(hall: EventWorkplace, channel: str) -> Post:
    """A post that everything happens to; and its answer, which stays."""
    post = await hall.juliette.says("un", channel)
    answer = {"channel_id": channel, "message": "réponse", "root_id": post.id}
    await hall.juliette.api.post("/posts", answer)
    await edits(hall.juliette, post, "un, corrigé")
    await hall.juliette.api.post(f"/posts/{post.id}/pin")
    await marks(hall.juliette, post, "tada")
    await unmarks(hall.juliette, post, "tada")
    await edits(hall.juliette, post, "un, encore corrigé")
    return post


LIFE = [
    "Posted un",
    "Posted réponse",
    "Edited un, corrigé",
    "Reacted tada",
    "Unreacted tada",
    "Edited un, encore corrigé",
]


async def test_the_life_of_a_post_is_heard_in_order(hall: EventWorkplace) -> None:
    channel, other = await hall.salon(), await hall.salon(private=True)
    hall.one.watched, hall.two.watched = WatchedPlaces(frozenset({channel})), WatchedPlaces(frozenset({other}))
    async with hall.bot() as app:
        post = await lives(hall, channel)
        secret = await hall.juliette.says("secret", other)
        await hall.juliette.says("à tous")  # in a channel that nobody watches
        await hall.juliette.api.delete(f"/posts/{post.id}")
        assert await hall.told(app, hall.one) == [*LIFE, f"Deleted {hall.juliette.id}"]
        assert await hall.told(app, hall.two) == ["Posted secret"]
    (first,) = [e for e in hall.one.calls if isinstance(e, Posted) and not e.root_id]
    assert (first.post_id, first.channel_id, first.user_id, first.is_direct) == (
        post.id, channel, hall.juliette.id, False
    )  # fmt: skip
    assert [e.root_id for e in hall.one.calls if isinstance(e, Posted)] == ["", post.id]
    assert [e.post_id for e in hall.two.calls if isinstance(e, Posted)] == [secret.id]


async def test_the_life_of_a_direct_message_is_heard_by_all(hall: EventWorkplace) -> None:
    async with hall.bot() as app:
        post = await hall.juliette.says("un", await hall.room.direct())
        await edits(hall.juliette, post, "deux")
        await marks(hall.juliette, post, "tada")
        await unmarks(hall.juliette, post, "tada")
        await hall.juliette.api.delete(f"/posts/{post.id}")
        life = ["DirectMessage un", "Edited deux", "Reacted tada", "Unreacted tada", f"Deleted {hall.juliette.id}"]
        assert await hall.told(app, hall.one) == await hall.told(app, hall.two) == life
    assert all(e.is_direct for e in hall.one.calls if isinstance(e, Edited | Deleted | Reacted))


async def test_a_file_and_what_is_only_pinned(hall: EventWorkplace) -> None:
    channel = await hall.salon()
    hall.one.watched = WatchedPlaces(frozenset({channel}))
    async with hall.bot() as app:
        post = await hall.juliette.says("un", channel)
        await hall.juliette.api.post(f"/posts/{post.id}/pin")
        await hall.juliette.api.post(f"/posts/{post.id}/unpin")
        assert await hall.told(app, hall.one) == ["Posted un"]


async def test_what_bots_say_is_no_event_and_what_people_do_to_it_is(hall: EventWorkplace) -> None:
    channel = await hall.salon()
    hall.one.watched = WatchedPlaces(frozenset({channel}))
    async with hall.bot() as app:
        said = await app.chat.read_post(await app.chat.post(channel, "du bot", {}, "essai"))
        await app.chat.rewrite(said.id, "du bot, corrigé", {})
        await app.chat.react(said.id, "tada")
        await marks(hall.juliette, Post(said.id, hall.room.bot_id, channel, "", {}), "ok")
        await app.chat.delete(said.id)
        assert await hall.told(app, hall.one) == ["Reacted ok"]


async def test_an_emoji_put_again_after_it_was_taken_back(hall: EventWorkplace) -> None:
    channel = await hall.salon()
    hall.one.watched = WatchedPlaces(frozenset({channel}))
    async with hall.bot() as app:
        post = await hall.juliette.says("un", channel)
        for _ in range(2):
            await marks(hall.juliette, post, "tada")
            await unmarks(hall.juliette, post, "tada")
        assert (await hall.told(app, hall.one))[1:] == ["Reacted tada", "Unreacted tada"] * 2


async def test_what_happened_meanwhile_is_told_in_order_and_once(hall: EventWorkplace) -> None:
    channel = await hall.salon()
    hall.one.watched = WatchedPlaces(frozenset({channel}))
    async with hall.bot() as app:
        kept, gone = await hall.juliette.says("avant", channel), await hall.juliette.says("à jeter", channel)
        direct = await hall.juliette.says("bonjour", await hall.room.direct())
        assert len(await hall.told(app, hall.one)) == 3
    await edits(hall.juliette, kept, "avant, corrigé")
    await hall.juliette.says("un", channel)
    await marks(hall.juliette, kept, "tada")
    await hall.juliette.api.delete(f"/posts/{gone.id}")
    await hall.juliette.says("deux", channel)
    await edits(hall.juliette, direct, "bonsoir")
    await hall.juliette.says("encore", await hall.room.direct())
    await hall.goes_back()
    async with hall.bot() as app:
        told = (await hall.told(app, hall.one))[3:]
        missed = ["Edited avant, corrigé", "Posted un", "Reacted tada", f"Deleted {hall.juliette.id}", "Posted deux"]
        assert [what for what in told if what in missed] == missed
        assert [what for what in told if what not in missed] == ["Edited bonsoir", "DirectMessage encore"]
    await hall.goes_back()
    async with hall.bot() as app:
        assert (await hall.told(app, hall.one))[3:] == told
    assert (await hall.heard(hall.two))[:1] == ["DirectMessage bonjour"]


async def test_where_a_feature_listens_may_change_while_the_bot_runs(hall: EventWorkplace) -> None:
    first, second = await hall.salon(), await hall.salon()
    hall.one.watched = WatchedPlaces(frozenset({first}))
    async with hall.bot() as app:
        await hall.juliette.says("trop tôt", second)
        await hall.listens(app, hall.one, second)
        await hall.juliette.says("un", second)
        await hall.juliette.says("trop tard", first)
        assert await hall.told(app, hall.one) == ["Posted un"]
    await hall.juliette.says("deux", second)
    await hall.goes_back()
    async with hall.bot() as app:
        assert await hall.told(app, hall.one) == ["Posted un", "Posted deux"], "nothing of before it listened there"


async def test_more_than_a_server_lists_is_read_in_pages(hall: EventWorkplace) -> None:
    if hall.room.server.caps.number not in {f"{mode}.0" for mode in EDGES} or not hall.url.startswith("sqlite"):
        pytest.skip("told on the newest and the oldest server, with the quicker database")
    channel = await hall.salon()
    hall.one.watched = WatchedPlaces(frozenset({channel}))
    async with hall.bot() as app:
        old = await hall.juliette.says("avant", channel)
        assert await hall.told(app, hall.one) == ["Posted avant"]
    await edits(hall.juliette, old, "avant, corrigé")
    for number in range(1210):
        last = await hall.juliette.says(str(number), channel)
    await hall.juliette.api.delete(f"/posts/{last.id}")
    await hall.goes_back()
    async with hall.bot() as app:
        told = (await hall.told(app, hall.one))[1:]
    posted = [what for what in told if what.startswith("Posted")]
    assert posted == [f"Posted {number}" for number in range(1209)]
    assert sorted(set(told) - set(posted)) == [f"Deleted {hall.juliette.id}", "Edited avant, corrigé"]
