"""Mattermost and the database apart: nobody waits for the one with the other in hand."""

from collections.abc import AsyncIterator, Callable, Coroutine
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any, TypeVar, cast

from bot.mattermost.chat import Chat
from storage.database import free_hands

T = TypeVar("T")


def apart(chat: Chat) -> Chat:
    """The same chat server, whose calls hold no connection to the database meanwhile.

    In the middle of a transaction that writes a call raises RuntimeError: one asks before its first statement, or
    after its end. A session that only reads gives its connection back, and takes one again at its next statement; so
    before each page of what comes in pages.
    """
    return cast(Chat, _ChatApart(chat))


class _ChatApart:
    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._kinds: dict[str, Callable[[Any], Any]] = {}
        """How each call is freed; asked once, since each request makes a few."""

    def in_team(self, team: str) -> Chat:
        return apart(self._chat.in_team(team))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._chat, name)
        kind = self._kinds.get(name)
        if kind is None:
            kind = self._kinds[name] = _kind(found)
        return kind(found)


def _kind(found: object) -> Callable[[Any], Any]:
    if isasyncgenfunction(found):
        return _free_pages
    return _free if iscoroutinefunction(found) else _as_it_is


def _as_it_is(found: T) -> T:
    return found


def _free(call: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def freed(*args: Any, **options: Any) -> Any:
        await free_hands()
        return await call(*args, **options)

    return freed


def _free_pages(call: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def freed(*args: Any, **options: Any) -> AsyncIterator[Any]:
        await free_hands()
        async for page in call(*args, **options):
            yield page
            await free_hands()

    return freed
