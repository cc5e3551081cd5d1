"""Coming moments as people write them: « demain 9h », « lundi à 14 h 30 », « 24/11 », « 18h »."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.french.coming import read_coming_day
from bot.french.dates import MONTHS, WEEKDAYS, fold_date, say_date, say_day
from bot.french.words import NBSP

MORNING = time(9)
"""The hour of a day that is named without one."""
_HOUR = re.compile(r"(?:^|[ ,])(?:a |vers )?([01]?[0-9]|2[0-3]) ?(?:heures?|h|:) ?([0-5][0-9])?$")


def read_moment(text: str, today: date, zone: ZoneInfo) -> datetime | None:
    """Read a moment of today or later, in that zone; None when the text is none, or names a day that is past.

    An hour alone is one of today, which may be past: the caller judges. A day alone means nine o’clock.
    """
    found = fold_date(text)
    match = _HOUR.search(found)
    hour = time(int(match[1]), int(match[2] or 0)) if match else MORNING
    day = found[: match.start()].strip(" ,") if match else found
    on = read_coming_day(day, today) if day else today if match else None
    return datetime.combine(on, hour, zone) if on else None


def say_moment(moment: datetime) -> str:
    """Say a moment: « mardi 24 novembre 2026 à 9 h 05 »; the spaces about the hour do not break."""
    return f"{say_date(moment.date())} à {say_hour(moment)}"


def say_hour(moment: datetime | time) -> str:
    """Say the hour of a moment: « 9 h », « 9 h 05 »."""
    return f"{moment.hour}{NBSP}h" + (f"{NBSP}{moment.minute:02}" if moment.minute else "")


def say_part_of_day(moment: datetime, today: date) -> str:
    """Say by when something will be, from today on: « cet après-midi », « lundi 30 novembre dans la matinée »."""
    this, of_day = next(said for until, said in _PARTS if moment.time() <= until)
    if moment.date() == today:
        return this
    year = "" if moment.year == today.year else f" {moment.year}"
    return f"{WEEKDAYS[moment.weekday()]} {say_day(moment.date())} {MONTHS[moment.month - 1]}{year} {of_day}"


_PARTS = (
    (time(5), ("cette nuit", "dans la nuit")),
    (time(12), ("ce matin", "dans la matinée")),
    (time(18), ("cet après-midi", "dans l’après-midi")),
    (time.max, ("ce soir", "dans la soirée")),
)
