"""« coop-bot people »: prints the register."""

from cli.command import Call
from cli.environment import open_to_read
from cli.terminal import count, make_table, write
from storage import people
from storage.people import Person

AUTO = "auto"
"""The word for a role that is derived from Mattermost because the register gives none."""


async def show(call: Call, as_json: bool) -> None:
    """Print the register by user name."""
    async with open_to_read(call.settings) as db:
        everybody = await people.every(db)
    rows = [(f"@{p.username}", _short(p), ", ".join(p.departements) or "—", p.structure or "—") for p in everybody]
    table = make_table(("nom", "rôle", "départements", "structure"), rows, f"{count(len(rows), 'personne')}.")
    write([_as_object(person) for person in everybody], table, as_json=as_json)


def _as_object(person: Person) -> dict[str, object]:
    """Describe a person as in docs/wire.md."""
    return {
        "id": person.id,
        "username": person.username,
        "role": person.role.value if person.role else AUTO,
        "departements": list(person.departements),
        "structure": person.structure,
    }


def _short(person: Person) -> str:
    """Return the role, or in brackets the one known to follow from Mattermost."""
    if person.role is not None:
        return person.role.value
    return f"{AUTO} ({person.derived_role.value})" if person.derived_role else AUTO
