"""Comptes rendus as rows of a sheet: what each column is called, is, and says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from config.themes import THEMES, from_bits
from storage.communes import by_code
from storage.cra.table import AGES, STATUTS, SUITES

_SOURCES = {"dialog": "Fenêtre", "line": "Ligne", "import": "Import"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``kind`` is how its cells look (plain, date, moment, or text), ``width`` in characters."""

    title: str
    says: Callable[[Mapping[str, Any]], Any]
    kind: str = "plain"
    width: int = 12


def _commune(row: Mapping[str, Any]) -> str:
    commune = by_code(row["commune"])
    return commune.nom if commune else row["commune"]


def _themes(row: Mapping[str, Any]) -> str:
    return "; ".join(THEMES[code].court for code in from_bits(row["themes"]))


def _read_stored(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda row: row[name]


def _read_label(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: str(row[name].label)


def _counts(prefix: str, columns: Mapping[Any, str]) -> tuple[Column, ...]:
    return tuple(Column(f"{prefix} : {code.label}", _read_stored(name)) for code, name in columns.items())


SHEET_COLUMNS: tuple[Column, ...] = (
    Column("Numéro", _read_stored("id"), width=10),
    Column("Date", _read_stored("date"), "date"),
    Column("Canal", _read_label("canal"), "text", 20),
    Column("Commune", _commune, "text", 24),
    Column("Code postal", _read_stored("code_postal"), "text", 10),
    Column("Activité", _read_label("activite"), "text", 26),
    Column("Participants", _read_stored("participants")),
    Column("dont récurrents", _read_stored("recurrents")),
    *_counts("Âge", AGES),
    *_counts("Statut", STATUTS),
    Column("Thèmes", _themes, "text", 50),
    Column("Durée (minutes)", _read_stored("minutes")),
    *_counts("Suite", SUITES),
    Column("Source", lambda row: _SOURCES[str(row["source"])], "text"),
    Column("Enregistré le", _read_stored("created_at"), "moment", 17),
)


def values(row: Mapping[str, Any], zone: tzinfo) -> list[Any]:
    """A row’s cells in the order of COLUMNS; moments are the reader’s, as a spreadsheet knows no zones."""
    told = [column.says(row) for column in SHEET_COLUMNS]
    return [
        value.astimezone(zone).replace(tzinfo=None) if column.kind == "moment" else value
        for value, column in zip(told, SHEET_COLUMNS, strict=True)
    ]
