"""Events: what happens in Mattermost, as values for handlers. A feature declares where it listens by a
``WatchedPlaces``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from pydantic import BaseModel, ConfigDict

from bot.errors import Refusal

TEAM = "team"
"""The place of what concerns the bot’s whole team."""


@dataclass(frozen=True, slots=True)
class WatchedPlaces:
    """Where a feature listens: channels by id, and the membership of the team.

    In ``crowded`` channels, which everybody is in, messages and changes of the channel are reported, but not who joins
    and leaves, and their members are not stored.
    """

    channels: frozenset[str] = frozenset()
    team: bool = False
    crowded: frozenset[str] = frozenset()

    def __or__(self, other: "WatchedPlaces") -> "WatchedPlaces":
        """Join two values; a channel watched fully by one need not be in the other’s crowded ones."""
        channels = self.channels | other.channels
        return WatchedPlaces(channels, self.team or other.team, (self.crowded | other.crowded) - channels)

    @property
    def places(self) -> frozenset[str]:
        """Return the places whose members are tracked: the channels that are not crowded, and the team."""
        return self.channels | ({TEAM} if self.team else set())


class Event(BaseModel):
    """Something that happened."""

    model_config = ConfigDict(frozen=True)

    @property
    def ident(self) -> str:
        """The identity of this event over replicas and restarts; "" if it has none."""
        return ""

    @property
    def place(self) -> str:
        """The channel or team in which it happened; "" if it has none, and then all its handlers get it."""
        return ""

    @property
    def by(self) -> str:
        """The id of whoever caused it; "" if Mattermost does not say, or they may be gone by now."""
        return ""


class _OfPost(Event):
    """Something about a post. ``is_direct`` in the direct channel of somebody and the bot."""

    channel_id: str
    post_id: str
    user_id: str
    is_direct: bool = False

    @property
    def ident(self) -> str:
        return self.post_id

    @property
    def place(self) -> str:
        return "" if self.is_direct else self.channel_id

    @property
    def by(self) -> str:
        return self.user_id


class _Written(_OfPost):
    """``at`` is when it was written (ms since 1970), which may be a while ago after an outage; ``is_again`` says that
    it is answered again, as if it had been written as it was edited since."""

    text: str = ""
    root_id: str = ""
    file_ids: tuple[str, ...] = ()
    at: int = 0
    is_again: bool = False


class DirectMessage(_Written):
    """A person wrote to the bot; ``root_id`` is the post that they answered, empty outside of threads."""

    is_direct: bool = True


def typed_alone(is_meant: Callable[[str], bool]) -> Callable[[Event], bool]:
    """Return the test whether an event is a text typed to the bot in the direct channel, outside of threads, that
    passes a test of its own."""
    return lambda event: isinstance(event, DirectMessage) and not event.root_id and is_meant(event.text)


class Posted(_Written):
    """A person wrote in a watched channel."""


class Addressed(_Written):
    """A person addressed the bot in a channel of others, watched or not: by its name or (``by_name`` is false) by
    replying to one of its posts."""

    by_name: bool = True

    @property
    def place(self) -> str:
        return ""


Spoken = DirectMessage | Addressed
"""Plain words to the bot."""


class Edited(_Written):
    """A person changed what they had written; ``text`` is how it stands now, ``edit_at`` since when (ms since 1970)."""

    edit_at: int

    @property
    def ident(self) -> str:
        return f"{self.post_id}:{self.edit_at}"


class Reworded(Edited):
    """A person changed what they had written to the bot in a channel of others, or named it there only now
    (``by_name``)."""

    by_name: bool = True

    @property
    def place(self) -> str:
        return ""


class Deleted(_OfPost):
    """A person’s message was deleted, by anybody; deleting the first post deletes its thread."""

    root_id: str = ""

    @property
    def by(self) -> str:
        return ""


class Unsaid(Deleted):
    """What a person had written to the bot in a channel of others was deleted."""

    @property
    def place(self) -> str:
        return ""


def is_in_direct(event: _OfPost) -> bool:
    """Return whether something happened in the direct channel of somebody and the bot."""
    return event.is_direct


def in_thread(event: _Written | Deleted) -> bool:
    """Return whether a message stands, or stood, in a thread under another one."""
    return bool(event.root_id)


class _OfEmoji(_OfPost):
    """An emoji under a post, which may be the bot’s. ``at`` is in ms since 1970."""

    emoji: str
    at: int

    @property
    def ident(self) -> str:
        return fingerprint(self.post_id, self.user_id, self.emoji, self.at)


class Reacted(_OfEmoji):
    """A person put an emoji under a post."""


class Unreacted(_OfEmoji):
    """A person removed an emoji; not reported if the bot was away."""


class _OfState(Event):
    """A change of state between two observations; ``change`` identifies it."""

    change: str

    @property
    def ident(self) -> str:
        return self.change


class _OfTeam(_OfState):
    user_id: str

    @property
    def place(self) -> str:
        return TEAM


class JoinedTeam(_OfTeam):
    """Somebody joined the team."""


class LeftTeam(_OfTeam):
    """Somebody left the team."""


class RoleChanged(_OfTeam):
    """Somebody became a team administrator, or no longer is. Mattermost sends this only to them, so it is read every
    hour."""

    is_team_admin: bool


class _OfChannel(_OfState):
    channel_id: str

    @property
    def place(self) -> str:
        return self.channel_id


class JoinedChannel(_OfChannel):
    """Somebody joined a watched channel."""

    user_id: str


class LeftChannel(_OfChannel):
    """Somebody left a watched channel."""

    user_id: str


class ChannelTurned(_OfChannel):
    """A watched channel changed."""


class Renamed(ChannelTurned):
    """A watched channel has another address (``name``) or title (``display_name``)."""

    name: str
    display_name: str


class Archived(ChannelTurned):
    """A watched channel was archived."""


class Restored(ChannelTurned):
    """A watched channel was restored from the archive."""


class Converted(ChannelTurned):
    """A watched channel became private or public."""

    is_private: bool


class Delivered(Event):
    """A message of the feature under a topic arrived, or an action was carried out; the event has the post or the
    channel.

    ``kept_out`` are the people whom ``AddMembers`` could not add, each with the reason.
    """

    topic: str
    post_id: str = ""
    channel_id: str = ""
    kept_out: Mapping[str, Refusal] = {}


class Undelivered(Event):
    """A message of the feature under a topic was given up, or an action refused; ``refusal`` is the reason if it is
    told apart."""

    topic: str
    refusal: Refusal | None = None


class PersonChanged(Event):
    """Somebody’s account or role changed; ``is_gone`` if the account is now deactivated."""

    user_id: str
    is_gone: bool = False


class Reconnected(Event):
    """The websocket is connected again; what happened meanwhile was read and is being dispatched."""


def fingerprint(*parts: object) -> str:
    """Return a short hash of these values."""
    return sha256(":".join(map(str, parts)).encode()).hexdigest()[:40]
