"""Accounts and memberships of the team and channels: read, added, removed, and their roles."""

import re
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from functools import partial
from urllib.parse import quote

from bot.errors import OF_A_PERSON, ChatError, Refusal, unless_refused, unless_refused_for_good
from bot.mattermost import wire
from bot.mattermost.client import PAGE_ROWS, Calls, check_id, is_id, read_pages, split_batches
from bot.mattermost.wire import ChatMember, ChatUser

ADDED_AT_ONCE = 50
"""People added by one call: the server takes 1000, but tells the channel of each, and has ten seconds to answer."""


class MemberReads(Calls):
    """Reading of memberships."""

    async def is_team_admin(self, user_id: str) -> bool:
        """Return whether somebody administers the bot’s team; False for anybody who is not in it."""
        member = await self.team_member(user_id)
        return member is not None and member.is_admin

    async def team_member(self, user_id: str) -> ChatMember | None:
        """Read somebody’s membership in the team; of a leaver, with the time they left."""
        asked = self._teams.get_team_member(await self.team_id(), check_id(user_id))
        if (answer := await unless_refused(asked, None, {Refusal.NOT_IN_TEAM})) is None:
            return None
        member = wire.read(wire.TeamMember, answer)
        return None if member.delete_at else member.value

    async def team_members(self) -> AsyncIterator[Sequence[ChatMember]]:
        """Read page by page who is in the bot’s team."""
        async for page in read_pages(wire.TeamMember, partial(self._teams.get_team_members, await self.team_id())):
            yield page

    async def team_members_among(self, user_ids: Sequence[str]) -> Sequence[ChatMember]:
        """Read which of at least one and at most 200 people are in the bot’s team."""
        answer = await self.client.ask(f"/teams/{await self.team_id()}/members/ids", user_ids)
        return [m.value for m in wire.rows(wire.TeamMember, answer) if not m.delete_at]

    async def channel_members_among(self, channel_id: str, user_ids: Sequence[str]) -> Sequence[ChatMember]:
        """Read which of at least one and at most 200 people are in a channel of the bot’s."""
        answer = await self.client.ask(f"/channels/{check_id(channel_id)}/members/ids", user_ids)
        return wire.values(wire.ChannelMember, answer)

    async def channel_member(self, channel_id: str, user_id: str) -> ChatMember | None:
        """Read somebody’s membership in a channel of the bot’s; None if they are not in it."""
        asked = self._channels.get_channel_member(check_id(channel_id), check_id(user_id))
        answer = await unless_refused(asked, None, {Refusal.NOT_IN_CHANNEL})
        return None if answer is None else wire.read(wire.ChannelMember, answer).value

    async def is_in(self, channel_id: str) -> bool:
        """Return whether the bot is in a channel. Servers from 10.9 show team administrators all private channels by
        name, and let them write there; the bot must only use its own."""
        asked = self.channel_member(channel_id, (await self.me()).id)
        return await unless_refused(asked, None, {Refusal.FORBIDDEN, Refusal.UNKNOWN_CHANNEL}) is not None

    async def channel_members(self, channel_id: str) -> AsyncIterator[Sequence[ChatMember]]:
        """Read page by page who is in a channel of the bot’s."""
        ask = partial(self._channels.get_channel_members, check_id(channel_id))
        async for page in read_pages(wire.ChannelMember, ask):
            yield page

    async def count_members(self, channel_id: str) -> int:
        """Count the active accounts, bots included, in a channel that the bot may read."""
        answer = await self._channels.get_channel_statistics(check_id(channel_id))
        return wire.read(wire.ChannelStatistics, answer).member_count


class MemberCalls(MemberReads):
    """Changing of memberships and their roles."""

    async def add_member(self, channel_id: str, user_id: str) -> None:
        """Add somebody of the team to a channel; harmless if they are in it."""
        await self._channels.add_user(check_id(channel_id), {"user_id": check_id(user_id)})

    async def add_members(self, channel_id: str, user_ids: Iterable[str]) -> Mapping[str, ChatError]:
        """Add people to a channel, and return those who were refused, each with the error. Raises ChatError if the
        whole call fails (no right, no such channel, no answer); some may then be in it."""
        kept_out: dict[str, ChatError] = {}
        for batch in split_batches(user_ids, ADDED_AT_ONCE):
            for user_id in await self._absentees(channel_id, batch):
                if refusal := await self._refusal(channel_id, user_id):
                    kept_out[user_id] = refusal
        return kept_out

    async def _refusal(self, channel_id: str, user_id: str) -> ChatError | None:
        """Add somebody, and return why that failed; None if they are in. People join a team other than the bot’s own
        only for its channels, with the first of them."""
        refusal = await self._find_refusal(self.add_member(channel_id, user_id))
        if self._is_own or refusal is None or refusal.refusal is not Refusal.NOT_IN_TEAM:
            return refusal
        try:
            await self.add_to_team(user_id)
        except ChatError as error:
            if error.may_pass:
                raise
            return error
        return await self._find_refusal(self.add_member(channel_id, user_id))

    @staticmethod
    async def _find_refusal(asked: Awaitable[None]) -> ChatError | None:
        try:
            await asked
        except ChatError as error:
            if error.refusal in OF_A_PERSON:
                return error
            raise
        return None

    async def _absentees(self, channel_id: str, user_ids: Sequence[str]) -> Sequence[str]:
        """Add all of them by one call, and return who is not in the channel afterwards, since the server does not
        say."""
        if not self.capabilities.bulk_members or len(user_ids) == 1:
            return user_ids
        wanted = {"user_ids": [check_id(user_id) for user_id in user_ids]}
        if (answer := await unless_refused(self._channels.add_user(check_id(channel_id), wanted), None)) is None:
            return user_ids
        brought = {member.user_id for member in wire.rows(wire.ChannelMember, answer)}
        return [user_id for user_id in user_ids if user_id not in brought]

    async def remove_member(self, channel_id: str, user_id: str) -> None:
        """Remove somebody from a channel; harmless if they are not in it."""
        asked = self._channels.remove_channel_member(check_id(channel_id), check_id(user_id))
        await unless_refused(asked, None, {Refusal.NOT_IN_CHANNEL})

    async def set_channel_admin(self, channel_id: str, user_id: str, *, is_admin: bool) -> None:
        """Make a member a channel administrator, or no longer; guests cannot be one."""
        roles = {"scheme_user": True, "scheme_admin": is_admin}
        set_roles = self._channels.update_scheme_derived_roles_of_channel_member
        await set_roles(check_id(channel_id), check_id(user_id), roles)

    async def add_to_team(self, user_id: str) -> None:
        """Add somebody to the bot’s team; harmless if they are in it."""
        team_id = await self.team_id()
        await self._teams.add_user_to_team(team_id, {"team_id": team_id, "user_id": check_id(user_id)})


_USERNAME = re.compile(r"[a-z0-9._-]{1,64}")


class UserReads(Calls):
    """Reading of accounts."""

    async def answers(self) -> bool:
        """Return whether the server answers and accepts the token; without retries."""
        try:
            await self.client.make_request("get", "/users/me")
        except ChatError:
            return False
        return True

    async def verifies_addresses(self) -> bool:
        """Return whether addresses must be verified on this server; False if it does not say."""
        told = await unless_refused_for_good(self.client_settings())
        return isinstance(told, dict) and told.get("RequireEmailVerification") == "true"

    async def directory_groups(self, user_id: str = "") -> frozenset[str]:
        """List the names, folded, of the directory’s groups that the bot may see: those that somebody is in, or all.
        Empty where the server has no groups, which take a licence, or shows none."""
        if not self.capabilities.directory_groups:
            return frozenset()
        found: set[str] = set()
        ask, more = partial(self.client.get, "/groups", None), {"filter_has_member": user_id} if user_id else {}
        try:
            async for page in read_pages(wire.Group, ask, **more):
                found.update(*page)
        except ChatError as error:
            if error.refusal not in {Refusal.SWITCHED_OFF, Refusal.FORBIDDEN}:
                raise
        return frozenset(found)

    async def user(self, user_id: str) -> ChatUser:
        """Read an account by id. Raises ChatError, with status 404 when nobody has it."""
        return wire.read(wire.User, await self._users.get_user(check_id(user_id))).value

    async def user_by_name(self, username: str) -> ChatUser | None:
        """Read an account by name, with or without « @ »; None if there is none, or the name is impossible."""
        name = username.strip().removeprefix("@").lower()
        if not _USERNAME.fullmatch(name) or not name.strip("."):
            return None
        try:
            return wire.read(wire.User, await self._users.get_user_by_username(name)).value
        except ChatError as error:
            if error.status in {400, 404}:
                return None
            raise

    async def user_by_email(self, email: str) -> ChatUser | None:
        """Read an account by address; None if there is none, or the server shows none."""
        try:
            return wire.read(wire.User, await self._users.get_user_by_email(quote(email, safe="@"))).value
        except ChatError as error:
            if error.status in {400, 403, 404}:
                return None
            raise

    async def users(self, user_ids: Iterable[str]) -> AsyncIterator[Sequence[ChatUser]]:
        """Yield the accounts of these ids, 200 at a time and in any order; unknown ids are left out."""
        for batch in split_batches(user_ids, PAGE_ROWS):
            yield wire.values(wire.User, await self.client.ask("/users/ids", batch))

    async def statuses(self, user_ids: Iterable[str]) -> AsyncIterator[Mapping[str, str]]:
        """Yield people’s statuses (online, away, dnd, ooo, offline) by id, 200 at a time; unknown ones are offline.

        Empty if the server shows no statuses.
        """
        for batch in split_batches(filter(is_id, user_ids), PAGE_ROWS):
            told = wire.rows(wire.Status, await self.client.ask("/users/status/ids", batch))
            yield {row.user_id: row.status for row in told}

    async def users_by_names(self, usernames: Iterable[str]) -> AsyncIterator[Sequence[ChatUser]]:
        """Yield the accounts of these names (in small letters, without « @ »), 200 at a time and in any order."""
        possible = (name for name in usernames if _USERNAME.fullmatch(name))
        for batch in split_batches(possible, PAGE_ROWS):
            yield wire.values(wire.User, await self.client.ask("/users/usernames", batch))

    async def team_users(self) -> AsyncIterator[Sequence[ChatUser]]:
        """Yield the team’s accounts by name, deactivated ones included."""
        async for page in read_pages(wire.User, self._users.get_users, in_team=await self.team_id()):
            yield page
