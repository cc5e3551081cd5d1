"""Mattermost and the database apart: nobody waits for the one with the other in hand."""

from collections.abc import AsyncIterator, Callable, Coroutine
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any, cast

from bot.mattermost.chat import Chat
from storage.database import free_hands


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

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._chat, name)
        pages = isasyncgenfunction(found)
        if not pages and not iscoroutinefunction(found):
            return found
        # Each request makes a few calls: they are wrapped once.
        freed = vars(self)[name] = _free_pages(found) if pages else _free(found)
        return freed


def _free(call: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
    @wraps(call)
    async def freed(*args: Any, **options: Any) -> Any:
        await free_hands()
        return await call(*args, **options)

    return freed


def _free_pages(call: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    @wraps(call)
    async def freed(*args: Any, **options: Any) -> AsyncIterator[Any]:
        await free_hands()
        async for page in call(*args, **options):
            yield page
            await free_hands()

    return freed
