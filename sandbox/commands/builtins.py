"""The commands that every server has by itself; those that need no client are run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.commands.request import Run
from sandbox.statuses import set_status

Response = dict[str, Any]
SHRUG = r"¯\\\_(ツ)\_/¯"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in command: how it is suggested, and what it answers (nothing where clients run it)."""

    trigger: str
    hint: str
    description: str
    run: Callable[[Run], Response]


def find(trigger: str) -> BuiltIn | None:
    """Return the built-in command with this trigger."""
    return BUILT_IN.get(trigger)


def _shrug(run: Run) -> Response:
    return {"response_type": "in_channel", "text": f"{run.text} {SHRUG}" if run.text else SHRUG}


def _me(run: Run) -> Response:
    text = {"text": f"*{run.text}*", "props": {"message": run.text}}
    return {"response_type": "in_channel", "type": "me"} | text


def _echo(run: Run) -> Response:
    return {"response_type": "in_channel", "text": run.text} if run.text else _told(run, "A message must follow /echo.")


def _code(run: Run) -> Response:
    if not run.text:
        return _told(run, "A message must be provided with the /code command.")
    return {"response_type": "in_channel", "text": "    " + run.text.replace("\n", "\n    ")}


def _status(value: str) -> Callable[[Run], Response]:
    def run_status(run: Run) -> Response:
        set_status(run.world, run.user.id, value, manual=True)
        return _told(run, f"You are now {value}.")

    return run_status


def _told(_: Run, text: str) -> Response:
    return {"response_type": "ephemeral", "text": text}


def _nothing(run: Run) -> Response:
    return _told(run, "This command works in a client only.")


_RUN: dict[str, Callable[[Run], Response]] = {
    "away": _status("away"),
    "code": _code,
    "dnd": _status("dnd"),
    "echo": _echo,
    "me": _me,
    "offline": _status("offline"),
    "online": _status("online"),
    "shrug": _shrug,
}
_TABLE = """
away||Set your status away
code|[text]|Display text as a code block
collapse||Turn on auto-collapsing of image previews
dnd||Disable desktop and mobile push notifications
echo|'message' [delay in seconds]|Echo back text from your account
expand||Turn off auto-collapsing of image previews
groupmsg|@[username1],@[username2] 'message'|Send a message to a group
header|[text]|Edit the channel header
help||Show where to find help
invite|@[username] ~[channel]|Invite a user to a channel
invite_people|[name@domain.com ...]|Send an email invite to your team
join|~[channel]|Join a public channel
kick|@[username]|Remove a user from the channel
leave||Leave the current channel
logout||Log out
me|[message]|Do an action
msg|@[username] 'message'|Send a direct message
mute|~[channel]|Mute notifications of a channel
offline||Set your status offline
online||Set your status online
open|~[channel]|Open a channel
purpose|[text]|Edit the channel purpose
remove|@[username]|Remove a user from the channel
rename|[text]|Rename the channel
search|[text]|Search text in messages
secure-connection|[action]|Connect to another server
settings||Open the settings
share-channel|[action]|Share a channel with another server
shortcuts||Show the keyboard shortcuts
shrug|[message]|Add a shrug to your message
status|[text]|Set a custom status
"""
BUILT_IN: dict[str, BuiltIn] = {
    trigger: BuiltIn(trigger, hint, description, _RUN.get(trigger, _nothing))
    for trigger, hint, description in (line.split("|") for line in _TABLE.strip().splitlines())
}
"""By trigger; `marketplace` came in 7.3 and needs a client."""
