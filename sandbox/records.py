"""Rows of the server: people, teams, channels, posts, and what links them."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sandbox.tables import Record


@dataclass(eq=False)
class User(Record):
    """A person or a bot."""

    id: str
    username: str
    email: str
    create_at: int
    update_at: int
    delete_at: int = 0
    email_verified: bool = False
    password: str = ""
    """Salt and hash, in hexadecimal, with a colon between."""
    nickname: str = ""
    first_name: str = ""
    last_name: str = ""
    position: str = ""
    roles: str = "system_user"
    notify_props: dict[str, str] = field(default_factory=dict)
    props: dict[str, str] = field(default_factory=dict)
    locale: str = "en"
    timezone: dict[str, str] = field(default_factory=dict)
    last_password_update: int = 0
    last_picture_update: int = 0
    """When the picture changed; negative for one that the server drew itself."""
    failed_attempts: int = 0
    disable_welcome_email: bool = False
    is_bot: bool = False
    bot_description: str = ""
    bot_owner_id: str = ""
    bot_created_at: int = 0
    bot_updated_at: int = 0

    @property
    def is_guest(self) -> bool:
        """Whether this is a guest: in channels to which somebody brought them, and nowhere else."""
        return "system_guest" in self.roles.split()


@dataclass(eq=False)
class Token(Record):
    """A credential for the API: a session that a login made, or an access token."""

    id: str
    token: str
    user_id: str
    create_at: int
    description: str = ""
    is_active: bool = True
    is_session: bool = False


@dataclass(eq=False)
class Team(Record):
    """A team."""

    id: str
    name: str
    display_name: str
    type: str
    create_at: int
    update_at: int
    delete_at: int = 0
    description: str = ""
    email: str = ""
    company_name: str = ""
    allowed_domains: str = ""
    invite_id: str = ""
    allow_open_invite: bool = False


@dataclass(eq=False)
class TeamMember(Record):
    """A membership in a team; ``delete_at`` is set for somebody who left."""

    KEY: ClassVar[tuple[str, ...]] = ("team_id", "user_id")

    team_id: str
    user_id: str
    create_at: int
    delete_at: int = 0
    scheme_guest: bool = False
    scheme_user: bool = True
    scheme_admin: bool = False
    explicit_roles: str = ""


@dataclass(eq=False)
class Channel(Record):
    """A channel: public (O), private (P), direct (D) or group (G)."""

    id: str
    team_id: str
    type: str
    name: str
    display_name: str
    creator_id: str
    create_at: int
    update_at: int
    delete_at: int = 0
    header: str = ""
    purpose: str = ""
    last_post_at: int = 0
    total_msg_count: int = 0
    last_root_post_at: int = 0
    total_msg_count_root: int = 0
    props: dict[str, Any] | None = None
    has_backdated_posts: bool = False
    """Whether its posts came in another order than their dates tell."""


@dataclass(eq=False)
class ChannelMember(Record):
    """A membership in a channel."""

    KEY: ClassVar[tuple[str, ...]] = ("channel_id", "user_id")

    channel_id: str
    user_id: str
    last_update_at: int
    last_viewed_at: int = 0
    msg_count: int = 0
    mention_count: int = 0
    mention_count_root: int = 0
    msg_count_root: int = 0
    notify_props: dict[str, str] = field(default_factory=dict)
    scheme_guest: bool = False
    scheme_user: bool = True
    scheme_admin: bool = False
    explicit_roles: str = ""


@dataclass(eq=False)
class Post(Record):
    """A message, with its attachments as they were given (`integration` included)."""

    id: str
    user_id: str
    channel_id: str
    create_at: int
    update_at: int
    edit_at: int = 0
    delete_at: int = 0
    is_pinned: bool = False
    root_id: str = ""
    original_id: str = ""
    message: str = ""
    type: str = ""
    props: dict[str, Any] = field(default_factory=dict)
    hashtags: str = ""
    file_ids: list[str] = field(default_factory=list)
    pending_post_id: str = ""
    has_reactions: bool = False
    from_client: bool = True
    """Off for what the server itself posts: answers of commands and hooks, system messages."""


@dataclass(eq=False)
class Reaction(Record):
    """One person's emoji under a post."""

    KEY: ClassVar[tuple[str, ...]] = ("post_id", "user_id", "emoji_name")

    user_id: str
    post_id: str
    emoji_name: str
    channel_id: str
    create_at: int
    update_at: int


@dataclass(eq=False)
class FileInfo(Record):
    """A file, attached to no post until one carries it."""

    id: str
    user_id: str
    channel_id: str
    create_at: int
    name: str
    extension: str
    size: int
    mime_type: str
    post_id: str = ""
    delete_at: int = 0
    width: int = 0
    height: int = 0


@dataclass(eq=False)
class FileContent(Record):
    """The bytes of a file, in base64, stored apart from its description."""

    id: str
    data: str


@dataclass(eq=False)
class ThreadMember(Record):
    """A follower of a thread, or somebody who chose not to follow it."""

    KEY: ClassVar[tuple[str, ...]] = ("root_id", "user_id")

    root_id: str
    user_id: str
    following: bool
    last_update: int
    last_viewed: int = 0
    unread_mentions: int = 0
