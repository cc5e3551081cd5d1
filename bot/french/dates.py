"""Dates as people write them (« hier », « lundi dernier », « 12/09 », « le 3 », « 1er mars 2026 »), and as they are
said, with or without their hour."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from bot.french.numbers import digits
from bot.french.words import NBSP
from config.text import fold
from config.time import WEEKDAYS

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
MONTHS_SHORT = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
_SHORT_MONTHS = {
    **{"janv": 1, "jan": 1, "fevr": 2, "fev": 2, "avr": 4, "juil": 7},
    **{"sept": 9, "sep": 9, "oct": 10, "nov": 11, "dec": 12},
}
MONTH_NUMBERS = {fold(name): number for number, name in enumerate(MONTHS, 1)} | _SHORT_MONTHS
WRITTEN_MONTH = rf"(?:{'|'.join(MONTH_NUMBERS)}|février|août|décembre)"
"""A month as it is typed, with its accents or without."""

# Longer texts are no date; reading stops there.
_LONGEST_TEXT = 80

_DAYS_AWAY = {
    **{
        "aujourd hui": 0,
        "auj": 0,
        "ajd": 0,
        "aujourdhui": 0,
        "ce jour": 0,
        "ce matin": 0,
        "ce midi": 0,
        "cet apres midi": 0,
        "cet aprem": 0,
        "ce soir": 0,
    },
    **{
        "hier": -1,
        "ier": -1,
        "yer": -1,
        "avant hier": -2,
        "avanthier": -2,
        "davant hier": -2,
        "davanthier": -2,
        "demain": 1,
        "apres demain": 2,
        "apresdemain": 2,
        "tout a l heure": 0,
        "tt a l heure": 0,
    },
}
_MOMENT = re.compile(r" (?:matin|midi|apres midi|aprem|soir|au soir)$")
_AGO = re.compile(r"(?:il )?y ?a ([0-9]{1,4}) (jours?|semaines?)")
_IN = re.compile(r"\bdans ([0-9]{1,3}) (jours?|semaines?)")
_A_WEEK_OR_TWO = re.compile(r"(?:dans|(?:il )?y ?a) (?:8|15) jours")
_WEEKDAY = re.compile(rf"(?:ce )?({'|'.join(WEEKDAYS)})( dernier| passe)?")
_LAST_WEEK = r"la semaine (?:derniere|passee)"
_OF_LAST_WEEK = re.compile(
    rf"(?:le )?({'|'.join(WEEKDAYS)}) (?:de )?{_LAST_WEEK}|{_LAST_WEEK} (?:le )?({'|'.join(WEEKDAYS)})"
)
_BESIDE = re.compile(r"(?:la |le )?(veille|lendemain) (?:du|de la|de l|de|d) ?(.+)")
"""The day before another or after it: « la veille du 5 décembre »."""
_OPENING = re.compile(rf"(?:le )?(?:({'|'.join(WEEKDAYS)}) )?(?:le )?")
_YEAR = r"([0-9]{4}|[0-9]{2})"
_SLASHED = re.compile(rf"([0-9]{{1,2}})/([0-9]{{1,2}})(?:/{_YEAR})?")
_ISO = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")
_LETTERS = re.compile(rf"([0-9]{{1,2}})(?: ?er)? ({'|'.join(MONTH_NUMBERS)})\.?(?: {_YEAR})?")
_DAY_OF_MONTH = re.compile(r"([0-9]{1,2})(?: ?er)?")


def read_date(text: str, today: date) -> date | None:
    """Read a date; None when the text is no date or an impossible one (« 31/02 »).

    What is left unsaid (the year, the month, which Monday) is completed with the most recent past: « 12/09 »
    is the last 12 September up to today. A date given in full may be later than today: the caller judges.
    """
    return read_folded(fold_date(text), today)


def read_folded(text: str, today: date) -> date | None:
    """Read a date, as `read_date` does, in a text that `fold_date` returned: who reads it for several days folds it
    once."""
    try:
        found = _read(text, today)
    except (ValueError, OverflowError):
        return None
    return found if found and has_moments(found) else None


def has_moments(day: date) -> bool:
    """Return whether every time of a day exists in all time zones; those of the first and last possible years may
    not."""
    return date.min.year < day.year < date.max.year


def fold_date(text: str) -> str:
    """Fold a text that may hold dates: dots and hyphens between digits become slashes, « premier » 1er."""
    found = fold(re.sub(r"(?<=[0-9])[-‐‑–.](?=[0-9])", "/", text[:_LONGEST_TEXT]))
    found = _SHORT_WEEKDAY.sub(lambda short: spell_weekday(short[1]), found)
    found = _SPELLED_DAY.sub(lambda spelled: digits(spelled[0]), found)
    return re.sub(r"\bpremier\b", "1er", found)


_UNITS = "(?:deux|trois|quatre|cinq|six|sept|huit|neuf)"
_SPELLED_DAY = re.compile(
    rf"\b(?:(?:vingt|trente)(?: et un| {_UNITS})?|{_UNITS}|dix(?: sept| huit| neuf)?|onze|douze|treize|quatorze|"
    rf"quinze|seize)(?= (?:{'|'.join(map(fold, MONTHS))})\b)"
)
"""A day of a month in letters: « trente novembre »."""


SHORT_WEEKDAY = r"(?:lun|mar|merc?|jeu|vend?|sam|dim)"
"""A day of the week by its first letters, which ``spell_weekday`` spells."""
_SHORT_WEEKDAY = re.compile(rf"\b({SHORT_WEEKDAY})\b\.?(?= \d{{1,2}}(?:/|er\b|$| (?:{'|'.join(MONTH_NUMBERS)})\b))")
"""A day of the week in three or four letters before its number: « jeu 26 », « merc 25 »."""


def spell_weekday(short: str) -> str:
    """Spell a day of the week that is written by its first letters, « merc »; any other text stays as it is."""
    return next((day for day in WEEKDAYS if day.startswith(short.lower())), short)


def _read(found: str, today: date) -> date | None:
    if (away := days_away(found)) is not None:
        return today + timedelta(days=away)
    if match := _BESIDE.fullmatch(found):
        day = _read(match[2], today)
        return day + timedelta(days=-1 if match[1] == "veille" else 1) if day else None
    if match := _OF_LAST_WEEK.fullmatch(_MOMENT.sub("", found)):
        return today + timedelta(days=WEEKDAYS.index(match[1] or match[2]) - today.weekday() - 7)
    if match := _WEEKDAY.fullmatch(_MOMENT.sub("", found.removeprefix("le "))):
        return _last_weekday(WEEKDAYS.index(match[1]), today, strictly=bool(match[2]))
    return _read_announced(found, today)


def _read_announced(found: str, today: date) -> date | None:
    """Read a calendar date after an optional « le » or weekday; a weekday that contradicts it gives None."""
    match = _OPENING.match(found)
    assert match  # every part of the opening is optional
    weekday, rest = match[1], found[match.end() :]
    # A number alone is a day of the month only when a « le » or a weekday announces it.
    read = _read_day(rest, today) if match[0] else None
    read = read or _read_calendar(rest, today)
    contradicts = read and weekday and WEEKDAYS[read.weekday()] != weekday
    return None if contradicts else read


def _read_day(found: str, today: date) -> date | None:
    match = _DAY_OF_MONTH.fullmatch(found)
    return _latest_day(_months_back(int(match[1]), today), today) if match else None


def days_away(found: str) -> int | None:
    """Return the distance from today in a folded text: « hier » is -1, « il y a 3 jours » is -3, « dans 3 jours » is
    3."""
    for text in (found, _MOMENT.sub("", found)):
        if text in _DAYS_AWAY:
            return _DAYS_AWAY[text]
    # Only here, because « sept. » is September elsewhere.
    counted = digits(found)
    for pattern, sign in ((_AGO, -1), (_IN, 1)):
        if (match := pattern.fullmatch(counted)) and not is_a_week_or_two(counted):
            return sign * int(match[1]) * (7 if match[2].startswith("semaine") else 1)
    return None


_RANKS = {
    **{"1er": 1, "1 er": 1, "deuxieme": 2, "second": 2, "2e": 2, "2eme": 2, "2nd": 2, "troisieme": 3, "3e": 3},
    **{"3eme": 3, "quatrieme": 4, "4e": 4, "4eme": 4, "dernier": -1},
}
_RANKED = re.compile(
    rf"(?:le )?({'|'.join(_RANKS)}) ({'|'.join(WEEKDAYS)}) "
    rf"(?:(?:de |d |d.|du mois de |du mois d )({'|'.join(MONTH_NUMBERS)})(?: (\d{{4}}))?|du mois( prochain)?)"
)


_OF_WEEK = re.compile(rf"(?:le )?({'|'.join(WEEKDAYS)}) (?:de (?:la )?|en )?semaine (0?[1-9]|[1-4]\d|5[0-2])")


def read_ranked_weekday(found: str, today: date) -> date | None:
    """Read the coming « 1er lundi de décembre », « dernier vendredi du mois » or « mercredi semaine 50 », folded; None
    for a past one."""
    if match := _OF_WEEK.fullmatch(found):
        days = (
            date.fromisocalendar(today.year + ahead, int(match[2]), WEEKDAYS.index(match[1]) + 1) for ahead in (0, 1)
        )
        return next((day for day in days if day >= today), None)
    match = _RANKED.fullmatch(found)
    if match is None:
        return None
    month = MONTH_NUMBERS[match[3]] if match[3] else today.month % 12 + 1 if match[5] else today.month
    years = [int(match[4])] if match[4] else [today.year, today.year + 1] if match[3] or match[5] else [today.year]
    found_days = (_find_ranked(year, month, _RANKS[match[1]], WEEKDAYS.index(match[2])) for year in years)
    return next((day for day in found_days if day >= today), None)


def _find_ranked(year: int, month: int, rank: int, weekday: int) -> date:
    """Find the weekday of a rank in a month; -1 is the last."""
    if rank < 0:
        last = date(year, month, monthrange(year, month)[1])
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (rank - 1))


def is_a_week_or_two(found: str) -> bool:
    """Tell whether a folded text means a week or two to one, and that many days to another: « il y a quinze jours »."""
    return _A_WEEK_OR_TWO.fullmatch(digits(found)) is not None


def _last_weekday(weekday: int, today: date, *, strictly: bool) -> date:
    back = (today.weekday() - weekday) % 7
    return today - timedelta(days=7 if strictly and back == 0 else back)


def _read_calendar(found: str, today: date) -> date | None:
    if match := _ISO.fullmatch(found):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _SLASHED.fullmatch(found):
        day, month, year = int(match[1]), int(match[2]), match[3]
    elif match := _LETTERS.fullmatch(found):
        day, month, year = int(match[1]), MONTH_NUMBERS[match[2]], match[3]
    else:
        return None
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    return _latest_day(((today.year - back, month, day) for back in range(9)), today)


def _months_back(day: int, today: date) -> Iterator[tuple[int, int, int]]:
    for back in range(3):
        years, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        yield years, month + 1, day


def _latest_day(candidates: Iterator[tuple[int, int, int]], today: date) -> date | None:
    """Return the first candidate (year, month, day) that exists and is not in the future."""
    for candidate in candidates:
        try:
            found = date(*candidate)
        except ValueError:
            continue
        if found <= today:
            return found
    return None


def write_date(day: date) -> str:
    """Write a date as `read_date` reads it, for a field."""
    return f"{day:%d/%m/%Y}"


def say_date(day: date, today: date | None = None) -> str:
    """Write a date: « mardi 24 novembre 2026 ».

    With `today`, near dates are shorter: « aujourd’hui », « hier », and no year for a past day of this year.
    """
    if today and day == today:
        return "aujourd’hui"
    if today and day == today - timedelta(days=1):
        return "hier"
    said = say_weekday(day)
    return said if today and today.year == day.year and day < today else f"{said} {day.year}"


def say_on(day: date, today: date) -> str:
    """Write on which day something was: « aujourd’hui », « hier », « le mardi 24 novembre »."""
    return say_date(day, today) if day in (today, today - timedelta(days=1)) else f"le {say_date(day, today)}"


def say_weekday(day: date, today: date | None = None) -> str:
    """Say a day without its year: « mardi 24 novembre »; with `today`, a year that is another than its one."""
    year = f" {day.year}" if today and today.year != day.year else ""
    return f"{WEEKDAYS[day.weekday()]} {say_day(day)} {MONTHS[day.month - 1]}{year}"


def say_age(day: date, today: date) -> str:
    """Write how long ago a day was: « hier », « il y a 3 jours », « il y a 5 mois »; for a coming day, its date."""
    days = (today - day).days
    if days < 0:
        return f"le {say_date(day)}"
    if days < 2:
        return say_date(day, today)
    if days < 14:
        return f"il y a {days} jours"
    if days < 61:
        return f"il y a {days // 7} semaines"
    months = days * 12 // 365
    return f"il y a {months} mois" if months < 24 else f"il y a {days // 365} ans"


def say_day(day: date) -> str:
    """Say the day of the month: « 1er », « 24 »."""
    return "1er" if day.day == 1 else str(day.day)


def say_month(day: date) -> str:
    """Say the month of a day: « novembre 2026 »."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def say_days(first: date, last: date) -> str:
    """Say days: « le lundi 30 novembre 2026 », « du 30 novembre au 4 décembre 2026 »."""
    if first == last:
        return f"le {say_date(first)}"
    opening = say_day(first)
    if (first.year, first.month) != (last.year, last.month):
        opening += f" {MONTHS[first.month - 1]}"
    if first.year != last.year:
        opening += f" {first.year}"
    return f"du {opening} au {say_day(last)} {say_month(last)}"


def say_hour(moment: datetime | time) -> str:
    """Say the hour of a moment: « 9 h », « 9 h 05 »."""
    return f"{moment.hour}{NBSP}h" + (f"{NBSP}{moment.minute:02}" if moment.minute else "")


def say_moment(moment: datetime) -> str:
    """Say a moment: « mardi 24 novembre 2026 à 9 h 05 »; the spaces about the hour do not break."""
    return f"{say_date(moment.date())} à {say_hour(moment)}"


_PARTS_OF_DAY = (
    (time(5), ("cette nuit", "dans la nuit")),
    (time(12), ("ce matin", "dans la matinée")),
    (time(18), ("cet après-midi", "dans l’après-midi")),
    (time.max, ("ce soir", "dans la soirée")),
)
"""Until when a part of the day is, and what it is called today and on another day."""


def say_part_of_day(moment: datetime, today: date) -> str:
    """Say by when something will be, from today on: « cet après-midi », « lundi 30 novembre dans la matinée »."""
    this, of_day = next(said for until, said in _PARTS_OF_DAY if moment.time() <= until)
    return this if moment.date() == today else f"{say_weekday(moment.date(), today)} {of_day}"
