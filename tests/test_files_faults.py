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
    has_arrived_once,
    name_file,
    office,
    room,
    run_after,
    run_before,
)
from tests.support.workplace import run_in_turn

__all__ = ["office", "room"]


@pytest.mark.parametrize("call", ["direct_channel", "newest_posts", "upload", "post_files"])
@pytest.mark.parametrize("around", [run_before, run_after])
async def test_mattermost_goes_away_in_the_middle(office: FileWorkplace, call: str, around: Any) -> None:
    faults, is_back = office.room.server.faults, asyncio.Event()

    async def leaves() -> None:
        faults.down = True
        asyncio.get_running_loop().call_later(0.4, comes_back)

    def comes_back() -> None:
        faults.down = False
        is_back.set()

    async with office.bot() as app:
        around(app, call, run_in_turn(leaves))
        await office.asks(app, count=2)
        await asyncio.wait_for(is_back.wait(), PATIENCE)
        assert has_arrived_once(await office.settled(app), 2)


@pytest.mark.parametrize("call", ["upload", "post_files"])
async def test_an_answer_that_got_lost_makes_no_second_post(office: FileWorkplace, call: str) -> None:
    async def lost() -> None:
        raise ChatError(0, "ServerDisconnectedError")

    async with office.bot() as app:
        run_after(app, call, run_in_turn(lost, lost))
        await office.asks(app, count=12)
        first, *parcels = await office.settled(app)
    assert (first.message, [len(p.file_ids) for p in parcels]) == (READY, [10, 2])
    assert [n for p in parcels for n in await office.room.juliette.files(p)] == [name_file(n) for n in range(12)]


@pytest.mark.parametrize(
    ("around", "call"), [(run_after, "upload"), (run_before, "post_files"), (run_after, "post_files")]
)
async def test_a_crash_on_the_way_makes_one_post(office: FileWorkplace, around: Any, call: str) -> None:
    pause = Pause()
    async with office.bot() as app:
        around(app, call, pause)
        await office.asks(app)
        await pause.reached.wait()
        await office.crashes(app)
        await office.leases_end(app)
    async with office.bot() as app:
        assert has_arrived_once(await office.settled(app))
    posted = (around, call) == (run_after, "post_files")
    assert len(office.shop.made) == (1 if posted else 2), "what stands needs no making"


async def test_a_crash_before_it_was_written_down_that_all_is_done(
    office: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = Pause()
    async with office.bot() as app:
        with monkeypatch.context() as patch:
            patch.setattr("bot.work.leases.WorkLease.end", pause)
            await office.asks(app)
            await pause.reached.wait()
            await office.crashes(app)
        await office.leases_end(app)
    async with office.bot() as app:
        assert has_arrived_once(await office.settled(app))


@pytest.mark.parametrize("call", ["newest_posts", "upload", "post_files"])
async def test_stopping_in_the_middle_gives_the_order_back_at_once(office: FileWorkplace, call: str) -> None:
    pause = Pause()
    async with office.bot() as app:
        run_before(app, call, pause)
        await office.asks(app)
        await pause.reached.wait()
        leased = (await office.order(app)).not_before
        await app.makers.stop()
        given_back = (await office.order(app)).not_before
        assert leased
        assert given_back
        assert given_back < leased
    async with office.bot() as app:
        assert has_arrived_once(await office.settled(app))


async def test_stopping_while_files_are_made(office: FileWorkplace) -> None:
    pause = Pause()
    office.shop.trouble = run_in_turn(pause)
    async with office.bot() as app:
        await office.asks(app)
        await pause.reached.wait()
    assert not office.shop.folders[0].exists()
    async with office.bot() as app:
        assert has_arrived_once(await office.settled(app))


async def test_two_replicas_send_everything_once(office: FileWorkplace, monkeypatch: pytest.MonkeyPatch) -> None:
    if office.is_sqlite:
        pytest.skip("one process has the file")
    monkeypatch.setattr(retries, "LOOK_ANYWAY", 0.01)
    async with office.bot() as one, office.bot() as other:
        for n in range(8):
            await office.asks(one if n % 2 else other, count=n)
        told = await office.settled(one)
    assert sorted(p.message for p in told) == sorted([READY, HERE] * 8)
    assert [len(p.file_ids) for p in told if p.message == HERE] == list(range(8))
    assert len(office.shop.made) == 8


async def test_a_long_making_keeps_its_lease(office: FileWorkplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "RENEWED_EVERY", timedelta(seconds=0.02))
    pause = Pause()
    office.shop.trouble = pause
    async with office.bot() as app:
        await office.asks(app)
        await pause.reached.wait()
        first = (await office.order(app)).not_before
        assert first

        async def renewed() -> bool:
            lease = (await office.order(app)).not_before
            return lease is not None and lease > first

        await wait_for(renewed)
        pause.over.set()
        assert has_arrived_once(await office.settled(app))


async def test_who_lost_the_lease_stops_and_sends_nothing(
    office: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "RENEWED_EVERY", timedelta(seconds=0.02))
    pause = Pause()
    office.shop.trouble = run_in_turn(pause)
    async with office.bot() as app:
        await office.asks(app)
        await pause.reached.wait()
        await taken_by_another(office, app)
        await wait_until(lambda: app.makers.is_idle)
        assert [p.message for p in await office.told()] == [WAITING]
        await office.leases_end(app)
        assert has_arrived_once(await office.settled(app))


async def test_who_loses_the_lease_before_the_post_does_not_post(office: FileWorkplace) -> None:
    async with office.bot() as app:
        run_after(app, "upload", run_in_turn(lambda: taken_by_another(office, app)))
        await office.asks(app)
        await wait_until(lambda: len(office.shop.made) == 1)
        await wait_until(lambda: app.makers.is_idle)
        assert [p.message for p in await office.told()] == [WAITING]
        await office.leases_end(app)
        assert has_arrived_once(await office.settled(app))


async def taken_by_another(office: FileWorkplace, app: Any) -> None:
    """Another replica takes the order as soon as its lease is over."""

    async with app.database.transaction() as db:
        await db.exec(update(Work).values(owner="une autre réplique"))


async def test_a_post_that_lost_its_files_in_a_crash_is_made_anew(
    office: FileWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = Pause()
    async with office.bot() as app:
        made = app.chat.post_files

        async def dropping(post: NewPost) -> Any:
            await made(replace(post, file_ids=[]))
            await pause()

        monkeypatch.setattr(app.chat, "post_files", dropping)
        await office.asks(app)
        await pause.reached.wait()
        await office.crashes(app)
        await office.leases_end(app)
    async with office.bot() as app:
        assert has_arrived_once(await office.settled(app))


async def test_a_database_away_delays(office: FileWorkplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PAUSES", PollerPauses(breath=0.02, after_fault=0.02))
    untaken, unwritten = UnreachableDatabase(), UnreachableDatabase()
    async with office.bot() as app:
        with monkeypatch.context() as patch:
            patch.setattr(work, "take", untaken)
            await office.asks(app)
            await wait_until(lambda: untaken.tries > 1)
        with monkeypatch.context() as patch:
            patch.setattr(work, "change", unwritten)
            await wait_until(lambda: unwritten.tries > 0)
            await wait_until(lambda: app.makers.is_idle)
        await office.leases_end(app)
        assert has_arrived_once(await office.settled(app))
