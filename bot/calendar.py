"""Working days, public holidays, the hotline’s office hours, weekly or monthly recurrences, and files for calendars."""

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.util import find_spec, module_from_spec
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.french.dates import say_hour, say_part_of_day
from bot.french.moments import MORNING
from config import libraries, tables
from config.office_hours import Closure, Opening
from config.settings import Settings
from config.text import fold, quote
from config.time import DAY_MINUTES, LAST, PARIS, WEEKDAYS, is_nth_of_month

if TYPE_CHECKING:
    import icalendar

SATURDAY = 5
SUBDIVISIONS = {
    **{code: code for code in ("57", "971", "972", "973", "974", "976")},
    **{"67": "6AE", "68": "6AE"},
    **{"975": "PM", "977": "BL", "978": "MF", "984": "TF", "986": "WF", "987": "PF", "988": "NC"},
}
"""What the library of holidays calls the territories that have some of their own, by code of département."""


def find_holiday(day: date, departement: str | None = None) -> str:
    """Return the name of the public holiday on a day in a département (or everywhere in France); "" if there is
    none."""
    return _holidays_of(day.year, SUBDIVISIONS.get(departement or "")).get(day, "")


def is_working_day(day: date, departement: str | None = None) -> bool:
    """Return whether a day is a working day there."""
    return day.weekday() < SATURDAY and not find_holiday(day, departement)


def working_days_before(day: date, count: int, departement: str | None = None) -> date:
    """Return the day that many working days earlier."""
    while count:
        day -= timedelta(days=1)
        count -= is_working_day(day, departement)
    return day


HOLIDAYS = "holidays.tsv"
"""The table of public holidays: the day, its name, and the territories that have it, « FR » for those with none of
their own; nothing where all have it. ``python -m tests.test_working_days`` writes it."""
TABLED = range(2015, 2051)
"""The years of the table; of others the library is asked, which takes megabytes and a tenth of a second."""
EVERYWHERE = ""
"""The code of a holiday that all territories have, in the table."""


@lru_cache(256)
def _holidays_of(year: int, subdivision: str | None) -> Mapping[date, str]:
    if year not in TABLED:
        return compute_holidays(year, subdivision)
    rows = [row for row in tables.read(HOLIDAYS) if row["day"].startswith(f"{year}-")]
    here = (row for row in rows if row["where"] == EVERYWHERE or (subdivision or "FR") in row["where"].split())
    return {date.fromisoformat(row["day"]): row["name"] for row in here}


def compute_holidays(year: int, subdivision: str | None) -> Mapping[date, str]:
    """Return the public holidays of a year in a subdivision of the ``holidays`` library, or in mainland France."""
    _leave_out_other_countries()
    france: Any = libraries.french_holidays.France
    found = france(subdiv=subdivision, years=year, language="fr")
    return {day: name.replace("'", "’") for day, name in sorted(found.items())}


def _leave_out_other_countries() -> None:
    """Replace the library’s package of countries by an empty one that knows only where its files are: importing all
    countries takes megabytes and a tenth of a second."""
    if "holidays.countries" not in sys.modules and (found := find_spec("holidays.countries")):
        sys.modules["holidays.countries"] = module_from_spec(found)


_DAY = timedelta(days=1)
_NONE = timedelta()


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Weekly opening hours in a time zone, without closures and public holidays.

    Moments may be in any zone and are returned in UTC; durations are real time, so a night in which clocks are set back
    is an hour longer. Raises ValueError if there are no hours.
    """

    slots: tuple[Opening, ...]
    closures: tuple[Closure, ...] = ()
    zone: ZoneInfo = PARIS
    departement: str = ""

    def __post_init__(self) -> None:
        if not self.slots:
            raise ValueError("a service that never opens")

    @classmethod
    def of(cls, settings: Settings, departement: str = "") -> "OfficeHours":
        """Make the office hours of the settings."""
        return cls(settings.office_hours, settings.closed, departement=departement)

    def opens_on(self, day: date) -> bool:
        """Return whether it is open for some of that day."""
        return bool(self._slots_of(day))

    def is_open(self, at: datetime) -> bool:
        """Return whether somebody is there: from the minute it opens until the one it closes."""
        return self.closing(at) is not None

    def closing(self, at: datetime) -> datetime | None:
        """Return when the office closes next; None while it is closed."""
        year = _windows(self, self._year(at))
        last = bisect_right(year.opens, at) - 1
        return year.closes[last] if last >= 0 and at < year.closes[last] else None

    def next_opening(self, at: datetime) -> datetime:
        """Return the first moment from ``at`` on at which it is open: ``at`` itself if it is open then."""
        number = self._year(at)
        year = _windows(self, number)
        following = bisect_right(year.closes, at)
        while following == len(year.closes):
            number, following = number + 1, 0
            year = _windows(self, number)
        return max(at.astimezone(UTC), year.opens[following])

    def last_closing(self, before: datetime) -> datetime:
        """Return the last moment by ``before`` at which it closed."""
        number = self._year(before)
        last = bisect_right(_windows(self, number).closes, before) - 1
        while last < 0:
            number -= 1
            last = len(_windows(self, number).closes) - 1
        return _windows(self, number).closes[last]

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time between two moments, negative if the second is earlier."""
        if end < start:
            return -self.between(end, start)
        first, last = self._year(start), self._year(end)
        whole = sum((_windows(self, year).total for year in range(first, last)), _NONE)
        return whole + _windows(self, last).until(end) - _windows(self, first).until(start)

    def add(self, at: datetime, delay: timedelta) -> datetime:
        """Return the first moment until which so much open time has passed. Raises ValueError for a negative delay."""
        if delay <= _NONE:
            if delay < _NONE:
                raise ValueError("a deadline lies ahead")
            return at.astimezone(UTC)
        number = self._year(at)
        year = _windows(self, number)
        left = delay + year.until(at)
        while left > year.total:
            left -= year.total
            number += 1
            year = _windows(self, number)
        return year.after(left)

    def expected(self, at: datetime, target: timedelta) -> datetime | None:
        """Return when an answer to a question asked at ``at`` is due, if that is beyond the present opening; else
        None."""
        closing = self.closing(at)
        return None if closing and at.astimezone(UTC) + target <= closing else self.add(at, target)

    def say_expected(self, at: datetime, target: timedelta, zone: ZoneInfo | None = None) -> str:
        """Tell whoever asks, in French and in their zone, when to expect an answer; "" if within the present
        opening."""
        due, there = self.expected(at, target), zone or self.zone
        if due is None:
            return ""
        closing = self.closing(at)
        today = at.astimezone(there).date()
        opening = f"Nous fermons à {say_hour(closing.astimezone(there))}" if closing else "C’est fermé en ce moment"
        return f"{opening}\u00a0: vous aurez une réponse {say_part_of_day(due.astimezone(there), today)}."

    def windows(self, year: int) -> Iterator[tuple[datetime, datetime]]:
        """Yield the opening times of a year in order, from opening to closing."""
        for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            for slot in sorted(self._slots_of(day)):
                yield self._instant(day, slot.opens), self._instant(day, slot.closes)

    def _year(self, at: datetime) -> int:
        return at.astimezone(self.zone).year

    def _slots_of(self, day: date) -> list[Opening]:
        found = [slot for slot in self.slots if slot.weekday == day.weekday()]
        if not found or any(closure.first <= day <= closure.last for closure in self.closures):
            return []
        return [] if find_holiday(day, self.departement) else found

    def _instant(self, day: date, minutes: int) -> datetime:
        """Return a local time of a day as an instant; 24:00 is the next day’s midnight."""
        later, minutes = divmod(minutes, DAY_MINUTES)
        wall = time(*divmod(minutes, 60), tzinfo=self.zone)
        return datetime.combine(day + later * _DAY, wall).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Year:
    """The opening times of a year with running totals."""

    opens: tuple[datetime, ...]
    closes: tuple[datetime, ...]
    over: tuple[timedelta, ...]

    @property
    def total(self) -> timedelta:
        return self.over[-1] if self.over else _NONE

    def until(self, at: datetime) -> timedelta:
        """Return the open time of the year before a moment in it."""
        last = bisect_right(self.opens, at) - 1
        return self.over[last] - max(self.closes[last] - at, _NONE) if last >= 0 else _NONE

    def after(self, passed: timedelta) -> datetime:
        """Return the first moment before which that much open time of the year lies."""
        last = bisect_left(self.over, passed)
        return self.closes[last] - (self.over[last] - passed)


@lru_cache(64)
def _windows(hours: OfficeHours, year: int) -> _Year:
    found = list(hours.windows(year))
    over = accumulate(closes - opens for opens, closes in found)
    return _Year(tuple(opens for opens, _ in found), tuple(closes for _, closes in found), tuple(over))


_NTH = {"premier": 1, "deuxieme": 2, "second": 2, "troisieme": 3, "quatrieme": 4, "dernier": LAST}
_SHORT = {"1er": 1, "1": 1, "2e": 2, "2eme": 2, "2": 2, "3e": 3, "3eme": 3, "3": 3, "4e": 4, "4eme": 4, "4": 4}
_SAID = {1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", LAST: "dernier"}
_LEAD = re.compile(r"^(?:chaque|tous les|toutes les|le|les|tout les) ")
_TEXT = re.compile(
    rf"(?:(?P<nth>{'|'.join([*_NTH, *_SHORT])}) )?(?P<day>{'|'.join(WEEKDAYS)})s?"
    r"(?: (?:de chaque|du|de tous les) mois)?"
    r"(?:,? (?:a |vers )?(?P<hour>[0-9]{1,2}) ?(?:heures?|h|:) ?(?P<minute>[0-9]{2})?)?"
)
_DOUBLED = 2
"""The hour that one night a year has twice, and another not at all."""
_MOVED_MAX = 8
"""Days by which public holidays, one after the other, may move something at most."""
RECURRENCE_HELP = "Écrivez-le comme « chaque vendredi à 9 h » ou « premier mercredi du mois à 9 h 30 »."


@dataclass(frozen=True, slots=True)
class Occasion:
    """One occurrence of a recurrence. ``day`` is the nominal day and identifies it; ``at`` is the actual time, on an
    earlier working day if the nominal one is a public holiday."""

    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A weekday (0 is Monday) of each week (``nth`` 0), or the ``nth`` one of each month, at a time of day in Paris."""

    weekday: int
    nth: int
    hour: time

    def __str__(self) -> str:
        """Write the rhythm: « chaque vendredi à 9 h », « le premier mercredi du mois à 9 h 30 »."""
        day = WEEKDAYS[self.weekday]
        said = f"le {_SAID[self.nth]} {day} du mois" if self.nth else f"chaque {day}"
        return f"{said} à {say_hour(self.hour)}"

    @property
    def is_monthly(self) -> bool:
        """Whether it comes once a month."""
        return self.nth != 0

    def after(self, moment: datetime) -> Iterator[Occasion]:
        """Yield the occasions after a moment, without end."""
        # A holiday moves an occasion by some days at most; it may so be past already.
        day = moment.astimezone(PARIS).date() - timedelta(days=1)
        while True:
            if self._is_day(day) and (found := self.on(day)).at > moment:
                yield found
            day += timedelta(days=1)

    def next(self, moment: datetime) -> Occasion:
        """Return the first occasion after a moment."""
        return next(self.after(moment))

    def on(self, day: date) -> Occasion:
        """Return the occasion whose nominal day this is."""
        moved = working_days_before(day, 1) if find_holiday(day) else day
        return Occasion(day, datetime.combine(moved, self.hour, PARIS))

    def naming(self, moment: datetime) -> date | None:
        """Return the nominal day of the occasion at that moment; None if there is none."""
        near = (moment.astimezone(PARIS).date() + timedelta(days=n) for n in range(_MOVED_MAX))
        return next((day for day in near if self._is_day(day) and self.on(day).at == moment), None)

    def _is_day(self, day: date) -> bool:
        return day.weekday() == self.weekday and is_nth_of_month(day, self.nth)


def read_recurrence(text: str) -> Recurrence:
    """Read a recurrence; the default hour is nine. Raises ValueError with a French sentence."""
    match = _TEXT.fullmatch(_LEAD.sub("", fold(text).strip().rstrip(".")))
    if not match:
        raise ValueError(f"« {quote(text.strip(), 60)} » n’est pas un rythme. {RECURRENCE_HELP}")
    hour, minute = int(match["hour"] or MORNING.hour), int(match["minute"] or 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"Il n’y a pas d’heure {hour} h {minute:02}. {RECURRENCE_HELP}")
    if hour == _DOUBLED:
        why = "une nuit par an n’a pas cette heure, une autre l’a deux fois"
        raise ValueError(f"Choisissez une autre heure, pas entre 2 h et 3 h : {why}.")
    nth = (_NTH | _SHORT)[match["nth"]] if match["nth"] else 0
    return Recurrence(WEEKDAYS.index(match["day"]), nth, time(hour, minute))


CALENDAR_TYPE = "text/calendar; charset=utf-8"


def draw_calendar(of: str, events: Iterable[Mapping[str, object]]) -> "icalendar.Calendar":
    """Draw events for calendar programs (iCalendar, RFC 5545), each from its fields; those that are "" are left out."""
    calendar = libraries.icalendar.Calendar()
    calendar.add("prodid", f"-//coop-bot//{of}//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for fields in events:
        event = libraries.icalendar.Event()
        for name, value in fields.items():
            if value != "":
                event.add(name, value)
        calendar.add_component(event)
    return calendar
