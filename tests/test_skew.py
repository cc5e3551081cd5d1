"""A replica whose clock is wrong does not lead: it ends nothing, takes nothing of others', and says so; what it writes
down for others has the right time all the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

import aiohttp
import pytest
from prometheus_client import REGISTRY

from bot.app import App
from bot.clock import utc_now
from bot.retries import SKEW_MAX, ClockSkew
from cli.doctor import house as examination
from cli.doctor.findings import CheckFindings
from commands import controls
from storage.claims import LEASE
from storage.database import Database
from tests.support.house import SETTLED_S, Clock, wait_for
from tests.support.moderation import MeasureStage, known, measure_stage
from tests.support.outbox import crash_outbox
from tests.support.work import Count, WorkerWorkplace, both_databases, room, worker_workplace
from tests.support.workplace import FIRST

__all__ = ["known", "measure_stage", "room", "worker_workplace"]
FAST = timedelta(minutes=5)


def lags(database: Database, patch: pytest.MonkeyPatch, by: timedelta) -> None:
    """The clock of the database’s machine is so far behind the bot’s."""

    async def moment() -> datetime:
        return utc_now() - by

    patch.setattr(database, "moment", moment)


async def readiness(app: App) -> tuple[int, dict[str, bool]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{app.settings.host}:{app.port}/readyz") as reply,
    ):
        return reply.status, await reply.json()


@pytest.mark.both_databases
async def test_who_is_a_day_ahead_ends_no_silence(stage: MeasureStage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.moderates(f"silence @{stage.lea.username} 12h ~ressourcerie hors sujet")
    await stage.is_out(stage.lea, stage.place)
    await stage.house.settled()
    async with stage.house.replica() as second:
        lags(second.database, monkeypatch, timedelta(days=1))
        await second.skew.look()
        assert REGISTRY.get_sample_value("coop_clock_ahead_seconds") == pytest.approx(86_400, abs=5)
        assert (await readiness(second))[1]["clock"] is False
        stage.house.clock.goes_to(stage.house.clock() + timedelta(hours=13))
        await stage.clock_strikes(second)
        assert (await stage.last(stage.lea)).ended_at is None
        lags(second.database, monkeypatch, timedelta(seconds=SKEW_MAX / 2))
        await second.skew.look()
        assert "clock" not in (await readiness(second))[1]
        await stage.clock_strikes(second)
        assert (await stage.last(stage.lea)).ended_at is not None
    await stage.is_back(stage.lea, stage.place)


@pytest.mark.newest_only
async def test_a_slow_answer_puts_no_clock_right(stage: MeasureStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the question takes seconds: a clock that then goes back changes what came before what."""
    database, asked = stage.house.bot.database, utc_now()
    moments = iter([asked, asked + timedelta(seconds=4), asked, asked + timedelta(seconds=4)])
    skew = ClockSkew(database, lambda: next(moments))
    for late, taken_off in ((timedelta(seconds=0.1), 0.0), (timedelta(seconds=-10), 12.0)):
        monkeypatch.setattr(database, "moment", partial(_answer, asked + late))
        await skew.look()
        assert skew.taken_off == taken_off


async def _answer(moment: datetime) -> datetime:
    return moment


@pytest.mark.newest_only
async def test_nor_does_it_take_work_or_messages_that_lie_in_the_table(
    stage: MeasureStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = stage.house.bot
    lags(bot.database, monkeypatch, timedelta(days=1))
    await bot.skew.look()
    try:
        await stage.agathe.types(f"/moderer silence @{stage.lea.username} 12h ~ressourcerie hors sujet")
        async with stage.house.replica():
            await stage.is_out(stage.lea, stage.place)
    finally:
        lags(bot.database, monkeypatch, timedelta())
        await bot.skew.look()
    assert await stage.is_in(stage.lea, stage.club)


@pytest.mark.both_databases
async def test_the_examination_tells_of_it(stage: MeasureStage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def moment(_: Database) -> datetime:
        return utc_now() + timedelta(hours=1)

    said: list[str] = []
    monkeypatch.setattr(Database, "moment", moment)
    await examination.database(stage.house.bot.settings, CheckFindings(said.append), utc_now())
    monkeypatch.undo()
    assert [line for line in said if line.startswith("✗ ") and "diffèrent de 3600 s" in line]
    said.clear()
    await examination.database(stage.house.bot.settings, CheckFindings(said.append), utc_now())
    assert not [line for line in said if "horloges" in line]


@asynccontextmanager
async def replica(place: WorkerWorkplace, ahead: timedelta) -> AsyncIterator[App]:
    """A bot on a machine whose clock is so far ahead; killed at the end."""
    clock = Clock()
    clock.goes_to(clock() + ahead)
    app = App(place.settings(), [place.gang.feature, controls.travaux], clock, first=FIRST)
    app.skew.clock = clock
    await app.start()
    try:
        yield app
    finally:
        await crash_outbox(app.outbox)
        await place.crashes(app)
        await app.stop()


@both_databases
async def test_what_a_fast_clock_wrote_leaves_when_its_replica_is_gone(worker_workplace: WorkerWorkplace) -> None:
    """At most a lease later, and not when the right time has come to where the wrong one was: on PostgreSQL another
    replica takes it, with SQLite the bot starts again on a machine whose clock was put right."""
    place = worker_workplace
    async with replica(place, FAST) as fast:
        await place.registers(fast, place.juliette)
        await crash_outbox(fast.outbox)
        await place.crashes(fast)
        await place.runs_command(fast, "bonjour", "depuis demain")
        await place.begins(fast, Count(steps=2))
        assert len(await place.rows(fast)) == 2
        assert len(await place.works(fast)) == 1
    async with replica(place, timedelta() if place.is_sqlite else LEASE) as right:

        async def is_done() -> bool:
            return not await place.waits(right)

        await wait_for(is_done, SETTLED_S)  # a lease may have to end
        assert await place.steps_done(right) == 2
        assert "depuis demain" in [post.message for post in await place.juliette.direct()]


@both_databases
async def test_a_clock_that_is_behind_gives_nothing_to_others_before_its_time(
    worker_workplace: WorkerWorkplace,
) -> None:
    place = worker_workplace
    if place.is_sqlite:
        pytest.skip("one process has the file, and one machine one clock")
    async with replica(place, -FAST) as slow:
        await crash_outbox(slow.outbox)
        await place.registers(slow, place.juliette)
        await place.runs_command(slow, "bonjour", "depuis hier")
        (row,) = await place.rows(slow)
        assert row.not_before is not None
        assert abs(row.not_before - LEASE - utc_now()) < timedelta(minutes=1)
