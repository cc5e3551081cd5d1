"""A replica whose clock is wrong does not lead: it ends nothing, takes nothing of others', and says so."""

from datetime import datetime, timedelta

import aiohttp
import pytest
from prometheus_client import REGISTRY

from bot.app import App
from bot.clock import SKEW_MAX, utc_now
from cli.doctor import house as examination
from cli.doctor.findings import Findings
from storage.database import Database
from tests.support.moderation import MeasureStage, known, measure_stage

__all__ = ["known", "measure_stage"]


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
    await examination.database(stage.house.bot.settings, Findings(said.append), utc_now())
    monkeypatch.undo()
    assert [line for line in said if line.startswith("✗ ") and "diffèrent de 3600 s" in line]
    said.clear()
    await examination.database(stage.house.bot.settings, Findings(said.append), utc_now())
    assert not [line for line in said if "horloges" in line]
