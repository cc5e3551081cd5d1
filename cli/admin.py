"""Mattermost as an administrator sees it: accounts, teams, tokens, commands and settings that the bot depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bot.errors import ChatError
from bot.mattermost import AioClient, ChatUser, Mattermost
from bot.mattermost.wire import User, read, rows

PAGE_ROWS = 200
"""The most objects that one page of the API may hold."""
LEADER = "team_admin"
"""The role of a team’s administrators."""


class TeamIdentity(BaseModel):
    """A team."""

    id: str
    name: str = ""
    display_name: str = ""


class Membership(BaseModel):
    """Somebody’s membership of a team; leavers have ``delete_at``. ``roles`` are separated by spaces."""

    user_id: str
    delete_at: int = 0
    roles: str = ""
    scheme_admin: bool = False

    @property
    def leads(self) -> bool:
        """Whether they administer the team."""
        return self.scheme_admin or LEADER in self.roles.split()


class AccessToken(BaseModel):
    """A token, without its secret."""

    id: str
    description: str = ""


class NewToken(AccessToken):
    """A new token with its secret, which is shown once."""

    token: str


class SlashCommand(BaseModel):
    """A slash command of a team. Fields that are empty for plain members are secret, not missing."""

    id: str = ""
    team_id: str = ""
    creator_id: str = ""
    trigger: str
    method: str = ""
    url: str = ""
    token: str = ""
    username: str = ""
    icon_url: str = ""
    display_name: str = ""
    description: str = ""
    auto_complete: bool = False
    auto_complete_hint: str = ""
    auto_complete_desc: str = ""


class _Role(BaseModel):
    permissions: list[str] = []


class _NewBot(BaseModel):
    user_id: str


class _Picture(BaseModel):
    last_picture_update: int = 0


class _Stats(BaseModel):
    total_member_count: int = 0


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The server’s configuration, as far as the account may read it."""

    sections: Mapping[str, Mapping[str, Any]]

    def get(self, section: str, name: str, default: Any = None) -> Any:
        """Return a setting; the default if the server does not say."""
        return (self.sections.get(section) or {}).get(name, default)


class Admin:
    """Calls with an administrator’s token (some also work with the bot’s); raises only ChatError."""

    def __init__(self, client: AioClient) -> None:
        self.client = client

    async def me(self) -> ChatUser:
        """Return the account whose token this is."""
        return read(User, await self.client.get("/users/me")).value

    async def user_by_name(self, username: str) -> ChatUser | None:
        """Find an account by name."""
        found = await self._if_there(self.client.get(f"/users/username/{username}"))
        return read(User, found).value if found else None

    async def user(self, user_id: str) -> ChatUser:
        """Read an account by id."""
        return read(User, await self.client.get(f"/users/{user_id}")).value

    async def team(self, name: str) -> TeamIdentity | None:
        """Find a team by the short name in its address; None if there is none, or it is invisible."""
        found = await self._if_there(self.client.get(f"/teams/name/{name}"))
        return read(TeamIdentity, found) if found else None

    async def membership(self, team_id: str, user_id: str) -> Membership | None:
        """Return somebody’s membership of a team; None if they are not in it now."""
        found = await self._if_there(self.client.get(f"/teams/{team_id}/members/{user_id}"))
        member = read(Membership, found) if found else None
        return None if member is None or member.delete_at else member

    async def is_member(self, team_id: str, user_id: str) -> bool:
        """Return whether somebody is in a team now."""
        return await self.membership(team_id, user_id) is not None

    async def let_lead(self, team_id: str, user_id: str) -> None:
        """Make a member a team administrator."""
        body = {"scheme_user": True, "scheme_admin": True}
        await self.client.put(f"/teams/{team_id}/members/{user_id}/schemeRoles", body)

    async def permissions(self, role: str) -> frozenset[str]:
        """Return the permissions of a role on this server, by Mattermost’s names; empty for an unknown role."""
        found = await self._if_there(self.client.get(f"/roles/name/{role}"))
        return frozenset(read(_Role, found).permissions if found else ())

    async def channel(self, team_id: str, name: str) -> str | None:
        """Return the id of a team’s channel by its address; None if there is none, or it is invisible."""
        found = await self._if_there(self.client.get(f"/teams/{team_id}/channels/name/{name}"))
        return read(TeamIdentity, found).id if found else None

    async def is_in_channel(self, channel_id: str, user_id: str) -> bool:
        """Return whether somebody is in a channel."""
        return bool(await self._if_there(self.client.get(f"/channels/{channel_id}/members/{user_id}")))

    async def add_to_channel(self, channel_id: str, user_id: str) -> None:
        """Add a member of the team to a channel."""
        await self.client.post(f"/channels/{channel_id}/members", {"user_id": user_id})

    async def mark_read(self, channel_id: str, user_id: str) -> None:
        """Mark a channel as read for one of its members."""
        await self.client.post(f"/channels/members/{user_id}/view", {"channel_id": channel_id, "prev_channel_id": ""})

    async def join(self, team_id: str, user_id: str) -> None:
        """Add somebody to a team."""
        await self.client.post(f"/teams/{team_id}/members", {"team_id": team_id, "user_id": user_id})

    async def member_count(self, team_id: str) -> int:
        """Count the members of a team."""
        return read(_Stats, await self.client.get(f"/teams/{team_id}/stats")).total_member_count

    async def create_bot(self, username: str, display_name: str, description: str) -> str:
        """Create a bot account and return its id."""
        new = {"username": username, "display_name": display_name, "description": description}
        return read(_NewBot, await self.client.post("/bots", new)).user_id

    async def has_picture(self, user_id: str) -> bool:
        """Return whether somebody set an account’s picture, other than the one the server drew."""
        return read(_Picture, await self.client.get(f"/users/{user_id}")).last_picture_update > 0

    async def set_picture(self, user_id: str, content: bytes) -> None:
        """Give an account its picture, a PNG."""
        await self.client.send_picture(user_id, content)

    async def enable_bot(self, user_id: str) -> None:
        """Reactivate a bot."""
        await self.client.post(f"/bots/{user_id}/enable")

    async def tokens(self, user_id: str) -> Sequence[AccessToken]:
        """List somebody’s tokens."""
        listed = await self.client.get(f"/users/{user_id}/tokens", params={"per_page": str(PAGE_ROWS)})
        return rows(AccessToken, listed)

    async def create_token(self, user_id: str, description: str) -> NewToken:
        """Make a token."""
        return read(NewToken, await self.client.post(f"/users/{user_id}/tokens", {"description": description}))

    async def revoke_token(self, token_id: str) -> None:
        """Revoke a token for good."""
        await self.client.post("/users/tokens/revoke", {"token_id": token_id})

    async def commands(self, team_id: str, *, custom: bool = True) -> Sequence[SlashCommand]:
        """Return a team’s own commands in full or, with ``custom=False``, all of them as any member sees them."""
        params = {"team_id": team_id, "custom_only": "true" if custom else "false"}
        return rows(SlashCommand, await self.client.get("/commands", params=params))

    async def create_command(self, command: SlashCommand) -> None:
        """Add a command to its team."""
        await self.client.post("/commands", command.model_dump(exclude={"id", "creator_id"}))

    async def update_command(self, command: SlashCommand) -> None:
        """Change a command; its token and creator stay what they are."""
        await self.client.put(f"/commands/{command.id}", command.model_dump())

    async def delete_command(self, command_id: str) -> None:
        """Delete a command; its trigger word is free again."""
        await self.client.delete(f"/commands/{command_id}")

    async def site_url(self) -> str:
        """Return the server’s configured address; "" if it is not set."""
        return str((await self._told()).get("SiteURL") or "")

    async def shows_bots(self) -> tuple[bool, bool]:
        """Return whether command answers may have another name, and another picture, than the account’s."""
        told = await self._told()
        shown = ("EnablePostUsernameOverride", "EnablePostIconOverride")
        name, picture = (str(told.get(setting)).lower() == "true" for setting in shown)
        return name, picture

    async def _told(self) -> Mapping[str, Any]:
        """Return the settings that the server tells every client."""
        client = await self.client.get("/config/client", params={"format": "old"})
        return client if isinstance(client, dict) else {}

    async def verifies_addresses(self) -> bool:
        """Return whether the server makes people prove an address before it is theirs; False where it does not say."""
        return await Mattermost(self.client, "").verifies_addresses()

    async def settings(self) -> ServerSettings:
        """Read the whole configuration, for a system admin."""
        found = await self.client.get("/config")
        return ServerSettings(found if isinstance(found, dict) else {})

    async def change_settings(self, section: str, name: str, value: Any) -> None:
        """Change one setting."""
        await self.client.put("/config/patch", {section: {name: value}})

    async def _if_there(self, call: Any) -> Any:
        try:
            return await call
        except ChatError as error:
            if error.status == 404:
                return None
            raise
