"""Peopling a fresh server through its API: accounts, team, channels, and a little conversation."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from bot.errors import ChatError
from bot.mattermost import AioClient
from bot.mattermost.client import API
from bot.operator.demo.cast import ADMIN, CAST, PASSWORD, ROOMS, TEAM, TEAM_NAME, Actor, Room

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


async def people_town(url: str) -> dict[str, str]:
    """Make everything; the ids of the accounts by user name. The first account made is the administrator."""
    nobody = AioClient(url)
    try:
        admin = _account(ADMIN, f"{ADMIN}@cnum.example", "Admin", "Demo")
        ids = {ADMIN: (await nobody.post("/users", admin))["id"]}
    finally:
        await nobody.close()
    async with speaking_as(url, ADMIN) as client:
        # 50 on a fresh server, and the demo’s visitors may invite more.
        await client.put("/config/patch", {"TeamSettings": {"MaxUsersPerTeam": MOST_PEOPLE}})
        team = await client.post("/teams", {"name": TEAM, "display_name": TEAM_NAME, "type": "O"})
        for actor in CAST:
            ids[actor.username] = await _join(client, team["id"], actor)
        channels = {room.name: await _channel(client, team["id"], room, ids) for room in ROOMS}
    await _talk(url, channels)
    return ids


def _account(username: str, email: str, first_name: str, last_name: str) -> dict[str, Any]:
    names = {"first_name": first_name, "last_name": last_name, "locale": "fr"}
    return {"username": username, "email": email, "password": PASSWORD} | names


async def _join(client: AioClient, team_id: str, actor: Actor) -> str:
    account = _account(actor.username, actor.email, actor.first_name, actor.last_name)
    zone = {"useAutomaticTimezone": "false", "manualTimezone": actor.timezone, "automaticTimezone": ""}
    user_id = str((await client.post("/users", account | {"timezone": zone}))["id"])
    await client.post(f"/teams/{team_id}/members", {"team_id": team_id, "user_id": user_id})
    if actor.role == "animateur":
        await client.put(f"/teams/{team_id}/members/{user_id}/schemeRoles", {"scheme_admin": True, "scheme_user": True})
    return user_id


async def _channel(client: AioClient, team_id: str, room: Room, ids: Mapping[str, str]) -> str:
    kind = "P" if room.departement else "O"
    new = {"team_id": team_id, "name": room.name, "display_name": room.display_name, "type": kind}
    channel_id = str((await client.post("/channels", new))["id"])
    for actor in CAST:
        if room.departement in {None, actor.departement} or actor.role == "animateur":
            await client.post(f"/channels/{channel_id}/members", {"user_id": ids[actor.username]})
    return channel_id


async def _talk(url: str, channels: Mapping[str, str]) -> None:
    """Everybody says their own sentences, each room’s in its order."""
    async with AsyncExitStack() as stack:
        speakers = {a.username: await stack.enter_async_context(speaking_as(url, a.username)) for a in CAST}
        for room in ROOMS:
            for username, message in room.talk:
                await speakers[username].post("/posts", {"channel_id": channels[room.name], "message": message})
