"""« coop-bot people »: the register of who is who, shown."""

import json
from collections.abc import Iterator, Sequence

from cli.command import Call
from cli.environment import begin_reading, open_up_to_date
from cli.terminal import align, count
from storage import people
from storage.people import Person

AUTO = "auto"
"""The role that follows from Mattermost: the register gives none."""


async def show(call: Call, as_json: bool) -> int:
    """Write the register, by user name."""
    async with open_up_to_date(call.settings) as database, begin_reading(database) as db:
        everybody = await people.every(db)
    if as_json:
        print(json.dumps([_as_object(person) for person in everybody], ensure_ascii=False))
    else:
        print("\n".join(_lines(everybody)))
    return 0


def _as_object(person: Person) -> dict[str, object]:
    """One person as docs/wire.md describes them."""
    return {
        "id": person.id,
        "username": person.username,
        "role": person.role.value if person.role else AUTO,
        "departements": list(person.departements),
        "structure": person.structure,
    }


def _lines(everybody: Sequence[Person]) -> Iterator[str]:
    """A table to be read, as wide as its widest cells."""
    rows = [("nom", "rôle", "départements", "structure")]
    rows += [(f"@{p.username}", _short(p), ", ".join(p.departements) or "—", p.structure or "—") for p in everybody]
    yield from align(rows)
    yield f"{count(len(everybody), 'personne')}."


def _short(person: Person) -> str:
    """The role, and in brackets the one that follows from Mattermost, as far as it was told."""
    if person.role is not None:
        return person.role.value
    return f"{AUTO} ({person.derived_role.value})" if person.derived_role else AUTO
