"""Working time: the week as operators write it, closures, holidays, and delays counted in open hours."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import OfficeHours
from config.office_hours import USUAL_HOURS, Closure, Opening, read_closed, read_hours
from config.settings import Settings

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
ROUND_THE_CLOCK = "lun-dim 0:00-24:00"


def hours(text: str = USUAL_HOURS, closed: str = "", **more: Any) -> OfficeHours:
    return OfficeHours(read_hours(text), read_closed(closed), **more)


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


WEEKS = st.sampled_from(
    [
        hours(),
        hours("lun-ven 9:00-12:30 13:30-17:30; sam 9:00-12:00", "2026-12-24..2027-01-01, 2026-05-15"),
        hours("mer 0:00-2:00 3:00-4:00; dim 22:00-24:00"),
        hours(ROUND_THE_CLOCK),
        hours(departement="974", zone=REUNION),
        hours("dim-lun 22-24", "2026-01-01..2026-12-31"),
        hours("lun-ven 9-17", zone=ZoneInfo("America/Miquelon"), departement="975"),
    ]
)
FIRST, LAST = datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2029-01-01")
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.sampled_from([UTC, PARIS, REUNION]))
DELAYS = st.timedeltas(timedelta(microseconds=1), timedelta(days=60))


@given(WEEKS, MOMENTS, DELAYS)
def test_between_a_moment_and_its_deadline_lies_the_delay(week: OfficeHours, start: datetime, delay: timedelta) -> None:
    due = week.add(start, delay)
    assert due.tzinfo is UTC
    assert week.between(start, due) == delay
    assert week.between(start, due - timedelta(microseconds=1)) < delay, "the first moment at which it has passed"


@given(WEEKS, MOMENTS, MOMENTS, DELAYS, DELAYS)
def test_who_asks_later_or_for_longer_is_answered_no_earlier(
    week: OfficeHours, one: datetime, other: datetime, short: timedelta, more: timedelta
) -> None:
    first, second = sorted((one.astimezone(UTC), other.astimezone(UTC)))
    assert week.add(first, short) <= week.add(second, short)
    assert week.add(first, short) < week.add(first, short + more)
    assert week.add(week.add(first, short), more) == week.add(first, short + more)


@given(WEEKS, MOMENTS, MOMENTS, MOMENTS)
def test_what_lies_between_adds_up(week: OfficeHours, one: datetime, two: datetime, three: datetime) -> None:
    assert week.between(one, two) + week.between(two, three) == week.between(one, three)
    assert week.between(one, two) == -week.between(two, one)


@given(WEEKS, MOMENTS)
def test_it_opens_when_it_is_open_and_not_before(week: OfficeHours, moment: datetime) -> None:
    opening = week.next_opening(moment)
    assert week.is_open(opening)
    assert week.between(moment, opening) == timedelta()
    assert (opening == moment) == week.is_open(moment)
    closed = week.last_closing(moment)
    assert closed <= moment
    assert week.between(closed, moment) == timedelta() or week.is_open(moment)
    assert week.is_open(closed - timedelta(microseconds=1))


@given(WEEKS, MOMENTS)
def test_what_is_counted_is_what_the_clock_on_the_wall_shows(week: OfficeHours, moment: datetime) -> None:
    step = timedelta(minutes=15)
    start = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    quarters = [start + n * step for n in range(36 * 4)]
    assert [week.is_open(quarter) for quarter in quarters] == [on_the_wall(week, quarter) for quarter in quarters]
    assert week.between(start, quarters[-1] + step) == sum(map(week.is_open, quarters)) * step


def on_the_wall(week: OfficeHours, moment: datetime) -> bool:
    local = moment.astimezone(week.zone)
    minute = local.hour * 60 + local.minute
    slots = [slot for slot in week.slots if slot.weekday == local.weekday() and slot.opens <= minute < slot.closes]
    return bool(slots) and week.opens_on(local.date())


@pytest.mark.parametrize(
    ("start", "delay", "due"),
    [
        ("2026-11-26T09:00", 2, "2026-11-26T11:00"),
        ("2026-11-26T12:00", 1, "2026-11-26T14:00"),
        ("2026-11-26T12:45", 1, "2026-11-26T14:30"),
        ("2026-11-26T09:00", 3.5, "2026-11-26T12:30"),
        ("2026-11-27T17:00", 1, "2026-11-30T09:30"),
        ("2026-11-28T15:00", 1, "2026-11-30T10:00"),
        ("2026-12-24T17:00", 1, "2026-12-28T09:30"),
        ("2026-12-31T17:00", 1, "2027-01-04T09:30"),
        ("2026-03-27T17:00", 1, "2026-03-30T09:30"),
        ("2026-10-23T17:00", 1, "2026-10-26T09:30"),
        ("2026-05-13T17:00", 1, "2026-05-15T09:30"),
    ],
)
def test_a_deadline_knows_of_lunch_weekends_holidays_and_the_clocks_change(start: str, delay: float, due: str) -> None:
    assert hours().add(at(start), timedelta(hours=delay)) == at(due)


def test_nothing_is_counted_while_the_service_is_closed() -> None:
    closed = hours(closed="2026-12-24..2027-01-01, 2026-05-15")
    assert closed.add(at("2026-12-23T17:00"), timedelta(hours=1)) == at("2027-01-04T09:30")
    assert closed.add(at("2026-05-13T17:00"), timedelta(hours=1)) == at("2026-05-18T09:30")
    assert closed.between(at("2026-12-24T00:00"), at("2027-01-02T00:00")) == timedelta()
    assert not closed.is_open(at("2026-12-28T10:00"))
    assert closed.next_opening(at("2026-12-24T10:00")) == at("2027-01-04T09:00")


def test_the_holidays_are_those_of_the_territory_that_is_named() -> None:
    abolition = "2027-12-20T10:00"
    assert hours().is_open(at(abolition))
    assert not hours(departement="974").is_open(at(abolition))
    assert not hours(departement="67").is_open(at("2025-12-26T10:00"))
    assert hours(departement="69").is_open(at("2025-12-26T10:00"))


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-25", 24)])
def test_a_day_lasts_as_long_as_it_does_where_one_works_through(day: str, length: int) -> None:
    whole = hours(ROUND_THE_CLOCK)
    assert whole.between(at(f"{day}T00:00"), at(f"{day}T23:59:59")) == timedelta(hours=length, seconds=-1)
    assert hours("dim-sam 0-2 3-24").between(at(f"{day}T00:00"), at(f"{day}T23:00")) == timedelta(hours=22)


def test_midnight_belongs_to_the_day_it_begins() -> None:
    evening = hours("mar 22-24; mer 0-1")
    assert evening.is_open(at("2026-11-24T23:59"))
    assert evening.is_open(at("2026-11-25T00:00"))
    assert not evening.is_open(at("2026-11-25T01:00"))
    assert evening.between(at("2026-11-24T20:00"), at("2026-11-25T02:00")) == timedelta(hours=3)
    assert hours().is_open(at("2026-11-26T09:00"))
    assert not hours().is_open(at("2026-11-26T12:30"))


def test_years_take_no_time() -> None:
    week = hours(closed="2026-02-03")
    began = time.thread_time()
    for n in range(2_000):
        week.between(at("2020-01-01T00:00"), at("2040-01-01T00:00") + timedelta(minutes=n))
        week.add(at("2020-01-01T00:00"), timedelta(hours=20_000, minutes=n))
    assert time.thread_time() - began < 2


def test_what_never_opens_is_none() -> None:
    with pytest.raises(ValueError, match="never opens"):
        OfficeHours(())
    with pytest.raises(ValueError, match="ahead"):
        hours().add(at("2026-11-26T09:00"), timedelta(-1))
    assert hours().add(at("2026-11-28T09:00"), timedelta()) == at("2026-11-28T09:00")


SOON = timedelta(hours=2)
CLOSED = "C’est fermé en ce moment\u00a0: vous aurez une réponse"


@pytest.mark.parametrize(
    ("start", "zone", "said"),
    [
        ("2026-11-27T18:00", PARIS, f"{CLOSED} lundi 30 novembre dans la matinée."),
        ("2026-11-30T07:00", PARIS, f"{CLOSED} ce matin."),
        ("2026-11-26T12:45", PARIS, f"{CLOSED} cet après-midi."),
        ("2026-12-31T20:00", PARIS, f"{CLOSED} lundi 4 janvier 2027 dans la matinée."),
        (
            "2026-11-27T17:00",
            PARIS,
            "Nous fermons à 17\u00a0h\u00a030\u00a0: vous aurez une réponse lundi 30 novembre dans la matinée.",
        ),
        ("2026-11-26T11:00", PARIS, "Nous fermons à 12\u00a0h\u00a030\u00a0: vous aurez une réponse cet après-midi."),
        ("2026-11-26T10:00", PARIS, ""),
        ("2026-11-26T10:30", PARIS, ""),
        ("2026-11-30T08:00", REUNION, f"{CLOSED} cet après-midi."),
        ("2026-11-28T08:00", ZoneInfo("America/Martinique"), f"{CLOSED} lundi 30 novembre dans la matinée."),
        ("2026-11-28T08:00", ZoneInfo("Pacific/Noumea"), f"{CLOSED} lundi 30 novembre dans la soirée."),
    ],
)
def test_who_asks_reads_an_honest_delay_on_their_own_clock(start: str, zone: ZoneInfo, said: str) -> None:
    asked = at(start, zone)
    assert hours().say_expected(asked, SOON, zone) == said
    assert (hours().expected(asked, SOON) is None) == (said == "")


@given(WEEKS, MOMENTS, DELAYS)
def test_what_is_expected_is_the_deadline(week: OfficeHours, moment: datetime, target: timedelta) -> None:
    due = week.expected(moment, target)
    assert due == week.add(moment, target) or (due is None and week.add(moment, target) == moment + target)
    if due is None:
        assert week.is_open(moment)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("lun 9:00-12:30", [(0, 540, 750)]),
        ("lundi 9h-12h30, 13h30–17h", [(0, 540, 750), (0, 810, 1020)]),
        ("SAM,DIM 9 - 12", [(5, 540, 720), (6, 540, 720)]),
        ("sam, dim 9-12 ;", [(5, 540, 720), (6, 540, 720)]),
        ("dim-lun 0:00-24:00", [(0, 0, 1440), (6, 0, 1440)]),
        ("mar 9-12; mar 12-18", [(1, 540, 720), (1, 720, 1080)]),
        ("mer. 9-10", [(2, 540, 600)]),
    ],
)
def test_a_week_as_operators_write_it(text: str, slots: list[tuple[int, int, int]]) -> None:
    assert read_hours(text) == tuple(Opening(*slot) for slot in slots)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "au moins un jour"),
        (" ; ", "au moins un jour"),
        ("lun", "n’est pas des jours puis leurs heures"),
        ("9:00-12:00", "n’est pas des jours puis leurs heures"),
        ("lun 9-12 mar 9-12", "n’est pas des jours puis leurs heures"),
        ("lundim 9-12", "« lundim » n’est pas un jour"),
        ("l 9-12", "« l » n’est pas un jour"),
        ("lun-xyz 9-12", "« xyz » n’est pas un jour"),
        ("lun- 9-12", "« lun-9-12 » n’est pas des jours"),
        ("lun 9", "« 9 » n’est pas une plage"),
        ("lun 9:0-12", "« 9:0-12 » n’est pas une plage"),
        ("lun 9-25", "de 0:00 à 24:00"),
        ("lun 9:60-12", "de 0:00 à 24:00"),
        ("lun 24:30-24:45", "de 0:00 à 24:00"),
        ("lun 12-9", "se termine avant de commencer"),
        ("lun 9-9", "se termine avant de commencer"),
        ("lun 22-2", "se termine avant de commencer"),
        ("dim 0-2:30", "n’existe pas"),
        ("lun 9-12 11-13", "deux plages du lundi se recouvrent"),
        ("lun-ven 9-12; mer 10-11", "deux plages du mercredi se recouvrent"),
    ],
)
def test_what_is_wrong_with_a_week_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        read_hours(text)


@given(st.text(st.sampled_from("lunmardi,;:-h 0129"), max_size=40))
def test_whatever_is_written_opens_or_is_refused(text: str) -> None:
    try:
        found = read_hours(text)
    except ValueError:
        return
    assert OfficeHours(found).next_opening(at("2026-11-26T12:00"))


def test_closures_are_days_or_runs_of_days() -> None:
    assert read_closed("2026-12-24..2027-01-01, 2026-05-15") == (
        Closure(date(2026, 12, 24), date(2027, 1, 1)),
        Closure(date(2026, 5, 15), date(2026, 5, 15)),
    )
    assert read_closed(" , ") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("15/05/2026", "n’est pas un jour"),
        ("2026-02-30", "n’est pas un jour"),
        ("..2026-02-03", "n’est pas un jour"),
        ("2026-02-03..2026-02-01", "d’un jour à un an"),
        ("2026-01-01..2030-01-01", "d’un jour à un an"),
    ],
)
def test_what_is_wrong_with_a_closure_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_closed(text)


def test_the_operator_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert OfficeHours.of(Settings(_env_file=None)) == hours()
    monkeypatch.setenv("COOP_OFFICE_HOURS", "sam 9-12")
    monkeypatch.setenv("COOP_CLOSED", "2026-11-28")
    assert OfficeHours.of(Settings(_env_file=None)) == hours("sam 9-12", "2026-11-28")
    assert OfficeHours.of(Settings(_env_file=None), "974").departement == "974"
