"""Lines of a file of people or employers: their cells as values, and the changes they make."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from cli.tables import CellReader, Cells, read_columns, read_if_filled, refuse_faults
from config.text import fold, guard
from storage.communes import get_commune
from storage.cra import files
from storage.cra.files import BadLineError
from storage.people import Awaited, Person, Structure, zone_in
from storage.people.person import read_departements, read_role
from storage.people.register import Employers, read_siret

COLUMNS = (
    *("username", "prenom", "nom", "email", "role", "structure", "siret", "code_commune"),
    *("departement", "arrivee", "depart"),
)
NAMED_BY = ("username", "email")
"""The columns that name a person: a file must have one of them, and each line a value in one."""
STRUCTURE_COLUMNS = ("nom", "siret", "code_commune")
DEPARTEMENTS_JOINED_BY = "|"
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_FIELDS = {"departement": "departements", "arrivee": "arrived_on", "depart": "left_on"}
"""What the register calls columns that have another name here."""
_EMPTY_MEANS = {"role"}
"""The columns in which an empty cell is a value, instead of leaving the present one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line about a person, by user name or address (in small letters; "" if it has none).

    ``said`` are its values, by the names of ``Person`` and ``Awaited``; missing ones leave the person unchanged.
    """

    username: str
    email: str
    said: Mapping[str, Any]


def read_entry(line: Cells) -> Entry:
    """Read the values of a line. Raises BadLineError that names every fault."""
    values = _read(line, _READERS)
    if not values.get("username") and not values.get("email"):
        raise BadLineError("ni username ni email : on ne sait pas de qui il s’agit")
    said = {_FIELDS.get(name, name): value for name, value in values.items() if value or name in _EMPTY_MEANS}
    must_follow(said.get("arrived_on"), said.get("left_on"))
    said.pop("username", None)
    return Entry(values.get("username") or "", values.get("email") or "", said)


def must_follow(arrived_on: date | None, left_on: date | None) -> None:
    """Raise BadLineError if somebody left before they came."""
    if arrived_on and left_on and left_on < arrived_on:
        raise BadLineError(f"depart : le {left_on:%d/%m/%Y} vient avant l’arrivée, le {arrived_on:%d/%m/%Y}")


def read_structure(line: Cells) -> Structure:
    """Read a line as an establishment. Raises BadLineError that names every fault."""
    values = _read({"nom": "", "siret": ""} | dict(line), _STRUCTURE_READERS)
    return Structure(siret=values["siret"], nom=values["nom"], code_commune=values.get("code_commune"))


def write_cells(person: Person | Awaited) -> list[str]:
    """Return a person as cells in the order of ``COLUMNS``."""
    values = [getattr(person, _FIELDS.get(name, name)) for name in COLUMNS]
    return [guard(_write(value)) for value in values]


def _write(value: object) -> str:
    if isinstance(value, list):
        return DEPARTEMENTS_JOINED_BY.join(value)
    return "" if value is None else str(value)


def _read(line: Cells, readers: Mapping[str, CellReader]) -> dict[str, Any]:
    """Read the columns that the file has. Raises BadLineError that names every fault."""
    values, faults = read_columns(line, {name: reader for name, reader in readers.items() if name in line})
    refuse_faults(faults)
    return values


def _email(text: str) -> str | None:
    address = files.make_text_reader(254)(text)
    if address and not _EMAIL.fullmatch(address):
        raise ValueError(f"« {address} » n’est pas une adresse électronique")
    return address.lower() if address else None


def _commune(text: str) -> str | None:
    """Read an INSEE code, whose leading zero spreadsheets drop."""
    code = text.upper().zfill(5) if text else None
    if code and get_commune(code) is None:
        raise ValueError(f"« {text} » n’est le code INSEE d’aucune commune")
    return code


def _need(reader: CellReader) -> CellReader:
    return lambda text: reader(files.read_needed_text(text))


_READERS: Mapping[str, CellReader] = {
    "username": read_if_filled(files.read_username),
    "prenom": files.make_text_reader(80),
    "nom": files.make_text_reader(80),
    "email": _email,
    "role": read_if_filled(read_role),
    "structure": files.make_text_reader(200),
    "siret": read_if_filled(read_siret),
    "code_commune": _commune,
    "departement": read_departements,
    "arrivee": read_if_filled(files.read_day),
    "depart": read_if_filled(files.read_day),
}
_STRUCTURE_READERS: Mapping[str, CellReader] = {
    "nom": _need(files.make_text_reader(200)),
    "siret": _need(read_siret),
    "code_commune": _commune,
}


P = TypeVar("P", Person, Awaited)


def change_person(person: Person, entry: Entry, structures: Employers) -> Person:
    """Return the person changed by a line; the same object if nothing changes.

    Raises BadLineError for somebody who would leave before they come.
    """
    values = _values(person, entry, structures)
    if values.get("departements", person.departements) != person.departements:
        values["timezone"] = zone_in(person, values["departements"])
    if all(getattr(person, name) == value for name, value in values.items()):
        return person
    return person.copy_with(**values)


def list_changed_columns(before: Person, after: Person) -> list[str]:
    """Return the columns in which a person changed."""
    fields = [(column, _FIELDS.get(column, column)) for column in COLUMNS]
    return [column for column, name in fields if getattr(before, name) != getattr(after, name)]


def change_awaited(line: Awaited | None, entry: Entry, structures: Employers, now: datetime) -> tuple[Awaited, bool]:
    """Return the waiting line changed by this one, and whether that differs."""
    before = line or Awaited(imported_at=now)
    named = {"username": entry.username} if entry.username else {}
    after = Awaited(**(before.model_dump() | named | _values(before, entry, structures)))
    if line is not None and after.model_dump() == line.model_dump():
        return line, False
    after.imported_at = now
    return after, True


def _values(known: P, entry: Entry, structures: Employers) -> dict[str, Any]:
    values = dict(entry.said)
    _complete_structure(values, known, structures)
    commune = values.get("code_commune")
    if "departements" not in values and commune and commune != known.code_commune and not known.departements:
        found = get_commune(commune)
        values |= {"departements": [found.departement]} if found else {}
    arrived_on = values.get("arrived_on")
    if "left_on" not in values and arrived_on and known.left_on and arrived_on > known.left_on:
        values["left_on"] = None  # who comes after having left is back
    must_follow(values.get("arrived_on", known.arrived_on), values.get("left_on", known.left_on))
    return values


def _complete_structure(values: dict[str, Any], known: P, structures: Employers) -> None:
    """Add the name and commune of a new SIRET; another name without a number means another employer."""
    siret = values.get("siret")
    found = structures.get(siret or "")
    if siret and siret != known.siret:
        values.setdefault("structure", found.nom if found else None)
        if found and found.code_commune:
            values.setdefault("code_commune", found.code_commune)
    elif not siret and "structure" in values and fold(values["structure"]) != fold(known.structure or ""):
        values["siret"] = None
