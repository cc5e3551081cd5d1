"""« coop-bot ideas »: all ideas with their votes, without their authors."""

from collections.abc import Mapping
from typing import Any

from cli.command import Call
from cli.environment import open_to_read
from cli.terminal import list_lines, write
from config.time import write_instant
from storage import idees
from storage.idees import SHOWN, Idea, IdeaState


async def ideas(call: Call, as_json: bool) -> None:
    """Print the ideas."""
    async with open_to_read(call.settings) as db:
        found = await idees.list_all(db, (*SHOWN, IdeaState.WITHDRAWN))
        votes = await idees.count_votes(db)
    lines = [_line(idea, votes) for idea in found]
    write(lines, list_lines(lines, _say, "idée", "Aucune idée."), as_json=as_json)


def _line(idea: Idea, votes: Mapping[int, int]) -> dict[str, Any]:
    return {
        "id": idea.number,
        "titre": idea.title,
        "details": idea.details,
        "categorie": idea.category.value,
        "etat": idea.state.value,
        "votes": votes.get(idea.number, 0),
        "raison": idea.reason or None,
        "doublon_de": idea.duplicate_of,
        "cree_le": write_instant(idea.created_at),
        "change_le": write_instant(idea.changed_at),
    }


def _say(line: Mapping[str, Any]) -> str:
    same = f" de la n° {line['doublon_de']}" if line["doublon_de"] else ""
    return f"{line['id']:>5}  {line['votes']:>5} voix  {line['etat'] + same:<20}  {line['titre']}"
