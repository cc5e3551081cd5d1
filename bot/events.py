"""What happens in Mattermost, as values that handlers hear; a feature says with ``Watched`` where it listens."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from pydantic import BaseModel, ConfigDict

from bot.errors import Refusal

TEAM = "team"
"""The place of what concerns the bot’s whole team."""


@dataclass(frozen=True, slots=True)
class WatchedPlaces:
    """Where a feature listens: channels by id, and who comes into the team and leaves it.

    Of the ``crowded`` channels, in which everybody is, it is told what is said there and how they are, but not who
    comes and goes: nobody who is in them is written down.
    """

    channels: frozenset[str] = frozenset()
    team: bool = False
    crowded: frozenset[str] = frozenset()

    def __or__(self, other: "WatchedPlaces") -> "WatchedPlaces":
        """Join two values: what is heard whole needs no second look."""
        channels = self.channels | other.channels
        return WatchedPlaces(channels, self.team or other.team, (self.crowded | other.crowded) - channels)

    @property
    def places(self) -> frozenset[str]:
        """List the places of which it is known who is there: the channels, and the team."""
        return self.channels | ({TEAM} if self.team else set())


class Event(BaseModel):
    """Something that happened."""

    model_config = ConfigDict(frozen=True)

    @property
    def ident(self) -> str:
        """What makes it this event and no other, over replicas and restarts; empty where nothing does."""
        return ""

    @property
    def place(self) -> str:
        """The channel that it happened in, or the team; empty where it has none, and whoever hears it hears all."""
        return ""

    @property
    def by(self) -> str:
        """Return who did it; empty where Mattermost does not say, or they may be gone by now."""
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
    """``at`` is when it was written (ms since 1970), which may be a while ago after an outage."""

    text: str = ""
    root_id: str = ""
    file_ids: tuple[str, ...] = ()
    at: int = 0


class DirectMessage(_Written):
    """A person wrote to the bot; ``root_id`` is the post that they answered, empty outside of threads."""

    is_direct: bool = True


class Posted(_Written):
    """A person wrote in a watched channel."""


class Addressed(_Written):
    """A person spoke to the bot in a channel of others, whoever watches it: by its name, or under a post of its own
    (``by_name`` is false)."""

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


class Deleted(_OfPost):
    """What a person had written was taken away, by them or by somebody else; a thread goes with its first post."""

    root_id: str = ""

    @property
    def by(self) -> str:
        return ""


class _OfEmoji(_OfPost):
    """An emoji under a post, which may be the bot’s own. ``at`` is when (ms since 1970)."""

    emoji: str
    at: int

    @property
    def ident(self) -> str:
        return fingerprint(self.post_id, self.user_id, self.emoji, self.at)


class Reacted(_OfEmoji):
    """A person put an emoji under a post."""


class Unreacted(_OfEmoji):
    """A person took an emoji back: told while the bot is there, and not after an outage."""


class _OfState(Event):
    """Something that changed, known by how it was before. ``change`` names the change."""

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
    """Somebody is in the team now."""


class LeftTeam(_OfTeam):
    """Somebody is in the team no more."""


class RoleChanged(_OfTeam):
    """Somebody administers the team now, or no more. Mattermost tells only them: it is read every hour."""

    is_team_admin: bool


class _OfChannel(_OfState):
    channel_id: str

    @property
    def place(self) -> str:
        return self.channel_id


class JoinedChannel(_OfChannel):
    """Somebody is in a watched channel now."""

    user_id: str


class LeftChannel(_OfChannel):
    """Somebody is in a watched channel no more."""

    user_id: str


class ChannelTurned(_OfChannel):
    """A watched channel is not what it was."""


class Renamed(ChannelTurned):
    """A watched channel has another name (of its address) or title (``display_name``)."""

    name: str
    display_name: str
    name_before: str
    display_name_before: str


class Archived(ChannelTurned):
    """A watched channel was put away."""


class Restored(ChannelTurned):
    """A watched channel came back from the archive."""


class Converted(ChannelTurned):
    """A watched channel became private, or public."""

    is_private: bool


class Delivered(Event):
    """What the feature itself sent on a topic has arrived: the post, or what an act was done to (a channel made).

    ``kept_out`` are the people whom ``AddMembers`` could not bring in, each with why.
    """

    topic: str
    post_id: str = ""
    channel_id: str = ""
    kept_out: Mapping[str, Refusal] = {}


class Undelivered(Event):
    """What the feature itself sent on a topic was given up, or an act refused; ``refusal`` says why, if it is told
    apart."""

    topic: str
    refusal: Refusal | None = None


class PersonChanged(Event):
    """Somebody’s account or rights are not what they were; ``is_gone`` if the account is deactivated now."""

    user_id: str
    is_gone: bool = False


class Reconnected(Event):
    """Events are heard again, and what happened meanwhile was read, and is being told."""


def fingerprint(*parts: object) -> str:
    """A short text that stands for these, and for no others."""
    return sha256(":".join(map(str, parts)).encode()).hexdigest()[:40]
