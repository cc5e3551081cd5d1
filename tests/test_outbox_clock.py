"""The bot’s clock is wrong, or set right in the middle: still nothing is lost, and nothing said twice."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.outbox import LEASE
from bot.outbox.attempts import TRY_MAX, DeliveryMarks
from bot.outbox.lanes import lease_taken, lease_written
from tests.support.databases import database
from tests.support.house import wait_until
from tests.support.outbox import OutboxStage, end_leases, make_message, read_clock, stage

__all__ = ["database", "stage"]

pytestmark = pytest.mark.postgres_too


WRONG = [
    timedelta(minutes=-45),
    timedelta(minutes=-15),
    timedelta(minutes=15),
    timedelta(minutes=45),
    timedelta(days=9),
]


class Wrong:
    """A clock that is off by that much."""

    def __init__(self, by: timedelta) -> None:
        self.by = by

    def __call__(self) -> datetime:
        return read_clock() + self.by


async def crash_after_posting(stage: OutboxStage, clock: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    """A post is made, and the bot ends before it is marked."""
    with monkeypatch.context() as patch:
        patch.setattr(DeliveryMarks, "add", lambda *_: None)
        async with stage.outbox(clock) as outbox:
            outbox.deliver_now(await stage.write(make_message("une fois", created_at=clock())))
            await wait_until(lambda: stage.town.texts == ["une fois"])
    await end_leases(stage)


@pytest.mark.parametrize("by", WRONG, ids=str)
@pytest.mark.parametrize("mended", [False, True])
async def test_a_crash_between_post_and_mark(
    by: timedelta, mended: bool, stage: OutboxStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Wrong(by)
    await crash_after_posting(stage, clock, monkeypatch)
    async with stage.outbox(read_clock if mended or by < timedelta() else clock):
        (row,) = await stage.settled()
    assert stage.town.texts == ["une fois"]
    assert row.post_id == stage.town.posts[0]["id"]


async def test_much_that_was_said_since_hides_nothing(stage: OutboxStage, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Wrong(timedelta(minutes=15))
    await crash_after_posting(stage, clock, monkeypatch)
    (first,) = stage.town.posts
    stage.town.posts += [first | {"id": f"x{n:025}", "props": {}, "message": "autre"} for n in range(700)]
    async with stage.outbox(clock):
        await stage.settled()
    assert stage.town.texts.count("une fois") == 1


@pytest.mark.parametrize("by", WRONG, ids=str)
async def test_a_crash_before_the_post(by: timedelta, stage: OutboxStage) -> None:
    clock = Wrong(by)
    await stage.write(*(make_message(str(n), created_at=clock() + timedelta(milliseconds=n)) for n in range(5)))
    await end_leases(stage)
    async with stage.outbox():
        await stage.settled()
    assert stage.town.texts == [str(n) for n in range(5)]


async def test_replicas_whose_clocks_are_minutes_apart(stage: OutboxStage) -> None:
    if stage.database.is_sqlite:
        pytest.skip("one process has the file")
    early, late = Wrong(timedelta(minutes=-10)), Wrong(timedelta(minutes=10))
    async with stage.outbox(early) as one, stage.outbox(late) as other:
        for n in range(80):
            at_work, clock = (one, early) if n % 2 else (other, late)
            at_work.deliver_now(await stage.write(make_message(str(n), target=f"{n % 7:026}", created_at=clock())))
        await stage.settled()
    said = {post["pending_post_id"] for post in stage.town.posts}
    assert len(said) == 80


async def test_a_clock_set_back_does_not_lengthen_a_lease(stage: OutboxStage) -> None:
    """Who waited for long in memory asks the table before the first try."""
    hour = timedelta(hours=1)
    fresh = lease_written(make_message("un", created_at=read_clock() + hour), read_clock())
    assert fresh.is_mine_for(LEASE - timedelta(seconds=1))
    fresh.mine_until -= (LEASE - TRY_MAX).total_seconds() + 0.1
    assert fresh.message.not_before
    assert fresh.message.not_before - read_clock() > hour
    assert not fresh.is_mine_for(TRY_MAX)
    assert not lease_written(make_message("deux", created_at=read_clock() - LEASE), read_clock()).is_mine_for(TRY_MAX)
    assert lease_taken(make_message("trois")).is_mine_for(TRY_MAX)
    await asyncio.sleep(0)
