"""What the bot asks of a chat server, and the values it gets back; every call may raise ``ChatError``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot.capabilities import Capabilities


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
    """A post as it stands now. ``type`` is empty for what people and bots write; ``create_at`` in ms since 1970."""

    id: str
    user_id: str
    channel_id: str
    message: str
    create_at: int
    type: str = ""
    props: Mapping[str, Any] = field(default_factory=dict)
    file_ids: Sequence[str] = ()


class Chat(Protocol):
    """The chat server, in the bot’s own name."""

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, by the version of its latest answer; the oldest until it has given one."""

    async def me(self) -> ChatUser:
        """The bot’s own account."""

    async def user(self, user_id: str) -> ChatUser:
        """An account by id; status 404 when nobody has it."""

    async def user_by_name(self, username: str) -> ChatUser | None:
        """An account by name, with or without « @ »; None when nobody is called so, or nobody can be."""

    async def is_team_admin(self, user_id: str) -> bool:
        """Whether somebody administers the bot’s team; False for who is not in it."""

    async def verifies_addresses(self) -> bool:
        """Whether an address is somebody’s only once they proved it; False where the server does not say."""

    async def direct_channel(self, user_id: str) -> str:
        """The id of the direct channel with somebody, made at need."""

    async def post(
        self, channel_id: str, message: str, props: Mapping[str, Any], pending_post_id: str, root_id: str = ""
    ) -> str:
        """Write in a channel and return the post’s id; the same ``pending_post_id`` within 30 s posts once."""

    async def upload(self, channel_id: str, path: Path) -> str:
        """Give a file, under its own name, to a channel and return its id; it stays loose until a post carries it."""

    async def post_files(
        self, channel_id: str, message: str, props: Mapping[str, Any], pending_post_id: str, file_ids: Sequence[str]
    ) -> ChatPost:
        """Write in a channel, with uploaded files; those that the answer does not name the server dropped."""

    async def delete(self, post_id: str) -> None:
        """Take away a post of the bot’s; nothing happens when it is gone."""

    async def rewrite(self, post_id: str, message: str, props: Mapping[str, Any]) -> None:
        """Replace the text and all the props of a post of the bot’s."""

    async def posts_since(self, channel_id: str, since_ms: int) -> Sequence[ChatPost]:
        """What was posted in a channel from that instant on, oldest first, without what was deleted (1000 at most)."""

    async def channels_with_news(self, since_ms: int) -> Sequence[str]:
        """The bot’s direct channels that had a post from that instant on."""

    async def open_dialog(self, trigger_id: str, url: str, dialog: Mapping[str, Any]) -> None:
        """Show a form to who pulled the trigger; it is sent to ``url``."""

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Answer a slash command later, through the address it came with (30 minutes, 5 times)."""
