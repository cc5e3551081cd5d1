"""Files that Mattermost does not take, or fails at for long: a sentence says so, and nobody else waits."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ChatError
from bot.mattermost import NewPost
from bot.work import orders
from tests.support.house import wait_for, wait_until
from tests.support.work import HERE, WAITING, FileWorkplace, file_workplace, has_arrived_once, room, run_before
from tests.support.workplace import run_in_turn

__all__ = ["file_workplace", "room"]


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [({"MaxFileSize": 5}, "trop volumineux"), ({"EnableFileAttachments": False}, "désactivés")],
)
@pytest.mark.parametrize("waiting", [WAITING, ""])
async def test_what_the_server_does_not_take_is_told(
    file_workplace: FileWorkplace, setting: dict[str, Any], sentence: str, waiting: str
) -> None:
    """413, and 501 (403 on newer servers)."""
    await file_workplace.room.site.admin.put("/config/patch", {"FileSettings": setting})
    file_workplace.shop.waiting = waiting
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        (told,) = await file_workplace.settled(app)
        order = await file_workplace.order(app)
    assert sentence in told.message
    assert order.error
    assert len(file_workplace.shop.made) == 1


@pytest.mark.parametrize("call", ["newest_posts", "upload", "post_files"])
@pytest.mark.parametrize(
    ("status", "error_id", "sentence"),
    [
        (403, "api.context.permissions.app_error", "pas le droit"),
        (400, "api.context.invalid_param.app_error", "pas accepté"),
    ],
)
async def test_what_the_bot_may_not_is_told(
    file_workplace: FileWorkplace, call: str, status: int, error_id: str, sentence: str
) -> None:
    async def refused() -> None:
        raise ChatError(status, error_id)

    async with file_workplace.bot() as app:
        run_before(app, call, refused)
        await file_workplace.asks(app)
        (told,) = await file_workplace.settled(app)
    assert sentence in told.message


async def test_a_server_that_is_long_in_trouble_is_told_of_and_waited_for(file_workplace: FileWorkplace) -> None:
    async def full() -> None:
        raise ChatError(500, "api.file.upload_file.storage.app_error")

    async with file_workplace.bot() as app:
        run_before(app, "upload", run_in_turn(*[full] * 4))
        await file_workplace.asks(app)
        waiting = await file_workplace.room.juliette.told(WAITING)
        await file_workplace.room.juliette.rewritten(waiting, "arrivera ici dès que possible")
        assert has_arrived_once(await file_workplace.settled(app))


async def test_what_is_never_sent_is_given_up_after_a_day(
    file_workplace: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full() -> None:
        raise ChatError(500, "api.file.upload_file.storage.app_error")

    monkeypatch.setattr("bot.work.orders.GIVEN_UP_AFTER", timedelta())
    async with file_workplace.bot() as app:
        run_before(app, "upload", full)
        await file_workplace.asks(app)
        (told,) = await file_workplace.settled(app)
    assert "pas accepté" in told.message


@pytest.mark.parametrize("times", [1, 2])
async def test_files_that_mattermost_drops(
    file_workplace: FileWorkplace, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A foreign or used id is dropped without a word: the post is taken away and made again, once."""
    left = [times]
    async with file_workplace.bot() as app:
        made = app.chat.post_files

        async def dropping(post: NewPost) -> Any:
            left[0] -= 1
            return await made(replace(post, file_ids=post.file_ids[:-1]) if left[0] >= 0 else post)

        monkeypatch.setattr(app.chat, "post_files", dropping)
        await file_workplace.asks(app, count=2)
        told = await file_workplace.settled(app)
    if times == 1:
        assert has_arrived_once(told, 2)
    else:
        assert ["pas accepté" in p.message for p in told] == [True]


async def test_a_channel_that_the_server_fails_at_keeps_nobody_elses_files(
    file_workplace: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    juliette, agathe, failed = (
        file_workplace.room.juliette,
        await file_workplace.room.site.person("agathe"),
        list[str](),
    )
    file_workplace.shop.waiting = ""
    async with file_workplace.bot() as app:
        await file_workplace.registers(app, agathe)
        with monkeypatch.context() as patch:
            found = app.chat.direct_channel

            async def failing(user_id: str) -> str:
                if user_id != juliette.id:
                    return await found(user_id)
                failed.append(user_id)
                raise ChatError(500, "app.channel.get.app_error")

            patch.setattr(app.chat, "direct_channel", failing)
            await file_workplace.asks(app, juliette)
            await wait_until(lambda: len(failed) > 2)
            await file_workplace.asks(app, agathe)
            assert (await agathe.told(HERE)).file_ids
            assert file_workplace.shop.made[0].user.id == agathe.id
        assert [p.message for p in await file_workplace.settled(app)] == [HERE]


async def test_an_order_waits_while_its_waiting_message_does(file_workplace: FileWorkplace) -> None:
    file_workplace.room.server.faults.status = 503
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)

        async def tried() -> bool:
            return any(row.attempts for row in await file_workplace.rows(app))

        await wait_for(tried)
        assert file_workplace.shop.made == []
        file_workplace.room.server.faults.status = None
        assert has_arrived_once(await file_workplace.settled(app))


def test_as_many_files_as_a_post_takes() -> None:
    paths = [Path(str(n)) for n in range(21)]
    assert [len(p) for p in orders.split_parcel(paths)] == [10, 10, 1]
    assert orders.split_parcel([]) == [[]]
