"""What the calls of every area stand on: the client, who the bot is and which its team, lists in pages."""

import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from bot.capabilities import Capabilities
from bot.errors import ChatError
from bot.mattermost import wire
from bot.mattermost.client import AioClient
from bot.mattermost.endpoints import Channels, Files, IntegrationActions, Posts, Reactions, Teams, Users
from bot.mattermost.values import ChatUser

_ID = re.compile(r"[a-z0-9]{26}")


class Calls:
    """A Mattermost server, asked in the name of the bot whose token the client has, about its own team or another."""

    def __init__(self, client: AioClient, team: str, *, is_own: bool = True) -> None:
        self.client = client
        self._team = team
        self._is_own = is_own
        self._others: dict[str, Any] = {}
        self._direct: OrderedDict[str, str] = OrderedDict()
        self._team_id = ""
        self._me: ChatUser | None = None
        self._users = Users(client)
        self._teams = Teams(client)
        self._channels = Channels(client)
        self._posts = Posts(client)
        self._reactions = Reactions(client)
        self._files = Files(client)
        self._actions = IntegrationActions(client)

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, by the version of its latest answer; the oldest until it has given one."""
        return self.client.capabilities

    async def me(self) -> ChatUser:
        """The bot’s own account, asked for once."""
        if self._me is None:
            self._me = wire.read(wire.User, await self._users.get_user("me")).value
        return self._me

    async def client_settings(self) -> Any:
        """What every client is told of the server’s settings (5.37 to 11.2), all of it in texts."""
        return await self.client.get("/config/client", params={"format": "old"})

    async def team_id(self) -> str:
        """The bot’s team, asked for once."""
        if not self._team_id:
            self._team_id = wire.read(wire.Team, await self._teams.get_team_by_name(self._team)).id
        return self._team_id


def check_id(value: str) -> str:
    """The id; anything else in a path would ask the server another question. Ids come in requests."""
    if not _ID.fullmatch(value):
        raise ChatError(400, "bad_id")
    return value


T = TypeVar("T")

PAGE_ROWS = 200
"""Rows of a page: what servers give at most, silently (docs/mattermost.md §9.1)."""


async def read_pages(
    kind: type[wire.Row[T]], ask: Callable[[Mapping[str, Any]], Awaitable[Any]], **more: str
) -> AsyncIterator[Sequence[T]]:
    """Every page that ``ask`` gives for ``page``, ``per_page`` and ``more``; the first that is not full is the last."""
    number = 0
    while found := wire.values(kind, await ask({**more, "page": number, "per_page": PAGE_ROWS})):
        yield found
        if len(found) < PAGE_ROWS:
            return
        number += 1


def split_batches(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """The ids, so many at a time."""
    left = iter(ids)
    while batch := list(islice(left, size)):
        yield batch
