"""Mattermost by its REST API v4: the half that reads, and the whole; and the same outside of transactions, where no
call holds a database connection.
"""

import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any, Self, TypeVar, cast

from bot.errors import ChatError
from bot.mattermost import wire
from bot.mattermost.channels import ChannelCalls, ChannelReads
from bot.mattermost.posts import FileCalls, FileReads, PostCalls, PostReads
from bot.mattermost.users import MemberCalls, MemberReads, UserReads
from storage.database import release_connections

T = TypeVar("T")


_HOOKS = "/hooks/commands/"
_HOOK = re.compile(r"[a-z0-9]{26}")


class ChatReader(UserReads, MemberReads, ChannelReads, PostReads, FileReads):
    """The chat server as the bot’s account sees it: the half that reads, for handlers. All may raise ChatError.

    What is long comes in pages of 200 at most, as the server gives them: memory holds the one in hand. Pages are
    counted from the beginning: who leaves while they are read may hide somebody from them, so ``channel_member`` and
    ``team_member`` have the last word on who is gone.
    """

    def in_team(self, team: str) -> Self:
        """Return the same server, about another of its teams ("": the bot’s own), which people join with its
        channels."""
        if team in {"", self._team}:
            return self
        other: Self = self._others.setdefault(team, type(self)(self.client, team, is_own=False))
        return other


class Mattermost(MemberCalls, ChannelCalls, PostCalls, FileCalls, ChatReader):
    """What reads the chat server, and acts in it in the bot’s own name: what the machine acts with, after the handler.

    Unless said otherwise, what is so already is no error: all of it may be done again after a crash.
    """

    async def token_works(self) -> bool:
        """Ask whether the server still takes the token; ChatError when it says neither."""
        try:
            self._me = wire.read(wire.User, await self._users.get_user("me")).value
        except ChatError as error:
            if error.status == 401:
                return False
            raise
        return True

    async def open_dialog(self, trigger_id: str, url: str, dialog: Mapping[str, Any]) -> None:
        """Show a form to who pulled the trigger; it is sent to ``url``."""
        await self._actions.open_dialog({"trigger_id": trigger_id, "url": url, "dialog": dialog})

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Answer a slash command later, through the address it came with (30 minutes, 5 times).

        Only the hook’s id is taken from the address, which came with a request anybody may have forged, and in old
        versions names whatever host the person’s client used: the answer goes to the configured server and nowhere
        else. Raises ChatError 400 for an address that is no command’s.
        """
        site, _, hook = response_url.rpartition(_HOOKS)
        if not site.startswith(("http://", "https://")) or not _HOOK.fullmatch(hook):
            raise ChatError(400, "foreign_response_url")
        await self.client.make_request("post", f"/commands/{hook}", body, basepath="/hooks")


def outside_transactions(chat: Mattermost) -> Mattermost:
    """Return the same chat server, whose calls hold no connection to the database meanwhile.

    In the middle of a transaction that writes a call raises RuntimeError: one asks before its first statement, or
    after its end. A session that only reads gives its connection back, and takes one again at its next statement; so
    before each page of what comes in pages.
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
