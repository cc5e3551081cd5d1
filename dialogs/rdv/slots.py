"""Slots: the hours at which somebody may be booked, computed from their weekly ranges and from what they do already.

Clocks rule: a range begins at the first instant of its day at which clocks show its hour or a later one, and ends at
the first at which they show its end. So on the night in which clocks jump it is shorter, and nothing lies in the hour
that there is not; meetings themselves are as long as time that passes.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.calendar import find_holiday
from bot.french import Period
from config.themes import from_bits
from storage.absences import Absence, ask_absences
from storage.people import Person
from storage.rdv.appointments import STANDING, Rdv, RdvSource, TakenTime, list_taken
from storage.rdv.bookings import DAY, WeeklyRange, ask_ranges
from storage.statements import Asked, find_together

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
WORKING = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
"""Minutes of a working day, Monday to Friday, at which who says nothing else is taken to be there."""
STEP = timedelta(minutes=15)
"""The quarter of an hour, at which meetings of colleagues begin."""
Span = tuple[datetime, datetime]
"""A span of time from an instant up to but not including another."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A time that is taken. Where people may join it, ``taken`` of its ``seats`` are, it is about these themes (none:
    any), and ``number`` is that of the rendez-vous."""

    start: datetime
    end: datetime
    taken: int | None = None
    themes: Sequence[str] = ()
    seats: int | None = None
    number: int | None = None

    def is_joined(self, one: WeeklyRange, span: Span) -> bool:
        """Tell whether a booking of this meeting of a range joins it."""
        is_about = not self.themes or not one.theme or one.theme in self.themes
        return self.taken is not None and (self.start, self.end) == span and is_about


@dataclass(frozen=True, slots=True)
class Slot:
    """A meeting that may be booked: when (in UTC), how many seats are left, and from which range. ``joins`` is the
    number of the rendez-vous that others have then; None where nobody has."""

    start: datetime
    end: datetime
    left: int
    by: WeeklyRange
    joins: int | None = None


def _rank(slot: Slot) -> tuple[datetime, bool, datetime, int]:
    return slot.start, not slot.by.theme, slot.end, -slot.left


@dataclass(frozen=True, slots=True)
class Calendar:
    """What free moments are computed from: somebody’s ranges and absences, the times that are taken, and the public
    holidays where they are."""

    zone: ZoneInfo
    ranges: Sequence[WeeklyRange]
    absences: Sequence[Absence] = ()
    busy: Sequence[Busy] = ()
    off: frozenset[date] = frozenset()

    def list_slots(self, first: date, last: date, now: datetime, at: datetime | None = None) -> list[Slot]:
        """List the free slots of these days (only those beginning ``at`` an instant, where given), in order: of two
        that begin together, first that of a range with a theme, then of the shorter meeting, then that with more
        seats."""
        best = sorted(self._iterate(first, last, now, at), key=_rank)
        return [next(same) for _, same in groupby(best, key=lambda slot: slot.start)]

    def list_open(self, first: date, last: date) -> list[Span]:
        """List when somebody is free for colleagues on these days, in order: in their ranges, or in working hours where
        they have none, and on extra days, but for absences, days that are off, and what takes their time."""
        weekly = [(one.weekday, (one.start, one.end)) for one in self.ranges if one.only_on is None]
        weekly = weekly or [(weekday, span) for weekday in range(5) for span in WORKING]
        days = [first + number * _DAY for number in range((last - first).days + 1)]
        hours = [(day, span) for day in days if day not in self.off for at, span in weekly if at == day.weekday()]
        hours += [(day, (one.start, one.end)) for one in self.ranges for day in days if day == one.only_on]
        there = [
            (find_instant(day, start, self.zone), find_instant(day, end, self.zone)) for day, (start, end) in hours
        ]
        away = [self._span_of(each, day) for each in self.absences for day in each.days if first <= day <= last]
        return leave_out(merge(there), merge([*away, *((one.start, one.end) for one in self.busy)]))

    def _iterate(self, first: date, last: date, now: datetime, at: datetime | None) -> Iterator[Slot]:
        today = now.astimezone(self.zone).date()
        for one in self.ranges:
            earliest, until = now + one.notice * _MINUTE, min(last, today + one.ahead * _DAY)
            for day in _iterate_days(one, max(first, today), until):
                if one.only_on or day not in self.off:
                    yield from (slot for slot in self._cut(one, day, at) if slot.start >= earliest)

    def _cut(self, one: WeeklyRange, day: date, at: datetime | None) -> Iterator[Slot]:
        """Cut a range on a day into meetings, without those for which there is no time."""
        start, end = find_instant(day, one.start, self.zone), find_instant(day, one.end, self.zone)
        away = [self._span_of(each, day) for each in self.absences if each.has(day)]
        busy = [each for each in self.busy if each.start < end and each.end > start]
        length, step = one.length * _MINUTE, (one.length + one.pause) * _MINUTE
        while start + length <= end:
            left, joins = _count_left((start, start + length), one, busy) if at in (None, start) else (0, None)
            if left > 0 and not any(start < stop and start + length > begin for begin, stop in away):
                yield Slot(start, start + length, left, one, joins)
            start += step

    def _span_of(self, absence: Absence, day: date) -> Span:
        return find_instant(day, absence.start, self.zone), find_instant(day, absence.end, self.zone)


def _iterate_days(one: WeeklyRange, first: date, last: date) -> Iterator[date]:
    """Iterate over the days of a range, from one day to another."""
    if one.only_on:
        yield from [one.only_on] if first <= one.only_on <= last else []
        return
    day = first + (one.weekday - first.weekday()) % 7 * _DAY
    while day <= last:
        yield day
        day += 7 * _DAY


def choose_ranges(ranges: Sequence[WeeklyRange], theme: str | None) -> Sequence[WeeklyRange]:
    """Choose the ranges for bookings about a theme: those of the theme and those of any theme; "" wants only those of
    any theme, None all ranges. Where there are none, all ranges are chosen: the theme no longer has hours of its
    own."""
    if theme is None:
        return ranges
    return [one for one in ranges if one.theme in ("", theme)] or ranges


def merge(spans: Sequence[Span]) -> list[Span]:
    """Sort spans, and join those that touch."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return merged


def leave_out(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """Remove taken times from spans; both are in order."""
    left: list[Span] = []
    for start, end in spans:
        free_from = start
        for begin, stop in (one for one in taken if one[1] > start and one[0] < end):
            if begin > free_from:
                left.append((free_from, begin))
            free_from = max(free_from, stop)
        if free_from < end:
            left.append((free_from, end))
    return left


def find_shared(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Find the intersection of two lists of spans, both in order."""
    shared = ((max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other if a[0] < b[1] and b[0] < a[1])
    return sorted(shared)


def cut_moments(spans: Sequence[Span], after: datetime, minutes: int) -> Iterator[datetime]:
    """Cut spans into moments for a meeting of so many minutes, one after the other, the first not before ``after``."""
    length = minutes * _MINUTE
    for start, end in spans:
        moment = _ceil(max(start, after))
        while moment + length <= end:
            yield moment
            moment = _ceil(moment + length)


def _ceil(moment: datetime) -> datetime:
    """Round a moment up to a quarter of an hour."""
    over = (moment - moment.replace(minute=0, second=0, microsecond=0)) % STEP
    return moment + STEP - over if over else moment


def _count_left(span: Span, one: WeeklyRange, busy: Sequence[Busy]) -> tuple[int, int | None]:
    """Count the seats left of a meeting, and find the rendez-vous that others have then; a booking in this range also
    keeps its pause free."""
    start, end = span
    pause, left, joins = one.pause * _MINUTE, one.seats, None
    for each in busy:
        if each.taken is not None and each.is_joined(one, span):
            left, joins = min(left, each.seats or left) - each.taken, each.number
        elif each.start < end + pause and each.end + pause > start:
            return 0, None
    return left, joins


def find_instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Find the first instant of a day, in UTC, at which clocks show a minute of it, or a later one."""
    wall = datetime.combine(day, time()) + minute * _MINUTE if minute < DAY else datetime.combine(day + _DAY, time())
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # Clocks skip this time: its two readings (fold 0 and 1) lie on both sides of the jump.
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), found
    shift = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == shift:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


DAYS_MAX = 366
"""Days of slots that are computed in one go."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody is there, as far as rendez-vous do not tell: their ranges, and absences."""

    ranges: Sequence[WeeklyRange]
    absences: Sequence[Absence]


@dataclass(frozen=True, slots=True)
class BookingWish:
    """What is to be booked: about which ``theme`` (as ``choose_ranges`` reads it), ``but`` which rendez-vous, whose
    time counts as free, and ``at`` which instant it begins, in UTC (None for any). ``hours`` are those of who receives,
    where they are known already."""

    theme: str | None = None
    but: Collection[int] = ()
    at: datetime | None = None
    hours: Hours | None = None


ANY = BookingWish()


def ask_hours(person: Person, since: date) -> tuple[Asked[WeeklyRange], Asked[Absence]]:
    """Ask for somebody’s ranges, and for absences that end after a day."""
    return ask_ranges(person.id), ask_absences(person.id, since)


async def read_calendar(db: AsyncSession, person: Person, days: tuple[date, date], wish: BookingWish = ANY) -> Calendar:
    """Read what the slots of somebody on these days are computed from; where they have no ranges, nothing else is
    read."""
    hours = wish.hours or Hours(*await find_together(db, *ask_hours(person, days[0])))
    if wish.at is not None and wish.theme is None:  # of a theme all ranges say whether it is received apart
        hours = Hours([one for one in hours.ranges if one.weekday == days[0].weekday()], hours.absences)
    return await _read(db, person, days, hours, wish) if hours.ranges else Calendar(person.zone, [])


async def read_whole_calendar(
    db: AsyncSession, person: Person, first: date, last: date, wish: BookingWish = ANY
) -> Calendar:
    """Read a calendar, even of somebody without ranges."""
    return await _read(db, person, (first, last), Hours(*await find_together(db, *ask_hours(person, first))), wish)


async def _read(db: AsyncSession, person: Person, days: tuple[date, date], hours: Hours, wish: BookingWish) -> Calendar:
    first, last = days
    start, end = _find_span(days, hours.ranges, wish, person.zone)
    taken = await list_taken(db, person.id, start, end, but=wish.but)
    each = (first + timedelta(days=number) for number in range((last - first).days + 1))
    off = frozenset(day for day in each if find_holiday(day, person.departement))
    chosen = choose_ranges(hours.ranges, wish.theme)
    return Calendar(person.zone, chosen, hours.absences, [as_busy(rdv) for rdv in taken], off)


def _find_span(days: tuple[date, date], ranges: Sequence[WeeklyRange], wish: BookingWish, zone: ZoneInfo) -> Span:
    """Find the span in which taken times count: some days; for one instant, as long as a meeting and its pauses may
    last."""
    if wish.at is None:
        return find_instant(days[0], 0, zone), find_instant(days[1] + timedelta(days=1), 0, zone)
    pause, length = max(one.pause for one in ranges), max(one.length for one in ranges)
    return wish.at - pause * _MINUTE, wish.at + (length + pause) * _MINUTE


async def list_free(
    db: AsyncSession, person: Person, now: datetime, days: Period, wish: BookingWish = ANY
) -> Sequence[Slot]:
    """List the free slots of somebody on these days, at most a year of them."""
    first = max(days.start, person.today(now))
    last = min(days.end - timedelta(days=1), person.left_on or date.max)
    if last < first:
        return []
    last = min(last, first + timedelta(days=DAYS_MAX))
    return (await read_calendar(db, person, (first, last), wish)).list_slots(first, last, now, wish.at)


async def find_free(
    db: AsyncSession, person: Person, now: datetime, start: datetime, wish: BookingWish = ANY
) -> Slot | None:
    """Find the slot of somebody that begins at an instant, if it is free."""
    day = start.astimezone(person.zone).date()
    then = replace(wish, at=start.astimezone(UTC))
    found = await list_free(db, person, now, Period(day, day + timedelta(days=1)), then)
    return next(iter(found), None)


def find_theme(rdv: Rdv) -> str:
    """Find the theme that a rendez-vous of the page is about; "" where it is about any."""
    return next(iter(rdv.theme_codes), "")


def as_busy(rdv: TakenTime) -> Busy:
    """Return the time that a rendez-vous takes from its conseiller; people can join the collective ones of the page
    that are to come."""
    is_joined = rdv.collective and rdv.source is RdvSource.PAGE and rdv.state in STANDING
    taken = rdv.seats_taken if is_joined else None
    return Busy(rdv.starts_at, rdv.ends_at, taken, from_bits(rdv.themes), rdv.seats, rdv.id)
