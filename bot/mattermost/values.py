"""What a chat server has, as the bot sees it: people, channels, who is in them, posts, files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TOWN_SQUARE = "town-square"
"""The channel in which everybody of a team is; whatever it is called, this is its name."""


@dataclass(frozen=True, slots=True)
class ChatUser:
    """An account. ``roles`` are the system-wide ones; ``timezone`` is empty when the person never had one.

    ``full_name`` is empty where the person gave none, or the server hides names (PrivacySettings.ShowFullName);
    ``email`` is empty where the server hides addresses (PrivacySettings.ShowEmailAddress).
    """

    id: str
    username: str
    email: str = ""
    is_bot: bool = False
    roles: frozenset[str] = frozenset()
    deleted: bool = False
    timezone: str = ""
    full_name: str = ""

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
