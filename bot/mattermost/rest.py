"""``Chat`` over Mattermost’s REST API v4: mattermostdriver’s endpoints where they are right, plain paths elsewhere."""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mattermostdriver.endpoints.channels import Channels
from mattermostdriver.endpoints.integration_actions import IntegrationActions
from mattermostdriver.endpoints.posts import Posts
from mattermostdriver.endpoints.teams import Teams
from mattermostdriver.endpoints.users import Users

from bot.capabilities import Capabilities
from bot.errors import ChatError
from bot.mattermost import wire
from bot.mattermost.chat import ChatPost, ChatUser
from bot.mattermost.client import AioClient

REMEMBERED_CHANNELS = 5000

_ID = re.compile(r"[a-z0-9]{26}")
_USERNAME = re.compile(r"[a-z0-9._-]{1,64}")
_RESPONSE_URL = re.compile(r"https?://[^/?#]+(?:/[^?#]*)?/hooks/commands/([a-z0-9]{26})")


class Mattermost:
    """A Mattermost server, asked in the name of the bot whose token the client has."""

    def __init__(self, client: AioClient, team: str) -> None:
        self.client = client
        self._team = team
        self._team_id = ""
        self._me: ChatUser | None = None
        self._direct: OrderedDict[str, str] = OrderedDict()
        self._users = Users(client)
        self._teams = Teams(client)
        self._channels = Channels(client)
        self._posts = Posts(client)
        self._actions = IntegrationActions(client)

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, by the version of its latest answer."""
        return self.client.capabilities

    async def me(self) -> ChatUser:
        """The bot’s own account, asked for once."""
        if self._me is None:
            self._me = wire.read(wire.User, await self._users.get_user("me")).value
        return self._me

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

    async def user(self, user_id: str) -> ChatUser:
        """An account by id."""
        return wire.read(wire.User, await self._users.get_user(_id(user_id))).value

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

    async def is_team_admin(self, user_id: str) -> bool:
        """Whether somebody administers the bot’s team."""
        try:
            member = await self._teams.get_team_member(await self._team_of_bot(), _id(user_id))
        except ChatError as error:
            if error.status == 404:
                return False
            raise
        return wire.read(wire.TeamMember, member).is_admin

    async def verifies_addresses(self) -> bool:
        """Whether EmailSettings.RequireEmailVerification is on, as every client is told (5.37 to 11.2)."""
        try:
            told = await self.client.get("/config/client", params={"format": "old"})
        except ChatError as error:
            if error.may_pass or error.status == 401:
                raise
            return False
        return isinstance(told, dict) and told.get("RequireEmailVerification") == "true"

    async def direct_channel(self, user_id: str) -> str:
        """The direct channel with somebody; the latest few thousand are remembered."""
        if user_id in self._direct:
            self._direct.move_to_end(user_id)
            return self._direct[user_id]
        pair = [(await self.me()).id, _id(user_id)]
        made = wire.read(wire.Identified, await self._channels.create_direct_message_channel(pair))
        self._direct[user_id] = made.id
        if len(self._direct) > REMEMBERED_CHANNELS:
            self._direct.popitem(last=False)
        return made.id

    async def post(
        self, channel_id: str, message: str, props: Mapping[str, Any], pending_post_id: str, root_id: str = ""
    ) -> str:
        """Write in a channel."""
        post = {"channel_id": _id(channel_id), "message": message, "props": props, "pending_post_id": pending_post_id}
        made = await self._posts.create_post(post | ({"root_id": root_id} if root_id else {}))
        return wire.read(wire.Identified, made).id

    async def upload(self, channel_id: str, path: Path) -> str:
        """Give a file to a channel."""
        return wire.read(wire.Upload, await self.client.upload(_id(channel_id), path)).file_infos[0].id

    async def post_files(
        self, channel_id: str, message: str, props: Mapping[str, Any], pending_post_id: str, file_ids: Sequence[str]
    ) -> ChatPost:
        """Write in a channel, with uploaded files."""
        post = {"channel_id": _id(channel_id), "message": message, "props": props, "pending_post_id": pending_post_id}
        made = await self._posts.create_post(post | {"file_ids": list(file_ids)})
        return wire.read(wire.Post, made).value

    async def delete(self, post_id: str) -> None:
        """Take away a post of the bot’s; nothing happens when it is gone."""
        try:
            await self._posts.delete_post(_id(post_id))
        except ChatError as error:
            if error.status not in {403, 404}:  # old servers say 403 of a deleted post
                raise

    async def rewrite(self, post_id: str, message: str, props: Mapping[str, Any]) -> None:
        """Replace the text and all the props of a post of the bot’s."""
        await self._posts.patch_post(_id(post_id), {"message": message, "props": props})

    async def posts_since(self, channel_id: str, since_ms: int) -> Sequence[ChatPost]:
        """What was posted in a channel from that instant on."""
        # The server goes by the latest change, and takes 0 for « no since ».
        params = {"since": max(1, since_ms)}
        listed = wire.read(wire.PostList, await self._posts.get_posts_for_channel(_id(channel_id), params))
        posts = [p.value for p in (listed.posts or {}).values() if p.stands and p.create_at >= since_ms]
        return sorted(posts, key=lambda p: (p.create_at, p.id))

    async def channels_with_news(self, since_ms: int) -> Sequence[str]:
        """The bot’s direct channels that had a post from that instant on."""
        answer = await self._channels.get_channels_for_user("me", await self._team_of_bot())
        channels = wire.read(wire.CHANNELS, answer)
        return [c.id for c in channels if c.type == "D" and c.last_post_at >= since_ms]

    async def open_dialog(self, trigger_id: str, url: str, dialog: Mapping[str, Any]) -> None:
        """Show a form to who pulled the trigger."""
        await self._actions.open_dialog({"trigger_id": trigger_id, "url": url, "dialog": dialog})

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Answer a slash command later.

        Only the hook’s id is taken from the address, which came with a request anybody may have forged, and in old
        versions names whatever host the person’s client used: the answer goes to the configured server and nowhere
        else. Raises ChatError 400 for an address that is no command’s.
        """
        hook = _RESPONSE_URL.fullmatch(response_url)
        if hook is None:
            raise ChatError(400, "foreign_response_url")
        await self.client.make_request("post", f"/commands/{hook[1]}", body, basepath="/hooks")

    async def _team_of_bot(self) -> str:
        if not self._team_id:
            self._team_id = wire.read(wire.Team, await self._teams.get_team_by_name(self._team)).id
        return self._team_id


def _id(value: str) -> str:
    """Ids come in requests: anything else in a path would ask the server another question."""
    if not _ID.fullmatch(value):
        raise ChatError(400, "bad_id")
    return value
