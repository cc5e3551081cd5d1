"""French wording: plurals, enumerations, and durations."""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.french.numbers import MINUS, digits
from config.text import fold
from config.time import WEEKDAYS

NBSP = "\u00a0"
THIN_SPACE = "\u202f"

_VOWELS = tuple("aeiouy")


def plural(n: int, one: str, many: str | None = None) -> str:
    """Return the count and its noun: « 1 participant », « 8 participants » (0 and 1 are singular in French).

    `many` is the plural when it is not made by adding an s to every word of `one`.
    """
    return f"{group(n)} {noun(n, one, many)}"


def noun(n: int, one: str, many: str | None = None) -> str:
    """Return what is counted, without its count, as `plural` does."""
    if abs(n) < 2:
        return one
    return many or " ".join(word if word.endswith(("s", "x", "z")) else f"{word}s" for word in one.split(" "))


def group(n: int) -> str:
    """Return a number in digits, by groups of three; the narrow space does not break."""
    return f"{n:,}".replace(",", THIN_SPACE)


def of(noun: str) -> str:
    """Return the noun after « de »: « de participants », « d’accompagnements », « d’avril »."""
    return f"d’{noun}" if fold(noun).startswith(_VOWELS) else f"de {noun}"


def join(items: Sequence[str], last: str = "et") -> str:
    """Enumerate: « a », « a et b », « a, b et c »."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def join_some(items: Sequence[str], most: int) -> str:
    """Enumerate the first items, and count the others: « a, b et 3 autres »."""
    more = len(items) - most
    return join([*items[:most], *([plural(more, "autre")] if more > 0 else [])])


_HOUR = r"h(?:eures?|rs?)?"
_MINUTE = r"(?:minutes?|mins?\.?|mns?\.?|m)"
_MINUTES = re.compile(rf"([0-9]{{1,4}}) ?{_MINUTE}?")
_CLOCK = re.compile(rf"([0-9]{{1,3}}) ?(?:{_HOUR}|:) ?(?:et )?([0-9]{{1,2}}) ?{_MINUTE}?")
_HOURS = re.compile(rf"([0-9]{{1,3}}(?:[.,][0-9]{{1,2}})?) ?{_HOUR}")
_HOURS_AND_PART = re.compile(rf"([0-9]{{1,3}}) ?{_HOUR} ?(?:et |moins )?((?:[13]|le) )?(demie?|quarts?|1/2|1/4|3/4)")
_PART_OF_HOUR = re.compile(rf"(?:(1/2|1/4|3/4)|([13] )?quarts?|(?:1 )?demie?) ?(?:d |de )?{_HOUR}")
_FRACTIONS = {"1/2": 30, "1/4": 15, "3/4": 45}


_GLUED = re.compile(
    rf"\b(\d{{1,2}}h(?:[0-5]\d)?|\d{{1,3}}(?:min|mn|p))(?=(?:atelier|indiv|ponct|rdv))|"
    rf"\b(ateliers?|individuels?|indiv|ponctuels?|ponct|hier|demain|{'|'.join(WEEKDAYS)})(?=\d)",
    re.IGNORECASE,
)


_ARROW = re.compile(r"(?<=[\dh]) ?(?:[-=]?>|→) ?(?=\d{1,2} ?h)", re.IGNORECASE)
"""An arrow between two hours: « 14h→16h »."""


_THAN_YESTERDAY = re.compile(r"\b(?:qu|k|q)(?=h?ier\b)", re.IGNORECASE)
"""« Qu’ », typed as one word with « hier »: « pareil quhier », « kier »."""


def part_glued(text: str) -> str:
    """Part what was typed as one word, « 2h30atelier », « jeudi10h », « quhier », and write « 14h→16h » as
    « 14h-16h »."""
    return _ARROW.sub("-", _GLUED.sub(lambda found: f"{found[0]} ", _THAN_YESTERDAY.sub("qu ", text)))


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
        quarters = 2 if match[3].startswith("demi") else int((match[2] or "1").strip().replace("le", "1"))
        part = _FRACTIONS.get(match[3], 15 * quarters)
        return int(match[1]) * 60 + (-part if " moins " in found else part)
    if match := _PART_OF_HOUR.fullmatch(found):
        if match[1]:
            return _FRACTIONS[match[1]]
        return 15 * int(match[2] or 1) if "quart" in found else 30
    return None


def say_minutes(minutes: int) -> str:
    """Say a duration: « 45 min », « 1 h », « 1 h 30 », « 1 228 h 05 »; the spaces do not break."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min"
    return f"{group(hours)}{NBSP}h" + (f"{NBSP}{rest:02}" if rest else "")


def write_minutes(minutes: int, gap: str = "") -> str:
    """Write a duration as it is typed in a line: « 1h », « 1h30 », « 45min »; ``gap`` stands before « min »."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h{rest:02}" if rest else f"{hours}h") if hours else f"{minutes}{gap}min"


def whole_minutes(delay: timedelta) -> int:
    """Round a duration to minutes, half a minute up."""
    return (delay + timedelta(seconds=30)) // timedelta(minutes=1)


def say_delay(delay: timedelta) -> str:
    """Write how long something took, to the minute: « moins d’une minute », « 35 min », « 26 h 05 »."""
    minutes = whole_minutes(delay)
    return say_minutes(minutes) if minutes else "moins d’une minute"
