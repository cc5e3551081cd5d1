"""Periods as people ask for them: « septembre », « 7 jours », « du 1er au 15 mars », « depuis lundi », « tout »."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.french.dates import (
    MONTH_NUMBERS,
    MONTHS,
    days_away,
    fold_date,
    read_date,
    say_date,
    say_days,
)
from bot.french.words import digits
from config.programme import FIRST_DAY

_ONE_DAY = timedelta(days=1)
_LEAD = re.compile(r"(?:(?:le|la|les|l|en|sur|pour|de|d|ce|cet|cette|ces|mois de|du mois de) )+")
_ALL = {"tout", "toute", "tous", "toutes", "toujours", "debut", "depuis le debut", "depuis toujours"}
_UNIT = r"(jours?|semaines?|mois|trimestres?|annees?|ans?)"
_THIS = re.compile(_UNIT + r"(?: en cours| courante?| ci)?")
_LAST = re.compile(_UNIT + r" (?:derniere?|passee?|precedente?)")
_LAST_FEW = re.compile(
    rf"(?:dernieres? |derniers? )?([0-9]{{1,3}}) (?:dernieres? |derniers? )?{_UNIT}(?: derniers| dernieres)?"
)
_MONTH = re.compile(rf"({'|'.join(MONTH_NUMBERS)}|[0-9]{{1,2}}(?=/))\.?(?:[ /]([0-9]{{4}}))?")
_ISO_MONTH = re.compile(r"([0-9]{4})/([0-9]{1,2})")
_QUARTER = re.compile(r"(?:t([1-4])|([1-4]) ?(?:er|e|eme|nd)? trimestre)(?: ([0-9]{4}))?")
_YEAR = re.compile(r"(?:annee |an )?([0-9]{4})")
_SINCE = re.compile(r"depuis (.+)")
_BETWEEN = re.compile(r" (?:au|a|et|jusqu au|jusqu a) | ?(?:→|/ ) ?| ")
_BETWEEN_LEAD = re.compile(r"(?:du|de|d|entre|des)(?: le)? ")


@dataclass(frozen=True)
class Period:
    """The days from `start` up to but not including `end`."""

    start: date
    end: date

    @property
    def last(self) -> date:
        """The last day of the period."""
        return self.end - _ONE_DAY

    @property
    def label(self) -> str:
        """How the period is said; `read_period` reads it back."""
        first, last = self.start, self.last
        if first == last:
            return say_date(first)
        if name := _name_whole(first, self.end):
            return name
        return say_days(first, last)


def _name_whole(first: date, end: date) -> str | None:
    """Name a whole month, quarter or year."""
    months = (end.year - first.year) * 12 + end.month - first.month
    if first.day != 1 or end.day != 1 or months < 1 or (first.month - 1) % months:
        return None
    if months == 1:
        return f"{MONTHS[first.month - 1]} {first.year}"
    if months == 3:
        return f"{('1er', '2e', '3e', '4e')[first.month // 3]} trimestre {first.year}"
    return f"année {first.year}" if months == 12 else None


def months_after(day: date, months: int) -> date:
    """Return the same day of the month some months later (or earlier), or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def read_period(text: str, today: date) -> Period | None:
    """Read a period; None when the text is none. No text means this month.

    Periods in progress (« cette semaine », « trimestre », « depuis … », « 7 jours ») end with today; a month,
    quarter or year given by name is whole, and the latest begun if its year is not said.
    """
    found = fold_date(text)
    try:
        return next((period for reader in _READERS if (period := reader(found, today))), None)
    except (ValueError, OverflowError):
        return None


def _read_all(found: str, today: date) -> Period | None:
    return Period(FIRST_DAY, today + _ONE_DAY) if _LEAD.sub("", found) in _ALL or found in _ALL else None


def _strip_lead(found: str) -> str:
    """Drop the articles and prepositions that open a period."""
    match = _LEAD.match(found)
    return found[match.end() :] if match else found


def _start_of(unit: str, day: date) -> date:
    """Return the first day of the week, month, quarter or year (folded unit) that holds this day."""
    if unit.startswith("jour"):
        return day
    if unit.startswith("semaine"):
        return day - timedelta(days=day.weekday())
    if unit.startswith("mois"):
        return day.replace(day=1)
    month = (day.month - 1) // 3 * 3 + 1 if unit.startswith("trimestre") else 1
    return date(day.year, month, 1)


def _read_this(found: str, today: date) -> Period | None:
    match = _THIS.fullmatch(_strip_lead(found) or "mois")
    return Period(_start_of(match[1], today), today + _ONE_DAY) if match else None


def _read_last(found: str, today: date) -> Period | None:
    match = _LAST.fullmatch(_strip_lead(found))
    if not match:
        return None
    end = _start_of(match[1], today)
    return Period(_start_of(match[1], end - _ONE_DAY), end)


def _read_last_few(found: str, today: date) -> Period | None:
    match = _LAST_FEW.fullmatch(digits(_strip_lead(found)))
    if not match or not int(match[1]):
        return None
    count, unit, end = int(match[1]), match[2], today + _ONE_DAY
    if unit.startswith(("jour", "semaine")):
        return Period(end - timedelta(days=count * (7 if unit.startswith("semaine") else 1)), end)
    months = 1 if unit.startswith("mois") else 3 if unit.startswith("trimestre") else 12
    return Period(months_after(end, -count * months), end)


def _latest_of(month: int, length: int, year: str | None, today: date) -> Period:
    start = date(int(year) if year else today.year, month, 1)
    if not year and start > today:
        start = months_after(start, -12)
    return Period(start, months_after(start, length))


def _read_named(found: str, today: date) -> Period | None:
    bare = _strip_lead(found)
    if match := _YEAR.fullmatch(bare):
        return _latest_of(1, 12, match[1], today)
    if match := _QUARTER.fullmatch(bare):
        return _latest_of(int(match[1] or match[2]) * 3 - 2, 3, match[3], today)
    if match := _ISO_MONTH.fullmatch(bare):
        return _latest_of(int(match[2]), 1, match[1], today)
    if match := _MONTH.fullmatch(bare):
        month = MONTH_NUMBERS.get(match[1]) or int(match[1])
        return _latest_of(month, 1, match[2], today)
    return None


def _read_single(found: str, today: date) -> Period | None:
    day = read_date(found.removeprefix("du "), today)
    return Period(day, day + _ONE_DAY) if day else None


def _read_since(found: str, today: date) -> Period | None:
    match = _SINCE.fullmatch(found)
    begun = match and read_period(match[1], today)
    return Period(begun.start, today + _ONE_DAY) if begun and begun.start <= today else None


def _read_between(found: str, today: date) -> Period | None:
    opening = _BETWEEN_LEAD.match(found)
    bounds = found[opening.end() :] if opening else found
    for link in _BETWEEN.finditer(bounds):
        # « du 3 au 12 » names days of a month; two bare numbers side by side name nothing.
        le = "le " if opening or link[0].strip() else ""
        last = _read_last_day(bounds[link.end() :], today, le)
        first = _read_first_day(bounds[: link.start()], last, today, le) if last else None
        if first and last:
            return Period(min(first, last), max(first, last) + _ONE_DAY)
    return None


def _read_last_day(found: str, today: date, le: str) -> date | None:
    """Read a last day, or the period that it ends."""
    day = read_date(found, today) or read_date(le + found, today)
    named = None if day else _read_named(found, today)
    return named.last if named else day


def _read_first_day(found: str, last: date, today: date, le: str) -> date | None:
    """Read a first day, or the period that it begins, completed from the last one: « du 1er au 15 mars »."""
    if days_away(found) is not None:
        return read_date(found, today)
    named = _read_named(found, last)
    return named.start if named else read_date(found, last) or read_date(le + found, last)


_READERS: tuple[Callable[[str, date], Period | None], ...] = (
    *(_read_all, _read_this, _read_last, _read_last_few),
    *(_read_named, _read_single, _read_since, _read_between),
)
