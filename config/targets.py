"""How soon the hotline answers and solves, by urgency, in time that it is open."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from config.folding import fold

URGENCIES = ("bloquant", "genant", "question")
USUAL = "bloquant 1h 4h, genant 4h 16h, question 8h 40h"
LONGEST = timedelta(hours=1000)
_DELAY = re.compile(r"(\d{1,4})(h|min)")
_HOW = f"Écrivez pour chaque urgence le délai de la réponse, puis celui de la solution : « {USUAL} »."


class Target(NamedTuple):
    """Within how much open time somebody has a first answer, and a solution."""

    answer: timedelta
    solution: timedelta


def read_targets(text: str) -> Mapping[str, Target]:
    """The targets by urgency; those that are not named are as usual. Raises ValueError, in French."""
    usual = {} if text == USUAL else read_targets(USUAL)
    return {**usual, **dict(_read(part) for part in text.split(",") if part.strip())}


def _read(part: str) -> tuple[str, Target]:
    urgency, *delays = fold(part).split()
    if urgency not in URGENCIES:
        raise ValueError(f"« {urgency[:40]} » n’est pas une urgence ({', '.join(URGENCIES)}). {_HOW}")
    found = [_read_delay(delay) for delay in delays]
    if len(found) != len(Target._fields) or found[0] > found[1]:
        raise ValueError(f"« {part.strip()[:40]} » ne dit pas deux délais, le second au moins égal au premier. {_HOW}")
    return urgency, Target(*found)


def _read_delay(text: str) -> timedelta:
    match = _DELAY.fullmatch(text)
    found = timedelta(**{"hours" if match[2] == "h" else "minutes": int(match[1])}) if match else timedelta()
    if not timedelta() < found <= LONGEST:
        raise ValueError(f"« {text[:40]} » n’est pas un délai (« 30min », « 4h »). {_HOW}")
    return found
