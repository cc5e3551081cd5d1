"""Nothing lost, nothing twice: the outbox through outages, crashes, slow answers and stops."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from prometheus_client import REGISTRY

from bot.outbox import attempts
from bot.outbox.attempts import DeliveryMarks, OutboxTable
from bot.outbox.lanes import LeasedMessage
from storage.outbox import TargetKind
from tests.support.databases import database
from tests.support.house import wait_until
from tests.support.mattermost import BOT, CHANNEL, POST
from tests.support.outbox import OutboxStage, answer_always, end_leases, make_message, read_clock, stage

__all__ = ["database", "stage"]

pytestmark = pytest.mark.postgres_too


async def test_what_was_written_is_delivered_and_marked(stage: OutboxStage) -> None:
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message("bonjour")))
        (row,) = await stage.settled()
    (post,) = stage.town.posts
    assert (post["message"], post["channel_id"]) == ("bonjour", CHANNEL)
    assert post["props"] == {"attachments": [], "coop_id": row.id}
    assert post["pending_post_id"] == f"{BOT}:{row.id}"
    assert (row.post_id, row.fault, row.attempts) == (post["id"], None, 0)
    assert row.delivered_at


async def test_each_person_hears_things_in_order(stage: OutboxStage) -> None:
    async with stage.outbox() as outbox:
        for numbers in (range(10), range(10, 20)):
            outbox.deliver_now(await stage.write(*(make_message(str(n)) for n in numbers)))
        await stage.settled()
    assert stage.town.texts == [str(n) for n in range(20)]


async def test_a_database_that_fails_in_the_middle_changes_no_order(
    stage: OutboxStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, still_mine = iter([OSError, TimeoutError]), OutboxTable.still_mine

    async def fail(self: OutboxTable, letter: LeasedMessage, needed: timedelta) -> bool:
        for problem in looks:
            raise problem
        return await still_mine(self, letter, needed)

    monkeypatch.setattr(OutboxTable, "still_mine", fail)
    monkeypatch.setattr("bot.outbox.service.DATABASE_RETRY", 0.05)
    async with stage.outbox() as outbox:
        for text in ("un", "deux", "trois"):
            outbox.deliver_now(await stage.write(make_message(text, created_at=read_clock())))
        await stage.settled()
    assert stage.town.texts == ["un", "deux", "trois"]


def count_broken() -> float:
    """How many messages that nobody can send /metrics has counted."""
    return REGISTRY.get_sample_value("coop_deliveries_total", {"outcome": "broken"}) or 0


async def test_what_nobody_can_send_holds_up_no_other(stage: OutboxStage) -> None:
    before = count_broken()
    async with stage.outbox() as outbox:
        broken = make_message("", created_at=read_clock())
        broken.content = {"message": "sans propriétés"}
        outbox.deliver_now(await stage.write(broken))
        outbox.deliver_now(await stage.write(make_message("la suite", created_at=read_clock())))
        await wait_until(lambda: stage.town.texts == ["la suite"])
        (row, _) = await stage.rows()
    assert (row.attempts, row.fault) == (1, "KeyError")
    assert count_broken() == before + 1, "/metrics counts it"
    assert row.not_before is not None


async def test_a_channel_and_a_rewritten_post(stage: OutboxStage) -> None:
    async with stage.outbox() as outbox:
        outbox.deliver_now(
            await stage.write(
                make_message("à tous", TargetKind.CHANNEL, CHANNEL), make_message("corrigé", TargetKind.POST, POST)
            )
        )
        rows = await stage.settled()
    assert sorted(stage.town.texts) == ["corrigé", "à tous"]
    assert {r.target: r.post_id for r in rows}[POST] == POST


@pytest.mark.parametrize(
    "trouble", [answer_always(503), answer_always(429, Retry_After="0.05"), answer_always(500), answer_always(401)]
)
async def test_an_outage_delays_and_one_probe_at_a_time_asks(trouble: Callable[[], Any], stage: OutboxStage) -> None:
    stage.town.before = trouble
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(*(make_message(str(n), target=f"{n:026}") for n in range(60))))
        await wait_until(lambda: stage.town.tries >= 4)
        assert stage.town.texts == []
        assert stage.town.tries < 15
        stage.town.before = None
        rows = await stage.settled()
    assert sorted(stage.town.texts, key=int) == [str(n) for n in range(60)]
    assert all(r.delivered_at for r in rows)


async def test_a_server_that_answers_nothing(stage: OutboxStage) -> None:
    async def never() -> web.Response:
        raise asyncio.CancelledError

    stage.town.before = never
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message("patience")))
        await wait_until(lambda: stage.town.tries >= 3)
        stage.town.before = None
        (row,) = await stage.settled()
    assert stage.town.texts == ["patience"]
    assert row.attempts >= 3


async def test_an_answer_that_got_lost_makes_no_second_post(stage: OutboxStage) -> None:
    stage.town.after = answer_always(502)
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message("une fois")))
        (row,) = await stage.settled()
    assert stage.town.texts == ["une fois"]
    assert row.post_id == stage.town.posts[0]["id"]


async def test_an_answer_that_comes_too_late_makes_no_second_post(
    stage: OutboxStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "TRY_MAX", timedelta(seconds=0.5))

    async def slow() -> None:
        await wait_until(lambda: stage.town.reads > 0)  # it is searched for already

    stage.town.after = slow
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message("lentement")))
        (row,) = await stage.settled()
    assert stage.town.texts == ["lentement"]
    assert row.fault is None


async def test_a_crash_between_post_and_mark_makes_no_second_post(
    stage: OutboxStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(DeliveryMarks, "add", lambda *_: None)
        async with stage.outbox() as outbox:
            outbox.deliver_now(await stage.write(make_message("une fois")))
            await wait_until(lambda: stage.town.texts == ["une fois"])
    await end_leases(stage)
    async with stage.outbox():
        (row,) = await stage.settled()
    assert stage.town.texts == ["une fois"]
    assert row.post_id == stage.town.posts[0]["id"]


async def test_a_crash_before_anything_was_sent(stage: OutboxStage) -> None:
    await stage.write(*(make_message(str(n), created_at=read_clock() + timedelta(milliseconds=n)) for n in range(130)))
    if not stage.database.is_sqlite:
        await end_leases(stage)
    async with stage.outbox():
        rows = await stage.settled()
    assert stage.town.texts == [str(n) for n in range(130)]
    assert all(r.delivered_at for r in rows)


async def test_stopping_in_the_middle_of_an_outage(stage: OutboxStage) -> None:
    stage.town.before = answer_always(503)
    async with stage.outbox() as outbox:
        for n in range(30):
            outbox.deliver_now(await stage.write(make_message(str(n), target=f"{n:026}")))
        await wait_until(lambda: stage.town.tries >= 3)
        await outbox.drain(0.1)
    stage.town.before = None
    async with stage.outbox():
        await stage.settled()
    assert sorted(stage.town.texts, key=int) == [str(n) for n in range(30)]


async def test_stopping_finishes_what_is_on_its_way(stage: OutboxStage) -> None:
    async def slow() -> None:
        await asyncio.sleep(0.1)

    stage.town.after = slow
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message("un"), make_message("deux")))
        await outbox.drain(60)
        rows = await stage.rows()
        outbox.deliver_now(await stage.write(make_message("plus tard")))
    assert stage.town.texts == ["un", "deux"]
    assert all(r.delivered_at for r in rows)


async def test_what_is_cut_off_by_stopping_is_not_lost_nor_doubled(stage: OutboxStage) -> None:
    stage.town.after = asyncio.Event().wait  # for ever
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message("un"), make_message("deux")))
        await wait_until(lambda: stage.town.tries == 1)
        await outbox.drain(0)
    stage.town.after = None
    async with stage.outbox():
        await stage.settled()
    assert sorted(stage.town.texts) == ["deux", "un"]
