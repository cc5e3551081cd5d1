"""What /metrics tells of the tables, read once a minute: how much there is, what waits, which jobs are late."""

import math
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from bot.context import ReadingContext
from bot.features import Feature
from bot.figures import LOOKS_BACK, DueTimes, FigureReader
from bot.job_runner import Schedule
from bot.replies import Replies
from commands import FEATURES
from storage import claims, outbox
from storage.cra import months
from storage.database import Database
from storage.hotline import TicketState, tickets
from storage.outbox import LEASE, Outgoing, TargetKind
from tests.people import Person
from tests.support.cra import file_workshop
from tests.support.databases import KINDS, create_database
from tests.support.hotline import JULIETTE, make_ticket, parse_time
from tests.support.house import House

NOW = parse_time("2026-11-02 09:00")
OFTEN, DAILY = Feature("souvent"), Feature("chaque-jour")


@OFTEN.job("minute=*/5", name="souvent.look")
@DAILY.job("hour=4 minute=10", name="jour.look")
async def look(_: ReadingContext) -> Replies:
    return []


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with create_database(request, tmp_path) as url:
        database = Database(url)
        yield database
        await database.close()


def figure(metric: str, /, **labels: str) -> float:
    """What /metrics says."""
    value = REGISTRY.get_sample_value(metric, labels)
    assert value is not None, metric
    return value


def reader(database: Database, now: datetime = NOW, *features: Feature) -> FigureReader:
    hooks = [hook for feature in FEATURES for hook in feature.figures]
    jobs = {t.key[1]: Schedule(t.schedule, local=t.local) for feature in features for t in feature.triggers}
    return FigureReader(database, jobs, hooks, lambda: now)


def letter(name: str, said: datetime, due: datetime, fault: str | None = None) -> Outgoing:
    made = Outgoing(id=name.ljust(26, "o"), where=TargetKind.PERSON, target="p" * 26, content={}, created_at=said)
    made.not_before, made.fault = due, fault
    return made


async def test_they_say_what_waits_to_leave_and_for_how_long(database: Database) -> None:
    ago = NOW - timedelta(minutes=7)
    waiting = [
        letter("forgotten", ago, ago - LEASE),
        letter("in-hand", NOW - timedelta(minutes=1), NOW + LEASE / 2),
        letter("for-tomorrow", NOW + timedelta(days=1), NOW + timedelta(days=1)),
        letter("refused", NOW - timedelta(hours=9), NOW + timedelta(hours=1), fault="403 nobody"),
    ]
    async with database.transaction() as db:
        await outbox.add(db, waiting)
    await reader(database).read()
    assert figure("coop_outbox_stored", desk="people") == 2
    assert figure("coop_outbox_age_seconds", desk="people") == 7 * 60
    assert figure("coop_outbox_stored", desk="crowd") == figure("coop_outbox_age_seconds", desk="crowd") == 0


async def test_they_count_people_tickets_and_cases_by_what_they_are(database: Database) -> None:
    async with database.transaction() as db:
        await db.merge(JULIETTE)
        for late in (False, False, True):
            assert await tickets.add(db, make_ticket(NOW, late_said=late))
        assert await tickets.add(db, make_ticket(NOW, state=TicketState.CLOS))
    await reader(database).read()
    assert figure("coop_tickets_open", queue="espace-coop") == 3
    assert figure("coop_tickets_late", queue="espace-coop") == 1
    assert figure("coop_tickets_open", queue="metier") == 0
    assert figure("coop_people", role="conseiller") == 1
    assert figure("coop_cases_waiting", state="ouvert") == 0
    assert figure("coop_figures_read_timestamp_seconds") == NOW.timestamp()


async def test_a_job_is_late_since_the_first_time_that_it_did_not_run(database: Database) -> None:
    async with database.transaction() as db:
        await claims.claim(db, "jour.look", "2026-11-02T04:10:00", NOW)
        await claims.claim(db, "souvent.look", "2026-11-01T10:00:00", NOW)
    features = (OFTEN, DAILY)
    await reader(database, NOW, *features).read()
    assert figure("coop_job_late_seconds", name="jour.look") == 0
    assert figure("coop_job_late_seconds", name="souvent.look") == timedelta(hours=6).total_seconds()
    found = reader(database, NOW, *features)
    async with database.transaction() as db:
        await claims.claim(db, "souvent.look", "2026-11-02T10:00:00", NOW)
    await found.read()
    assert figure("coop_job_late_seconds", name="souvent.look") == 0


@pytest.mark.parametrize("rhythm", ["hour=0,1,3-23 minute=*/5", "hour=4 minute=10", "day_of_week=mon hour=9"])
def test_times_that_are_carried_along_are_those_that_would_be_found_anew(rhythm: str) -> None:
    schedule = Schedule(rhythm)
    carried, began = DueTimes(schedule, NOW), NOW + timedelta(days=2)
    for minutes in range(0, 3 * 24 * 60, 7):
        now = NOW + timedelta(minutes=minutes)
        assert carried.reaches(now)
        found = carried.recent(now)
        assert found[0] == schedule.last_due(now)
        if now >= began:  # all that is looked back to came while it was carried along
            assert list(found) == list(dict.fromkeys(schedule.last_due(now - back) for back in LOOKS_BACK))
    assert not carried.reaches(NOW - timedelta(days=30)), "the clock was set back"
    assert not carried.reaches(now + timedelta(days=30)), "nobody asked for a month"


async def test_what_cannot_be_read_stays_and_says_since_when(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reader(database).read()

    async def away(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("storage.outbox.measure", away)
    await reader(database, NOW + timedelta(hours=1)).read()
    assert figure("coop_figures_read_timestamp_seconds") == NOW.timestamp()


@pytest.mark.both_databases
async def test_a_report_counts_in_its_month(house: House, juliette: Person) -> None:
    await file_workshop(juliette)
    await house.bot.figures.read()
    async with house.bot.database.transaction(writes=False) as db:
        reports, active = await months.measure_month(db, house.today.replace(day=1))
    assert figure("coop_reports", month="current") == reports >= 1
    assert figure("coop_people_active", month="current") == active >= 1
    assert not math.isnan(figure("coop_disk_free_bytes"))


async def test_who_is_about_to_stop_says_so_and_still_answers(house: House, juliette: Person) -> None:
    house.bot.leave()
    assert (await house.bot.ready())["serving"] is False
    assert (await juliette.asks("/cra liste")).text
    await house.restart()
    assert "serving" not in await house.bot.ready()
