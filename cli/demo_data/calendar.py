"""When the made-up conseillers work: Monday to Friday, some Saturdays, little in August, not on public holidays."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate

_HOLIDAYS = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
_MONTHS = {7: 0.7, 8: 0.35, 12: 0.8}
_WEEKDAYS = (1.0, 1.1, 0.95, 1.05, 0.9, 0.07, 0.0)


def spread(count: int, start: date, last: date) -> Iterator[tuple[date, range]]:
    """The numbers of the comptes rendus of each day from ``start`` to ``last`` that has some."""
    days = [start + timedelta(days=n) for n in range((last - start).days + 1)]
    weights = [_weight(day) for day in days]
    if not any(weights):
        weights = [1.0] * len(days)
    total, first = sum(weights), 0
    for day, so_far in zip(days, accumulate(weights), strict=True):
        end = min(count, round(count * so_far / total))
        if end > first:
            yield day, range(first, end)
        first = max(first, end)


def _weight(day: date) -> float:
    if (day.month, day.day) in _HOLIDAYS:
        return 0.0
    return _WEEKDAYS[day.weekday()] * _MONTHS.get(day.month, 1.0)


def present(day: date, start: date, last: date) -> float:
    """Which part of the conseillers has arrived: a third at first, everybody after a third of the time."""
    elapsed = (day - start).days / max(1, (last - start).days)
    return min(1.0, 1 / 3 + 2 * elapsed)
