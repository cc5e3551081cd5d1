"""Suggestions of commands while somebody types."""

from typing import Any

from sandbox.call import Call
from sandbox.commands.builtins import BUILT_IN
from sandbox.commands.management import all_commands, require_enabled
from sandbox.errors import forbidden, invalid_param
from sandbox.routes import Routes

routes = Routes()


def _suggestion(trigger: str, hint: str, description: str) -> dict[str, Any]:
    return {
        "Complete": trigger,
        "Suggestion": trigger,
        "Hint": hint,
        "Description": description,
        "IconData": "",
    }


def _require_member(call: Call) -> str:
    team_id = call.id("team_id")
    if not call.world.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()
    require_enabled(call)
    return team_id


@routes.get("/teams/{team_id}/commands/autocomplete")
async def autocomplete(call: Call) -> object:
    """Return all commands of a team, in short, for old clients."""
    return all_commands(call, _require_member(call))


@routes.get("/teams/{team_id}/commands/autocomplete_suggestions")
async def suggestions(call: Call) -> object:
    """Return the commands that begin as typed; arguments of custom commands are not suggested."""
    team_id = _require_member(call)
    typed = call.query("user_input")
    if not typed:
        raise invalid_param("user_input")
    begun = typed.removeprefix("/").lower()
    known = [(one.trigger, one.hint, one.description) for one in BUILT_IN.values()]
    known += [
        (row.trigger, row.auto_complete_hint, row.auto_complete_desc)
        for row in call.world.commands.in_team(team_id)
        if row.auto_complete
    ]
    return [_suggestion(*one) for one in sorted(known) if one[0].startswith(begun)]
