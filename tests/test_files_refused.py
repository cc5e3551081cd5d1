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
from tests.support.work import HERE, WAITING, FileWorkplace, has_arrived_once, office, room, run_before
from tests.support.workplace import run_in_turn

__all__ = ["office", "room"]


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [({"MaxFileSize": 5}, "trop volumineux"), ({"EnableFileAttachments": False}, "désactivés")],
)
@pytest.mark.parametrize("waiting", [WAITING, ""])
async def test_what_the_server_does_not_take_is_told(
    office: FileWorkplace, setting: dict[str, Any], sentence: str, waiting: str
) -> None:
    """413, and 501 (403 on newer servers)."""
    await office.room.site.admin.put("/config/patch", {"FileSettings": setting})
    office.shop.waiting = waiting
    async with office.bot() as app:
        await office.asks(app)
        (told,) = await office.settled(app)
        order = await office.order(app)
    assert sentence in told.message
    assert order.error
    assert len(office.shop.made) == 1


@pytest.mark.parametrize("call", ["newest_posts", "upload", "post_files"])
@pytest.mark.parametrize(
    ("status", "error_id", "sentence"),
    [
        (403, "api.context.permissions.app_error", "pas le droit"),
        (400, "api.context.invalid_param.app_error", "pas accepté"),
    ],
)
async def test_what_the_bot_may_not_is_told(
    office: FileWorkplace, call: str, status: int, error_id: str, sentence: str
) -> None:
    async def refused() -> None:
        raise ChatError(status, error_id)

    async with office.bot() as app:
        run_before(app, call, refused)
        await office.asks(app)
        (told,) = await office.settled(app)
    assert sentence in told.message


async def test_a_server_that_is_long_in_trouble_is_told_of_and_waited_for(office: FileWorkplace) -> None:
    async def full() -> None:
        raise ChatError(500, "api.file.upload_file.storage.app_error")

    async with office.bot() as app:
        run_before(app, "upload", run_in_turn(*[full] * 4))
        await office.asks(app)
        waiting = await office.room.juliette.told(WAITING)
        await office.room.juliette.rewritten(waiting, "arrivera ici dès que possible")
        assert has_arrived_once(await office.settled(app))


async def test_what_is_never_sent_is_given_up_after_a_day(
    office: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full() -> None:
        raise ChatError(500, "api.file.upload_file.storage.app_error")

    monkeypatch.setattr("bot.work.orders.GIVEN_UP_AFTER", timedelta())
    async with office.bot() as app:
        run_before(app, "upload", full)
        await office.asks(app)
        (told,) = await office.settled(app)
    assert "pas accepté" in told.message


@pytest.mark.parametrize("times", [1, 2])
async def test_files_that_mattermost_drops(office: FileWorkplace, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign or used id is dropped without a word: the post is taken away and made again, once."""
    left = [times]
    async with office.bot() as app:
        made = app.chat.post_files

        async def dropping(post: NewPost) -> Any:
            left[0] -= 1
            return await made(replace(post, file_ids=post.file_ids[:-1]) if left[0] >= 0 else post)

        monkeypatch.setattr(app.chat, "post_files", dropping)
        await office.asks(app, count=2)
        told = await office.settled(app)
    if times == 1:
        assert has_arrived_once(told, 2)
    else:
        assert ["pas accepté" in p.message for p in told] == [True]


async def test_a_channel_that_the_server_fails_at_keeps_nobody_elses_files(
    office: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    juliette, agathe, failed = office.room.juliette, await office.room.site.person("agathe"), list[str]()
    office.shop.waiting = ""
    async with office.bot() as app:
        await office.registers(app, agathe)
        with monkeypatch.context() as patch:
            found = app.chat.direct_channel

            async def failing(user_id: str) -> str:
                if user_id != juliette.id:
                    return await found(user_id)
                failed.append(user_id)
                raise ChatError(500, "app.channel.get.app_error")

            patch.setattr(app.chat, "direct_channel", failing)
            await office.asks(app, juliette)
            await wait_until(lambda: len(failed) > 2)
            await office.asks(app, agathe)
            assert (await agathe.told(HERE)).file_ids
            assert office.shop.made[0].user.id == agathe.id
        assert [p.message for p in await office.settled(app)] == [HERE]


async def test_an_order_waits_while_its_waiting_message_does(office: FileWorkplace) -> None:
    office.room.server.faults.status = 503
    async with office.bot() as app:
        await office.asks(app)

        async def tried() -> bool:
            return any(row.attempts for row in await office.rows(app))

        await wait_for(tried)
        assert office.shop.made == []
        office.room.server.faults.status = None
        assert has_arrived_once(await office.settled(app))


def test_as_many_files_as_a_post_takes() -> None:
    paths = [Path(str(n)) for n in range(21)]
    assert [len(p) for p in orders.split_parcel(paths)] == [10, 10, 1]
    assert orders.split_parcel([]) == [[]]
