"""What a set of comptes rendus adds up to: each measure is a sum over rows, so that sums of disjoint sets add."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, String, Table, case, cast, func, literal_column

from config.themes import THEMES
from storage.cra.table import AGES, STATUTS, SUITES, Cra
from storage.cra.values import Activite, Canal, Duree

CRA: Table = Cra.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


MINUTES = {a: f"minutes_{a.value}" for a in Activite}
CANAL_NAMES = {c: f"canal_{c.value}" for c in Canal}
DUREE_NAMES = {d: f"duree_{d.name.lower()}" for d in Duree}
THEME_BITS = {theme.code: f"theme_{theme.bit}" for theme in THEMES.values()}
"""The measure of each value."""


def _sql(value: int | str) -> ColumnElement[Any]:
    """A constant of ours as SQL: as parameters, the hundred of them would be sent with every compte rendu."""
    return literal_column(f"'{value}'", String) if isinstance(value, str) else literal_column(str(value), Integer)


_NONE, _ONE = _sql(0), _sql(1)


def _when(condition: ColumnElement[bool], value: ColumnElement[Any] = _ONE) -> ColumnElement[int]:
    return case((condition, value), else_=_NONE)


def _in(duree: Duree, minutes: ColumnElement[int]) -> ColumnElement[bool]:
    return {
        Duree.JUSQU_A_30: minutes <= _sql(30),
        Duree.DE_30_A_60: (minutes > _sql(30)) & (minutes < _sql(60)),
        Duree.DE_60_A_120: (minutes >= _sql(60)) & (minutes < _sql(120)),
        Duree.DES_120: minutes >= _sql(120),
    }[duree]


def each_of(cra: Any) -> Mapping[str, ColumnElement[Any]]:
    """What one compte rendu gives each measure; ``cra`` are its columns, of the table or of an INSERT."""
    activite = {a: cra.activite == _sql(a.value) for a in Activite}
    counted: dict[str, ColumnElement[Any]] = {
        "accompagnements": _ONE,
        "ateliers": _when(activite[Activite.COLLECTIF]),
        "participants": _when(activite[Activite.COLLECTIF], cra.participants),
        "individuels": _when(activite[Activite.INDIVIDUEL]),
        "ponctuelles": _when(activite[Activite.PONCTUEL]),
        "recurrents": func.coalesce(cra.recurrents, _NONE),
    }
    counted |= {name: _when(activite[a], cra.minutes) for a, name in MINUTES.items()}
    counted |= {name: _when(cra.canal == _sql(canal.value)) for canal, name in CANAL_NAMES.items()}
    counted |= {name: _when(_in(duree, cra.minutes)) for duree, name in DUREE_NAMES.items()}
    counted |= {name: cra[name] for columns in (AGES, STATUTS, SUITES) for name in columns.values()}
    # A bit is read by a mask: « themes >> 18 » would need PostgreSQL and SQLite to agree on a shift’s type.
    masks = {THEME_BITS[theme.code]: _sql(1 << theme.bit) for theme in THEMES.values()}
    return counted | {name: _when(cra.themes.op("&")(mask) != _NONE) for name, mask in masks.items()}


MEASURES = each_of(CRA.c)
MEASURE_NAMES = tuple(MEASURES)
MEASURE_SUMS: Mapping[str, ColumnElement[int]] = {
    name: cast(func.coalesce(func.sum(each), 0), BigInteger).label(name) for name, each in MEASURES.items()
}
"""Each measure of a set of rows; 0 of none."""
