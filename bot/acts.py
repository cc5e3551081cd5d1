"""What a handler may have done in Mattermost beside saying something: values only, brought there by the outbox.

Each is done in order with what else goes to the same channel (or post), and harmless twice. One that is refused is not
tried again: an hour later it might undo what was done since. With a ``topic`` the feature hears what came of it:
``Delivered`` or ``Undelivered``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import TypeAdapter

NAME_MAX = 26
"""Characters of a channel’s name by which its making is filed, where others have an id."""


@dataclass(frozen=True, slots=True)
class PostAct:
    """Done to a post; with its ``channel_id`` in order with what is said and done there, else with acts on it alone."""

    post_id: str
    channel_id: str = field(default="", kw_only=True)
    topic: str | None = field(default=None, kw_only=True)

    @property
    def target(self) -> str:
        """What it is done to, as far as order goes."""
        return self.channel_id or self.post_id


@dataclass(frozen=True, slots=True)
class React(PostAct):
    """Put an emoji, named without colons, under a post."""

    emoji: str


@dataclass(frozen=True, slots=True)
class Unreact(PostAct):
    """Take back an emoji of the bot’s or, for who may (a system admin), of ``user_id``’s; nothing happens when the post
    is gone."""

    emoji: str
    user_id: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Pin(PostAct):
    """Pin a post to its channel."""


@dataclass(frozen=True, slots=True)
class Unpin(PostAct):
    """Pin a post no more; nothing happens when it is gone."""


@dataclass(frozen=True, slots=True)
class DeletePost(PostAct):
    """Take away a post with its answers: the bot’s own or, for an administrator of the team, anybody’s."""


@dataclass(frozen=True, slots=True)
class ChannelAct:
    """Done to a channel."""

    channel_id: str
    topic: str | None = field(default=None, kw_only=True)

    @property
    def target(self) -> str:
        """What it is done to, as far as order goes."""
        return self.channel_id


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateChannel:
    """Make a channel of the team (another than the bot’s own, if one is named), which the bot administers;
    ``Delivered`` tells its id. Refused: « name taken »."""

    name: str
    display_name: str
    private: bool = False
    header: str = ""
    purpose: str = ""
    team: str = ""
    topic: str | None = None

    @property
    def target(self) -> str:
        """What it is done to, as far as order goes."""
        return self.name[:NAME_MAX]


@dataclass(frozen=True, slots=True)
class ChangeChannel(ChannelAct):
    """Change what is given of a channel; each change but that of the name is said there."""

    name: str | None = field(default=None, kw_only=True)
    display_name: str | None = field(default=None, kw_only=True)
    header: str | None = field(default=None, kw_only=True)
    purpose: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class ArchiveChannel(ChannelAct):
    """Put a channel away: it can be read, but not written in."""


@dataclass(frozen=True, slots=True)
class RestoreChannel(ChannelAct):
    """Take a channel out of the archive; takes an administrator of the team."""


@dataclass(frozen=True, slots=True)
class ConvertChannel(ChannelAct):
    """Make a channel private or public; takes an administrator of the team."""

    private: bool = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class AddMembers(ChannelAct):
    """Bring people of the team into a channel; ``Delivered`` tells whom it did not take, and why. Where the channel is
    of another ``team`` than the bot’s own, they come into that first."""

    user_ids: Sequence[str]
    team: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class RemoveMember(ChannelAct):
    """Take somebody out of a channel."""

    user_id: str


@dataclass(frozen=True, slots=True)
class SetChannelAdmin(ChannelAct):
    """Let a member administer a channel, or no more; guests cannot."""

    user_id: str
    is_admin: bool = field(kw_only=True)


OnPost = React | Unreact | Pin | Unpin | DeletePost
OnChannel = (
    CreateChannel
    | ChangeChannel
    | ArchiveChannel
    | RestoreChannel
    | ConvertChannel
    | AddMembers
    | RemoveMember
    | SetChannelAdmin
)
Act = OnPost | OnChannel

_KINDS: Mapping[str, TypeAdapter[Act]] = {kind.__name__: TypeAdapter(kind) for kind in Act.__args__}


def write(act: Act) -> dict[str, Any]:
    """An act as a row of the outbox keeps it; its topic is a column there."""
    return {"act": type(act).__name__, "with": {name: value for name, value in asdict(act).items() if name != "topic"}}


def read(content: Mapping[str, Any]) -> Act:
    """The act of a row. Raises KeyError or ValueError for what this version does not know."""
    return _KINDS[content["act"]].validate_python(content["with"])
