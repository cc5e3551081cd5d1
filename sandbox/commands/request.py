"""The request to the integration of a custom command."""

import re
from dataclasses import dataclass
from operator import itemgetter
from urllib.parse import urlencode

from sandbox.commands.records import Command, ResponseHook
from sandbox.errors import ApiError
from sandbox.ids import new_id
from sandbox.integrations import AGENT, Answer, Unreachable
from sandbox.records import Channel, Team, User
from sandbox.world import World

_AT = re.compile(r"\B@([A-Za-z0-9][A-Za-z0-9.\-_:]*)")
_CHANNEL = re.compile(r"\B~([a-zA-Z0-9\-_]+)")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a command as somebody typed it."""

    world: World
    user: User
    channel: Channel
    team_id: str
    root_id: str
    trigger: str
    text: str
    client_trigger: str
    trigger_id: str

    @property
    def team(self) -> Team | None:
        """The team in which the command runs."""
        return self.world.state.teams.get(self.team_id)


async def ask(run: Run, command: Command) -> Answer:
    """Send the command to its integration; any status other than 200 is a failure."""
    hook = new_hook(run, command)
    body = urlencode(sorted(fields(run, command, hook), key=itemgetter(0)))  # names and ids stay in step
    headers = AGENT | {"Authorization": f"Token {command.token}"}
    try:
        if command.method == "G":
            joint = "&" if "?" in command.url else "?"
            answer = await run.world.integrations.send("GET", command.url + joint + body, None, headers)
        else:
            headers |= {"Content-Type": _FORM}
            answer = await run.world.integrations.send("POST", command.url, body, headers)
    except Unreachable as failure:
        raise failed(run) from failure
    if answer.status != 200:
        status = f"{answer.status} {answer.reason}".strip()
        blanks = (("Trigger", run.trigger), ("Status", status))
        raise ApiError("api.command.execute_command.failed_resp.app_error", 500, blanks)
    return answer


def failed(run: Run) -> ApiError:
    """Make the error of an integration without a readable answer."""
    return ApiError("api.command.execute_command.failed.app_error", 500, (("Trigger", run.trigger),))


def new_hook(run: Run, command: Command) -> ResponseHook:
    """Make the address for late answers."""
    now = run.world.state.clock.tick()
    hook = ResponseHook(new_id(), now, command.id, run.user.id, run.channel.id, run.root_id)
    return run.world.commands.add_hook(hook)


def fields(run: Run, command: Command, hook: ResponseHook) -> list[tuple[str, str]]:
    """Return the fields of the form; the names and ids of mentions come in the same order."""
    team = run.team
    form = {
        "token": command.token,
        "team_id": run.team_id,
        "team_domain": team.name if team else "",
        "channel_id": run.channel.id,
        "channel_name": run.channel.name,
        "user_id": run.user.id,
        "user_name": run.user.username,
        "command": "/" + run.trigger,
        "text": run.text,
        "trigger_id": run.trigger_id,
        "response_url": f"{run.world.url}/hooks/commands/{hook.id}",
    }
    if run.world.caps.command_form_has_root_id:
        form["root_id"] = run.root_id
    return [*form.items(), *_mentions("user", _users(run)), *_mentions("channel", _channels(run))]


def _mentions(kind: str, found: dict[str, str]) -> list[tuple[str, str]]:
    names = [(f"{kind}_mentions", name) for name in found]
    return names + [(f"{kind}_mentions_ids", found[name]) for name in found]


def _users(run: Run) -> dict[str, str]:
    """Return the members of the team that the text names, by name."""
    found = {}
    for name in _AT.findall(run.text):
        user = _user(run, name.lower())
        if user:
            found[user.username] = user.id
    return found


def _user(run: Run, name: str) -> User | None:
    while name:
        user = run.world.state.users_by_name.first(name)
        if user and run.world.state.in_team(run.team_id, user.id):
            return user
        if name[-1] not in ".-_:":
            return None
        name = name[:-1]
    return None


def _channels(run: Run) -> dict[str, str]:
    """Return the public channels of the team that the text names, by name."""
    found = {}
    for name in _CHANNEL.findall(run.text):
        channel = run.world.state.channels_by_name.first(run.team_id, name.lower())
        if channel and channel.type == "O" and not channel.delete_at:
            found[channel.name] = channel.id
    return found
