"""Files of other posts, passed on to another channel: whole, once, or with a line about those that could not come."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.context import Request
from bot.mattermost import NewPost
from bot.outbox.attempts import DeliveryMarks
from bot.replies import Direct, Reply, Say
from storage.outbox.queue import release_all
from tests.people import Post
from tests.support.house import wait_for
from tests.support.mattermost import NOBODY
from tests.support.outbox import MessageWorkplace, every_server, newsroom, room

__all__ = ["newsroom", "room"]


pytestmark = every_server

FILES = {"Été à « Lyon ».csv": b"a;b\n" * 1000, "plan.pdf": b"%PDF-1.4 plan"}
Files = Mapping[str, bytes]


async def given(newsroom: MessageWorkplace, files: Files = FILES) -> tuple[str, list[str]]:
    """A channel in which Juliette posts files, and their ids."""
    api, here = newsroom.juliette.api, await newsroom.salon()
    loose = [await api.upload(here, name, content) for name, content in files.items()]
    post = Post.read(await api.post("/posts", {"channel_id": here, "message": "Voici", "file_ids": loose}))
    assert len(post.file_ids) == len(files)
    return here, list(post.file_ids)


async def passed_on(newsroom: MessageWorkplace, *replies: Reply) -> None:
    async with newsroom.bot() as app:
        await newsroom.sends(app, *replies)
        await newsroom.settled(app)


async def test_they_come_whole_to_a_channel_a_thread_and_a_person(newsroom: MessageWorkplace) -> None:
    there, juliette = await newsroom.salon(), newsroom.juliette
    _, ids = await given(newsroom)
    begun = await juliette.says("Une question", there)
    told = Direct("Pour vous", user_id=juliette.id, files=ids[1:])
    await passed_on(newsroom, Say("À lire", channel_id=there, root_id=begun.id, files=[*ids, *ids], pinned=True), told)
    (said,), (direct,) = await newsroom.said(there), await juliette.direct()
    assert (said.text, said.root_id, said.is_pinned) == ("À lire", begun.id, True)
    assert await juliette.files(said) == FILES
    assert await juliette.files(direct) == {"plan.pdf": FILES["plan.pdf"]}


async def test_what_comes_after_them_waits_for_them(newsroom: MessageWorkplace) -> None:
    there = await newsroom.salon()
    _, ids = await given(newsroom)
    await passed_on(newsroom, Say("Un", channel_id=there, files=ids), Say("Deux", channel_id=there))
    assert [post.text for post in await newsroom.said(there)] == ["Un", "Deux"]


async def test_what_is_too_large_or_gone_stays_behind_with_a_line(newsroom: MessageWorkplace) -> None:
    there = await newsroom.salon()
    _, ids = await given(newsroom)
    admin = newsroom.room.site.admin
    await admin.put("/config/patch", {"FileSettings": {"MaxFileSize": 1000}})
    await passed_on(newsroom, Say("À lire", channel_id=there, files=[*ids, NOBODY]))
    (said,) = await newsroom.said(there)
    assert await newsroom.juliette.files(said) == {"plan.pdf": FILES["plan.pdf"]}
    words, line = said.text.split("\n\n")
    assert words == "À lire"
    assert line.replace("\xa0", " ") == (
        "2 fichiers n’ont pas suivi : Été à « Lyon ».csv (trop volumineux pour ce serveur), il n’existe plus."
    )


async def test_where_files_are_switched_off_the_words_come_alone(newsroom: MessageWorkplace) -> None:
    there = await newsroom.salon()
    _, ids = await given(newsroom)
    admin = newsroom.room.site.admin
    await admin.put("/config/patch", {"FileSettings": {"EnableFileAttachments": False}})
    await passed_on(newsroom, Say("À lire", channel_id=there, files=ids[1:]))
    (said,) = await newsroom.said(there)
    assert not said.file_ids
    assert said.text.replace("\xa0", " ").endswith(
        "1 fichier n’a pas suivi : plan.pdf (les fichiers sont désactivés sur ce serveur)."
    )


async def test_they_are_uploaded_once_and_posted_once_through_a_crash(
    newsroom: MessageWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = await newsroom.salon()
    _, ids = await given(newsroom)
    uploaded: list[Any] = []
    with monkeypatch.context() as patch:
        patch.setattr(DeliveryMarks, "add", lambda *_: None)
        async with newsroom.bot() as app:
            _count_uploads(app, uploaded)
            await newsroom.sends(app, Say("À lire", channel_id=there, files=ids))
            await wait_for(lambda: newsroom.said(there))
    async with newsroom.bot() as app:
        _count_uploads(app, uploaded)
        async with app.database.transaction() as db:
            await release_all(db, newsroom.clock())
        app.outbox.look()
        await newsroom.settled(app)
    (said,) = await newsroom.said(there)
    assert await newsroom.juliette.files(said) == FILES
    assert len(uploaded) == 2


def _count_uploads(app: Any, uploaded: list[Any]) -> None:
    made = app.chat.upload

    async def upload(*args: Any) -> Any:
        uploaded.append(args)
        return await made(*args)

    app.chat.upload = upload


async def test_an_outage_in_the_middle_brings_no_file_twice(newsroom: MessageWorkplace) -> None:
    there, faults = await newsroom.salon(), newsroom.room.server.faults
    _, ids = await given(newsroom)
    uploaded: list[Any] = []
    async with newsroom.bot() as app:
        _count_uploads(app, uploaded)
        made = app.chat.post_files

        async def away(post: NewPost) -> Any:
            if not faults.down and len(uploaded) == 2:
                faults.down = True
                app.chat.post_files = made  # type: ignore[method-assign]
            return await made(post)

        app.chat.post_files = away  # type: ignore[method-assign]
        await newsroom.sends(app, Say("À lire", channel_id=there, files=ids))
        await wait_for(lambda: _has_failed(newsroom, app))
        faults.down = False
        await newsroom.settled(app)
    (said,) = await newsroom.said(there)
    assert await newsroom.juliette.files(said) == FILES
    assert len(uploaded) == 2


async def _has_failed(newsroom: MessageWorkplace, app: Any) -> bool:
    return any(row.attempts for row in await newsroom.rows(app))


@pytest.mark.parametrize("times", [1, 2])
async def test_a_post_that_mattermost_made_without_them_is_mended(newsroom: MessageWorkplace, times: int) -> None:
    """A foreign or used id is dropped without a word: the post is made anew, once; then it goes without them."""
    there, left = await newsroom.salon(), [times]
    _, ids = await given(newsroom)
    async with newsroom.bot() as app:
        made = app.chat.post_files

        async def dropping(post: NewPost) -> Any:
            left[0] -= 1
            return await made(replace(post, file_ids=post.file_ids[:-1]) if left[0] >= 0 else post)

        app.chat.post_files = dropping  # type: ignore[method-assign]
        await newsroom.sends(app, Say("À lire", channel_id=there, files=ids))
        await newsroom.settled(app)
    (said,) = await newsroom.said(there)
    if times == 1:
        assert await newsroom.juliette.files(said) == FILES
    else:
        assert not said.file_ids
        assert "2 fichiers n’ont pas suivi" in said.text


async def test_a_post_carries_ten_at_most(newsroom: MessageWorkplace) -> None:
    there = await newsroom.salon()
    too_many = Say("À lire", channel_id=there, files=[f"{n:026}" for n in range(11)])
    async with newsroom.bot() as app:
        newsroom.news.replies = [too_many]
        answer = await app.dispatcher.run(Request("command", "envoie", newsroom.juliette.id), "")
        assert "erreur" in str(answer["text"])
        assert await newsroom.rows(app) == []
