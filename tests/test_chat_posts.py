"""Posts and files, as the bot reads, moderates and passes them on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import Refusal
from bot.mattermost import ChatReaction, NewPost
from tests.people import Person, unique
from tests.support.house import House
from tests.support.mattermost import NOBODY, TwoBots, add_two_bots, expect_refusal

pytestmark = [pytest.mark.every_mode, pytest.mark.no_database]
CONTENT = b"a;b\r\n" * 200_000


@pytest.fixture
async def stage(house: House) -> AsyncIterator[TwoBots]:
    async with add_two_bots(house) as made:
        yield made


async def test_a_thread_is_read_from_any_of_its_posts(stage: TwoBots) -> None:
    room = await stage.room()
    root = await stage.says(room.id, "Qui a un vidéoprojecteur ?")
    first = await stage.says(room.id, "Moi", root_id=root.id)
    gone = await stage.says(room.id, "Non", root_id=root.id)
    last = await stage.says(room.id, "Moi aussi", root_id=root.id)
    await stage.chat.delete(gone.id)
    alone = await stage.says(room.id, "Autre chose")
    for post in (root, first, last):
        told = await stage.chat.thread(post.id)
        assert [(p.id, p.message, p.root_id) for p in told] == [
            (root.id, "Qui a un vidéoprojecteur ?", ""),
            (first.id, "Moi", root.id),
            (last.id, "Moi aussi", root.id),
        ]
    assert [p.id for p in await stage.chat.thread(alone.id)] == [alone.id]
    async with expect_refusal(Refusal.UNKNOWN_POST):
        await stage.chat.thread(gone.id)
    async with expect_refusal(Refusal.UNKNOWN_POST):
        await stage.chat.read_post(gone.id)


async def test_the_newest_posts_a_page_at_a_time(stage: TwoBots) -> None:
    room = await stage.room()
    said = [await stage.says(room.id, str(number)) for number in range(5)]
    answer = await stage.says(room.id, "réponse", root_id=said[0].id)
    await stage.chat.delete(said[2].id)
    standing = [answer.id, said[4].id, said[3].id, said[1].id, said[0].id]
    found = [p.id for number in range(4) for p in await stage.chat.newest_posts(room.id, number, 2)]
    assert found[:5] == standing
    assert len(found) == len(set(found)) == 6, "and the news of who made the channel"


async def test_a_post_is_pinned_and_marked_and_neither_harms_twice(stage: TwoBots) -> None:
    room = await stage.room()
    said, other = await stage.says(room.id), await stage.says(room.id)
    for _ in range(2):
        await stage.chat.pin(said.id)
        await stage.chat.react(said.id, "ticket")
    assert [(await stage.chat.read_post(post.id)).is_pinned for post in (said, other)] == [True, False]
    await stage.lead.react(said.id, "books")
    assert set(await stage.chat.reactions(said.id)) == {
        ChatReaction((await stage.chat.me()).id, "ticket"),
        ChatReaction((await stage.lead.me()).id, "books"),
    }
    assert await stage.chat.reactions(other.id) == []
    for _ in range(2):
        await stage.chat.unpin(said.id)
        await stage.chat.unreact(said.id, "ticket")
    assert not (await stage.chat.read_post(said.id)).is_pinned
    assert [r.emoji for r in await stage.chat.reactions(said.id)] == ["books"]


@pytest.mark.parametrize("emoji", ["", ":ticket:", "🎫", "a/b", "../x", "a" * 65])
async def test_what_is_no_name_of_an_emoji_is_not_even_sent(stage: TwoBots, emoji: str) -> None:
    said = await stage.says((await stage.room()).id)
    for attempt in (stage.chat.react(said.id, emoji), stage.chat.unreact(said.id, emoji)):
        async with expect_refusal(Refusal.UNKNOWN_EMOJI):
            await attempt


async def test_who_administers_the_team_takes_anybody_s_post_away(stage: TwoBots, juliette: Person) -> None:
    room = await stage.room()
    await stage.chat.add_member(room.id, juliette.id)
    said = await juliette.api.post("/posts", {"channel_id": room.id, "message": "Achetez !"})
    async with expect_refusal(Refusal.FORBIDDEN):
        await stage.chat.delete(said["id"])
    for _ in range(2):
        await stage.lead.delete(said["id"])
    async with expect_refusal(Refusal.UNKNOWN_POST):
        await stage.chat.read_post(said["id"])
    await stage.chat.delete(NOBODY)


async def test_what_is_forbidden_is_not_taken_for_gone(stage: TwoBots) -> None:
    """Also where the bot may not even read the post: « forbidden » is all that it hears."""
    room = await stage.lead.create_channel(unique("cache"), "À part", private=True)
    said = await stage.lead.post(room.id, "Entre nous", {}, unique("essai"))
    async with expect_refusal(Refusal.FORBIDDEN):
        await stage.chat.delete(said)
    assert (await stage.lead.read_post(said)).message == "Entre nous"


async def test_a_file_is_passed_on_to_another_channel(stage: TwoBots, juliette: Person, tmp_path: Path) -> None:
    here, there = await stage.room(), await stage.room(private=True)
    source, copy = tmp_path / "Été à « Lyon ».csv", tmp_path / "copie.csv"
    source.write_bytes(CONTENT)
    given = await stage.chat.upload(here.id, source)
    post = await stage.chat.post_files(NewPost(here.id, "Voici", {}, unique("essai"), file_ids=[given]))
    [file_id] = post.file_ids
    file = await stage.chat.file(file_id)
    assert (file.id, file.name, file.size) == (given, source.name, len(CONTENT))

    await stage.chat.download(file_id, copy, len(CONTENT))
    assert copy.read_bytes() == CONTENT
    again = await stage.chat.upload(there.id, copy)
    assert (
        await stage.chat.post_files(NewPost(there.id, "Voici", {}, unique("essai"), file_ids=[again]))
    ).file_ids == (again,)


async def test_a_file_that_is_too_large_or_not_there_leaves_nothing(stage: TwoBots, tmp_path: Path) -> None:
    room = await stage.room()
    source, copy = tmp_path / "a.csv", tmp_path / "copie.csv"
    source.write_bytes(CONTENT)
    given = await stage.chat.upload(room.id, source)
    async with expect_refusal(Refusal.TOO_LARGE):
        await stage.chat.download(given, copy, len(CONTENT) - 1)
    async with expect_refusal(Refusal.UNKNOWN_FILE):
        await stage.chat.download(NOBODY, copy, len(CONTENT))
    assert not copy.exists()
