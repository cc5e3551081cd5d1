"""Accounts: one, by id or name, and many."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from bot.errors import ChatError
from bot.mattermost import wire
from bot.mattermost.calls import Calls, check_id
from bot.mattermost.pages import PAGE_ROWS, batches, pages
from bot.mattermost.values import ChatUser

_USERNAME = re.compile(r"[a-z0-9._-]{1,64}")


class UserCalls(Calls):
    """The part of ``Chat`` about accounts."""

    async def token_works(self) -> bool:
        """Ask whether the server still takes the token; ChatError when it says neither."""
        try:
            self._me = wire.read(wire.User, await self._users.get_user("me")).value
        except ChatError as error:
            if error.status == 401:
                return False
            raise
        return True

    async def answers(self) -> bool:
        """Whether the server answers, and knows the bot’s token; asked once, without patience."""
        try:
            await self.client.make_request("get", "/users/me")
        except ChatError:
            return False
        return True

    async def verifies_addresses(self) -> bool:
        """Whether EmailSettings.RequireEmailVerification is on, as every client is told (5.37 to 11.2)."""
        try:
            told = await self.client.get("/config/client", params={"format": "old"})
        except ChatError as error:
            if error.may_pass or error.status == 401:
                raise
            return False
        return isinstance(told, dict) and told.get("RequireEmailVerification") == "true"

    async def user(self, user_id: str) -> ChatUser:
        """An account by id."""
        return wire.read(wire.User, await self._users.get_user(check_id(user_id))).value

    async def user_by_name(self, username: str) -> ChatUser | None:
        """An account by name; a name that nobody can have is not even asked for."""
        name = username.strip().removeprefix("@").lower()
        if not _USERNAME.fullmatch(name) or not name.strip("."):
            return None
        try:
            return wire.read(wire.User, await self._users.get_user_by_username(name)).value
        except ChatError as error:
            if error.status in {400, 404}:
                return None
            raise

    async def users(self, user_ids: Iterable[str]) -> AsyncIterator[Sequence[ChatUser]]:
        """The accounts that have these ids, 200 at a time."""
        for batch in batches(user_ids, PAGE_ROWS):
            yield _accounts(await self.client.ask("/users/ids", batch))

    async def users_by_names(self, usernames: Iterable[str]) -> AsyncIterator[Sequence[ChatUser]]:
        """The accounts that have these names, 200 at a time; names that nobody can have are not asked for."""
        possible = (name for name in usernames if _USERNAME.fullmatch(name))
        for batch in batches(possible, PAGE_ROWS):
            yield _accounts(await self.client.ask("/users/usernames", batch))

    async def team_users(self) -> AsyncIterator[Sequence[ChatUser]]:
        """The accounts in the bot’s team by name."""
        async for page in self._users_of({"in_team": await self._team_of_bot()}):
            yield page

    async def channel_users(self, channel_id: str) -> AsyncIterator[Sequence[ChatUser]]:
        """The accounts in a channel of the bot’s by name."""
        async for page in self._users_of({"in_channel": check_id(channel_id)}):
            yield page

    def _users_of(self, place: Mapping[str, str]) -> AsyncIterator[Sequence[ChatUser]]:
        async def ask(page: Mapping[str, int]) -> Sequence[ChatUser]:
            return _accounts(await self._users.get_users({**place, **page}))

        return pages(ask)


def _accounts(answer: Any) -> Sequence[ChatUser]:
    return [user.value for user in wire.rows(wire.User, answer)]
