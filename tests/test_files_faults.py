"""Files through everything that may go wrong on their way: they arrive once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot import retries
from bot.errors import ChatError
from bot.mattermost import NewPost
from bot.retries import PollerPauses
from bot.work import workers
from storage import work
from storage.work import Work
from tests.support.faults import UnreachableDatabase
from tests.support.house import PATIENCE, wait_for, wait_until
from tests.support.work import (
    HERE,
    READY,
    WAITING,
    FileWorkplace,
    Pause,
    file_workplace,
    has_arrived_once,
    name_file,
    room,
    run_after,
    run_before,
)
from tests.support.workplace import run_in_turn

__all__ = ["file_workplace", "room"]


@pytest.mark.parametrize("call", ["direct_channel", "newest_posts", "upload", "post_files"])
@pytest.mark.parametrize("around", [run_before, run_after])
async def test_mattermost_goes_away_in_the_middle(file_workplace: FileWorkplace, call: str, around: Any) -> None:
    faults, is_back = file_workplace.room.server.faults, asyncio.Event()

    async def leaves() -> None:
        faults.down = True
        asyncio.get_running_loop().call_later(0.4, comes_back)

    def comes_back() -> None:
        faults.down = False
        is_back.set()

    async with file_workplace.bot() as app:
        around(app, call, run_in_turn(leaves))
        await file_workplace.asks(app, count=2)
        await asyncio.wait_for(is_back.wait(), PATIENCE)
        assert has_arrived_once(await file_workplace.settled(app), 2)


@pytest.mark.parametrize("call", ["upload", "post_files"])
async def test_an_answer_that_got_lost_makes_no_second_post(file_workplace: FileWorkplace, call: str) -> None:
    async def lost() -> None:
        raise ChatError(0, "ServerDisconnectedError")

    async with file_workplace.bot() as app:
        run_after(app, call, run_in_turn(lost, lost))
        await file_workplace.asks(app, count=12)
        first, *parcels = await file_workplace.settled(app)
    assert (first.message, [len(p.file_ids) for p in parcels]) == (READY, [10, 2])
    assert [n for p in parcels for n in await file_workplace.room.juliette.files(p)] == [
        name_file(n) for n in range(12)
    ]


@pytest.mark.parametrize(
    ("around", "call"), [(run_after, "upload"), (run_before, "post_files"), (run_after, "post_files")]
)
async def test_a_crash_on_the_way_makes_one_post(file_workplace: FileWorkplace, around: Any, call: str) -> None:
    pause = Pause()
    async with file_workplace.bot() as app:
        around(app, call, pause)
        await file_workplace.asks(app)
        await pause.reached.wait()
        await file_workplace.crashes(app)
        await file_workplace.leases_end(app)
    async with file_workplace.bot() as app:
        assert has_arrived_once(await file_workplace.settled(app))
    posted = (around, call) == (run_after, "post_files")
    assert len(file_workplace.shop.made) == (1 if posted else 2), "what stands needs no making"


async def test_a_crash_before_it_was_written_down_that_all_is_done(
    file_workplace: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = Pause()
    async with file_workplace.bot() as app:
        with monkeypatch.context() as patch:
            patch.setattr("bot.work.workers.WorkLease.end", pause)
            await file_workplace.asks(app)
            await pause.reached.wait()
            await file_workplace.crashes(app)
        await file_workplace.leases_end(app)
    async with file_workplace.bot() as app:
        assert has_arrived_once(await file_workplace.settled(app))


@pytest.mark.parametrize("call", ["newest_posts", "upload", "post_files"])
async def test_stopping_in_the_middle_gives_the_order_back_at_once(file_workplace: FileWorkplace, call: str) -> None:
    pause = Pause()
    async with file_workplace.bot() as app:
        run_before(app, call, pause)
        await file_workplace.asks(app)
        await pause.reached.wait()
        leased = (await file_workplace.order(app)).not_before
        await app.makers.stop()
        given_back = (await file_workplace.order(app)).not_before
        assert leased
        assert given_back
        assert given_back < leased
    async with file_workplace.bot() as app:
        assert has_arrived_once(await file_workplace.settled(app))


async def test_stopping_while_files_are_made(file_workplace: FileWorkplace) -> None:
    pause = Pause()
    file_workplace.shop.trouble = run_in_turn(pause)
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        await pause.reached.wait()
    assert not file_workplace.shop.folders[0].exists()
    async with file_workplace.bot() as app:
        assert has_arrived_once(await file_workplace.settled(app))


async def test_two_replicas_send_everything_once(
    file_workplace: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    if file_workplace.is_sqlite:
        pytest.skip("one process has the file")
    monkeypatch.setattr(retries, "LOOK_ANYWAY", 0.01)
    async with file_workplace.bot() as one, file_workplace.bot() as other:
        for n in range(8):
            await file_workplace.asks(one if n % 2 else other, count=n)
        told = await file_workplace.settled(one)
    assert sorted(p.message for p in told) == sorted([READY, HERE] * 8)
    assert [len(p.file_ids) for p in told if p.message == HERE] == list(range(8))
    assert len(file_workplace.shop.made) == 8


async def test_a_long_making_keeps_its_lease(file_workplace: FileWorkplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "RENEWED_EVERY", timedelta(seconds=0.02))
    pause = Pause()
    file_workplace.shop.trouble = pause
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        await pause.reached.wait()
        first = (await file_workplace.order(app)).not_before
        assert first

        async def renewed() -> bool:
            lease = (await file_workplace.order(app)).not_before
            return lease is not None and lease > first

        await wait_for(renewed)
        pause.over.set()
        assert has_arrived_once(await file_workplace.settled(app))


async def test_who_lost_the_lease_stops_and_sends_nothing(
    file_workplace: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "RENEWED_EVERY", timedelta(seconds=0.02))
    pause = Pause()
    file_workplace.shop.trouble = run_in_turn(pause)
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        await pause.reached.wait()
        await taken_by_another(file_workplace, app)
        await wait_until(lambda: app.makers.is_idle)
        assert [p.message for p in await file_workplace.told()] == [WAITING]
        await file_workplace.leases_end(app)
        assert has_arrived_once(await file_workplace.settled(app))


async def test_who_loses_the_lease_before_the_post_does_not_post(file_workplace: FileWorkplace) -> None:
    async with file_workplace.bot() as app:
        run_after(app, "upload", run_in_turn(lambda: taken_by_another(file_workplace, app)))
        await file_workplace.asks(app)
        await wait_until(lambda: len(file_workplace.shop.made) == 1)
        await wait_until(lambda: app.makers.is_idle)
        assert [p.message for p in await file_workplace.told()] == [WAITING]
        await file_workplace.leases_end(app)
        assert has_arrived_once(await file_workplace.settled(app))


async def taken_by_another(file_workplace: FileWorkplace, app: Any) -> None:
    """Another replica takes the order as soon as its lease is over."""

    async with app.database.transaction() as db:
        await db.exec(update(Work).values(owner="une autre réplique"))


async def test_a_post_that_lost_its_files_in_a_crash_is_made_anew(
    file_workplace: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = Pause()
    async with file_workplace.bot() as app:
        made = app.chat.post_files

        async def dropping(post: NewPost) -> Any:
            await made(replace(post, file_ids=[]))
            await pause()

        monkeypatch.setattr(app.chat, "post_files", dropping)
        await file_workplace.asks(app)
        await pause.reached.wait()
        await file_workplace.crashes(app)
        await file_workplace.leases_end(app)
    async with file_workplace.bot() as app:
        assert has_arrived_once(await file_workplace.settled(app))


async def test_a_database_away_delays(file_workplace: FileWorkplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PAUSES", PollerPauses(breath=0.02, after_fault=0.02))
    untaken, unwritten = UnreachableDatabase(), UnreachableDatabase()
    async with file_workplace.bot() as app:
        with monkeypatch.context() as patch:
            patch.setattr(work, "take", untaken)
            await file_workplace.asks(app)
            await wait_until(lambda: untaken.tries > 1)
        with monkeypatch.context() as patch:
            patch.setattr(work, "change", unwritten)
            await wait_until(lambda: unwritten.tries > 0)
            await wait_until(lambda: app.makers.is_idle)
        await file_workplace.leases_end(app)
        assert has_arrived_once(await file_workplace.settled(app))
