"""Scheduled jobs of each zone of the register: at its own hour, whatever zones come and clocks do."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.features import Key
from bot.job_runner import JobScheduler, Schedule, find_zones
from tests.support.house import wait_until
from tests.support.outbox import WEDNESDAY, RecordedRuns, make_triggers


class Travelling:
    """The zones of a register that grows, and the hour."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.now = WEDNESDAY
        self.is_away = False

    async def __call__(self) -> list[ZoneInfo]:
        if self.is_away:
            raise OSError("the database is away")
        return [ZoneInfo(name) for name in self.names]

    def clock(self) -> datetime:
        return self.now


LOCAL: Key = ("job", "essai.job0")
EIGHT = "hour=8 minute=0"


async def look(jobs: JobScheduler) -> None:
    """One of the instants at which the job may be due."""
    await jobs.look(LOCAL)
    await wait_until(lambda: jobs.is_idle)


async def test_a_local_job_runs_for_each_zone_at_its_hour() -> None:
    runs, places = RecordedRuns(), Travelling("Europe/Paris", "Indian/Reunion", "Pacific/Noumea", "America/Martinique")
    jobs = JobScheduler(make_triggers(EIGHT, local=True), runs, places, places.clock)
    await jobs.start()
    await wait_until(lambda: jobs.is_idle)
    # It is noon in London: in Martinique it is 8 since then, in Nouméa 23.
    assert sorted(runs.calls) == [("essai.job0", f"2026-11-25T08:00:00@{zone}") for zone in sorted(places.names)]
    runs.calls.clear()
    for hour in range(13, 36):
        places.now = WEDNESDAY.replace(hour=0) + timedelta(hours=hour)
        await look(jobs)
    assert runs.calls == [
        ("essai.job0", f"2026-11-26T08:00:00@{zone}") for zone in ("Pacific/Noumea", "Indian/Reunion", "Europe/Paris")
    ]
    await jobs.stop()


async def test_in_a_zone_that_is_new_only_what_comes_is_run() -> None:
    runs, places = RecordedRuns(), Travelling("Europe/Paris")
    jobs = JobScheduler(make_triggers(EIGHT, local=True), runs, places, places.clock)
    await jobs.start()
    await wait_until(lambda: jobs.is_idle)
    runs.calls.clear()
    places.names.append("Pacific/Noumea")
    places.now += timedelta(minutes=15)
    await look(jobs)
    assert runs.calls == []
    places.now += timedelta(hours=9)
    await look(jobs)
    assert runs.calls == [("essai.job0", "2026-11-26T08:00:00@Pacific/Noumea")]
    await jobs.stop()


async def test_zones_that_cannot_be_read_are_read_at_the_next_look() -> None:
    runs, places = RecordedRuns(), Travelling("America/Martinique")
    places.is_away = True
    jobs = JobScheduler(make_triggers(EIGHT, local=True), runs, places, places.clock)
    await jobs.start()
    await wait_until(lambda: jobs.is_idle)
    assert runs.calls == []
    places.is_away, places.now = False, WEDNESDAY + timedelta(minutes=15)
    await look(jobs)
    assert runs.calls == [("essai.job0", "2026-11-25T08:00:00@America/Martinique")]
    await jobs.stop()


async def test_a_clock_set_back_stops_no_job() -> None:
    runs, places = RecordedRuns(), Travelling("Europe/Paris")
    jobs = JobScheduler(make_triggers(EIGHT, local=True), runs, places, places.clock)
    places.now = WEDNESDAY + timedelta(days=9)
    await jobs.start()
    await wait_until(lambda: jobs.is_idle)
    runs.calls.clear()
    for later in (timedelta(), timedelta(days=1)):
        places.now = WEDNESDAY + later
        await look(jobs)
    assert runs.calls == [("essai.job0", "2026-11-26T08:00:00@Europe/Paris")]
    await jobs.stop()


@pytest.mark.parametrize(
    ("text", "zone", "due"),
    [
        (EIGHT, "Asia/Kolkata", "2026-11-26T02:30:00+00:00"),
        (EIGHT, "Asia/Kathmandu", "2026-11-26T02:15:00+00:00"),
        ("hour=8 minute=10", "Australia/Eucla", "2026-11-25T23:25:00+00:00"),
        ("hour=8 minute=*/20", "Indian/Reunion", "2026-11-26T04:00:00+00:00"),
    ],
)
def test_a_local_job_is_looked_at_when_it_is_due_anywhere(text: str, zone: str, due: str) -> None:
    schedule, instant = Schedule(text, local=True), datetime.fromisoformat(due)
    assert schedule.next_due(WEDNESDAY, ZoneInfo(zone)) == instant
    assert schedule.looks.get_next_fire_time(None, instant) == instant


def test_zones_that_are_none_are_left_out() -> None:
    found = find_zones(["Indian/Reunion", "Mars/Olympus", "", "../etc/passwd", "Europe/Paris", "Indian/Reunion"])
    assert [zone.key for zone in found] == ["Europe/Paris", "Indian/Reunion"]
