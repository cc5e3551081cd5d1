"""Creating, reading, changing and deleting slash commands."""

import re
from typing import Any

from sandbox.call import OK, Body, Call, created
from sandbox.commands.builtins import BUILT_IN
from sandbox.commands.records import Command
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.ids import is_id, new_id
from sandbox.records import User
from sandbox.routes import Routes

routes = Routes()

TRIGGER = re.compile(r"[A-Za-z0-9_./-]+")
CHOSEN = (
    *("trigger", "method", "url", "username", "icon_url"),
    *("auto_complete_desc", "auto_complete_hint", "display_name", "description"),
)
LONGEST_TRIGGER = 128
LONGEST_URL = 1024
LONGEST_NAME = 64
LONGEST_DESCRIPTION = 128


def require_enabled(call: Call) -> None:
    """Refuse when the admin switched commands off."""
    if not call.world.config.service("EnableCommands"):
        raise ApiError("api.command.disabled.app_error", 501)


def may_manage(call: Call, team_id: str, creator_id: str | None = None) -> bool:
    """Tell whether the caller manages the commands of a team, or those of its creator."""
    own = "manage_own_slash_commands" if call.world.caps.commands_have_own_permission else "manage_slash_commands"
    names = [own] + (["manage_others_slash_commands"] if creator_id not in (None, call.user.id) else [])
    return all(call.world.rights.in_team(call.user, team_id, name) for name in names)


@routes.post("/commands")
async def create_command(call: Call) -> object:
    """Add a command to a team."""
    body = call.body("command")
    team_id = body.text("team_id")
    if not may_manage(call, team_id):
        raise forbidden()
    require_enabled(call)
    now = call.state.clock.tick()
    command = Command(new_id(), "", now, now, _creator(call, body).id, team_id, "", "", "")
    fill(command, body.values)
    command.token = body.text("token") or new_id()
    command.trigger = command.trigger.lower()
    refuse_taken(call, command)
    validate(call, command)
    call.world.commands.rows.add(command)
    return created(command.as_json())


def _creator(call: Call, body: Body) -> User:
    """Find in whose name a command is created; people who manage the commands of others may choose somebody else."""
    other = call.state.users.get(body.text("creator_id"))
    return other if other and may_manage(call, body.text("team_id"), other.id) else call.user


def fill(command: Command, values: dict[str, Any]) -> None:
    """Set the fields that a client may choose; a value of the wrong type refuses all of them."""
    for name in CHOSEN:
        value = values.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid_body("command")
        setattr(command, name, value or "")
    command.auto_complete = values.get("auto_complete") is True


def refuse_taken(call: Call, command: Command) -> None:
    """Refuse a trigger that another command of the team has, or a built-in one."""
    taken = call.world.commands.find(command.team_id, command.trigger)
    if (taken and taken.id != command.id) or command.trigger in BUILT_IN:
        raise ApiError("api.command.duplicate_trigger.app_error")


def validate(call: Call, command: Command) -> None:
    """Refuse a field that is too long, empty or of the wrong form."""
    checks = {
        "token": len(command.token) == 26,
        "team_id": is_id(command.team_id),
        "trigger": _is_trigger(call, command.trigger),
        "url": 0 < len(command.url.encode()) <= LONGEST_URL,
        "url_http": command.url.startswith(("http://", "https://")),
        "method": command.method in ("G", "P"),
        "display_name": len(command.display_name.encode()) <= LONGEST_NAME,
        "description": len(command.description.encode()) <= LONGEST_DESCRIPTION,
    }
    for name, fine in checks.items():
        if not fine:
            raise ApiError(f"model.command.is_valid.{name}.app_error")


def _is_trigger(call: Call, trigger: str) -> bool:
    if not 0 < len(trigger.encode()) <= LONGEST_TRIGGER or trigger.startswith("/"):
        return False
    checked = call.world.caps.trigger_charset_checked
    return TRIGGER.fullmatch(trigger) is not None if checked else " " not in trigger


@routes.get("/commands")
async def list_commands(call: Call) -> object:
    """Return the commands of a team: the custom ones in full, or all in short."""
    require_enabled(call)
    team_id = call.query("team_id")
    if not is_id(team_id):
        raise invalid_body("team_id")
    if not call.world.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()
    manages = may_manage(call, team_id)
    if call.flag("custom_only"):
        if not manages:
            raise forbidden()
        others = call.world.rights.in_team(call.user, team_id, "manage_others_slash_commands")
        rows = call.world.commands.in_team(team_id)
        return [row.as_json() for row in rows if others or row.creator_id == call.user.id]
    return all_commands(call, team_id)


def all_commands(call: Call, team_id: str) -> list[dict[str, Any]]:
    """Return the commands that everybody in a team sees suggested, built-in ones first."""
    built_in = [
        Command("", "", 0, 0, "", team_id, one.trigger, "", "", auto_complete=True).sanitized()
        | {"auto_complete_desc": one.description, "auto_complete_hint": one.hint, "display_name": one.trigger}
        for one in BUILT_IN.values()
    ]
    return built_in + [row.sanitized() for row in call.world.commands.in_team(team_id) if row.auto_complete]


@routes.get("/commands/{command_id}")
async def get_command(call: Call) -> object:
    """Return a command; a caller who may not manage it is told that there is none."""
    require_enabled(call)
    return visible(call).as_json()


def visible(call: Call) -> Command:
    """Return the command of the path, or refuse as if there were none."""
    command = call.world.commands.get(call.id("command_id"))
    if command is None or not may_manage(call, command.team_id):
        raise ApiError("store.sql_command.save.get.app_error", 404)
    return command


def managed(call: Call) -> Command:
    """Return the command of the path to somebody who may change it."""
    require_enabled(call)
    command = visible(call)
    if not may_manage(call, command.team_id, command.creator_id):
        raise forbidden()
    return command


@routes.put("/commands/{command_id}")
async def update_command(call: Call) -> object:
    """Change a command; what identifies it stays."""
    body = call.body("command")
    if body.text("id") != call.id("command_id"):
        raise invalid_body("command")
    command = managed(call)
    if body.text("team_id") != command.team_id:
        raise ApiError("api.command.team_mismatch.app_error")
    changed = Command(**command.as_dict())
    fill(changed, body.values)
    changed.trigger = changed.trigger.lower()
    if call.world.caps.command_update_refuses_taken_trigger:
        refuse_taken(call, changed)
    validate(call, changed)
    changed.update_at = call.state.clock.tick()
    call.world.commands.rows.remove(command)
    return call.world.commands.rows.add(changed).as_json()


@routes.put("/commands/{command_id}/move")
async def move_command(call: Call) -> object:
    """Give a command to another team."""
    team_id = call.body("team_id").text("team_id")
    command = managed(call)
    if not may_manage(call, team_id):
        raise forbidden()
    command.team_id, command.update_at = team_id, call.state.clock.tick()
    return OK


@routes.put("/commands/{command_id}/regen_token")
async def regenerate_token(call: Call) -> object:
    """Make a new token for a command."""
    command = managed(call)
    command.token, command.update_at = new_id(), call.state.clock.tick()
    return {"token": command.token}


@routes.delete("/commands/{command_id}")
async def delete_command(call: Call) -> object:
    """Delete a command, which frees its trigger."""
    command = managed(call)
    command.delete_at = call.state.clock.tick()
    return OK
