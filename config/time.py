"""Time conventions of the whole bot: the default time zone, the days of a week, the units of a duration."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DAY_MINUTES = 24 * 60
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOMENT = re.compile(
    r"\b(?:aujourd.hui|demain|après-demain|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)(?: prochain)?|"
    r"(?:le )?\d{1,2}/\d{1,2}|"
    r"dans (?:une? |deux |trois |\d{1,3} ?)(?:demi.heure|heures?|h|minutes?|min|jours?)\b)"
    r"(?: (?:à |a )?\d{1,2} ?h(?: ?\d\d)?\b| (?:matin|midi|soir))?",
    re.IGNORECASE,
)
"""The moment named in a text: « demain 9h », « lundi prochain matin », « dans 2 heures »."""
LAST, _LAST_DIGIT = -1, 9
"""The code of the last weekday of a month, and its digit where several such codes make one number."""
EVEN_WEEKS, ODD_WEEKS = -2, -1
"""Weeks whose number in the year (ISO 8601) is even, or odd: two odd ones follow each other after one of 53."""
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


def to_milliseconds(moment: datetime) -> int:
    """Return an instant as Mattermost counts it: milliseconds since 1970."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


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


def join_nth(numbers: Iterable[int]) -> int:
    """Join which ones of a month are meant to one number: 13 for the first and the third, 29 for the second and the
    last; alone, the last is -1."""
    given = sorted(_LAST_DIGIT if one == LAST else one for one in set(numbers))
    return LAST if given == [_LAST_DIGIT] else int("".join(map(str, given)) or 0)


def split_nth(nth: int) -> list[int]:
    """Return which ones of a month are meant."""
    digits = [] if nth == 0 else [nth] if nth < 0 else [int(digit) for digit in str(nth)]
    return [LAST if digit == _LAST_DIGIT else digit for digit in digits]


def join_weekdays(days: Iterable[int]) -> int:
    """Join weekdays (Monday is 0) to one number: one alone is itself, of several each is a bit of a negative number."""
    given = sorted(set(days))
    return given[0] if len(given) == 1 else -sum(1 << day for day in given)


def split_weekdays(code: int) -> list[int]:
    """Return the weekdays that are meant."""
    return [code] if code >= 0 else [day for day in range(len(WEEKDAYS)) if -code >> day & 1]


def is_nth_of_month(day: date, nth: int) -> bool:
    """Tell whether a day is one of those of its weekday in its month that are meant; 0 means all."""
    is_last = (day + timedelta(weeks=1)).month != day.month
    return not nth or any(is_last if one == LAST else (day.day - 1) // 7 + 1 == one for one in split_nth(nth))


def is_in_week(day: date, first: date, every: int) -> bool:
    """Tell whether a day is in one of the weeks that are meant: every so many from that of the ``first`` day on, or
    those of even or odd number."""
    if every < 0:
        return day.isocalendar().week % 2 == every % 2
    monday = first - timedelta(days=first.weekday())
    return (day - monday).days // 7 % every == 0
