"""Which days of a calendar a line asks to see."""

from datetime import date, timedelta

from bot.french import Period, read_coming_period, read_days_either_way, read_period

_ALL = frozenset({"liste", "a venir", "tout", "tous", "mes rendez vous", "mes rdv"})
COMING = timedelta(days=90)
_WEEK = timedelta(weeks=1)


def read_days(said: str, today: date) -> Period | None:
    """Read which days a line, folded, asks to see: « semaine », « demain », « passes », « juin »; None for others."""
    if said in _ALL:
        return Period(today, today + COMING)
    if said in {"semaine", "cette semaine", "la semaine"}:
        monday = today - timedelta(days=today.weekday())
        return Period(monday, monday + _WEEK)
    if said == "passes":
        return Period(today - _WEEK, today)
    named = filter(None, (read_coming_period(said, today), read_period(said, today)))
    return read_days_either_way(said, today) or min(named, key=lambda one: _distance(one, today), default=None)


def _distance(days: Period, today: date) -> timedelta:
    """Tell how far days are; what is past is meant less often: « juin », said in November, is the next one."""
    return days.start - today if days.start >= today else 2 * (today - days.start)
