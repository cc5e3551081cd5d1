"""Channels: finding them, making them, changing them."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial

from bot.errors import ChatError, Refusal, unless_refused
from bot.mattermost import wire
from bot.mattermost.client import Calls, check_id, read_pages
from bot.mattermost.wire import ChatChannel

REMEMBERED_CHANNELS = 5000

# What every version takes: old ones refuse one letter and a dash at the end, new ones what looks like a group’s name.
_NAME = re.compile(r"(?![0-9a-f]{40}$|[a-z0-9]{26}__[a-z0-9]{26}$)[a-z0-9][a-z0-9_-]{0,62}[a-z0-9]")
_ASKED_FOR = re.compile(r"[a-z0-9_-]{1,64}")
_NO_NAME = "api.context.invalid_url_param.app_error"
"""What a server says that no channel of its can have: those of one letter, or with a dash at an end, differ."""


class ChannelReads(Calls):
    """Finding channels."""

    async def channel(self, channel_id: str) -> ChatChannel:
        """Read a channel by id, archived or not; a private one only if the bot is in it."""
        return wire.read(wire.Channel, await self._channels.get_channel(check_id(channel_id))).value

    async def channel_by_name(self, name: str, *, archived: bool = False) -> ChatChannel | None:
        """Return the team’s channel of that address, perhaps a private one that the bot is not in (``is_in``); None if
        it is invisible to the bot, or archived unless ``archived``."""
        if not _ASKED_FOR.fullmatch(name.lower()):
            return None
        path = f"/teams/{await self.team_id()}/channels/name/{name.lower()}"
        params = {"include_deleted": "true"} if archived else None
        try:
            return wire.read(wire.Channel, await self.client.get(path, params=params)).value
        except ChatError as error:
            if error.refusal is Refusal.UNKNOWN_CHANNEL or error.error_id == _NO_NAME:
                return None
            raise

    async def public_channels(self) -> AsyncIterator[Sequence[ChatChannel]]:
        """Read the team’s public channels by title, also those without the bot."""
        async for page in read_pages(wire.Channel, partial(self._channels.get_public_channels, await self.team_id())):
            yield page

    async def own_channels(self) -> Sequence[ChatChannel]:
        """Return all channels of the team that the bot is in; no server pages them."""
        return [c.value for c in await self._all_own() if c.type in {"O", "P"}]

    async def direct_channels(self) -> Mapping[str, int]:
        """Return the ids of the bot’s direct channels, and when each last had a message (ms since 1970)."""
        return {c.id: c.last_post_at for c in await self._all_own() if c.type == "D"}

    async def _all_own(self) -> Sequence[wire.Channel]:
        answer = await self._channels.get_channels_for_user("me", await self.team_id())
        return wire.rows(wire.Channel, answer)

    async def direct_channel(self, user_id: str) -> str:
        """Return the id of the direct channel with somebody, creating it if needed; nobody sees it before it has a
        post."""
        if user_id in self._direct:
            self._direct.move_to_end(user_id)
            return self._direct[user_id]
        pair = [(await self.me()).id, check_id(user_id)]
        made = wire.read(wire.Identified, await self._channels.create_direct_message_channel(pair))
        self._direct[user_id] = made.id
        if len(self._direct) > REMEMBERED_CHANNELS:
            self._direct.popitem(last=False)
        return made.id


class ChannelCalls(ChannelReads):
    """Making channels, and changing them."""

    async def create_channel(
        self, name: str, display_name: str, *, private: bool = False, header: str = "", purpose: str = ""
    ) -> ChatChannel:
        """Create a channel of the team, which the bot administers. A second call is refused as « name taken »."""
        _check(name, display_name)
        wanted = {"name": name, "display_name": display_name, "header": header, "purpose": purpose}
        place = {"team_id": await self.team_id(), "type": "P" if private else "O"}
        return wire.read(wire.Channel, await self._channels.create_channel(wanted | place)).value

    async def change_channel(
        self,
        channel_id: str,
        *,
        name: str | None = None,
        display_name: str | None = None,
        header: str | None = None,
        purpose: str | None = None,
    ) -> ChatChannel:
        """Change the given texts; each change but that of the name is announced in the channel."""
        _check(name, display_name)
        texts = {"name": name, "display_name": display_name, "header": header, "purpose": purpose}
        wanted = {field: text for field, text in texts.items() if text is not None}
        if not wanted:  # which 11.6 refuses
            return await self.channel(channel_id)
        if name is not None:
            await self._must_not_be_default(channel_id, name)
        try:
            return wire.read(wire.Channel, await self._channels.patch_channel(check_id(channel_id), wanted)).value
        except ChatError as error:
            raise await self._tell_apart(error, channel_id) from error

    async def _must_not_be_default(self, channel_id: str, name: str) -> None:
        """Raise ChatError for the default channel: 5.37 lets any member rename it, and then nobody can leave the
        team."""
        channel = await self.channel(channel_id)
        if channel.is_default and name != channel.name:
            raise ChatError(400, "api.channel.update_channel.tried.app_error")

    async def _tell_apart(self, error: ChatError, channel_id: str) -> ChatError:
        """Distinguish « archived » from « name taken », for which 5.37 has one error id."""
        if error.error_id != "app.channel.update.bad_id" or (await self.channel(channel_id)).archived:
            return error
        return ChatError(error.status, error.error_id, refusal=Refusal.NAME_TAKEN)

    async def archive_channel(self, channel_id: str) -> None:
        """Archive a channel: it can be read, but not written in."""
        await unless_refused(self._channels.delete_channel(check_id(channel_id)), None, {Refusal.ARCHIVED})

    async def restore_channel(self, channel_id: str) -> None:
        """Restore an archived channel; needs a team administrator."""
        try:
            await self._channels.restore_channel(check_id(channel_id))
        except ChatError as error:
            if error.error_id != "api.channel.restore_channel.restored.app_error":
                raise

    async def convert_channel(self, channel_id: str, *, private: bool) -> None:
        """Make a channel private or public; needs a team administrator."""
        path = f"/channels/{check_id(channel_id)}/privacy"
        if not await self._is_so(channel_id, private=private):
            await self.client.put(path, {"privacy": "P" if private else "O"})

    async def _is_so(self, channel_id: str, *, private: bool) -> bool:
        """Return whether a channel is already private, or public: setting it again would be announced again."""
        # Who administers the team converts what they may not read.
        channel = await unless_refused(self.channel(channel_id), None, {Refusal.FORBIDDEN})
        return channel is not None and channel.is_private == private


def _check(name: str | None, display_name: str | None) -> None:
    """Refuse names that some versions refuse or answer with an internal error, and those that would look bad."""
    if (name is not None and not _NAME.fullmatch(name)) or (display_name is not None and not display_name.strip()):
        raise ChatError(400, "bad_name", refusal=Refusal.BAD_NAME)
