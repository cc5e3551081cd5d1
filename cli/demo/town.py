"""The demo’s server, spoken to through its API."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.errors import ChatError
from bot.mattermost import AioClient
from bot.mattermost.client import API
from cli.demo.cast import ADMIN, PASSWORD, everybody

MOST_PEOPLE = 1000


async def log_in(url: str, username: str) -> str:
    """A session token of somebody’s."""
    client = AioClient(url)
    try:
        body = {"login_id": username, "password": PASSWORD}
        async with client.session.post(f"{url}{API}/users/login", json=body) as reply:
            if reply.status != 200:
                raise ChatError(reply.status, "login")
            return reply.headers.get("Token", "")
    finally:
        await client.close()


@asynccontextmanager
async def speaking_as(url: str, username: str) -> AsyncIterator[AioClient]:
    """A client in somebody’s name, logged out at the end."""
    client = AioClient(url, await log_in(url, username))
    try:
        yield client
        await client.post("/users/logout")
    finally:
        await client.close()


async def people_server(url: str) -> dict[str, str]:
    """Make room for more people than the server takes at first, let answers of commands carry the bot’s name, and tell
    the ids of those there by user name."""
    async with speaking_as(url, ADMIN) as client:
        # 50 on a fresh server, and the demo’s visitors may invite more.
        room = {"MaxUsersPerTeam": MOST_PEOPLE}
        shown = {"EnablePostUsernameOverride": True, "EnablePostIconOverride": True}
        await client.put("/config/patch", {"TeamSettings": room, "ServiceSettings": shown})
        users = await client.post("/users/usernames", [actor.username for actor in everybody()])
        return {user["username"]: user["id"] for user in users}


async def bring_in(url: str, team: str, username: str, channels: Sequence[str]) -> dict[str, str]:
    """Bring somebody into these channels, by the names of their addresses, and let them administer them; their ids."""
    ids: dict[str, str] = {}
    async with speaking_as(url, ADMIN) as client:
        person = await client.get(f"/users/username/{username}")
        for name in channels:
            channel = await client.get(f"/teams/name/{team}/channels/name/{name}")
            await client.post(f"/channels/{channel['id']}/members", {"user_id": person["id"]})
            place = f"/channels/{channel['id']}/members/{person['id']}/schemeRoles"
            await client.put(place, {"scheme_user": True, "scheme_admin": True})
            ids[name] = channel["id"]
    return ids
