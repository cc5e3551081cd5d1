"""The periods around another one: the previous, the next, and the one to compare it with."""

from datetime import date, timedelta

from bot.french.periods import Period, months_after
from config.programme import FIRST_DAY

_ONE_DAY = timedelta(days=1)
_WEEK_DAYS = 7
_YEAR_MONTHS = 12
_QUARTER_MONTHS = 3


def period_before(period: Period, today: date) -> Period | None:
    """Return the week, month, quarter, year or run of days before a period; None before the first possible day."""
    if months := _count_months(period, today):
        found = Period(months_after(period.start, -months), period.start)
    else:
        found = Period(period.start - timedelta(days=_count_days(period)), period.start)
    return found if found.last >= FIRST_DAY else None


def period_after(period: Period, today: date) -> Period | None:
    """Return the next period, up to today if it is in progress; None if it has not begun."""
    months = _count_months(period, today)
    start = months_after(period.start, months) if months else period.start + timedelta(days=_count_days(period))
    end = months_after(start, months) if months else start + timedelta(days=_count_days(period))
    return Period(start, min(end, today + _ONE_DAY)) if start <= today else None


def period_to_compare(period: Period, today: date) -> Period:
    """Return the same days of the previous period: all of it or, for a period in progress, its first days."""
    if period.last > today:
        period = Period(period.start, max(today, period.start) + _ONE_DAY)
    months = _count_months(period, today)
    if not months:
        back = timedelta(days=_count_days(period))
        return Period(period.start - back, min(period.end - back, period.start))
    start = months_after(period.start, -months)
    if months_after(period.start, months) == period.end:
        return Period(start, period.start)
    return Period(start, min(months_after(period.last, -months) + _ONE_DAY, period.start))


def _count_months(period: Period, today: date) -> int:
    """Return the number of months in the unit of a period (month, quarter, year, whole months); 0 for days.

    What ends today is a unit in progress, even when today is the last day of a month.
    """
    if period.start.day != 1:
        return 0
    spanned = (period.last.year - period.start.year) * _YEAR_MONTHS + period.last.month - period.start.month + 1
    is_whole = period.end.day == 1
    if spanned == 1 or (is_whole and period.last != today):
        return spanned
    if spanned <= _QUARTER_MONTHS and (period.start.month - 1) % _QUARTER_MONTHS == 0:
        return _QUARTER_MONTHS
    if spanned <= _YEAR_MONTHS and period.start.month == 1:
        return _YEAR_MONTHS
    return spanned if is_whole else 0


def _count_days(period: Period) -> int:
    """Return the number of days in the unit of a period; a week in progress has seven."""
    days = (period.end - period.start).days
    return _WEEK_DAYS if days <= _WEEK_DAYS and days > 1 and period.start.weekday() == 0 else days
