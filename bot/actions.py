"""Actions in Mattermost besides posting, as values that a handler returns and the outbox carries out.

Each is carried out in order with the other messages for its channel (or post), and may be repeated without harm. A
refused action is not retried, since an hour later it might undo a newer one. With a ``topic``, the feature receives an
event with its result: ``Delivered`` or ``Undelivered``.

What an action ``settles`` is a set of named values (« member X »: True). If two pending actions settle the same name
differently, the later one wins: the earlier one is withdrawn if it has not begun, else the later one waits for it
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
    """Defaults of what an action settles and needs."""

    __slots__ = ()

    @property
    def settles(self) -> Settled:
        """What the action settles."""
        return NOTHING

    @property
    def needs(self) -> Collection[str]:
        """The names that must be settled before."""
        return ()


@dataclass(frozen=True, slots=True)
class PostAction(_Action):
    """An action on a post. With a ``channel_id`` it keeps the order of messages in that channel, else only that of
    actions on the post."""

    post_id: str
    channel_id: str = field(default="", kw_only=True)
    topic: str | None = field(default=None, kw_only=True)

    @property
    def target(self) -> str:
        """The channel or post whose order the action keeps."""
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
    """Remove an emoji of the bot’s or, for a system administrator, of ``user_id``; harmless if the post is gone."""

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
    """Unpin a post; harmless if it is gone."""

    @property
    def settles(self) -> Settled:
        """Settle that the post is not pinned."""
        return {f"pin {self.post_id}": False}


@dataclass(frozen=True, slots=True)
class DeletePost(PostAction):
    """Delete a post with its replies: the bot’s own or, for a team administrator, anybody’s."""

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
        """The channel whose order the action keeps."""
        return self.channel_id

    @property
    def needs(self) -> Collection[str]:
        """The names that must be settled before: an archived channel cannot be changed."""
        return (_ARCHIVED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateChannel(_Action):
    """Create a channel in the bot’s team or another one; the bot administers it, and ``Delivered`` has its id. If the
    name is taken the action is refused, so that two of them need no order."""

    name: str
    display_name: str
    private: bool = False
    header: str = ""
    purpose: str = ""
    team: str = ""
    topic: str | None = None

    @classmethod
    def of(cls, planned: PlannedChannel, topic: str) -> "CreateChannel":
        """Make the action that creates a planned channel."""
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
        """The channel name whose order the action keeps."""
        return self.name[:NAME_MAX]


@dataclass(frozen=True, slots=True)
class ChangeChannel(ChannelAction):
    """Change the given texts of a channel; Mattermost announces each change but that of the name in the channel."""

    name: str | None = field(default=None, kw_only=True)
    display_name: str | None = field(default=None, kw_only=True)
    header: str | None = field(default=None, kw_only=True)
    purpose: str | None = field(default=None, kw_only=True)

    @property
    def settles(self) -> Settled:
        """The texts that are given."""
        words = {"name": self.name, "display_name": self.display_name, "header": self.header, "purpose": self.purpose}
        return {name: word for name, word in words.items() if word is not None}


@dataclass(frozen=True, slots=True)
class ArchiveChannel(ChannelAction):
    """Archive a channel: it can be read, but not written in."""

    @property
    def settles(self) -> Settled:
        """Settle that the channel is archived."""
        return {_ARCHIVED: True}


@dataclass(frozen=True, slots=True)
class RestoreChannel(ChannelAction):
    """Restore an archived channel; needs a team administrator."""

    @property
    def settles(self) -> Settled:
        """Settle that the channel is not archived."""
        return {_ARCHIVED: False}


@dataclass(frozen=True, slots=True)
class ConvertChannel(ChannelAction):
    """Make a channel private or public; needs a team administrator."""

    private: bool = field(kw_only=True)

    @property
    def settles(self) -> Settled:
        """Whether the channel is private."""
        return {"private": self.private}


@dataclass(frozen=True, slots=True)
class AddMembers(ChannelAction):
    """Add people of the team to a channel; ``Delivered`` lists those who were refused, and why. For a channel of
    another ``team``, they join that first. With ``quiet``, Mattermost’s notices about a few people are deleted, because
    they leave the channel unread for everybody."""

    user_ids: Sequence[str]
    team: str = field(default="", kw_only=True)
    quiet: bool = field(default=True, kw_only=True)

    @property
    def settles(self) -> Settled:
        """Settle that these people are in the channel."""
        return {f"member {user_id}": True for user_id in self.user_ids}


@dataclass(frozen=True, slots=True)
class RemoveMember(ChannelAction):
    """Remove somebody from a channel; with ``quiet``, delete Mattermost’s notice."""

    user_id: str
    quiet: bool = field(default=True, kw_only=True)

    @property
    def settles(self) -> Settled:
        """Settle that this person is not in the channel."""
        return {f"member {self.user_id}": False}


@dataclass(frozen=True, slots=True)
class SetChannelAdmin(ChannelAction):
    """Make a member a channel administrator, or no longer; guests cannot be one."""

    user_id: str
    is_admin: bool = field(kw_only=True)

    @property
    def settles(self) -> Settled:
        """Whether the person administers the channel."""
        return {f"admin {self.user_id}": self.is_admin}

    @property
    def needs(self) -> Collection[str]:
        """The names that must be settled before: somebody must be a member before they can administer."""
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
    """Serialise an action for an outbox row; its topic is a column there."""
    return {"act": type(act).__name__, "with": {name: value for name, value in asdict(act).items() if name != "topic"}}


def read_action(content: Mapping[str, Any]) -> ChatAction:
    """Deserialise the action of a row. Raises KeyError or ValueError for one that this version does not know."""
    return _KINDS[content["act"]].validate_python(content["with"])


def is_settling(content: Mapping[str, Any]) -> bool:
    """Return whether the action of a row settles anything, in this version."""
    try:
        act = read_action(content)
    except (KeyError, ValueError):
        return False
    return bool(act.settles)


def remove_settled(act: ChatAction, names: Collection[str]) -> ChatAction | None:
    """Return what is left of an action once others settle these names; None if nothing is."""
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
