"""Time conventions of the whole bot: the default time zone, the days of a week, the units of a duration."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DAY_MINUTES = 24 * 60
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "j": timedelta(days=1),
    "sem": timedelta(weeks=1),
    "mois": timedelta(days=30),
}
"""The units of a duration, by how their names begin."""
_FRENCH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def read_day(text: str) -> date:
    """Read a date, ISO or as a French spreadsheet rewrites it. Raises ValueError."""
    said = text.strip()
    try:
        if found := _FRENCH_DATE.fullmatch(said):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(said)
    except ValueError:
        raise ValueError(f"« {said} » n’est pas une date (2026-09-12)") from None


def read_duration(number: str, unit: str) -> timedelta:
    """Read a number of « s », « min », « heures », « j », « semaines », « mois » … as a duration."""
    name = unit.lower()
    return int(number) * next(_UNITS[start] for start in (name, name[:3], name[:1]) if start in _UNITS)


def find_midnight(day: date, zone: ZoneInfo = PARIS) -> datetime:
    """Find the moment at which a day begins in a zone."""
    return datetime.combine(day, time(), zone)


def write_instant(moment: datetime) -> str:
    """Write an instant as programs read it, in UTC and to the second: « 2026-12-01T08:00:00Z »."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def is_skipped(moment: datetime) -> bool:
    """Tell whether clocks skip a local time, as they were put forward over it."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None, fold=0) != moment.replace(tzinfo=None)


def is_double(moment: datetime) -> bool:
    """Tell whether clocks show a local time twice, as they were put back."""
    first, second = moment.replace(fold=0), moment.replace(fold=1)
    return not is_skipped(first) and first.utcoffset() != second.utcoffset()
