"""``Chat`` over Mattermost’s REST API v4: mattermostdriver’s endpoints where they are right, plain paths elsewhere."""

import re
from collections.abc import Mapping
from typing import Any

from bot.errors import ChatError
from bot.mattermost.channels import ChannelCalls
from bot.mattermost.files import FileCalls
from bot.mattermost.members import MemberCalls
from bot.mattermost.posts import PostCalls
from bot.mattermost.users import UserCalls

_HOOKS = "/hooks/commands/"
_HOOK = re.compile(r"[a-z0-9]{26}")


class Mattermost(UserCalls, ChannelCalls, MemberCalls, PostCalls, FileCalls):
    """A Mattermost server, asked in the name of the bot whose token the client has."""

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
