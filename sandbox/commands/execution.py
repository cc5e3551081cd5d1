"""Running a command that somebody typed."""

from typing import Any

from sandbox.call import Call
from sandbox.commands import builtins, request, response
from sandbox.commands.records import Command
from sandbox.commands.request import Run
from sandbox.commands.response import Place
from sandbox.errors import ApiError, forbidden
from sandbox.ids import is_id
from sandbox.records import Channel
from sandbox.routes import Routes

routes = Routes()

PREFIX = "api.command.execute_command."


@routes.post("/commands/execute")
async def execute(call: Call) -> object:
    """Run a command: a custom one of the team, else a built-in one."""
    body = call.body("command_args")
    typed = body.text("command")
    if len(typed.encode()) <= 1 or not typed.startswith("/") or not is_id(body.text("channel_id")):
        raise ApiError(PREFIX + "start.app_error")
    channel = _channel(call, body.text("channel_id"))
    team_id = _team_id(call, channel, body.text("team_id"))
    trigger, text = split(typed)
    client, trigger_id = call.world.triggers.make(call.user.id)
    root_id = body.text("root_id")
    run = Run(call.world, call.user, channel, team_id, root_id, trigger, text, client, trigger_id)
    return await answered(run)


def split(typed: str) -> tuple[str, str]:
    """Split a line into the trigger in lower case, and everything after the first white space."""
    end = next((place for place, sign in enumerate(typed) if sign.isspace()), len(typed))
    return typed[1:end].lower(), typed[end + 1 :]


def _channel(call: Call, channel_id: str) -> Channel:
    channel = call.state.channels.get(channel_id)
    if channel is None or not _may_run(call, channel):
        raise forbidden()
    if channel.delete_at and call.world.caps.command_refused_in_archived_channel:
        raise ApiError(PREFIX + "deleted.error")
    return channel


def _may_run(call: Call, channel: Channel) -> bool:
    """Tell whether the caller may run commands in a channel: everybody who may post; on old servers members with a
    right of its own."""
    if call.world.caps.commands_free_for_all:
        return call.world.rights.can_post(call.user, channel)
    return call.world.rights.in_channel(call.user, channel, "use_slash_commands")


def _team_id(call: Call, channel: Channel, asked: str) -> str:
    """Return the channel's team; in a direct channel the one that the client shows."""
    if channel.type not in ("D", "G"):
        return channel.team_id
    if not call.state.in_team(asked, call.user.id):
        raise forbidden()
    return asked


async def answered(run: Run) -> dict[str, Any]:
    """Find the command, send it to its integration, and post the answer."""
    command = run.world.commands.find(run.team_id, run.trigger)
    place = Place(run.user.id, run.channel.id, run.root_id)
    if command is not None:
        if not run.world.config.service("EnableCommands"):
            raise ApiError("api.command.disabled.app_error", 501)
        got = await ask(run, command)
        got["trigger_id"] = run.client_trigger
        place = Place(run.user.id, run.channel.id, run.root_id, command.username, command.icon_url)
    else:
        found = builtins.find(run.trigger)
        if found is None:
            raise ApiError(PREFIX + "not_found.app_error", 404, (("Trigger", run.trigger),))
        got = response.full(found.run(run))
        place = Place(run.user.id, run.channel.id, run.root_id, built_in=True)
    try:
        response.post_all(run.world, place, got)
    except ApiError as failure:
        raise ApiError(PREFIX + "create_post_failed.app_error", 500, (("Trigger", run.trigger),)) from failure
    return got


async def ask(run: Run, command: Command) -> dict[str, Any]:
    """Send the command to its integration and read the answer."""
    answer = await request.ask(run, command)
    try:
        got = response.read(answer.content_type, answer.body)
    except ValueError as failure:
        raise request.failed(run) from failure
    if got is None:
        raise ApiError(PREFIX + "failed_empty.app_error", 500, (("Trigger", run.trigger),))
    return got
