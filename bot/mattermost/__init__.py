"""Mattermost as the bot sees it: what may be asked of it, and the one place that speaks its REST API.

Words:
    ChatReader, Mattermost: what handlers may ask; that and all that the machine does there, each harmless twice.
    outside_transactions: the same server, whose calls hold no connection to the database meanwhile.
"""

import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any, Self, TypeVar, cast

from bot.errors import ChatError
from bot.mattermost import wire
from bot.mattermost.channels import ChannelCalls, ChannelReads
from bot.mattermost.client import AioClient
from bot.mattermost.posts import FileCalls, FileReads, PostCalls, PostReads
from bot.mattermost.users import MemberCalls, MemberReads, UserReads
from bot.mattermost.wire import (
    ChatChanges,
    ChatChannel,
    ChatFile,
    ChatMember,
    ChatPost,
    ChatReaction,
    ChatUser,
    NewPost,
)
from storage.database import release_connections

T = TypeVar("T")


_HOOKS = "/hooks/commands/"
_HOOK = re.compile(r"[a-z0-9]{26}")


class ChatReader(UserReads, MemberReads, ChannelReads, PostReads, FileReads):
    """The reading half of the API, as the bot’s account sees it, for handlers. Every method may raise ChatError.

    Long lists come in pages of at most 200, one in memory at a time. Pages are counted from the beginning, so somebody
    who leaves meanwhile may hide another; ``channel_member`` and ``team_member`` decide in doubt.
    """

    def in_team(self, team: str) -> Self:
        """Return the same server for another of its teams ("": the bot’s own)."""
        if team in {"", self._team}:
            return self
        other: Self = self._others.setdefault(team, type(self)(self.client, team, is_own=False))
        return other


class Mattermost(MemberCalls, ChannelCalls, PostCalls, FileCalls, ChatReader):
    """The whole API, acting in the bot’s name; used by the machine after the handler.

    Unless noted, every call may be repeated after a crash: what is already so is no error.
    """

    async def token_works(self) -> bool:
        """Return whether the server accepts the token. Raises ChatError if it does not say."""
        try:
            self._me = wire.read(wire.User, await self._users.get_user("me")).value
        except ChatError as error:
            if error.status == 401:
                return False
            raise
        return True

    async def open_dialog(self, trigger_id: str, url: str, dialog: Mapping[str, Any]) -> None:
        """Open a dialog for the sender of the trigger; it is submitted to ``url``."""
        await self._actions.open_dialog({"trigger_id": trigger_id, "url": url, "dialog": dialog})

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Answer a slash command later, through its response URL (30 minutes, 5 times).

        Only the hook’s id is taken from the URL, which may be forged and in old versions has whatever host the client
        used; the answer goes to the configured server. Raises ChatError 400 for any other URL.
        """
        site, _, hook = response_url.rpartition(_HOOKS)
        if not site.startswith(("http://", "https://")) or not _HOOK.fullmatch(hook):
            raise ChatError(400, "foreign_response_url")
        await self.client.make_request("post", f"/commands/{hook}", body, basepath="/hooks")


def outside_transactions(chat: Mattermost) -> Mattermost:
    """Return the same server, whose calls hold no database connection.

    Within a writing transaction a call raises RuntimeError: it must come before the first statement, or after the end.
    A reading session gives up its connection and takes another for its next statement, also before each page of a list.
    """
    return cast(Mattermost, _ChatOutsideTransactions(chat))


class _ChatOutsideTransactions:
    def __init__(self, chat: Mattermost) -> None:
        self._chat = chat
        self._kinds: dict[str, Callable[[Any], Any]] = {}
        """How each call is freed; asked once, since each request makes a few."""

    def in_team(self, team: str) -> Mattermost:
        return outside_transactions(self._chat.in_team(team))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._chat, name)
        kind = self._kinds.get(name)
        if kind is None:
            kind = self._kinds[name] = _wrapper_for(found)
        return kind(found)


def _wrapper_for(found: object) -> Callable[[Any], Any]:
    if isasyncgenfunction(found):
        return _pages_without_connection
    return _without_connection if iscoroutinefunction(found) else _unchanged


def _unchanged(found: T) -> T:
    return found


def _without_connection(call: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def freed(*args: Any, **options: Any) -> Any:
        await release_connections()
        return await call(*args, **options)

    return freed


def _pages_without_connection(call: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def freed(*args: Any, **options: Any) -> AsyncIterator[Any]:
        await release_connections()
        async for page in call(*args, **options):
            yield page
            await release_connections()

    return freed
