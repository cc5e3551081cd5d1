"""Scheduled jobs: their times, their periods, what is made up for, and what happens when they fail."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import job_runner
from bot.features import Key
from bot.job_runner import MISSED_MAX, JobScheduler, Schedule
from bot.registry import index_triggers
from config.time import PARIS
from storage import claims
from tests.support.house import wait_until
from tests.support.outbox import WEDNESDAY, RecordedRuns, freeze_clock, list_zones, make_triggers, paris_time


@pytest.mark.parametrize(
    ("text", "now", "due"),
    [
        ("day_of_week=mon hour=9 minute=0", WEDNESDAY, paris_time(2026, 11, 23, 9, 0)),
        ("day_of_week=mon hour=9 minute=0", paris_time(2026, 11, 23, 9, 0), paris_time(2026, 11, 23, 9, 0)),
        ("day_of_week=mon hour=9 minute=0", paris_time(2026, 11, 23, 8, 59), paris_time(2026, 11, 16, 9, 0)),
        ("hour=4 minute=10", WEDNESDAY, paris_time(2026, 11, 25, 4, 10)),
        ("day=1 hour=8 minute=0", paris_time(2026, 11, 30, 8, 0), paris_time(2026, 11, 1, 8, 0)),
        ("month=1 day=1 hour=8 minute=0", WEDNESDAY, paris_time(2026, 1, 1, 8, 0)),
        ("minute=*/15", WEDNESDAY, paris_time(2026, 11, 25, 13, 0)),
        ("minute=30", paris_time(2026, 11, 26, 2, 40), paris_time(2026, 11, 26, 1, 30)),
        ("hour=9 minute=0", paris_time(2026, 10, 25, 12, 0), paris_time(2026, 10, 25, 9, 0)),
        ("hour=9 minute=0", paris_time(2026, 3, 29, 12, 0), paris_time(2026, 3, 29, 9, 0)),
        ("year=2020 month=1 day=1 hour=8", WEDNESDAY, None),
    ],
)
def test_when_a_job_was_last_due(text: str, now: datetime, due: datetime | None) -> None:
    assert Schedule(text).last_due(now) == due


@pytest.mark.parametrize("text", ["hour=8-19 minute=*/5", "minute=*/5", "minute=5,35", "day_of_week=mon-fri hour=8"])
def test_nothing_is_due_between_the_last_time_and_now(text: str) -> None:
    schedule = Schedule(text)
    for minutes in range(0, 3 * 24 * 60, 47):  # the clocks change meanwhile
        now = datetime(2026, 10, 24, tzinfo=UTC) + timedelta(minutes=minutes)
        due = schedule.last_due(now)
        assert due is not None
        following = schedule.next_due(due)
        assert following is not None
        assert due <= now < following


def test_a_period_is_named_by_its_time_in_paris() -> None:
    assert Schedule("hour=9").period_of(datetime(2026, 11, 23, 8, 0, tzinfo=UTC)) == "2026-11-23T09:00:00"
    assert PARIS.key == "Europe/Paris"


@pytest.mark.parametrize("text", ["day=1 hour=2", "hour=2 minute=30", "hour=* minute=0", "hour=1-3", "hour=*/2"])
def test_no_job_in_the_hour_that_a_night_has_twice(text: str) -> None:
    with pytest.raises(ValueError, match="02:00"):
        Schedule(text)


@pytest.mark.parametrize("text", ["hours=9", "hour=25", "day_of_week=lundi hour=9", "hour=9 zone=x"])
def test_a_schedule_that_makes_no_sense(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Schedule(text)


async def test_what_was_due_while_nobody_was_here_is_made_up_for() -> None:
    runs = RecordedRuns()
    jobs = JobScheduler(
        make_triggers("day_of_week=mon hour=9 minute=0", "hour=4 minute=10"), runs, list_zones, freeze_clock(WEDNESDAY)
    )
    await jobs.start()
    await jobs.stop()
    assert runs.calls == [("essai.job0", "2026-11-23T09:00:00"), ("essai.job1", "2026-11-25T04:10:00")]


async def test_what_is_late_runs_a_few_at_a_time() -> None:
    """Some sixty jobs are late where the bot was away for a night, and all that write wait for each other."""
    runs, at_once = RecordedRuns(), [0, 0]

    async def run(key: Key, period: str, zone: ZoneInfo) -> None:
        at_once[0] += 1
        at_once[1] = max(at_once)
        await asyncio.sleep(0.002)
        await runs(key, period, zone)
        at_once[0] -= 1

    late = make_triggers(*(f"hour=4 minute={minute}" for minute in range(60)))
    jobs = JobScheduler(late, run, list_zones, freeze_clock(WEDNESDAY))
    await jobs.start()
    await wait_until(lambda: jobs.is_idle)
    await jobs.stop()
    assert len(set(runs.calls)) == 60
    assert at_once[1] == job_runner.AT_ONCE


async def test_an_alarm_that_rings_too_early_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the machine is ahead of the one that says what is due."""
    runs, pauses = RecordedRuns(), list[float]()
    now = paris_time(2026, 11, 25, 9, 0) - timedelta(seconds=20)
    jobs = JobScheduler(make_triggers("hour=9 minute=0"), runs, list_zones, lambda: now, lambda: 20.0)
    jobs.missed_max = timedelta()
    await jobs.start()

    async def pause(seconds: float) -> None:
        nonlocal now
        now += timedelta(seconds=seconds)
        pauses.append(seconds)

    (alarm,) = jobs._scheduler.get_jobs()  # noqa: SLF001  (what rings is APScheduler's)
    with monkeypatch.context() as patch:
        patch.setattr("bot.job_runner.asyncio.sleep", pause)
        await alarm.func(*alarm.args)
    await wait_until(lambda: jobs.is_idle)
    await jobs.stop()
    assert runs.calls == [("essai.job0", "2026-11-25T09:00:00")]
    assert pauses == [20.0]


async def test_what_was_never_due_is_not_run() -> None:
    runs = RecordedRuns()
    jobs = JobScheduler(make_triggers("year=2020 month=1 day=1 hour=8"), runs, list_zones, freeze_clock(WEDNESDAY))
    await jobs.start()
    await jobs.stop()
    assert runs.calls == []


async def test_a_job_runs_when_its_time_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    if len({(now + apart).astimezone(PARIS).utcoffset() for apart in (-2 * hour, hour)}) > 1:
        pytest.skip("no job is due in the hour that there is twice or not at all")
    runs = RecordedRuns()
    # Each second of all hours but one, as there must be; it is half a day away, whenever this is run.
    far = (datetime.now(PARIS).hour + 12) % 24
    monkeypatch.setattr(job_runner, "DOUBLED_HOUR", job_runner.DOUBLED_HOUR.replace(hour=far))
    hours = f"hour={','.join(str(h) for h in range(24) if h != far)} minute=* second=*"
    jobs = JobScheduler(make_triggers(hours), runs, list_zones, lambda: datetime.now(UTC))
    await jobs.start()
    for _ in range(2):
        await asyncio.wait_for(runs.happened.wait(), 30)
        runs.happened.clear()
    await jobs.stop()
    assert len(runs.calls) >= 2
    assert len(set(runs.calls)) >= 2


async def test_a_failed_job_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_runner, "JOB_RETRIES", (0.01, 0.01, 0.01))
    runs = RecordedRuns(failures=2)
    jobs = JobScheduler(make_triggers("hour=4 minute=10"), runs, list_zones, freeze_clock(WEDNESDAY))
    await jobs.start()
    await wait_until(lambda: jobs.is_idle)
    await jobs.stop()
    assert runs.calls == [("essai.job0", "2026-11-25T04:10:00")] * 3


async def test_a_job_that_goes_on_failing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_runner, "JOB_RETRIES", (0.01,))
    runs = RecordedRuns(failures=9)
    jobs = JobScheduler(make_triggers("hour=4 minute=10"), runs, list_zones, freeze_clock(WEDNESDAY))
    await jobs.start()
    await wait_until(lambda: jobs.is_idle)
    assert len(runs.calls) == 2
    await jobs.stop()


async def test_stopping_does_not_wait_for_another_try() -> None:
    runs = RecordedRuns(failures=9)
    jobs = JobScheduler(make_triggers("hour=4 minute=10"), runs, list_zones, freeze_clock(WEDNESDAY))
    await jobs.start()
    await runs.happened.wait()
    await jobs.stop()
    assert len(runs.calls) == 1


async def test_stopping_lets_a_running_job_end_but_not_for_ever() -> None:
    ended: list[str] = []
    stopping = asyncio.Event()

    async def slowly(key: Key, _: str, __: ZoneInfo) -> None:
        if key[1] == "essai.job0":
            await stopping.wait()
        else:
            await asyncio.Event().wait()
        ended.append(key[1])

    jobs = JobScheduler(
        make_triggers("hour=4 minute=10", "hour=5 minute=0"), slowly, list_zones, freeze_clock(WEDNESDAY)
    )
    await jobs.start()
    await asyncio.sleep(0)
    end = asyncio.create_task(jobs.stop(0.5))
    await asyncio.sleep(0)
    stopping.set()
    await end
    assert ended == ["essai.job0"]
    await jobs.start()
    assert jobs.is_idle, "nothing begins any more"
    await jobs.stop()


def test_a_job_of_the_bot_has_a_schedule_that_holds() -> None:
    from commands import FEATURES

    texts = [trigger.schedule for key, trigger in index_triggers(FEATURES).items() if key[0] == "job"]
    assert texts
    for text in texts:
        due = Schedule(text).last_due(WEDNESDAY)
        assert due
        assert WEDNESDAY - due < timedelta(days=367)


def test_the_latest_claims_are_remembered_for_longer_than_times_are_made_up_for() -> None:
    assert MISSED_MAX < claims.CLAIMS_KEPT


async def test_what_was_due_too_long_ago_is_left() -> None:
    runs = RecordedRuns()
    jobs = JobScheduler(make_triggers("month=1 day=1 hour=8 minute=0"), runs, list_zones, freeze_clock(WEDNESDAY))
    await jobs.start()
    await jobs.stop()
    assert runs.calls == []


def test_when_a_job_is_next_due() -> None:
    assert Schedule("hour=4 minute=10").next_due(WEDNESDAY) == paris_time(2026, 11, 26, 4, 10)
    assert Schedule("hour=4 minute=10").next_due(paris_time(2026, 11, 26, 4, 10)) == paris_time(2026, 11, 27, 4, 10)
    assert Schedule("year=2020 month=1 day=1 hour=8").next_due(WEDNESDAY) is None
