"""The editions of the news: what each is called, when it comes out and where, and what becomes of it unapproved."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

COLUMNS = ("cle", "nom", "rythme", "pour", "sans_accord")
KEY_MAX, NAME_MAX = 16, 60
KEY = re.compile(r"[a-z][a-z0-9-]{1,15}")


class Unapproved(StrEnum):
    """What becomes of an edition that nobody approved by its hour."""

    HOLD = "retenir"
    PUBLISH = "publier"


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition: ``key`` names it for ever, ``name`` is its title. ``rhythm`` is said in French (bot/calendar.py reads
    it), ``targets`` are codes of storage/targets.py, or keys of national channels."""

    key: str
    name: str
    rhythm: str
    targets: tuple[str, ...]
    unapproved: Unapproved


class EditionTableError(ValueError):
    """A table of editions that cannot be used; the text, in French, names its line."""


def read(path: Path | None = None) -> Mapping[str, Edition]:
    """The editions by key: of the table here, or of an operator’s file.

    Raises TableError, and OSError for a file that cannot be read.
    """
    return _theirs(path, path.stat().st_mtime_ns) if path else _ours()


@lru_cache(1)
def _theirs(path: Path, _: int) -> Mapping[str, Edition]:
    """An operator’s file, read again when it was changed."""
    return _parse(path.read_text("utf-8").splitlines())


@cache
def _ours() -> Mapping[str, Edition]:
    return _parse((files("config") / "editions.tsv").read_text("utf-8").splitlines())


def _parse(lines: Iterable[str]) -> Mapping[str, Edition]:
    rows = [(n, line.split("\t")) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if not rows or tuple(rows[0][1]) != COLUMNS:
        raise EditionTableError(f"La première ligne de la table des éditions est : {', '.join(COLUMNS)}.")
    found: dict[str, Edition] = {}
    for number, cells in rows[1:]:
        edition = _edition(number, cells)
        if edition.key in found:
            raise EditionTableError(f"Table des éditions, ligne {number} : « {edition.key} » y est deux fois.")
        found[edition.key] = edition
    if not found:
        raise EditionTableError("La table des éditions est vide.")
    return found


def _edition(number: int, cells: list[str]) -> Edition:
    if len(cells) != len(COLUMNS):
        raise EditionTableError(
            f"Table des éditions, ligne {number} : {len(COLUMNS)} colonnes, séparées par des tabulations."
        )
    key, name, rhythm, targets, unapproved = (cell.strip() for cell in cells)
    if not KEY.fullmatch(key):
        raise EditionTableError(
            f"Table des éditions, ligne {number} : « {key} » n’est pas une clé (lettres minuscules)."
        )
    if not 0 < len(name) <= NAME_MAX or not targets:
        raise EditionTableError(
            f"Table des éditions, ligne {number} : il faut un nom (60 caractères au plus) et un endroit."
        )
    if unapproved not in set(Unapproved):
        raise EditionTableError(f"Table des éditions, ligne {number} : sans_accord est « retenir » ou « publier ».")
    return Edition(key, name, rhythm, tuple(t.strip() for t in targets.split("|")), Unapproved(unapproved))
