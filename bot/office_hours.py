"""Working time: when the hotline is open, and what a delay counted in open hours comes to on the calendar."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from bot.french.moments import say_hour, say_part_of_day
from bot.schedules import ZONE
from bot.working_days import holiday
from config.office_hours import DAY_MINUTES, Closure, Slot
from config.settings import Settings

_DAY = timedelta(days=1)
_NONE = timedelta()


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The slots of a week in a zone, but for closures and the public holidays of France, or of one of its territories.

    Moments come in any zone and go out in UTC; what is counted is time that passes: a night that has an hour twice is
    an hour longer for who works through it. Raises ValueError where no slot is.
    """

    slots: tuple[Slot, ...]
    closures: tuple[Closure, ...] = ()
    zone: ZoneInfo = ZONE
    departement: str = ""

    def __post_init__(self) -> None:
        if not self.slots:
            raise ValueError("a service that never opens")

    @classmethod
    def of(cls, settings: Settings, departement: str = "") -> "OfficeHours":
        """As the operator wants them."""
        return cls(settings.office_hours, settings.closed, departement=departement)

    def opens_on(self, day: date) -> bool:
        """Whether it is open for some of that day."""
        return bool(self._slots_of(day))

    def day_after(self, day: date, count: int) -> date:
        """The day so many open days later."""
        while count:
            day += _DAY
            count -= self.opens_on(day)
        return day

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there: from the minute it opens until the one it closes."""
        return self.closing(at) is not None

    def closing(self, at: datetime) -> datetime | None:
        """When it closes next; None while it is closed."""
        year = _windows(self, self._year(at))
        last = bisect_right(year.opens, at) - 1
        return year.closes[last] if last >= 0 and at < year.closes[last] else None

    def next_opening(self, at: datetime) -> datetime:
        """The first moment from then on at which it is open: that moment itself if it is."""
        number = self._year(at)
        year = _windows(self, number)
        following = bisect_right(year.closes, at)
        while following == len(year.closes):
            number, following = number + 1, 0
            year = _windows(self, number)
        return max(at.astimezone(UTC), year.opens[following])

    def last_closing(self, before: datetime) -> datetime:
        """The last time it closed by then."""
        number = self._year(before)
        last = bisect_right(_windows(self, number).closes, before) - 1
        while last < 0:
            number -= 1
            last = len(_windows(self, number).closes) - 1
        return _windows(self, number).closes[last]

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Open time from one moment to the other; negative where the other is the earlier one."""
        if end < start:
            return -self.between(end, start)
        first, last = self._year(start), self._year(end)
        whole = sum((_windows(self, year).total for year in range(first, last)), _NONE)
        return whole + _windows(self, last).until(end) - _windows(self, first).until(start)

    def add(self, at: datetime, delay: timedelta) -> datetime:
        """The first moment until which so much open time has passed. Raises ValueError for a negative delay."""
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
        """When an answer is due that is asked for while it is closed, or too late before it closes; None where it is
        due within the hours that are under way."""
        closing = self.closing(at)
        return None if closing and at.astimezone(UTC) + target <= closing else self.add(at, target)

    def say_expected(self, at: datetime, target: timedelta, zone: ZoneInfo | None = None) -> str:
        """What who asks in that zone is told of it, in French; "" where nothing is to be said."""
        due, there = self.expected(at, target), zone or self.zone
        if due is None:
            return ""
        closing = self.closing(at)
        today = at.astimezone(there).date()
        opening = f"Nous fermons à {say_hour(closing.astimezone(there))}" if closing else "C’est fermé en ce moment"
        return f"{opening}\u00a0: vous aurez une réponse {say_part_of_day(due.astimezone(there), today)}."

    def windows(self, year: int) -> Iterator[tuple[datetime, datetime]]:
        """All that is open in a year, in order, each from when it opens to when it closes."""
        for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            for slot in sorted(self._slots_of(day)):
                yield self._instant(day, slot.opens), self._instant(day, slot.closes)

    def _year(self, at: datetime) -> int:
        return at.astimezone(self.zone).year

    def _slots_of(self, day: date) -> list[Slot]:
        found = [slot for slot in self.slots if slot.weekday == day.weekday()]
        if not found or any(closure.first <= day <= closure.last for closure in self.closures):
            return []
        return [] if holiday(day, self.departement) else found

    def _instant(self, day: date, minutes: int) -> datetime:
        """A time of the wall as an instant; midnight at the end of a day is that at the beginning of the next."""
        later, minutes = divmod(minutes, DAY_MINUTES)
        wall = time(*divmod(minutes, 60), tzinfo=self.zone)
        return datetime.combine(day + later * _DAY, wall).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Year:
    """The open hours of a year, and how much of them is over at each closing."""

    opens: tuple[datetime, ...]
    closes: tuple[datetime, ...]
    over: tuple[timedelta, ...]

    @property
    def total(self) -> timedelta:
        return self.over[-1] if self.over else _NONE

    def until(self, at: datetime) -> timedelta:
        """Open time of this year before a moment of it."""
        last = bisect_right(self.opens, at) - 1
        return self.over[last] - max(self.closes[last] - at, _NONE) if last >= 0 else _NONE

    def after(self, passed: timedelta) -> datetime:
        """The first moment before which so much open time of this year lies: more than none, at most all."""
        last = bisect_left(self.over, passed)
        return self.closes[last] - (self.over[last] - passed)


@lru_cache(64)
def _windows(hours: OfficeHours, year: int) -> _Year:
    found = list(hours.windows(year))
    over = accumulate(closes - opens for opens, closes in found)
    return _Year(tuple(opens for opens, _ in found), tuple(closes for _, closes in found), tuple(over))
