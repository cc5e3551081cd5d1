"""What may be asked of a chat server: the half that reads, for handlers, and the whole; all may raise ChatError."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from bot.capabilities import Capabilities
from bot.errors import ChatError
from bot.mattermost.values import (
    ChatChanges,
    ChatChannel,
    ChatFile,
    ChatMember,
    ChatPost,
    ChatReaction,
    ChatUser,
    NewPost,
)


class Searching(Protocol):
    """The half that reads, as far as it searches; all may raise ChatError."""

    async def posts_by(self, username: str) -> Sequence[ChatPost]:
        """What somebody wrote in the team’s channels that the bot is in, newest first: some hundred at most. Refused
        where the server’s search is switched off."""


class ChatReader(Searching, Protocol):
    """The chat server as the bot’s account sees it.

    What is long comes in pages of 200 at most, as the server gives them: memory holds the one in hand. Pages are
    counted from the beginning: who leaves while they are read may hide somebody from them, so ``channel_member`` and
    ``team_member`` have the last word on who is gone.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, by the version of its latest answer; the oldest until it has given one."""

    def in_team(self, team: str) -> Self:
        """The same server, about another of its teams ("": the bot’s own), which people join with its channels."""

    async def answers(self) -> bool:
        """Whether the server answers, and knows the bot’s token; asked once, without patience."""

    async def verifies_addresses(self) -> bool:
        """Whether an address is somebody’s only once they proved it; False where the server does not say."""

    # People

    async def me(self) -> ChatUser:
        """The bot’s own account."""

    async def user(self, user_id: str) -> ChatUser:
        """An account by id; status 404 when nobody has it."""

    async def user_by_name(self, username: str) -> ChatUser | None:
        """An account by name, with or without « @ »; None when nobody is called so, or nobody can be."""

    def users(self, user_ids: Iterable[str]) -> AsyncIterator[Sequence[ChatUser]]:
        """The accounts that have these ids, 200 at a time, in any order; ids of nobody are left out."""

    def users_by_names(self, usernames: Iterable[str]) -> AsyncIterator[Sequence[ChatUser]]:
        """The accounts that have these names (in small letters, without « @ »), 200 at a time, in any order."""

    def team_users(self) -> AsyncIterator[Sequence[ChatUser]]:
        """The accounts in the bot’s team by name, those switched off too."""

    def channel_users(self, channel_id: str) -> AsyncIterator[Sequence[ChatUser]]:
        """The accounts in a channel of the bot’s by name, those switched off too."""

    # Who is where

    async def team_id(self) -> str:
        """The id of the bot’s team."""

    async def is_team_admin(self, user_id: str) -> bool:
        """Whether somebody administers the bot’s team; False for who is not in it."""

    async def team_member(self, user_id: str) -> ChatMember | None:
        """Somebody in the bot’s team; None for who is not, or no more."""

    def team_members(self) -> AsyncIterator[Sequence[ChatMember]]:
        """Who is in the bot’s team."""

    async def team_members_among(self, user_ids: Sequence[str]) -> Sequence[ChatMember]:
        """Those of at least one and at most 200 people who are in the bot’s team."""

    async def channel_member(self, channel_id: str, user_id: str) -> ChatMember | None:
        """Somebody in a channel of the bot’s; None for who is not."""

    async def is_in(self, channel_id: str) -> bool:
        """Whether the bot itself is in a channel. Servers from 10.9 on give who administers a team its private channels
        by name, and let them write there: only the bot’s own are to be remembered, read and written in."""

    def channel_members(self, channel_id: str) -> AsyncIterator[Sequence[ChatMember]]:
        """Who is in a channel of the bot’s."""

    async def channel_members_among(self, channel_id: str, user_ids: Sequence[str]) -> Sequence[ChatMember]:
        """Those of at least one and at most 200 people who are in a channel of the bot’s."""

    async def count_members(self, channel_id: str) -> int:
        """How many accounts are in a channel that the bot may read, bots included and those switched off not."""

    # Channels

    async def channel(self, channel_id: str) -> ChatChannel:
        """A channel by id, archived or not; a private one only if the bot is in it."""

    async def channel_by_name(self, name: str, *, archived: bool = False) -> ChatChannel | None:
        """The team’s channel of that name, perhaps a private one in which the bot is not (``is_in``); None when the bot
        sees none, or an archived one that is not wanted."""

    def public_channels(self) -> AsyncIterator[Sequence[ChatChannel]]:
        """The team’s public channels by title, those without the bot too."""

    def archived_channels(self) -> AsyncIterator[Sequence[ChatChannel]]:
        """The team’s archived channels by title: the public ones, and the private ones of the bot."""

    async def own_channels(self) -> Sequence[ChatChannel]:
        """The team’s channels in which the bot is, private ones too; no server gives them in pages."""

    async def direct_channels(self) -> Mapping[str, int]:
        """The bot’s direct channels by id, and when something was last said in each (ms since 1970)."""

    async def direct_channel(self, user_id: str) -> str:
        """The id of the direct channel with somebody, made at need; shown to nobody before a post is in it."""

    # Posts

    async def read_post(self, post_id: str) -> ChatPost:
        """A post by id; refused as unknown once it is deleted."""

    async def thread(self, post_id: str) -> Sequence[ChatPost]:
        """The thread that a post begins or belongs to, oldest first; a post without answers alone."""

    async def changes(self, channel_id: str, since_ms: int) -> ChatChanges:
        """What was posted, changed or taken away in a channel from that instant on."""

    async def posts_after(self, channel_id: str, post_id: str) -> Sequence[ChatPost]:
        """What stands in a channel after a post, oldest first; fewer than 200 are the last."""

    async def posts_before(self, channel_id: str, post_id: str, size: int) -> Sequence[ChatPost]:
        """The ``size`` posts (200 at most) that stand in a channel before a post, oldest first."""

    async def newest_posts(self, channel_id: str, page: int, size: int) -> Sequence[ChatPost]:
        """A page (from 0) of what stands in a channel, newest first; fewer than ``size`` (200 at most) are the last."""

    async def pinned_posts(self, channel_id: str) -> Sequence[ChatPost]:
        """The posts pinned in a channel, oldest first."""

    async def reactions(self, post_id: str) -> Sequence[ChatReaction]:
        """The emojis under a post."""

    async def file(self, file_id: str) -> ChatFile:
        """What a file is; ``ChatPost.file_ids`` names those of a post."""

    async def largest_file(self) -> int:
        """How many bytes a file may have that is given to this server."""


class Chat(ChatReader, Protocol):
    """The chat server, in the bot’s own name: what the machine acts with, after the handler.

    Unless said otherwise, what is so already is no error: all of it may be done again after a crash.
    """

    # Posts

    async def post(
        self, channel_id: str, message: str, props: Mapping[str, Any], pending_post_id: str, root_id: str = ""
    ) -> str:
        """Write in a channel and return the post’s id; the same ``pending_post_id`` within 30 s posts once."""

    async def post_files(self, post: NewPost) -> ChatPost:
        """Make a post, with uploaded files; those that the answer does not name the server dropped."""

    async def rewrite(self, post_id: str, message: str, props: Mapping[str, Any]) -> None:
        """Replace the text and all the props of a post of the bot’s."""

    async def delete(self, post_id: str) -> None:
        """Take away a post with its answers: the bot’s own or, for an administrator of the team, anybody’s."""

    async def pin(self, post_id: str) -> None:
        """Pin a post to its channel."""

    async def unpin(self, post_id: str) -> None:
        """Pin a post no more."""

    async def react(self, post_id: str, emoji: str) -> None:
        """Put an emoji, named without colons, under a post."""

    async def unreact(self, post_id: str, emoji: str, user_id: str = "") -> None:
        """Take back an emoji of the bot’s or, for a system admin, of somebody’s."""

    async def upload(self, channel_id: str, path: Path) -> str:
        """Give a file, under its own name, to a channel and return its id; it stays loose until a post carries it."""

    async def download(self, file_id: str, path: Path, limit: int) -> None:
        """Write a file to ``path``, which is new, as it comes; refused as too large beyond ``limit`` bytes. A failure
        leaves nothing there. Raises OSError where the disk does not take it."""

    # Channels

    async def create_channel(
        self, name: str, display_name: str, *, private: bool = False, header: str = "", purpose: str = ""
    ) -> ChatChannel:
        """Make a channel of the team, which the bot administers; not twice: the second is refused as « name taken »."""

    async def change_channel(
        self,
        channel_id: str,
        *,
        name: str | None = None,
        display_name: str | None = None,
        header: str | None = None,
        purpose: str | None = None,
    ) -> ChatChannel:
        """Change what is given; each change but that of the name is said in the channel."""

    async def archive_channel(self, channel_id: str) -> None:
        """Put a channel away: it can be read, but not written in."""

    async def restore_channel(self, channel_id: str) -> None:
        """Take a channel out of the archive; takes an administrator of the team."""

    async def convert_channel(self, channel_id: str, *, private: bool) -> None:
        """Make a channel private or public; takes an administrator of the team."""

    # Who is where

    async def add_member(self, channel_id: str, user_id: str) -> None:
        """Bring somebody of the team into a channel, which is said there."""

    async def add_members(self, channel_id: str, user_ids: Iterable[str]) -> Mapping[str, ChatError]:
        """Bring many into a channel, and return whom it did not take, each with why; the others are in. Raises
        ChatError for what concerns them all (no right, no such channel, no answer): then some may be in."""

    async def remove_member(self, channel_id: str, user_id: str) -> None:
        """Take somebody out of a channel, which is said there."""

    async def set_channel_admin(self, channel_id: str, user_id: str, *, is_admin: bool) -> None:
        """Let a member administer a channel, or no more; guests cannot."""

    async def add_to_team(self, user_id: str) -> None:
        """Bring somebody into the bot’s team, and its default channels."""

    async def remove_from_team(self, user_id: str) -> None:
        """Take somebody out of the bot’s team, and of all its channels; takes an administrator of the team."""

    async def set_team_admin(self, user_id: str, *, is_admin: bool) -> None:
        """Let a member administer the bot’s team, or no more; takes an administrator of the team."""

    # Answers

    async def open_dialog(self, trigger_id: str, url: str, dialog: Mapping[str, Any]) -> None:
        """Show a form to who pulled the trigger; it is sent to ``url``."""

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Answer a slash command later, through the address it came with (30 minutes, 5 times)."""
