"""The rows of webhooks."""

from dataclasses import dataclass, field

from sandbox.state import State
from sandbox.tables import Index, Record


@dataclass(eq=False)
class IncomingHook(Record):
    """An address at which anybody may post into a channel."""

    id: str
    create_at: int
    update_at: int
    user_id: str
    channel_id: str
    team_id: str
    delete_at: int = 0
    display_name: str = ""
    description: str = ""
    username: str = ""
    icon_url: str = ""
    channel_locked: bool = False


@dataclass(eq=False)
class OutgoingHook(Record):
    """An outgoing hook: addresses that get the posts that begin with certain words."""

    id: str
    token: str
    create_at: int
    update_at: int
    creator_id: str
    channel_id: str
    team_id: str
    trigger_words: list[str] = field(default_factory=list)
    callback_urls: list[str] = field(default_factory=list)
    trigger_when: int = 0
    delete_at: int = 0
    display_name: str = ""
    description: str = ""
    content_type: str = ""
    username: str = ""
    icon_url: str = ""


class Webhooks:
    """The hooks of all teams."""

    def __init__(self, state: State) -> None:
        self.incoming = state.table("incoming_hooks", IncomingHook)
        self.outgoing = state.table("outgoing_hooks", OutgoingHook)
        self.outgoing_of_team = Index(self.outgoing, "team_id")
