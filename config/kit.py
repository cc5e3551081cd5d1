"""The sizes of the kit d’animation, by garment, as an operator’s table has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.tables import ReplaceableTable

COLUMNS = ("vetement", "taille", "nom")
CODE = re.compile(r"[A-Za-z0-9/-]{1,16}")
LABEL_MAX = 40


class Garment(StrEnum):
    """The garment that a size is for."""

    TOP = "haut"
    BOTTOM = "bas"


@dataclass(frozen=True, slots=True)
class KitSize:
    """A size: ``code`` is stored in orders and sent to the supplier, ``label`` is shown."""

    garment: Garment
    code: str
    label: str


def _add(found: dict[str, KitSize], cells: list[str]) -> None:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(COLUMNS)} colonnes, séparées par des tabulations.")
    garment, code, label = cells
    if garment not in set(Garment):
        raise ValueError(f"« {garment[:20]} » n’est pas un vêtement : {', '.join(Garment)}.")
    if not CODE.fullmatch(code) or not 0 < len(label) <= LABEL_MAX:
        raise ValueError(f"il faut une taille (lettres et chiffres) et un nom de {LABEL_MAX} caractères au plus.")
    if (key := f"{garment}:{code}") in found:
        raise ValueError(f"« {garment} {code} » y est deux fois.")
    found[key] = KitSize(Garment(garment), code, label)


_TABLE = ReplaceableTable(
    "kit.tsv",
    COLUMNS,
    _add,
    wrong_columns="La première ligne de la table des tailles doit être : {}.",
    wrong_line="Tailles, ligne {} : {}",
    empty="La table des tailles est vide.",
)


def read_sizes(path: Path | None) -> Mapping[Garment, Mapping[str, str]]:
    """Read the labels by size, for each garment; trousers may have none. Raises TableError, and OSError."""
    sizes = _TABLE.read(path).values()
    return {garment: {size.code: size.label for size in sizes if size.garment is garment} for garment in Garment}
