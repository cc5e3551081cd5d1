"""``Chat`` over Mattermost’s REST API v4, and the same outside of transactions: no call holds a database connection."""

import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any, TypeVar, cast

from bot.errors import ChatError, Refusal
from bot.mattermost.channels import ChannelCalls
from bot.mattermost.chat import Chat
from bot.mattermost.client import AioClient
from bot.mattermost.posts import FileCalls, PostCalls
from bot.mattermost.users import MemberCalls, UserCalls
from storage.database import release_connections

T = TypeVar("T")


def outside_transactions(chat: Chat) -> Chat:
    """The same chat server, whose calls hold no connection to the database meanwhile.

    In the middle of a transaction that writes a call raises RuntimeError: one asks before its first statement, or
    after its end. A session that only reads gives its connection back, and takes one again at its next statement; so
    before each page of what comes in pages.
    """
    return cast(Chat, _ChatOutsideTransactions(chat))


class _ChatOutsideTransactions:
    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._kinds: dict[str, Callable[[Any], Any]] = {}
        """How each call is freed; asked once, since each request makes a few."""

    def in_team(self, team: str) -> Chat:
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


_HOOKS = "/hooks/commands/"
_HOOK = re.compile(r"[a-z0-9]{26}")


class Mattermost(UserCalls, ChannelCalls, MemberCalls, PostCalls, FileCalls):
    """A Mattermost server, asked in the name of the bot whose token the client has."""

    def __init__(self, client: AioClient, team: str) -> None:
        super().__init__(client, team)
        self._others: dict[str, Mattermost] = {}

    def in_team(self, team: str) -> "Mattermost":
        """The same server, about another of its teams; "" is the bot’s own."""
        if team in {"", self._team}:
            return self
        return self._others.setdefault(team, _OtherTeam(self.client, team))

    async def open_dialog(self, trigger_id: str, url: str, dialog: Mapping[str, Any]) -> None:
        """Show a form to who pulled the trigger."""
        await self._actions.open_dialog({"trigger_id": trigger_id, "url": url, "dialog": dialog})

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Answer a slash command later.

        Only the hook’s id is taken from the address, which came with a request anybody may have forged, and in old
        versions names whatever host the person’s client used: the answer goes to the configured server and nowhere
        else. Raises ChatError 400 for an address that is no command’s.
        """
        site, _, hook = response_url.rpartition(_HOOKS)
        if not site.startswith(("http://", "https://")) or not _HOOK.fullmatch(hook):
            raise ChatError(400, "foreign_response_url")
        await self.client.make_request("post", f"/commands/{hook}", body, basepath="/hooks")


class _OtherTeam(Mattermost):
    """Not the bot’s own: people are in it for the sake of its channels, and come in with the first of them."""

    async def _refusal(self, channel_id: str, user_id: str) -> ChatError | None:
        refusal = await super()._refusal(channel_id, user_id)
        if refusal is None or refusal.refusal is not Refusal.NOT_IN_TEAM:
            return refusal
        try:
            await self.add_to_team(user_id)
        except ChatError as error:
            if error.may_pass:
                raise
            return error
        return await super()._refusal(channel_id, user_id)
