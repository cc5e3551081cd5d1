"""The charter: why a message can be reported, and the measure proposed for the first, second and third time."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

COLUMNS = ("cle", "motif", "premiere", "deuxieme", "troisieme")
KEY = re.compile(r"[a-z][a-z-]{1,15}")
LABEL_MAX = 60
DURATION = re.compile(r"([1-9]\d{0,2})\s?([hj])")


class MeasureKind(StrEnum):
    """What can be decided about a message or its author, from the lightest to the heaviest."""

    NOTHING = "rien"
    REMIND = "rappel"
    WARN = "avertir"
    HIDE = "masquer"
    SILENCE = "silence"
    EXCLUDE = "exclure"


@dataclass(frozen=True, slots=True)
class Graded:
    """A measure, and how long it lasts where it ends by itself."""

    measure: MeasureKind
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Motive:
    """Why a message can be reported: ``key`` names it for ever; ``grades`` are what is proposed, time after time."""

    key: str
    label: str
    grades: tuple[Graded, Graded, Graded]

    def grade(self, before: int) -> Graded:
        """What is proposed to somebody who had so many measures in the last twelve months."""
        return self.grades[min(before, len(self.grades) - 1)]


class CharterTableError(ValueError):
    """A charter that cannot be used; the text, in French, names its line."""


def read(path: Path | None = None) -> Mapping[str, Motive]:
    """The motives by key: of the table here, or of an operator’s file.

    Raises TableError, and OSError for a file that cannot be read.
    """
    return _theirs(path, path.stat().st_mtime_ns) if path else _ours()


def duration(text: str) -> timedelta | None:
    """« 3j », « 2 h »; None for what is no duration."""
    found = DURATION.fullmatch(text.strip().lower())
    if found is None:
        return None
    return timedelta(hours=int(found[1])) if found[2] == "h" else timedelta(days=int(found[1]))


@lru_cache(1)
def _theirs(path: Path, _: int) -> Mapping[str, Motive]:
    """An operator’s file, read again when it was changed."""
    return _parse(path.read_text("utf-8").splitlines())


@cache
def _ours() -> Mapping[str, Motive]:
    return _parse((files("config") / "charte.tsv").read_text("utf-8").splitlines())


def _parse(lines: Iterable[str]) -> Mapping[str, Motive]:
    rows = [(n, line.split("\t")) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if not rows or tuple(rows[0][1]) != COLUMNS:
        raise CharterTableError(f"La première ligne de la charte doit être : {', '.join(COLUMNS)}.")
    found: dict[str, Motive] = {}
    for number, cells in rows[1:]:
        motive = _motive(number, [cell.strip() for cell in cells])
        if motive.key in found:
            raise CharterTableError(f"Charte, ligne {number} : « {motive.key} » y est deux fois.")
        found[motive.key] = motive
    if not found:
        raise CharterTableError("La charte est vide.")
    return found


def _motive(number: int, cells: list[str]) -> Motive:
    if len(cells) != len(COLUMNS):
        raise CharterTableError(f"Charte, ligne {number} : {len(COLUMNS)} colonnes, séparées par des tabulations.")
    key, label, *grades = cells
    if not KEY.fullmatch(key) or not 0 < len(label) <= LABEL_MAX:
        raise CharterTableError(
            f"Charte, ligne {number} : il faut une clé (lettres minuscules) et un motif de 60 caractères."
        )
    first, second, third = (_graded(number, text) for text in grades)
    return Motive(key, label, (first, second, third))


def _graded(number: int, text: str) -> Graded:
    name, _, lasts = text.partition(" ")
    if name not in set(MeasureKind):
        raise CharterTableError(f"Charte, ligne {number} : « {text} » n’est pas une mesure ({', '.join(MeasureKind)}).")
    period = duration(lasts) if lasts else None
    if (period is None) == (name == MeasureKind.SILENCE):
        raise CharterTableError(
            f"Charte, ligne {number} : « silence » demande une durée (« silence 7j »), et lui seul."
        )
    return Graded(MeasureKind(name), period)
