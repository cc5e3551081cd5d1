"""What a handler may have done in Mattermost beside saying something: values only, brought there by the outbox.

Each is done in order with what else goes to the same channel (or post), and harmless twice. One that is refused is not
tried again: an hour later it might undo what was done since. With a ``topic`` the feature hears what came of it:
``Delivered`` or ``Undelivered``.

What an act ``settles`` of its target is a value by name (« member X »: true). Of two acts that settle the same
otherwise the later decides: the earlier is taken back if it has not begun, else it ends first
(bot/outbox/actions.py).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter

from config.canaux import PlannedChannel

Settled = Mapping[str, object]
NOTHING: Settled = {}
_ARCHIVED = "archived"
NAME_MAX = 26
"""Characters of a channel’s name by which its making is filed, where others have an id."""


class _Action:
    """What acts say of their order, where they do not say it otherwise."""

    __slots__ = ()

    @property
    def settles(self) -> Settled:
        """What it decides."""
        return NOTHING

    @property
    def needs(self) -> Collection[str]:
        """The names of what must be settled first."""
        return ()


@dataclass(frozen=True, slots=True)
class PostAction(_Action):
    """Done to a post; with its ``channel_id`` in order with what is said and done there, else with acts on it alone."""

    post_id: str
    channel_id: str = field(default="", kw_only=True)
    topic: str | None = field(default=None, kw_only=True)

    @property
    def target(self) -> str:
        """What it is done to, as far as order goes."""
        return self.channel_id or self.post_id


@dataclass(frozen=True, slots=True)
class React(PostAction):
    """Put an emoji, named without colons, under a post."""

    emoji: str

    @property
    def settles(self) -> Settled:
        """Settle that the reaction is there."""
        return {f"emoji {self.post_id} {self.emoji} ": True}


@dataclass(frozen=True, slots=True)
class Unreact(PostAction):
    """Take back an emoji of the bot’s or, for who may (a system admin), of ``user_id``’s; nothing happens when the post
    is gone."""

    emoji: str
    user_id: str = field(default="", kw_only=True)

    @property
    def settles(self) -> Settled:
        """Settle that the reaction is not there."""
        return {f"emoji {self.post_id} {self.emoji} {self.user_id}": False}


@dataclass(frozen=True, slots=True)
class Pin(PostAction):
    """Pin a post to its channel."""

    @property
    def settles(self) -> Settled:
        """Settle that the post is pinned."""
        return {f"pin {self.post_id}": True}


@dataclass(frozen=True, slots=True)
class Unpin(PostAction):
    """Pin a post no more; nothing happens when it is gone."""

    @property
    def settles(self) -> Settled:
        """Settle that the post is not pinned."""
        return {f"pin {self.post_id}": False}


@dataclass(frozen=True, slots=True)
class DeletePost(PostAction):
    """Take away a post with its answers: the bot’s own or, for an administrator of the team, anybody’s."""

    @property
    def settles(self) -> Settled:
        """Settle that the post is gone."""
        return {f"post {self.post_id}": False}


@dataclass(frozen=True, slots=True)
class ChannelAction(_Action):
    """An action on a channel."""

    channel_id: str
    topic: str | None = field(default=None, kw_only=True)

    @property
    def target(self) -> str:
        """What it is done to, as far as order goes."""
        return self.channel_id

    @property
    def needs(self) -> Collection[str]:
        """The names of what must be settled first: an archived channel takes no change."""
        return (_ARCHIVED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateChannel(_Action):
    """Make a channel of the team (another than the bot’s own, if one is named), which the bot administers;
    ``Delivered`` tells its id. Refused: « name taken », so that of two neither need come first."""

    name: str
    display_name: str
    private: bool = False
    header: str = ""
    purpose: str = ""
    team: str = ""
    topic: str | None = None

    @classmethod
    def of(cls, planned: PlannedChannel, topic: str) -> "CreateChannel":
        """Make a planned channel as the table has it."""
        return cls(
            name=planned.address,
            display_name=planned.name,
            private=planned.private,
            header=planned.header,
            purpose=planned.purpose,
            team=planned.team,
            topic=topic,
        )

    @property
    def target(self) -> str:
        """What it is done to, as far as order goes."""
        return self.name[:NAME_MAX]


@dataclass(frozen=True, slots=True)
class ChangeChannel(ChannelAction):
    """Change what is given of a channel; each change but that of the name is said there."""

    name: str | None = field(default=None, kw_only=True)
    display_name: str | None = field(default=None, kw_only=True)
    header: str | None = field(default=None, kw_only=True)
    purpose: str | None = field(default=None, kw_only=True)

    @property
    def settles(self) -> Settled:
        """Each of its words that is given."""
        words = {"name": self.name, "display_name": self.display_name, "header": self.header, "purpose": self.purpose}
        return {name: word for name, word in words.items() if word is not None}


@dataclass(frozen=True, slots=True)
class ArchiveChannel(ChannelAction):
    """Put a channel away: it can be read, but not written in."""

    @property
    def settles(self) -> Settled:
        """Settle that the channel is archived."""
        return {_ARCHIVED: True}


@dataclass(frozen=True, slots=True)
class RestoreChannel(ChannelAction):
    """Take a channel out of the archive; takes an administrator of the team."""

    @property
    def settles(self) -> Settled:
        """Settle that the channel is not archived."""
        return {_ARCHIVED: False}


@dataclass(frozen=True, slots=True)
class ConvertChannel(ChannelAction):
    """Make a channel private or public; takes an administrator of the team."""

    private: bool = field(kw_only=True)

    @property
    def settles(self) -> Settled:
        """Which of the two it is."""
        return {"private": self.private}


@dataclass(frozen=True, slots=True)
class AddMembers(ChannelAction):
    """Bring people of the team into a channel; ``Delivered`` tells whom it did not take, and why. Where the channel is
    of another ``team`` than the bot’s own, they come into that first. ``quiet`` takes away what Mattermost says of it
    there, of few people: it leaves the channel unread for everybody."""

    user_ids: Sequence[str]
    team: str = field(default="", kw_only=True)
    quiet: bool = field(default=True, kw_only=True)

    @property
    def settles(self) -> Settled:
        """Settle that these people are in the channel."""
        return {f"member {user_id}": True for user_id in self.user_ids}


@dataclass(frozen=True, slots=True)
class RemoveMember(ChannelAction):
    """Take somebody out of a channel; ``quiet`` takes away what Mattermost says of it there."""

    user_id: str
    quiet: bool = field(default=True, kw_only=True)

    @property
    def settles(self) -> Settled:
        """Settle that this person is not in the channel."""
        return {f"member {self.user_id}": False}


@dataclass(frozen=True, slots=True)
class SetChannelAdmin(ChannelAction):
    """Let a member administer a channel, or no more; guests cannot."""

    user_id: str
    is_admin: bool = field(kw_only=True)

    @property
    def settles(self) -> Settled:
        """Whether they are."""
        return {f"admin {self.user_id}": self.is_admin}

    @property
    def needs(self) -> Collection[str]:
        """Name what must not be undone before: who is not in a channel cannot administer it."""
        return (_ARCHIVED, f"member {self.user_id}")


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
ChatAction = OnPost | OnChannel

_KINDS: Mapping[str, TypeAdapter[ChatAction]] = {kind.__name__: TypeAdapter(kind) for kind in ChatAction.__args__}


def write_action(act: ChatAction) -> dict[str, Any]:
    """Write an act as a row of the outbox keeps it; its topic is a column there."""
    return {"act": type(act).__name__, "with": {name: value for name, value in asdict(act).items() if name != "topic"}}


def read_action(content: Mapping[str, Any]) -> ChatAction:
    """Read the act of a row. Raises KeyError or ValueError for what this version does not know."""
    return _KINDS[content["act"]].validate_python(content["with"])


def is_settling(content: Mapping[str, Any]) -> bool:
    """Return whether the act of a row settles anything, in this version."""
    try:
        act = read_action(content)
    except (KeyError, ValueError):
        return False
    return bool(act.settles)


def remove_settled(act: ChatAction, names: Collection[str]) -> ChatAction | None:
    """Return what is left of an act once others settle these names; None for nothing."""
    match act:
        case AddMembers():
            rest = [user_id for user_id in act.user_ids if f"member {user_id}" not in names]
            return replace(act, user_ids=rest) if rest else None
        case ChangeChannel():
            gone: dict[str, Any] = dict.fromkeys(set(act.settles) & set(names))
            left = replace(act, **gone)
            return left if left.settles else None
        case _:
            return None
