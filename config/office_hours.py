"""When the hotline is open, as operators write it: « lun-ven 9:00-12:30 13:30-17:30; sam 9:00-12:00 », and when not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from config.text import fold
from config.time import DAY_MINUTES, WEEKDAYS

USUAL_HOURS = "lun-ven 9:00-12:30 13:30-17:30"
DOUBLED = (2 * 60, 3 * 60)
"""Minutes of the day between which one night a year has each hour twice, and another has none."""
LONGEST_CLOSURE = 366
"""The most days of a closure."""
_DASHES = re.compile(r"[ \t\u00a0\u202f]?[-‐‑–—][ \t\u00a0\u202f]?")
_SLOT = re.compile(r"([0-9]{1,2})(?:[:h]([0-9]{2})|h)?-([0-9]{1,2})(?:[:h]([0-9]{2})|h)?")
_DAY_LETTERS = 3
_HOW = f"Écrivez par exemple « {USUAL_HOURS}; sam 9:00-12:00 »."


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """An opening of a weekday (0 is Monday), from ``opens`` up to but not including ``closes``: minutes since midnight,
    in local time."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the office is closed, both included."""

    first: date
    last: date


def read_hours(text: str) -> tuple[Opening, ...]:
    """Read the slots of a week, in order. Raises ValueError, in French, for slots that are unreadable, overlap or are
    none at all."""
    groups = [words for group in text.split(";") if (words := _DASHES.sub("-", group.lower()).split())]
    found = sorted(slot for words in groups for slot in _read_group(words))
    if not found:
        raise ValueError(f"il faut au moins un jour et ses heures. {_HOW}")
    for one, following in pairwise(found):
        if one.weekday == following.weekday and following.opens < one.closes:
            raise ValueError(f"deux plages du {WEEKDAYS[one.weekday]} se recouvrent")
    return tuple(found)


def _read_group(words: list[str]) -> Iterator[Opening]:
    """Yield the slots of a group, days before hours: « lun,mer-ven 9:00-12:30 13:30-17:30 »."""
    days = [word for word in words if not word[0].isdigit()]
    hours = words[len(days) :]
    if not days or not hours or any(not word[0].isdigit() for word in hours):
        raise ValueError(f"« {' '.join(words)[:60]} » n’est pas des jours puis leurs heures. {_HOW}")
    slots = [_read_slot(word.rstrip(",")) for word in hours]
    for weekday in sorted({day for part in ",".join(days).split(",") if part for day in _read_days(part)}):
        yield from (Opening(weekday, opens, closes) for opens, closes in slots)


def _read_days(text: str) -> list[int]:
    """Read a weekday, or a range of weekdays: « ven-lun » is four days."""
    bounds = [_read_day(name) for name in text.split("-", 1)]
    return [(bounds[0] + n) % 7 for n in range((bounds[-1] - bounds[0]) % 7 + 1)]


def _read_day(text: str) -> int:
    name = fold(text).rstrip(".")
    if len(name) >= _DAY_LETTERS:
        for number, weekday in enumerate(WEEKDAYS):
            if weekday.startswith(name):
                return number
    raise ValueError(f"« {text[:40]} » n’est pas un jour (lun, mar, mer, jeu, ven, sam ou dim). {_HOW}")


def _read_slot(text: str) -> tuple[int, int]:
    match = _SLOT.fullmatch(text)
    if match is None:
        raise ValueError(f"« {text[:40]} » n’est pas une plage d’heures. {_HOW}")
    opens, closes = (int(match[n]) * 60 + int(match[n + 1] or 0) for n in (1, 3))
    if any(int(match[n] or 0) >= 60 for n in (2, 4)) or max(opens, closes) > DAY_MINUTES:
        raise ValueError(f"« {text} » : les heures vont de 0:00 à 24:00")
    if opens >= closes:
        raise ValueError(f"« {text} » se termine avant de commencer (une plage ne passe pas minuit)")
    if any(DOUBLED[0] < bound < DOUBLED[1] for bound in (opens, closes)):
        raise ValueError(f"« {text} » : une nuit par an, l’heure de 2:00 à 3:00 n’existe pas")
    return opens, closes


def read_closed(text: str) -> tuple[Closure, ...]:
    """Read closures: « 2026-12-24..2027-01-01, 2026-05-15 ». Raises ValueError, in French."""
    return tuple(_read_closure(part.strip()) for part in text.split(",") if part.strip())


def _read_closure(text: str) -> Closure:
    first, _, last = (part.strip() for part in text.partition(".."))
    try:
        found = Closure(date.fromisoformat(first), date.fromisoformat(last or first))
    except ValueError:
        raise ValueError(
            f"« {text[:40]} » n’est pas un jour, ni deux. Écrivez par exemple « 2026-12-24..2027-01-01, 2026-05-15 »."
        ) from None
    if not 0 <= (found.last - found.first).days < LONGEST_CLOSURE:
        raise ValueError(f"« {text} » : une fermeture dure d’un jour à un an")
    return found
