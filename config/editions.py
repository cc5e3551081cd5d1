"""The editions of the news: what each is called, when and where it comes out, and what becomes of a digest that nobody
approves."""

import re
from dataclasses import dataclass
from enum import StrEnum

from config.tables import ReplaceableTable

COLUMNS = ("cle", "nom", "rythme", "pour", "sans_accord")
KEY_MAX, NAME_MAX = 16, 60
KEY = re.compile(r"[a-z][a-z0-9-]{1,15}")


class Unapproved(StrEnum):
    """What becomes of a digest that nobody approved by its hour."""

    HOLD = "retenir"
    PUBLISH = "publier"


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition: ``key`` is its permanent name, ``name`` is its title. ``rhythm`` is said in French (bot/calendar.py
    reads it), ``targets`` are codes of storage/targets.py, or keys of national channels."""

    key: str
    name: str
    rhythm: str
    targets: tuple[str, ...]
    unapproved: Unapproved


def _add(found: dict[str, Edition], cells: list[str]) -> None:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(COLUMNS)} colonnes, séparées par des tabulations.")
    key, name, rhythm, targets, unapproved = cells
    if not KEY.fullmatch(key):
        raise ValueError(f"« {key} » n’est pas une clé (lettres minuscules).")
    if not 0 < len(name) <= NAME_MAX or not targets:
        raise ValueError("il faut un nom (60 caractères au plus) et un endroit.")
    if unapproved not in set(Unapproved):
        raise ValueError("sans_accord est « retenir » ou « publier ».")
    if key in found:
        raise ValueError(f"« {key} » y est deux fois.")
    found[key] = Edition(key, name, rhythm, tuple(t.strip() for t in targets.split("|")), Unapproved(unapproved))


read = ReplaceableTable(
    "editions.tsv",
    COLUMNS,
    _add,
    wrong_columns="La première ligne de la table des éditions est : {}.",
    wrong_line="Table des éditions, ligne {} : {}",
    empty="La table des éditions est vide.",
).read
"""Read the editions by key."""
