"""``Chat`` over Mattermost’s REST API v4: mattermostdriver’s endpoints where they are right, plain paths elsewhere."""

import re
from collections.abc import Mapping
from typing import Any

from bot.errors import ChatError
from bot.mattermost.channels import ChannelCalls
from bot.mattermost.client import AioClient
from bot.mattermost.files import FileCalls
from bot.mattermost.members import MemberCalls
from bot.mattermost.posts import PostCalls
from bot.mattermost.users import UserCalls
from bot.refusals import Refusal

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
