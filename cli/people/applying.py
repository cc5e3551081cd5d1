"""What a line makes of somebody: in the register, or still waiting for their account."""

from datetime import datetime
from typing import Any, TypeVar

from cli.people.lines import Entry, must_follow
from config.folding import fold
from storage.communes import by_code
from storage.people import Awaited, Person, zone_in
from storage.people.structures import Employers

P = TypeVar("P", Person, Awaited)


def change_person(person: Person, entry: Entry, structures: Employers) -> Person:
    """Somebody as the line says; what it leaves out stays, and nothing is copied where nothing changes.

    Raises BadLineError for who would leave before coming.
    """
    values = _values(person, entry, structures)
    if values.get("departements", person.departements) != person.departements:
        values["timezone"] = zone_in(person, values["departements"])
    if all(getattr(person, name) == value for name, value in values.items()):
        return person
    return Person(**(person.model_dump() | values))


def change_awaited(line: Awaited | None, entry: Entry, structures: Employers, now: datetime) -> tuple[Awaited, bool]:
    """A line that waits as this one says, and whether that is news."""
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
        found = by_code(commune)
        values |= {"departements": [found.departement]} if found else {}
    arrived_on = values.get("arrived_on")
    if "left_on" not in values and arrived_on and known.left_on and arrived_on > known.left_on:
        values["left_on"] = None  # who comes after having left is back
    must_follow(values.get("arrived_on", known.arrived_on), values.get("left_on", known.left_on))
    return values


def _complete_structure(values: dict[str, Any], known: P, structures: Employers) -> None:
    """The name and commune that go with a new number; another name without number is another employer."""
    siret = values.get("siret")
    found = structures.get(siret or "")
    if siret and siret != known.siret:
        values.setdefault("structure", found.nom if found else None)
        if found and found.code_commune:
            values.setdefault("code_commune", found.code_commune)
    elif not siret and "structure" in values and fold(values["structure"]) != fold(known.structure or ""):
        values["siret"] = None
