"""When nobody is on duty."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.office_hours import OfficeHours
from storage.hotline.duty import Absence, Turn


@dataclass(frozen=True, slots=True)
class Gap:
    """Open days, the first and the last, on which nobody is on duty for some queues."""

    first: date
    last: date
    queues: frozenset[str]


def find_gaps(
    hours: OfficeHours,
    queues: Collection[str],
    turns: Sequence[Turn],
    absences: Sequence[Absence],
    days: Sequence[date],
) -> list[Gap]:
    """The gaps among those days, in order; those that are closed are none, nor do they part one."""
    found: list[Gap] = []
    under_way = False
    for day in filter(hours.opens_on, days):
        there = [turn for turn in turns if is_there(turn, day, absences)]
        missing = frozenset(queue for queue in queues if not any(turn.covers(queue) for turn in there))
        if under_way and found[-1].queues == missing:
            found[-1] = Gap(found[-1].first, day, missing)
        elif missing:
            found.append(Gap(day, day, missing))
        under_way = bool(missing)
    return found


def is_there(turn: Turn, day: date, absences: Sequence[Absence]) -> bool:
    """Whether who has that turn is on duty on that day: they may be away."""
    return turn.has(day) and not any(each.user_id == turn.user_id and each.has(day) for each in absences)


def days_from(first: date, count: int) -> list[date]:
    """So many days, from that one on."""
    return [first + timedelta(days=n) for n in range(count)]
