"""A compte rendu as one line of a file: JSON, or CSV with the counts in columns of their own (docs/wire.md)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from config.formulas import guard, unguard
from config.themes import from_bits
from storage.communes import by_code
from storage.cra.table import AGES, STATUTS, SUITES

Row = dict[str, Any]

LINE_COLUMNS = (
    "numero",
    "auteur",
    "date",
    "canal",
    "code_commune",
    "commune",
    "code_postal",
    "departement",
    "structure",
    "departement_structure",
    "activite",
    "participants",
    "recurrents",
    "ages",
    "statuts",
    "themes",
    "minutes",
    "suite",
    "source",
    "cree",
    "modifie",
    "supprime",
)
"""The keys of a JSON line, in their order."""

COUNTS: dict[str, Mapping[str, str]] = {
    "ages": {code: f"age_{code}" for code in AGES},
    "statuts": {code: f"statut_{code}" for code in STATUTS},
    "suite": {code: f"suite_{code}" for code in SUITES},
}
"""For each key that holds counts by code, the CSV column of each code."""

CSV_COLUMNS: tuple[str, ...] = tuple(
    column for name in LINE_COLUMNS for column in (COUNTS[name].values() if name in COUNTS else (name,))
)
THEMES_JOINED_BY = "|"


def row(stored: Mapping[str, Any], author: str) -> Row:
    """What is stored, by column names of the table, as a line of an export."""
    commune = by_code(stored["commune"])
    return {
        "numero": stored["id"],
        "auteur": author,
        "date": stored["date"].isoformat(),
        "canal": str(stored["canal"]),
        "code_commune": stored["commune"],
        "commune": commune.nom if commune else "",
        **{name: stored[name] for name in ("code_postal", "departement", "structure", "departement_structure")},
        "activite": str(stored["activite"]),
        **{name: stored[name] for name in ("participants", "recurrents")},
        "ages": _counts(stored, AGES),
        "statuts": _counts(stored, STATUTS),
        "themes": list(from_bits(stored["themes"])),
        "minutes": stored["minutes"],
        "suite": _counts(stored, SUITES),
        "source": str(stored["source"]),
        "cree": instant(stored["created_at"]),
        "modifie": instant(stored["modified_at"]),
        "supprime": instant(stored["deleted_at"]),
    }


def instant(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _counts(stored: Mapping[str, Any], columns: Mapping[Any, str]) -> dict[str, int]:
    return {str(code): stored[column] for code, column in columns.items() if stored[column]}


def cells(line: Row) -> list[str]:
    """A line of an export as the cells of a CSV, in the order of CSV_COLUMNS."""
    return [cell for name in LINE_COLUMNS for cell in _cells(name, line[name])]


def _cells(name: str, value: Any) -> Iterable[str]:
    if name in COUNTS:
        return (str(value.get(code, 0)) for code in COUNTS[name])
    if name == "themes":
        return (THEMES_JOINED_BY.join(value),)
    return ("" if value is None else guard(str(value)),)


def from_cells(line: Mapping[str, str]) -> Row:
    """The cells of a CSV by their columns, as a JSON line would say them; an empty cell is null."""
    values = {column: unguard(cell).strip() or None for column, cell in line.items()}
    counts: Row = {}
    for name, columns in COUNTS.items():
        told = {code: values.pop(column) for code, column in columns.items() if column in values}
        counts[name] = {code: value for code, value in told.items() if value}
    return values | counts
