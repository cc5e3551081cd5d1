"""Moments as people write them: « demain 9h », « lundi à midi », « le 5 décembre à 10 h 30 »."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.french.dates import fold_date
from bot.french.periods import read_named_day
from bot.french.words import read_minutes
from config.time import DAY_MINUTES

MORNING = time(9)
"""The hour of a day that is named without one."""
_CLOCK = r"(?:a |vers )?([01]?[0-9]|2[0-3]) ?(?:heures?|h|:) ?([0-5][0-9])?"
_HOUR = re.compile(rf"^{_CLOCK}[ ,]+|(?:^|[ ,]){_CLOCK}$")
_PART = re.compile(r"(?:^|[ ,])(?:a |en |l )?(midi|apres midi|aprem|soir|soiree)$")
_BEGINNINGS = {"midi": time(12), "apres midi": time(14), "aprem": time(14), "soir": time(18), "soiree": time(18)}
"""The hour of a part of the day; a morning begins as a day does."""


_BARE = re.compile(r"[0-9 ]+")
_FROM_NOW = re.compile(r"(?:dans|d ici) (?![0-9]{1,9}$)(.{2,40})")
_LONGEST_FROM_NOW = 7 * DAY_MINUTES


def read_moment(text: str, today: date, zone: ZoneInfo, now: datetime | None = None) -> datetime | None:
    """Read a moment of today or later, in that zone; None when the text is none, or names a day that is past.

    An hour alone is one of today, which may be past: the caller judges. A day alone means nine o’clock. « dans 2 heures
    » is read where ``now`` is given.
    """
    found, hour = fold_date(text), MORNING
    if now and (match := _FROM_NOW.fullmatch(found)) and (minutes := read_minutes(match[1])):
        later = (now + timedelta(minutes=minutes)).astimezone(zone).replace(second=0, microsecond=0)
        return later if minutes <= _LONGEST_FROM_NOW else None
    if match := _HOUR.search(found):
        hour = time(int(match[1] or match[3]), int(match[2] or match[4] or 0))
    elif match := _PART.search(found):
        hour = _BEGINNINGS[match[1]]
    day = (found[: match.start()] + found[match.end() :]).strip(" ,") if match else found
    if match and day in {"", "ce", "cet", "cette"}:
        day = "aujourd hui"
    if _BARE.fullmatch(day):
        return None
    on = read_named_day(day, today)
    return datetime.combine(on, hour, zone) if on else None


def is_past_moment(text: str, today: date, zone: ZoneInfo) -> bool:
    """Return whether a text says a moment of a day that is past: yesterday, or a day with its year."""
    if re.search(r"\bhier\b", fold_date(text)):
        return True
    long_ago = today - timedelta(days=3650)
    return bool(re.search(r"\d{4}", text) and not read_moment(text, today, zone) and read_moment(text, long_ago, zone))


def write_moment(moment: datetime) -> str:
    """Write a moment as `read_moment` reads it, for a field."""
    return f"{moment:%d/%m/%Y %Hh%M}"
