"""The objects of Mattermost’s API, as far as the bot reads them, and what it makes of each."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bot.errors import ChatError
from config.text import fold

TOWN_SQUARE = "town-square"
"""The channel in which everybody of a team is; whatever it is called, this is its name."""


@dataclass(frozen=True, slots=True)
class ChatUser:
    """An account. ``roles`` are the system-wide ones; ``timezone`` is empty when the person never had one.

    Names are empty where the person gave none, or the server hides them (PrivacySettings.ShowFullName); ``position`` is
    what they say that they are;
    ``email`` is empty where the server hides addresses (PrivacySettings.ShowEmailAddress).
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
        """Whether the account may do everything on this server."""
        return "system_admin" in self.roles


@dataclass(frozen=True, slots=True)
class ChatPost:
    """A post as it stands now. ``type`` is empty for what people and bots write; ``create_at`` in ms since 1970.

    ``root_id`` is the post that it answers, empty outside of threads. ``edit_at`` is when it was last changed, 0 for
    never; ``delete_at`` when it was taken away, which only ``changes`` tells; ``reactions`` the emojis under it, where
    the server lists them with the post.
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


@dataclass(frozen=True, slots=True)
class ChatChanges:
    """What happened to the posts of a channel since an instant, oldest first.

    ``is_whole`` is false where there was more: then these are the posts last written.
    """

    posts: "Sequence[ChatPost]"
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to be made: as an answer to ``root_id`` if there is one, with files that were uploaded to its channel.

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
    """A channel: O(pen to the team), P(rivate), D(irect) or G(roup). ``name`` is that of its address.

    ``display_name`` is what people read; ``purpose`` and ``header`` may hold Markdown. D and G have no ``team_id``.
    ``update_at`` is when it was last changed or put away, ``last_post_at`` when something was last said in it.
    ``creator_id`` is who made it, ``create_at`` when, in ms since 1970.
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
        """Whether everybody of the team is in it, and nobody can leave it."""
        return self.name == TOWN_SQUARE


@dataclass(frozen=True, slots=True)
class ChatMember:
    """Somebody in a team or in a channel, which they may administer; accounts switched off stay members."""

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
    """A file that a post carries, or is to carry; ``size`` in bytes."""

    id: str
    name: str
    size: int
    mime_type: str = ""


M = TypeVar("M", bound=BaseModel)
V = TypeVar("V")


class Row(BaseModel, Generic[V]):
    """What stands for one value of the bot’s."""

    @property
    @abstractmethod
    def value(self) -> V:
        """What the bot makes of it."""


class Timezone(BaseModel):
    """Where somebody’s clock is; the names as Mattermost writes them, the switch a text or a bool."""

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
    """An emoji under a post. Of one taken back only ``update_at`` tells when."""

    user_id: str
    emoji_name: str
    post_id: str = ""
    create_at: int = 0
    update_at: int = 0

    @property
    def value(self) -> ChatReaction:
        return ChatReaction(self.user_id, self.emoji_name, self.create_at)


class Metadata(BaseModel):
    """What comes with a post."""

    reactions: list[Reaction] | None = None


class Post(Row[ChatPost]):
    """A post. What was deleted stays readable, and an edited one leaves a copy of its old text behind."""

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
        """Whether it is there to be read now."""
        return not self.delete_at and not self.original_id

    def since(self, ms: int) -> bool:
        """Return whether it was written, changed, taken away or got an emoji from that instant on."""
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
    """Posts by id, and the order of those that were asked for."""

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
    """Somebody’s membership; ``roles`` names what the ``scheme_…`` of old and new servers say, and more."""

    user_id: str
    roles: str = ""
    scheme_admin: bool = False
    scheme_guest: bool = False

    def _is(self, role: str) -> bool:
        return role in self.roles.split()


class TeamMember(_Member):
    """Somebody’s membership of a team; that of who left stays, with the moment when."""

    delete_at: int = 0

    @property
    def value(self) -> ChatMember:
        admin, guest = self.scheme_admin or self._is("team_admin"), self.scheme_guest or self._is("team_guest")
        return ChatMember(self.user_id, admin, guest)


class ChannelMember(_Member):
    """Somebody’s membership of a channel."""

    @property
    def value(self) -> ChatMember:
        admin, guest = self.scheme_admin or self._is("channel_admin"), self.scheme_guest or self._is("channel_guest")
        return ChatMember(self.user_id, admin, guest)


class Status(BaseModel):
    """Whether somebody is there."""

    user_id: str
    status: str


class Group(Row[frozenset[str]]):
    """A group of people. Those of the directory (LDAP, or SAML through a plugin) are made by its administrators; any
    member makes and changes « custom » ones, which so say nothing of anybody. The value is what it is called."""

    name: str | None = None
    display_name: str = ""
    source: str = ""
    delete_at: int = 0

    @property
    def value(self) -> frozenset[str]:
        """Return the group’s names as they compare; nothing for a group that says nothing."""
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
    """Anything new: its id is all the bot keeps."""

    id: str


class Upload(BaseModel):
    """What became of the one file of an upload."""

    file_infos: tuple[Identified]


def read(kind: type[M], answer: Any) -> M:
    """Read the answer as a value; ChatError when the server sent something else."""
    try:
        return kind.model_validate(answer)
    except ValidationError:
        raise ChatError(502, "unexpected_answer") from None


def values(kind: type[Row[V]], answer: Any) -> Sequence[V]:
    """Return what the bot makes of each row of an answer."""
    return [row.value for row in rows(kind, answer)]


def rows(kind: type[M], answer: Any) -> Sequence[M]:
    """The answer as a list of values; ``null`` is how servers from 6.0 on often write an empty one."""
    if not isinstance(answer, list | None):
        raise ChatError(502, "unexpected_answer")
    try:
        return [kind.model_validate(row) for row in answer or ()]
    except ValidationError:
        raise ChatError(502, "unexpected_answer") from None
