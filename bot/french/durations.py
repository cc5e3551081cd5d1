"""Durations as people write them, in minutes."""

import re
from datetime import timedelta

from bot.french.words import MINUS, NBSP, digits

_HOUR = r"h(?:eures?|rs?)?"
_MINUTE = r"(?:minutes?|min\.?|mn\.?|m)"
_MINUTES = re.compile(rf"([0-9]{{1,4}}) ?{_MINUTE}?")
_CLOCK = re.compile(rf"([0-9]{{1,3}}) ?(?:{_HOUR}|:) ?(?:et )?([0-9]{{1,2}}) ?{_MINUTE}?")
_HOURS = re.compile(rf"([0-9]{{1,3}}(?:[.,][0-9]{{1,2}})?) ?{_HOUR}")
_HOURS_AND_PART = re.compile(rf"([0-9]{{1,3}}) ?{_HOUR} (?:et |moins )?((?:[13]|le) )?(demie?|quarts?)")
_PART_OF_HOUR = re.compile(rf"(?:(1/2|1/4|3/4)|([13] )?quarts?|(?:1 )?demie?) ?(?:d |de )?{_HOUR}")
_FRACTIONS = {"1/2": 30, "1/4": 15, "3/4": 45}


def read_minutes(text: str) -> int | None:
    """Read a duration in minutes: « 1h30 », « 90 », « 1,5 h », « une heure et demie », « 3/4 d’heure ».

    None if it is none. A number alone is a number of minutes. No upper bound is applied here.
    """
    if text.strip().startswith(MINUS):
        return None
    found = digits(text).replace("⁄", "/")  # « ½ » folds to digits around a fraction slash
    if match := _MINUTES.fullmatch(found):
        return int(match[1])
    if match := _CLOCK.fullmatch(found):
        return int(match[1]) * 60 + int(match[2]) if int(match[2]) < 60 else None
    if match := _HOURS.fullmatch(found):
        return round(float(match[1].replace(",", ".")) * 60)
    return _add_parts(found)


def _add_parts(found: str) -> int | None:
    """Read halves and quarters of an hour, alone or after a number of hours."""
    if match := _HOURS_AND_PART.fullmatch(found):
        part = 30 if match[3].startswith("demi") else 15 * int((match[2] or "1").strip().replace("le", "1"))
        return int(match[1]) * 60 + (-part if " moins " in found else part)
    if match := _PART_OF_HOUR.fullmatch(found):
        if match[1]:
            return _FRACTIONS[match[1]]
        return 15 * int(match[2] or 1) if "quart" in found else 30
    return None


def say_minutes(minutes: int) -> str:
    """Say a duration: « 45 min », « 1 h », « 1 h 30 », « 2 h 05 »; the spaces do not break."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min"
    return f"{hours}{NBSP}h" + (f"{NBSP}{rest:02}" if rest else "")


def whole_minutes(delay: timedelta) -> int:
    """A delay to the minute, up from half of one."""
    return (delay + timedelta(seconds=30)) // timedelta(minutes=1)


def say_delay(delay: timedelta) -> str:
    """Say how long something took, to the minute: « moins d’une minute », « 35 min », « 26 h 05 »."""
    minutes = whole_minutes(delay)
    return say_minutes(minutes) if minutes else "moins d’une minute"
