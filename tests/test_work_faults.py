"""Long work through crashes, restarts and other replicas: each step is done once; and it gives way to people."""

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot import retries, tasks
from bot.clock import utc_now
from bot.errors import ChatError
from bot.retries import PollerPauses
from bot.work import steps, workers
from storage import work
from storage.claims import LEASE
from storage.outbox import queue
from storage.work import Work, WorkState
from tests.support.faults import UnreachableDatabase
from tests.support.house import wait_for, wait_until
from tests.support.work import Count, StepPause, WorkerWorkplace, Write, both_databases, room, worker_workplace
from tests.support.workplace import run_in_turn

__all__ = ["room", "worker_workplace"]


pytestmark = [pytest.mark.postgres_too, both_databases]


def all_once(worker_workplace: WorkerWorkplace, steps: int) -> list[str]:
    """What stands in the channel when each step was done once."""
    assert not worker_workplace.gang.twice
    return [f"pas {n}" for n in range(steps)]


async def said(worker_workplace: WorkerWorkplace, salon: str) -> list[str]:
    return [post.message for post in await worker_workplace.said(salon)]


async def test_stopping_in_the_middle_goes_on_elsewhere(worker_workplace: WorkerWorkplace) -> None:
    salon, pause = await worker_workplace.salon(), StepPause(nth=4)
    worker_workplace.gang.trouble = pause
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=9, channel=salon))
        await pause.reached.wait()
        assert await worker_workplace.steps_done(app) == 3
    async with worker_workplace.bot() as app:
        (done,) = await worker_workplace.settled(app)
        assert (done.state, done.done) == (WorkState.DONE, 9)
        assert await worker_workplace.steps_done(app) == 9
    assert await said(worker_workplace, salon) == all_once(worker_workplace, 9)
    assert [so_far.done for _, so_far in worker_workplace.gang.seen] == [0, 1, 2, 3, 3, 4, 5, 6, 7, 8]


async def test_a_crash_in_a_step_leaves_nothing_of_it(worker_workplace: WorkerWorkplace) -> None:
    """Its row, its message and its cursor come together, or not at all."""
    salon, pause = await worker_workplace.salon(), StepPause(nth=2)
    async with worker_workplace.bot() as app:

        async def pauses_after_its_write(*_: object) -> None:
            await pause()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.work.steps.StepsLease.leave", pauses_after_its_write)
            await worker_workplace.begins(app, Count(steps=5, channel=salon))
            await pause.reached.wait()
            await worker_workplace.crashes(app)
        assert await worker_workplace.steps_done(app) == 1
    async with worker_workplace.bot() as app:
        await worker_workplace.leases_end(app)
        await worker_workplace.settled(app)
        assert await worker_workplace.steps_done(app) == 5
    assert await said(worker_workplace, salon) == all_once(worker_workplace, 5)


async def test_who_lost_the_lease_in_a_step_undoes_it(
    worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon, pause = await worker_workplace.salon(), StepPause(nth=2)
    worker_workplace.gang.trouble = pause
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=4, channel=salon))
        await pause.reached.wait()
        async with app.database.transaction() as db:
            await db.exec(update(Work).values(owner="une autre réplique"))
        pause.over.set()
        await wait_until(lambda: app.workers.is_idle)
        assert await worker_workplace.steps_done(app) == 1
        await worker_workplace.leases_end(app)
        await worker_workplace.settled(app)
    assert await said(worker_workplace, salon) == all_once(worker_workplace, 4)


async def test_a_long_step_keeps_its_lease(worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "RENEWED_EVERY", timedelta(seconds=0.02))
    pause = StepPause(nth=2)
    worker_workplace.gang.trouble = pause
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=3))
        await pause.reached.wait()
        first = (await worker_workplace.work(app)).not_before
        assert first

        async def renewed() -> bool:
            lease = (await worker_workplace.work(app)).not_before
            return lease is not None and lease > first

        await wait_for(renewed)
        pause.over.set()
        (done,) = await worker_workplace.settled(app)
    assert (done.state, worker_workplace.gang.twice) == (WorkState.DONE, [])


@pytest.mark.replicas
async def test_two_replicas_do_each_step_once(
    worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They take turns, as often as may be."""
    if worker_workplace.is_sqlite:
        pytest.skip("one process has the file")
    monkeypatch.setattr(retries, "LOOK_ANYWAY", 0.01)
    monkeypatch.setattr(steps, "TURN", 0.01)
    salon = await worker_workplace.salon()
    async with worker_workplace.bot() as one, worker_workplace.bot():
        await worker_workplace.begins(one, Count(steps=12, channel=salon))
        (done,) = await worker_workplace.settled(one)
        assert (done.state, done.done, await worker_workplace.steps_done(one)) == (WorkState.DONE, 12, 12)
    assert sorted(await said(worker_workplace, salon)) == sorted(all_once(worker_workplace, 12))


async def test_a_database_away_delays(worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PAUSES", PollerPauses(breath=0.02, after_fault=0.02))
    untaken, unwritten = UnreachableDatabase(), UnreachableDatabase()
    async with worker_workplace.bot() as app:
        with monkeypatch.context() as patch:
            patch.setattr(work, "take", untaken)
            await worker_workplace.begins(app, Count(steps=4))
            await wait_until(lambda: untaken.tries > 1)
        with monkeypatch.context() as patch:
            patch.setattr(work, "change", unwritten)
            await wait_until(lambda: unwritten.tries > 0)
            await wait_until(lambda: app.workers.is_idle)
        await worker_workplace.leases_end(app)
        (done,) = await worker_workplace.settled(app)
        assert (done.state, done.attempts, await worker_workplace.steps_done(app)) == (WorkState.DONE, 0, 4)


@pytest.mark.parametrize("changed", [{"data": {"steps": "beaucoup"}}, {"name": "essai.Autre"}])
async def test_what_an_older_version_began_is_told(
    worker_workplace: WorkerWorkplace, changed: dict[str, object]
) -> None:
    """Neither what this version does no more, nor what it reads no more."""
    async with worker_workplace.bot() as app:
        await app.workers.stop()
        await worker_workplace.begins(app, Count(steps=3))
        begun = await worker_workplace.work(app)
        async with app.database.transaction() as db:
            await db.exec(update(Work).where(col(Work.id) == begun.id).values(changed))
    async with worker_workplace.bot() as app:
        (failed,) = await worker_workplace.settled(app)
    assert failed.state is WorkState.FAILED
    (told,) = await worker_workplace.juliette.direct()
    assert "ne sait plus le faire" in told.message


async def test_people_take_turns(worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two have work that never ends; who comes then is served all the same."""
    monkeypatch.setattr(steps, "TURN", 0.05)
    amina, simon = [await worker_workplace.room.site.person(name) for name in ("amina", "simon")]
    async with worker_workplace.bot() as app:
        for person in (amina, simon):
            await worker_workplace.registers(app, person)
            await worker_workplace.begins(app, Write(people=[person.id] * 100_000, page=0), person)
        await wait_until(lambda: len({ctx.user.id for ctx, _ in worker_workplace.gang.seen}) == 2)
        await worker_workplace.begins(app, Count(steps=3))
        await wait_for(lambda: has_done(worker_workplace, app.database, 3))


async def has_done(worker_workplace: WorkerWorkplace, database: object, steps: int) -> bool:
    async with database.transaction(writes=False) as db:  # type: ignore[attr-defined]
        return any(row.done == steps and row.state is WorkState.DONE for row in await work.list_latest(db))


async def test_no_more_is_made_than_mattermost_takes(
    worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is away work waits, so that what is told done is, and what is stopped stops."""
    monkeypatch.setattr(steps, "AHEAD_MAX", 4)
    agathe, faults = await worker_workplace.room.site.person("agathe"), worker_workplace.room.server.faults
    worker_workplace.gang.trouble = pause = StepPause(nth=2)
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Write(people=[agathe.id] * 60))
        await worker_workplace.juliette.told("commence")
        await pause.reached.wait()
        faults.down = True
        pause.over.set()
        await asyncio.sleep(1.5)
        async with app.database.transaction(writes=False) as db:
            assert await queue.crowd_waiting(db, utc_now() + LEASE, 100) <= 6
        assert len(worker_workplace.gang.seen) < 30
        faults.down = False
        (done,) = await worker_workplace.settled(app)
        assert done.state is WorkState.DONE
    assert [p.message for p in await agathe.direct()] == [f"Bonjour {n}" for n in range(60)]


async def test_steps_wait_a_moment_for_people(worker_workplace: WorkerWorkplace) -> None:
    """While somebody is being answered, none begins; but not for ever."""
    async with worker_workplace.bot() as app:
        with app._traffic.count_request():  # noqa: SLF001  (a request of a person’s that lasts as long as this block)
            began = time.monotonic()
            await worker_workplace.begins(app, Count(steps=2))
            await worker_workplace.settled(app)
            assert time.monotonic() - began > 1.0


async def test_so_many_calls_a_second_and_half_once_it_is_too_much(
    worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent to many keeps to the number; a 429 halves it."""
    monkeypatch.setattr(tasks, "ONE_REFUSAL", 3600.0)  # on a slow machine another may come later
    monkeypatch.setattr(tasks, "DOUBLES_IN", 3600.0)
    agathe = await worker_workplace.room.site.person("agathe")
    async with worker_workplace.bot(work_calls=20) as app:
        began = time.monotonic()
        await worker_workplace.begins(app, Write(people=[agathe.id] * 60, page=10))
        await worker_workplace.settled(app)
        assert time.monotonic() - began > 60 / 20 - 1.5, "a second’s worth is saved up"
        assert app.budget.rate == 20
        worker_workplace.room.server.faults.rate_limit(1, 1)
        await wait_for(app.chat.answers)
        while app.budget.rate == 20:
            await app.chat.answers()
        worker_workplace.room.server.faults.rate_limit(0, 0)
        assert 10 <= app.budget.rate < 11


async def test_a_step_that_comes_no_further_is_not_asked_all_the_time(
    worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "IDLE_PAUSE", 60.0)
    worker_workplace.gang.trouble = pause = StepPause(nth=2)  # the first stores where it is
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Write(people=[worker_workplace.juliette.id], page=0))
        await pause.reached.wait()
        pause.over.set()
        await asyncio.sleep(0.5)
    assert len(worker_workplace.gang.seen) == 2


async def test_what_is_too_slow_has_failed(worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = steps.STEP_MAX
    monkeypatch.setattr(steps, "STEP_MAX", 0.05)

    async def for_ever() -> None:
        monkeypatch.setattr(steps, "STEP_MAX", usual)  # for those that follow, however slow the machine
        await asyncio.Event().wait()

    worker_workplace.gang.trouble = run_in_turn(for_ever)
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=2))
        (done,) = await worker_workplace.settled(app)
    assert (done.state, done.done) == (WorkState.DONE, 2)


async def test_what_mattermost_fails_at_rests_a_little_and_is_done(worker_workplace: WorkerWorkplace) -> None:
    """It answers others: nothing is given up, and nobody else waits."""

    async def fails() -> None:
        raise ChatError(500, "app.channel.get.app_error")

    worker_workplace.gang.trouble = run_in_turn(*[fails] * 5)
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=3))
        (done,) = await worker_workplace.settled(app)
    assert (done.state, done.done, done.attempts, done.error) == (WorkState.DONE, 3, 0, None)
