"""Whose message it is: replicas, leases that end, and a database that is away or holds more than the memory may."""

from datetime import timedelta

import pytest

from bot.outbox import LEASE, pool
from bot.outbox.lanes import Lanes
from storage import outbox as table
from tests.databases import database
from tests.house import until
from tests.outgoing import Stage, always, end_leases, message, now, stage
from tests.sqlite import Away

__all__ = ["database", "stage"]


async def test_two_replicas_deliver_each_message_once(stage: Stage) -> None:
    if stage.database.is_sqlite:
        pytest.skip("one process has the file")
    await stage.write(*(message(str(n), target=f"{n % 7:026}", not_before=now()) for n in range(200)))
    async with stage.outbox() as one, stage.outbox() as other:
        for n in range(200, 240):
            (one if n % 2 else other).deliver_now(await stage.write(message(str(n), target=f"{n % 7:026}")))
        await stage.settled()
    assert sorted(stage.town.texts, key=int) == [str(n) for n in range(240)]


async def test_a_replica_takes_over_from_one_that_died(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LOOK_ANYWAY", 0.1)
    await stage.write(message("héritage", created_at=now() - LEASE + timedelta(seconds=0.3)))
    async with stage.outbox():
        await stage.settled()
    assert stage.town.texts == ["héritage"]


async def test_who_lost_the_lease_does_not_send(stage: Stage) -> None:
    async with stage.outbox() as outbox:
        (late,) = await stage.write(message("tard", created_at=now() - LEASE))
        async with stage.database.transaction() as db:
            assert await table.lease(db, late, now() + LEASE)
        outbox.deliver_now([late])
        outbox.deliver_now(await stage.write(message("à l’heure")))
        await until(lambda: stage.town.texts == ["à l’heure"])


async def test_a_database_away_keeps_the_marks(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    away = Away()
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(message("un")))
        with monkeypatch.context() as patch:
            patch.setattr(table, "mark_delivered", away)
            await until(lambda: away.tries > 0)
            assert [row.delivered_at for row in await stage.rows()] == [None]
        await stage.settled()
    assert stage.town.texts == ["un"]


async def test_a_database_away_delays(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    unread, unwritten = Away(), Away()
    with monkeypatch.context() as patch:
        patch.setattr(table, "next_due", unread)
        async with stage.outbox():
            await until(lambda: unread.tries > 1)
    stage.town.before = always(403, "no")
    async with stage.outbox() as outbox:
        with monkeypatch.context() as patch:
            patch.setattr(table, "mark_failed", unwritten)
            outbox.deliver_now(await stage.write(message("un")))
            await until(lambda: unwritten.tries == 1)
        stage.town.before = None
        await end_leases(stage)
        outbox.look()
        await stage.settled()
    assert stage.town.texts == ["un"]


async def test_only_so_much_waits_in_memory(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LETTERS_MAX", 0)
    async with stage.outbox() as outbox:
        written = await stage.write(message("un"))
        with monkeypatch.context() as patch:
            patch.setattr(Lanes, "put", lambda *_: pytest.fail("it is held in memory"))
            outbox.deliver_now(written)
        outbox.look()
        await stage.settled()
    assert stage.town.texts == ["un"]
