"""Whose message it is: replicas, leases that end, and a database that is away or holds more than the memory may."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import delete, text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import retries
from bot.outbox import LEASE, service
from bot.outbox.attempts import OutboxTable
from bot.outbox.lanes import LANE_MAX, Lanes
from storage import outbox as table
from storage.outbox import Outgoing, queue
from storage.outbox.queue import HeldLease, QueueShare, hold_in_order
from tests.support.databases import database
from tests.support.faults import UnreachableDatabase
from tests.support.house import wait_for, wait_until
from tests.support.outbox import OutboxStage, answer_always, end_leases, make_message, read_clock, stage

__all__ = ["database", "stage"]

pytestmark = pytest.mark.postgres_too


async def test_two_replicas_deliver_each_message_once(stage: OutboxStage) -> None:
    if stage.database.is_sqlite:
        pytest.skip("one process has the file")
    await stage.write(*(make_message(str(n), target=f"{n % 7:026}", not_before=read_clock()) for n in range(200)))
    async with stage.outbox() as one, stage.outbox() as other:
        for n in range(200, 240):
            (one if n % 2 else other).deliver_now(await stage.write(make_message(str(n), target=f"{n % 7:026}")))
        await stage.settled()
    assert sorted(stage.town.texts, key=int) == [str(n) for n in range(240)]


async def test_a_replica_takes_over_from_one_that_died(stage: OutboxStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "LOOK_ANYWAY", 0.1)
    await stage.write(make_message("héritage", created_at=read_clock() - LEASE + timedelta(seconds=0.3)))
    async with stage.outbox():
        await stage.settled()
    assert stage.town.texts == ["héritage"]


async def test_what_is_planned_stays_planned_where_all_leases_end(stage: OutboxStage) -> None:
    later = read_clock() + timedelta(hours=1)
    await stage.write(make_message("leased"), make_message("planned", created_at=later, not_before=later))
    await end_leases(stage)
    leased, planned = await stage.rows()
    assert leased.not_before is not None
    assert leased.not_before <= read_clock()
    assert planned.not_before == later


async def test_who_lost_the_lease_does_not_send(stage: OutboxStage) -> None:
    async with stage.outbox() as outbox:
        (late,) = await stage.write(make_message("tard", created_at=read_clock() - LEASE))
        async with stage.database.transaction() as db:
            assert await queue.lease(db, late, read_clock() + LEASE)
        outbox.deliver_now([late])
        outbox.deliver_now(await stage.write(make_message("à l’heure", target="e" * 26)))
        await wait_until(lambda: stage.town.texts == ["à l’heure"])


async def test_who_gives_a_message_back_ends_no_lease_of_another_replica(
    stage: OutboxStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was in these hands for too long, and is in others by now: they are sending it."""
    monkeypatch.setattr(service, "LETTERS_MAX", 0)
    until = read_clock() + LEASE
    async with stage.outbox() as outbox:
        (late,) = await stage.write(make_message("tard", created_at=read_clock() - timedelta(seconds=1)))
        async with stage.database.transaction() as db:
            assert await queue.lease(db, late, until)
        outbox.deliver_now([late])
        outbox.deliver_now(await stage.write(make_message("à l’heure", target="e" * 26)))
        await wait_until(lambda: "à l’heure" in stage.town.texts)
        assert [row.not_before for row in await stage.rows() if row.id == late.id] == [until]
    assert stage.town.texts == ["à l’heure"]


async def test_what_another_replica_is_about_to_send_comes_first(stage: OutboxStage) -> None:
    """A line that one replica carried stands before the next line, whichever replica carries that."""
    if stage.database.is_sqlite:
        pytest.skip("one process has the file")
    async with stage.outbox() as one, stage.outbox() as other:
        first = await stage.write(make_message("un"))
        other.deliver_now(await stage.write(make_message("deux")))
        elsewhere = await stage.write(make_message("ailleurs", target="e" * 26))
        other.deliver_now(elsewhere)
        await wait_until(lambda: "ailleurs" in stage.town.texts)
        assert "deux" not in stage.town.texts
        one.deliver_now(first)
        await stage.settled()
    assert [text for text in stage.town.texts if text != "ailleurs"] == ["un", "deux"]


async def test_what_is_taken_over_while_a_later_message_asks_comes_first_too(
    stage: OutboxStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another replica gave the older line back: it comes into the same hands, behind the one that is about to leave."""
    if stage.database.is_sqlite:
        pytest.skip("one process has the file")
    (first,) = await stage.write(make_message("un"))
    older = OutboxTable.older
    async with stage.outbox() as outbox:

        async def take_over_meanwhile(rows: OutboxTable, message: Outgoing) -> Sequence[str]:
            found = await older(rows, message)
            if message.id != first.id:
                monkeypatch.undo()
                outbox.deliver_now([first])
            return found

        monkeypatch.setattr(OutboxTable, "older", take_over_meanwhile)
        outbox.deliver_now(await stage.write(make_message("deux")))
        await stage.settled()
    assert stage.town.texts == ["un", "deux"]


async def test_a_message_that_was_refused_holds_up_no_other_replicas(stage: OutboxStage) -> None:
    async with stage.outbox() as outbox:
        await stage.write(make_message("refusé", attempts=1, not_before=read_clock() + timedelta(hours=1)))
        outbox.deliver_now(await stage.write(make_message("deux")))
        await wait_until(lambda: stage.town.texts == ["deux"])


async def test_a_database_away_keeps_the_marks(stage: OutboxStage, monkeypatch: pytest.MonkeyPatch) -> None:
    away = UnreachableDatabase()
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message("un")))
        with monkeypatch.context() as patch:
            patch.setattr(table, "mark_delivered", away)
            await wait_until(lambda: away.tries > 0)
            assert [row.delivered_at for row in await stage.rows()] == [None]
        await stage.settled()
    assert stage.town.texts == ["un"]


async def test_a_database_away_delays(stage: OutboxStage, monkeypatch: pytest.MonkeyPatch) -> None:
    unread, unwritten = UnreachableDatabase(), UnreachableDatabase()
    with monkeypatch.context() as patch:
        patch.setattr(queue, "next_due", unread)
        async with stage.outbox():
            await wait_until(lambda: unread.tries > 1)
    stage.town.before = answer_always(403, "no")
    async with stage.outbox() as outbox:
        with monkeypatch.context() as patch:
            patch.setattr(table, "mark_failed", unwritten)
            outbox.deliver_now(await stage.write(make_message("un")))
            await wait_until(lambda: unwritten.tries == 1)
        stage.town.before = None
        await end_leases(stage)
        outbox.look()
        await stage.settled()
    assert stage.town.texts == ["un"]


async def test_only_so_much_waits_in_memory(stage: OutboxStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LETTERS_MAX", 0)
    async with stage.outbox() as outbox:
        written = await stage.write(make_message("un"))
        with monkeypatch.context() as patch:
            patch.setattr(Lanes, "put", lambda *_: pytest.fail("it is held in memory"))
            outbox.deliver_now(written)
        outbox.look()
        await stage.settled()
    assert stage.town.texts == ["un"]


async def test_what_nobody_tried_to_send_is_not_looked_for(stage: OutboxStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room for it in memory it goes back to the table as it was written."""
    monkeypatch.setattr(service, "LETTERS_MAX", 2)
    async with stage.outbox() as outbox:
        written = await stage.write(*(make_message(str(n), target=f"{n:026}") for n in range(20)))
        outbox.deliver_now(written)
        await stage.settled()
    assert sorted(stage.town.texts, key=int) == [str(n) for n in range(20)]
    assert stage.town.reads == 0


async def test_what_was_given_back_tells_whether_it_may_have_been_tried(stage: OutboxStage) -> None:
    written = await stage.write(make_message("essayé"), make_message("neuf"))
    held = zip(written, (None, written[1].created_at), strict=True)
    leases = [queue.HeldLease(each.id, each.created_at + LEASE, since) for each, since in held]
    async with stage.database.transaction() as db:
        await queue.release(db, leases, read_clock())
        found = await queue.take(db, read_clock(), read_clock() + LEASE, 2)
    assert [is_new for _, is_new in found] == [False, True]


async def test_what_comes_for_a_full_lane_asks_the_table_nothing(
    stage: OutboxStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would find nothing to take: what is in the table waits behind what is in memory."""
    monkeypatch.setattr(service, "BETWEEN_LOOKS", 0.0)
    looks, may_go, look = [], asyncio.Event(), OutboxTable.due_in

    async def count(rows: OutboxTable, share: QueueShare) -> float | None:
        looks.append(share)
        return await look(rows, share)

    async def wait() -> None:
        await may_go.wait()

    stage.town.before = wait
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(*(make_message(str(n)) for n in range(LANE_MAX))))
        await wait_until(lambda: stage.town.tries == 1)
        monkeypatch.setattr(OutboxTable, "due_in", count)
        for n in range(LANE_MAX, LANE_MAX + 10):
            outbox.deliver_now(await stage.write(make_message(str(n))))
            await asyncio.sleep(0.02)
        assert looks == []
        may_go.set()
        await stage.settled()
    assert stage.town.texts == [str(n) for n in range(LANE_MAX + 10)]


LOCK_AWAITED = text(
    "SELECT TRUE FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() LIMIT 1"
)
CHANGES: Mapping[str, Callable[[AsyncSession, Sequence[HeldLease]], Awaitable[object]]] = {
    "given back": lambda db, leases: queue.release(db, leases, read_clock()),
    "topic due": lambda db, _: table.make_due(db, ["t"], read_clock()),
    "erased": lambda db, _: db.execute(delete(Outgoing).where(hold_in_order(col(Outgoing.topic) == "t"))),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_who_marks_what_arrived_and_who_changes_leases_never_wait_for_each_other(
    change: str, stage: OutboxStage
) -> None:
    """Each locks rows in the order of their ids: PostgreSQL would end one of two that wait for each other."""
    if stage.database.is_sqlite:
        pytest.skip("one at a time writes to the file")
    first, last = sorted([make_message(str(n), topic="t") for n in range(2)], key=lambda message: message.id)
    leases = [HeldLease(message.id, message.not_before or read_clock()) for message in (last, first)]
    await stage.write(last, first)

    async def run_change() -> None:
        async with stage.database.transaction() as db:
            await CHANGES[change](db, leases)

    async def is_awaited() -> bool:
        async with stage.database.transaction(writes=False) as db:
            return bool((await db.execute(LOCK_AWAITED)).scalar())

    async with stage.database.transaction() as db:
        await queue.keep(db, first)
        changed = asyncio.create_task(run_change())
        await wait_for(is_awaited)
        await queue.keep(db, last)
    await changed
