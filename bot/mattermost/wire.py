"""The objects of Mattermost’s API as far as the bot reads them, and the values that it makes of them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bot.errors import ChatError
from config.text import fold

TOWN_SQUARE = "town-square"
"""The channel in which everybody of a team is; whatever it is called, this is its name."""


@dataclass(frozen=True, slots=True)
class ChatUser:
    """An account. ``roles`` are the system-wide ones; ``timezone`` is "" if it was never set.

    Names are "" if not given, or hidden (PrivacySettings.ShowFullName); ``position`` is the job title in the profile;
    ``email`` is "" if the server hides addresses (PrivacySettings.ShowEmailAddress).
    """

    id: str
    username: str
    email: str = ""
    is_bot: bool = False
    roles: frozenset[str] = frozenset()
    deleted: bool = False
    timezone: str = ""
    first_name: str = ""
    last_name: str = ""
    position: str = ""

    @property
    def full_name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_system_admin(self) -> bool:
        """Whether the account is a system administrator."""
        return "system_admin" in self.roles


@dataclass(frozen=True, slots=True)
class ChatPost:
    """A post as it is now. ``type`` is "" for what people and bots write; ``create_at`` is in ms since 1970.

    ``root_id`` is the first post of its thread, "" outside threads. ``edit_at`` is the time of the last edit, 0 for
    none; ``delete_at`` that of its deletion, which only ``changes`` returns; ``reactions`` are listed if the server
    sends them with the post.
    """

    id: str
    user_id: str
    channel_id: str
    message: str
    create_at: int
    type: str = ""
    props: Mapping[str, Any] = field(default_factory=dict)
    file_ids: Sequence[str] = ()
    root_id: str = ""
    is_pinned: bool = False
    edit_at: int = 0
    delete_at: int = 0
    reactions: "Sequence[ChatReaction]" = ()

    @property
    def posted_at(self) -> datetime:
        """When it was posted, in UTC."""
        return datetime.fromtimestamp(self.create_at / 1000, UTC)


@dataclass(frozen=True, slots=True)
class ChatChanges:
    """What happened to a channel’s posts since an instant, oldest first.

    ``is_whole`` is False if there was more: then these are the most recent ones.
    """

    posts: "Sequence[ChatPost]"
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to create, perhaps as a reply to ``root_id``, with files uploaded to its channel.

    The same ``pending_post_id`` within 30 s makes one post.
    """

    channel_id: str
    message: str
    props: Mapping[str, Any]
    pending_post_id: str
    root_id: str = ""
    file_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ChatChannel:
    """A channel: O(pen), P(rivate), D(irect) or G(roup). ``name`` is its address.

    ``display_name`` is its title; ``purpose`` and ``header`` may be Markdown. D and G have no ``team_id``.
    ``update_at`` is the last change or archiving, ``last_post_at`` the last message. ``creator_id`` is who created it,
    at ``create_at`` (ms since 1970).
    """

    id: str
    type: str
    name: str
    display_name: str = ""
    team_id: str = ""
    header: str = ""
    purpose: str = ""
    archived: bool = False
    update_at: int = field(default=0, compare=False)
    last_post_at: int = field(default=0, compare=False)
    creator_id: str = field(default="", compare=False)
    create_at: int = field(default=0, compare=False)

    @property
    def is_private(self) -> bool:
        """Whether only its members may read it."""
        return self.type != "O"

    @property
    def is_default(self) -> bool:
        """Whether it is the team’s default channel, which everybody is in and nobody can leave."""
        return self.name == TOWN_SQUARE


@dataclass(frozen=True, slots=True)
class ChatMember:
    """A membership of a team or channel, perhaps as its administrator; deactivated accounts stay members."""

    user_id: str
    is_admin: bool = False
    is_guest: bool = False


@dataclass(frozen=True, slots=True)
class ChatReaction:
    """An emoji that somebody put under a post."""

    user_id: str
    emoji: str
    create_at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ChatFile:
    """A file of a post, or for one; ``size`` in bytes."""

    id: str
    name: str
    size: int
    mime_type: str = ""


M = TypeVar("M", bound=BaseModel)
V = TypeVar("V")


class Row(BaseModel, Generic[V]):
    """A parsed object that stands for one value of the bot’s."""

    @property
    @abstractmethod
    def value(self) -> V:
        """What the bot makes of it."""


class Timezone(BaseModel):
    """A time zone setting: the names as Mattermost writes them, the switch as text or bool."""

    useAutomaticTimezone: str | bool = "true"
    automaticTimezone: str = ""
    manualTimezone: str = ""

    @property
    def name(self) -> str:
        """The zone in force, else the other one, else nothing."""
        automatic = str(self.useAutomaticTimezone).lower() == "true"
        chosen = (self.automaticTimezone, self.manualTimezone)
        first, second = chosen if automatic else chosen[::-1]
        return first or second


class User(Row[ChatUser]):
    """An account."""

    id: str
    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    position: str = ""
    is_bot: bool = False
    roles: str = ""
    delete_at: int = 0
    timezone: Timezone | None = None

    @property
    def value(self) -> ChatUser:
        return ChatUser(
            id=self.id,
            username=self.username,
            email=self.email,
            is_bot=self.is_bot,
            roles=frozenset(self.roles.split()),
            deleted=self.delete_at > 0,
            timezone=self.timezone.name if self.timezone else "",
            first_name=self.first_name.strip(),
            last_name=self.last_name.strip(),
            position=self.position.strip(),
        )


class Reaction(Row[ChatReaction]):
    """A reaction; of a removed one, only ``update_at`` tells when."""

    user_id: str
    emoji_name: str
    post_id: str = ""
    create_at: int = 0
    update_at: int = 0

    @property
    def value(self) -> ChatReaction:
        return ChatReaction(self.user_id, self.emoji_name, self.create_at)


class Metadata(BaseModel):
    """What the server sends along with a post."""

    reactions: list[Reaction] | None = None


class Post(Row[ChatPost]):
    """A post. Deleted posts stay readable, and an edit leaves a copy with the old text."""

    id: str
    user_id: str
    channel_id: str
    message: str = ""
    create_at: int
    edit_at: int = 0
    delete_at: int = 0
    original_id: str = ""
    root_id: str = ""
    is_pinned: bool = False
    type: str = ""
    props: dict[str, Any] | None = None
    file_ids: list[str] | None = None
    metadata: Metadata | None = None

    @property
    def stands(self) -> bool:
        """Whether the post is neither deleted nor an old copy."""
        return not self.delete_at and not self.original_id

    def since(self, ms: int) -> bool:
        """Return whether it was written, edited, deleted or reacted to since an instant."""
        reactions = (self.metadata and self.metadata.reactions) or ()
        return max(self.create_at, self.edit_at, self.delete_at, *(r.create_at for r in reactions)) >= ms

    @property
    def value(self) -> ChatPost:
        return ChatPost(
            **self.model_dump(exclude={"original_id", "metadata", "props", "file_ids"}),
            props=self.props or {},
            file_ids=tuple(self.file_ids or ()),
            reactions=tuple(r.value for r in (self.metadata and self.metadata.reactions) or ()),
        )


class PostList(BaseModel):
    """Posts by id, and the order of those asked for."""

    posts: dict[str, Post] | None = None
    order: list[str] | None = None


class Channel(Row[ChatChannel]):
    """A channel."""

    id: str
    type: str
    name: str = ""
    display_name: str = ""
    team_id: str = ""
    header: str = ""
    purpose: str = ""
    delete_at: int = 0
    update_at: int = 0
    last_post_at: int = 0
    creator_id: str = ""
    create_at: int = 0

    @property
    def value(self) -> ChatChannel:
        return ChatChannel(**self.model_dump(exclude={"delete_at"}), archived=self.delete_at > 0)


class Team(BaseModel):
    """A team."""

    id: str


class _Member(Row[ChatMember]):
    """A membership; ``roles`` has the names that old and new servers express by ``scheme_…``, and more."""

    user_id: str
    roles: str = ""
    scheme_admin: bool = False
    scheme_guest: bool = False

    def _is(self, role: str) -> bool:
        return role in self.roles.split()


class TeamMember(_Member):
    """A membership of a team; that of a leaver stays, with the time they left."""

    delete_at: int = 0

    @property
    def value(self) -> ChatMember:
        admin, guest = self.scheme_admin or self._is("team_admin"), self.scheme_guest or self._is("team_guest")
        return ChatMember(self.user_id, admin, guest)


class ChannelMember(_Member):
    """A membership of a channel."""

    @property
    def value(self) -> ChatMember:
        admin, guest = self.scheme_admin or self._is("channel_admin"), self.scheme_guest or self._is("channel_guest")
        return ChatMember(self.user_id, admin, guest)


class Status(BaseModel):
    """A person’s status."""

    user_id: str
    status: str


class Group(Row[frozenset[str]]):
    """A group of people. Those of the directory (LDAP, or SAML through a plugin) are made by its administrators;
    « custom » ones, which any member makes, prove nothing. The value is the group’s names."""

    name: str | None = None
    display_name: str = ""
    source: str = ""
    delete_at: int = 0

    @property
    def value(self) -> frozenset[str]:
        """Return the comparable names of a directory group; empty for any other."""
        if self.delete_at or not (self.source == "ldap" or self.source.startswith("plugin_")):
            return frozenset()
        return frozenset(fold(name) for name in (self.name, self.display_name) if name)


class ChannelStatistics(BaseModel):
    member_count: int


class FileInfo(Row[ChatFile]):
    """A file."""

    id: str
    name: str
    size: int
    mime_type: str = ""

    @property
    def value(self) -> ChatFile:
        return ChatFile(self.id, self.name, self.size, self.mime_type)


class Identified(BaseModel):
    """A new object, of which only the id is kept."""

    id: str


class Upload(BaseModel):
    """The answer to an upload of one file."""

    file_infos: tuple[Identified]


def read(kind: type[M], answer: Any) -> M:
    """Parse an answer. Raises ChatError if it has another shape."""
    try:
        return kind.model_validate(answer)
    except ValidationError:
        raise ChatError(502, "unexpected_answer") from None


def values(kind: type[Row[V]], answer: Any) -> Sequence[V]:
    """Parse a list, and return the bot’s value of each object."""
    return [row.value for row in rows(kind, answer)]


def rows(kind: type[M], answer: Any) -> Sequence[M]:
    """Parse a list; servers from 6.0 on often write ``null`` for an empty one."""
    if not isinstance(answer, list | None):
        raise ChatError(502, "unexpected_answer")
    try:
        return [kind.model_validate(row) for row in answer or ()]
    except ValidationError:
        raise ChatError(502, "unexpected_answer") from None
