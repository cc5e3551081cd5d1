"""The charter: why a message can be reported, and the measure proposed for the first, second and third time."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from config.tables import ReplaceableTable
from config.time import read_duration

COLUMNS = ("cle", "motif", "premiere", "deuxieme", "troisieme")
KEY = re.compile(r"[a-z][a-z-]{1,15}")
LABEL_MAX = 60
DURATION = re.compile(r"([1-9]\d{0,2})\s?([hj])")


class MeasureKind(StrEnum):
    """The measures that can be decided about a message or its author, from the lightest to the heaviest."""

    NOTHING = "rien"
    REMIND = "rappel"
    WARN = "avertir"
    HIDE = "masquer"
    SILENCE = "silence"
    EXCLUDE = "exclure"


@dataclass(frozen=True, slots=True)
class Graded:
    """A measure, with its duration where it ends by itself."""

    measure: MeasureKind
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Motive:
    """A reason to report a message: ``key`` is its permanent name; ``grades`` are the measures proposed the first,
    second and later times."""

    key: str
    label: str
    grades: tuple[Graded, Graded, Graded]

    def grade(self, before: int) -> Graded:
        """Return the measure proposed for somebody who had so many measures in the last twelve months."""
        return self.grades[min(before, len(self.grades) - 1)]


def duration(text: str) -> timedelta | None:
    """Read a duration: « 3j », « 2 h »; None for anything else."""
    found = DURATION.fullmatch(text.strip().lower())
    return read_duration(found[1], found[2]) if found else None


def _add(found: dict[str, Motive], cells: list[str]) -> None:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(COLUMNS)} colonnes, séparées par des tabulations.")
    key, label, *grades = cells
    if not KEY.fullmatch(key) or not 0 < len(label) <= LABEL_MAX:
        raise ValueError("il faut une clé (lettres minuscules) et un motif de 60 caractères.")
    first, second, third = (_graded(text) for text in grades)
    if key in found:
        raise ValueError(f"« {key} » y est deux fois.")
    found[key] = Motive(key, label, (first, second, third))


def _graded(text: str) -> Graded:
    name, _, lasts = text.partition(" ")
    if name not in set(MeasureKind):
        raise ValueError(f"« {text} » n’est pas une mesure ({', '.join(MeasureKind)}).")
    period = duration(lasts) if lasts else None
    if (period is None) == (name == MeasureKind.SILENCE):
        raise ValueError("« silence » demande une durée (« silence 7j »), et lui seul.")
    return Graded(MeasureKind(name), period)


read = ReplaceableTable(
    "charte.tsv",
    COLUMNS,
    _add,
    wrong_columns="La première ligne de la charte doit être : {}.",
    wrong_line="Charte, ligne {} : {}",
    empty="La charte est vide.",
).read
"""Read the motives by key."""
