"""The rows of slash commands and of the addresses for late answers."""

from dataclasses import dataclass
from typing import Any

from sandbox.state import State
from sandbox.tables import Index, Record

HOOK_LIFE = 30 * 60 * 1000
"""Milliseconds for which late answers are taken."""


@dataclass(eq=False)
class Command(Record):
    """A custom slash command of one team."""

    id: str
    token: str
    create_at: int
    update_at: int
    creator_id: str
    team_id: str
    trigger: str
    method: str
    url: str
    delete_at: int = 0
    username: str = ""
    icon_url: str = ""
    auto_complete: bool = False
    auto_complete_desc: str = ""
    auto_complete_hint: str = ""
    display_name: str = ""
    description: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the command as people who manage it read it."""
        return self.as_dict() | {"plugin_id": ""}

    def sanitized(self) -> dict[str, Any]:
        """Return the command as everybody may read it."""
        hidden = dict.fromkeys(("token", "creator_id", "method", "url", "username", "icon_url"), "")
        return self.as_json() | hidden


@dataclass(eq=False)
class ResponseHook(Record):
    """A hook for late answers to one run of a command."""

    id: str
    create_at: int
    command_id: str
    user_id: str
    channel_id: str
    root_id: str
    uses: int = 0


class Commands:
    """The commands of all teams, and the hooks of their runs."""

    def __init__(self, state: State) -> None:
        self.rows = state.table("commands", Command)
        self.of_team = Index(self.rows, "team_id")
        self.hooks = state.table("response_hooks", ResponseHook)

    def add_hook(self, hook: ResponseHook) -> ResponseHook:
        """Store a new hook for late answers, and drop expired ones."""
        oldest = next(iter(self.hooks), None)
        while oldest is not None and oldest.create_at < hook.create_at - HOOK_LIFE:
            self.hooks.remove(oldest)
            oldest = next(iter(self.hooks), None)
        return self.hooks.add(hook)

    def in_team(self, team_id: str) -> list[Command]:
        """Return the commands of a team that are not deleted."""
        return [row for row in self.of_team.rows(team_id) if not row.delete_at]

    def find(self, team_id: str, trigger: str) -> Command | None:
        """Return the command of a team with this trigger, if any."""
        return next((row for row in self.in_team(team_id) if row.trigger == trigger), None)

    def get(self, command_id: str) -> Command | None:
        """Return a command, unless it is deleted."""
        row = self.rows.get(command_id)
        return row if row and not row.delete_at else None
