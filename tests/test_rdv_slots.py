"""Slots: the fast computation equals one that walks minute by minute, whatever the week, the zone and the night."""

import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest

from config.time import PARIS
from dialogs.rdv.slots import Busy, Calendar, Slot, choose_ranges, find_instant
from storage.absences import Absence
from storage.rdv.bookings import DAY, WeeklyRange

MINUTE = timedelta(minutes=1)
ZONES = (
    "Europe/Paris",
    "America/Miquelon",
    "Indian/Reunion",
    "Pacific/Marquesas",
    "America/Havana",
    "Australia/Lord_Howe",
)
"""Among them zones whose clocks jump at midnight, or by half an hour."""
JUMPS = (
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 11, 1),
    date(2026, 4, 5),
    date(2026, 10, 4),
)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def make_range(weekday: int, start: int, end: int, length: int = 30, **more: int | str | date) -> WeeklyRange:
    """A range of Juliette’s."""
    return WeeklyRange(user_id="j" * 26, weekday=weekday, start=start, end=end, length=length, **more)  # type: ignore[arg-type]


def begin_walk(day: date, zone: ZoneInfo) -> datetime:
    """An instant before clocks show that day."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) - timedelta(hours=2)


@cache
def walk_day(day: date, zone: ZoneInfo) -> Sequence[int]:
    """What clocks have shown at most by each minute around a day: its minutes, fewer before it, more after."""
    start = begin_walk(day, zone)
    shown = ((start + number * MINUTE).astimezone(zone) for number in range(30 * 60))
    return [*accumulate(((wall.date() - day).days * DAY + wall.hour * 60 + wall.minute for wall in shown), max)]


def first_at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The first instant that shows that minute, or a later one."""
    return begin_walk(day, zone) + bisect_left(walk_day(day, zone), minute) * MINUTE


def slow_slots(calendar: Calendar, first: date, last: date, now: datetime) -> list[tuple[datetime, datetime, int]]:
    """The same by the rules as people say them."""
    found: dict[datetime, tuple[bool, datetime, int]] = {}
    today = now.astimezone(calendar.zone).date()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for one in calendar.ranges:
            comes = day == one.only_on if one.only_on else day.weekday() == one.weekday and day not in calendar.off
            if not comes or (day - today).days > one.ahead:
                continue
            closes = first_at(day, one.end, calendar.zone)
            opens = first_at(day, one.start, calendar.zone)
            start = opens
            while start + one.length * MINUTE <= closes:
                end = start + one.length * MINUTE
                left = seats_left(calendar, one, day, (start, end), (opens, closes))
                if left > 0 and start >= now + one.notice * MINUTE:
                    mine = (one.theme == "", end, -left)
                    found[start] = min(found.get(start, mine), mine)
                start = end + one.pause * MINUTE
    return [(start, found[start][1], -found[start][2]) for start in sorted(found)]


def seats_left(
    calendar: Calendar, one: WeeklyRange, day: date, span: tuple[datetime, datetime], hours: tuple[datetime, datetime]
) -> int:
    """How many seats a meeting has left, minute by minute."""
    minutes = [span[0] + n * MINUTE for n in range(one.length)]
    near = [span[0] + n * MINUTE for n in range(-one.pause, one.length + one.pause)]
    for away in calendar.absences:
        if away.starts <= day < away.ends:
            begin, stop = (first_at(day, m, calendar.zone) for m in (away.start, away.end))
            if any(begin <= minute < stop for minute in minutes):
                return 0
    left = one.seats
    for busy in calendar.busy:
        if not (busy.start < hours[1] and hours[0] < busy.end):
            continue
        if may_join(busy, one) and (busy.start, busy.end) == span:
            left = min(left, busy.seats or left) - (busy.taken or 0)
        elif any(busy.start <= minute < busy.end for minute in near):
            return 0
    return left


def may_join(busy: Busy, one: WeeklyRange) -> bool:
    """Whether a meeting of a range is one that people join already: about the same theme, or one of them about any."""
    return busy.taken is not None and (not busy.themes or not one.theme or one.theme in busy.themes)


def invent(chance: random.Random) -> tuple[Calendar, date, date, datetime]:
    """Some week of somebody’s, around a night on which clocks jump as often as not."""
    zone = ZoneInfo(chance.choice(ZONES))
    first = chance.choice(JUMPS) - timedelta(days=chance.randint(0, 3))
    now = datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(minutes=chance.randint(-4000, 2000))
    ranges = []
    for _ in range(chance.randint(1, 4)):
        start = chance.choice([0, 90, 120, 135, 150, 480, chance.randint(0, DAY - 30)])
        end = chance.choice([min(DAY, start + chance.randint(10, 400)), DAY])
        length, pause = chance.choice([15, 20, 30, 45, 60]), chance.choice([0, 0, 5, 15])
        more: dict[str, int | str | date] = {
            "seats": chance.choice([1, 1, 3]),
            "notice": chance.choice([0, 60, 2000]),
            "ahead": chance.randint(0, 9),
            "theme": chance.choice(["", "", "internet", "courriel"]),
        }
        day = first + timedelta(days=chance.randint(0, 4))
        more |= {"only_on": day} if chance.random() < 0.2 else {}
        ranges.append(make_range(day.weekday(), start, end, length, pause=pause, **more))
    last = first + timedelta(days=chance.randint(0, 5))
    absences = [invent_absence(chance, first) for _ in range(chance.randint(0, 2))]
    off = frozenset(first + timedelta(days=n) for n in range(6) if chance.random() < 0.1)
    calendar = Calendar(zone, ranges, absences, off=off)
    busy = [invent_busy(chance, calendar.list_slots(first, last, now), now) for _ in range(chance.randint(0, 6))]
    return Calendar(zone, ranges, absences, busy, off), first, last, now


def invent_absence(chance: random.Random, first: date) -> Absence:
    """Some hours or days away."""
    begin = first + timedelta(days=chance.randint(0, 4))
    start = chance.choice([0, 600])
    return Absence(
        user_id="j" * 26, starts=begin, ends=begin + timedelta(days=chance.randint(1, 2)), start=start,
        end=DAY if not start else chance.choice([720, DAY]), by="j" * 26, at=NOW,
    )  # fmt: skip


def invent_busy(chance: random.Random, slots: list[Slot], now: datetime) -> Busy:
    """Some time that is taken: a slot, or any other time; people may join it or not."""
    themes = chance.choice([(), ("internet",), ("courriel",), ("internet", "courriel")])
    if slots and chance.random() < 0.6:
        slot = chance.choice(slots)
        return Busy(slot.start, slot.end, chance.choice([None, 1, 2]), themes, chance.choice([None, 2, 3]))
    start = now + timedelta(minutes=chance.randint(0, 8000))
    return Busy(start, start + timedelta(minutes=chance.randint(1, 200)))


def must_equal_the_slow_one(seed: int) -> None:
    """One invented week."""
    calendar, first, last, now = invent(random.Random(seed))
    theme = random.Random(seed).choice([None, "", "internet", "courriel", "sante"])
    calendar = replace(calendar, ranges=choose_ranges(calendar.ranges, theme))
    found = calendar.list_slots(first, last, now)
    said = [(slot.start, slot.end, slot.left) for slot in found]
    assert said == slow_slots(calendar, first, last, now), seed
    for slot in found:
        for busy in calendar.busy:
            is_joined = may_join(busy, slot.by) and (busy.start, busy.end) == (slot.start, slot.end)
            assert is_joined or busy.end <= slot.start or slot.end <= busy.start, seed


@pytest.mark.parametrize("part", range(4))
def test_slots_equal_a_slow_reference(part: int) -> None:
    for seed in range(part * 75, part * 75 + 75):
        must_equal_the_slow_one(seed)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(8))
def test_slots_equal_a_slow_reference_ten_thousand_times(part: int) -> None:
    for seed in range(1000 + part * 1250, 1000 + (part + 1) * 1250):
        must_equal_the_slow_one(seed)


def must_not_oversell(seed: int) -> None:
    """One invented week, booked, given back and booked again by chance: nothing overlaps, no seat is sold twice."""
    chance = random.Random(seed)
    calendar, first, last, now = invent(chance)
    held: list[Busy] = []
    for _ in range(30):
        view = replace(
            calendar, ranges=choose_ranges(calendar.ranges, chance.choice([None, "", "internet"])), busy=held
        )
        if held and chance.random() < 0.25:
            held = give_back(held, chance.choice(held))
        elif free := view.list_slots(first, last, now):
            held = take(held, chance.choice(free))
        for one, other in pairwise(sorted(held, key=lambda busy: busy.start)):
            assert one.end <= other.start, seed
        assert all(1 <= (busy.taken or 1) <= (busy.seats or 1) for busy in held), seed


def take(held: list[Busy], slot: Slot) -> list[Busy]:
    """What is taken once somebody has that slot: a seat of a meeting that there is, or a new one."""
    themes = (slot.by.theme,) if slot.by.theme else ()
    if slot.by.seats == 1:
        return [*held, Busy(slot.start, slot.end, None, themes, 1)]
    there = [busy for busy in held if busy.is_joined(slot.by, (slot.start, slot.end))]
    joined = there[0] if there else Busy(slot.start, slot.end, 0, themes, slot.by.seats)
    return [*(busy for busy in held if busy not in there), replace(joined, taken=(joined.taken or 0) + 1)]


def give_back(held: list[Busy], gone: Busy) -> list[Busy]:
    """What is taken once somebody gave a seat of that back."""
    rest = [busy for busy in held if busy is not gone]
    return [*rest, replace(gone, taken=gone.taken - 1)] if gone.taken and gone.taken > 1 else rest


def test_no_sequence_of_bookings_overlaps_or_oversells_a_seat() -> None:
    for seed in range(200):
        must_not_oversell(seed)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ten_people_s_calendars_for_a_year() -> None:
    """Week after week somebody books, cancels and goes away; each day equals the slow one, and no two meetings meet."""
    for seed, zone in enumerate(("Europe/Paris", "Indian/Reunion", "America/Guadeloupe", *ZONES, "Pacific/Noumea")):
        chance, held = random.Random(seed), list[Busy]()
        days = chance.sample(range(7), 4)
        ranges = [make_range(day, 480, 720, 45, pause=15, ahead=60) for day in days[:2]]
        ranges += [make_range(day, 60, 300, 30, seats=chance.choice([1, 4]), ahead=14) for day in days[2:]]
        whole = Calendar(ZoneInfo(zone), ranges, [invent_absence(chance, date(2026, 7, 13))])
        for week in range(52):
            monday = date(2026, 1, 5) + week * timedelta(days=7)
            now = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
            for _ in range(6):
                free = replace(whole, busy=held).list_slots(monday, monday + timedelta(days=6), now)
                if held and chance.random() < 0.2:
                    held = give_back(held, held[-1])
                elif free:
                    held = take(held, chance.choice(free))
            near = [busy for busy in held if busy.end > now]
            day, view = monday + timedelta(days=chance.choice(days)), replace(whole, busy=near)
            found = [(slot.start, slot.end, slot.left) for slot in view.list_slots(day, day, now)]
            assert found == slow_slots(view, day, day, now), (zone, day)
        assert all(one.end <= other.start for one, other in pairwise(sorted(held, key=lambda busy: busy.start)))
        assert len(held) > 100


def test_a_theme_has_its_own_hours_and_those_of_any_and_others_do_not_take_its_seats() -> None:
    alone = make_range(2, 540, 600, 60, theme="internet")
    shared = make_range(2, 540, 600, 30, theme="courriel", seats=3)
    any_theme = make_range(2, 840, 900, 60)
    ranges, day = [alone, shared, any_theme], date(2026, 12, 2)

    def list_hours(theme: str | None, busy: tuple[Busy, ...] = ()) -> list[str]:
        found = Calendar(PARIS, choose_ranges(ranges, theme), busy=busy).list_slots(day, day, NOW)
        return [f"{slot.start.astimezone(PARIS):%H:%M} {slot.by.length} {slot.left}" for slot in found]

    assert list_hours("internet") == ["09:00 60 1", "14:00 60 1"]
    assert list_hours("courriel") == ["09:00 30 3", "09:30 30 3", "14:00 60 1"]
    assert list_hours("") == ["14:00 60 1"]
    assert list_hours(None) == ["09:00 30 3", "09:30 30 3", "14:00 60 1"]
    start = find_instant(day, 540, PARIS)
    joined = Busy(start, start + 30 * MINUTE, 1, ("courriel",))
    assert list_hours("courriel", (joined,))[0] == "09:00 30 2"
    assert list_hours("courriel", (replace(joined, themes=("internet",)),))[0] == "09:30 30 3"
    assert list_hours("internet", (joined,)) == ["14:00 60 1"]
    assert list_hours("courriel", (replace(joined, seats=1),))[0] == "09:30 30 3", "its own seats count"
    assert choose_ranges([alone], "sante") == [alone], "a theme that is no more received apart"


def test_a_morning_is_cut_with_pauses_between_and_none_after_the_last() -> None:
    calendar = Calendar(PARIS, [make_range(2, 540, 660, 30, pause=15)])
    found = calendar.list_slots(date(2026, 12, 2), date(2026, 12, 2), NOW)
    assert [slot.start.astimezone(PARIS).strftime("%H:%M") for slot in found] == ["09:00", "09:45", "10:30"]
    assert found[-1].end == find_instant(date(2026, 12, 2), 660, PARIS)


def test_clocks_that_jump_shorten_a_night_and_repeat_no_meeting() -> None:
    night = Calendar(PARIS, [make_range(6, 60, 240, 30, ahead=365)])
    now = datetime(2026, 3, 1, tzinfo=UTC)
    spring = night.list_slots(date(2026, 3, 29), date(2026, 3, 29), now)
    autumn = night.list_slots(date(2026, 10, 25), date(2026, 10, 25), now)
    assert [len(spring), len(autumn)] == [4, 8]
    assert len({slot.start for slot in autumn}) == 8
    gap = Calendar(PARIS, [make_range(6, 120, 180, 15, ahead=365)])
    assert gap.list_slots(date(2026, 3, 29), date(2026, 3, 29), now) == []
