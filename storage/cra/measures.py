"""What a set of comptes rendus adds up to: each measure is a sum over rows, so that sums of disjoint sets add."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, case, cast, func, literal

from config.themes import THEMES
from storage.cra.table import AGES, STATUTS, SUITES, Cra
from storage.cra.values import Activite, Canal, Duree

CRA: Table = Cra.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


MINUTES = {a: f"minutes_{a.value}" for a in Activite}
CANAUX = {c: f"canal_{c.value}" for c in Canal}
DUREES = {d: f"duree_{d.name.lower()}" for d in Duree}
THEME_BITS = {theme.code: f"theme_{theme.bit}" for theme in THEMES.values()}
"""The measure of each value."""


def _when(condition: ColumnElement[bool], value: Any = 1) -> ColumnElement[int]:
    return case((condition, value), else_=0)


def _in(duree: Duree) -> ColumnElement[bool]:
    minutes = CRA.c.minutes
    return {
        Duree.JUSQU_A_30: minutes <= 30,
        Duree.DE_30_A_60: (minutes > 30) & (minutes < 60),
        Duree.DE_60_A_120: (minutes >= 60) & (minutes < 120),
        Duree.DES_120: minutes >= 120,
    }[duree]


def _each() -> Mapping[str, ColumnElement[Any]]:
    """What one compte rendu gives each measure."""
    cra, collectif = CRA.c, CRA.c.activite == Activite.COLLECTIF
    counted: dict[str, ColumnElement[Any]] = {
        "accompagnements": literal(1),
        "ateliers": _when(collectif),
        "participants": _when(collectif, cra.participants),
        "individuels": _when(cra.activite == Activite.INDIVIDUEL),
        "ponctuelles": _when(cra.activite == Activite.PONCTUEL),
        "recurrents": func.coalesce(cra.recurrents, 0),
    }
    counted |= {name: _when(cra.activite == activite, cra.minutes) for activite, name in MINUTES.items()}
    counted |= {name: _when(cra.canal == canal) for canal, name in CANAUX.items()}
    counted |= {name: _when(_in(duree)) for duree, name in DUREES.items()}
    counted |= {name: cra[name] for columns in (AGES, STATUTS, SUITES) for name in columns.values()}
    # A bit is read by a mask: « themes >> 18 » would need PostgreSQL and SQLite to agree on a shift’s type.
    masks = {THEME_BITS[theme.code]: 1 << theme.bit for theme in THEMES.values()}
    return counted | {name: _when(cra.themes.op("&")(mask) != 0) for name, mask in masks.items()}


EACH = _each()
NAMES = tuple(EACH)
TOTALS: Mapping[str, ColumnElement[int]] = {
    name: cast(func.coalesce(func.sum(each), 0), BigInteger).label(name) for name, each in EACH.items()
}
"""Each measure of a set of rows; 0 of none."""
