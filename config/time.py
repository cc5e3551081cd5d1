"""Time as the whole bot has it: the zone of those without another, the days of a week, the units of a duration."""

from datetime import timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "j": timedelta(days=1),
    "sem": timedelta(weeks=1),
    "mois": timedelta(days=30),
}
"""By how their names begin."""


def read_duration(number: str, unit: str) -> timedelta:
    """Read a number of « s », « min », « heures », « j », « semaines », « mois » … as a duration."""
    name = unit.lower()
    return int(number) * next(_UNITS[start] for start in (name, name[:3], name[:1]) if start in _UNITS)
