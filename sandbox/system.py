"""Information about the server, and its settings."""

from sandbox.call import Call
from sandbox.client_config import client_config
from sandbox.errors import forbidden, invalid_body
from sandbox.routes import Routes
from sandbox.users.activation import count_people

routes = Routes()


@routes.get("/system/ping", auth=False)
async def ping(call: Call) -> object:
    """Answer that the server is there."""
    names = ["AndroidLatestVersion", "AndroidMinVersion", "IosLatestVersion", "IosMinVersion"]
    if call.world.caps.ping_names_desktop:
        return dict.fromkeys([*names, "DesktopLatestVersion", "DesktopMinVersion"], "") | {"status": "OK"}
    return {"ActiveSearchBackend": "database"} | dict.fromkeys(names, "") | {"status": "OK"}


@routes.get("/config/client", auth=False)
async def get_client_config(call: Call) -> object:
    """Return the settings that clients need, all as texts; people who are logged in get more of them."""
    return client_config(call.world, logged_in=call.token is not None)


@routes.get("/license/client", auth=False)
async def client_license(call: Call) -> object:
    """Say whether there is a licence."""
    return {"IsLicensed": str(call.world.is_licensed).lower()}


@routes.get("/limits/server")
async def server_limits(call: Call) -> object:
    """Say how many people a server without a licence takes, to the system admin."""
    call.only_if(call.world.caps.people_limited)
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    counts = {"maxUsersLimit": 200, "maxUsersHardLimit": 250, "activeUserCount": count_people(call.world)}
    others = ("singleChannelGuestCount", "singleChannelGuestLimit", "postHistoryLimit", "lastAccessiblePostTime")
    return counts | dict.fromkeys(others, 0)


@routes.get("/emoji")
async def list_emoji(call: Call) -> object:
    """List the custom emoji: this server has none."""
    return []


@routes.get("/config")
async def get_config(call: Call) -> object:
    """Return all settings, to the system admin."""
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    return call.world.config.as_dict()


@routes.get("/config/environment")
async def get_fixed(call: Call) -> object:
    """Return which settings are fixed by the server’s environment, to the system admin."""
    fixed = call.world.config.fixed if call.world.rights.is_admin(call.user) else {}
    return {section: dict.fromkeys(settings, True) for section, settings in fixed.items()}


@routes.put("/config/patch")
async def patch_config(call: Call) -> object:
    """Change settings; everybody's client is told."""
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    body = call.body("config")
    if not all(isinstance(section, dict) for section in body.values.values()):
        raise invalid_body("config")
    before = call.world.config.digest
    call.world.config.patch(body.values)
    if call.world.config.digest != before:
        call.world.hub.publish("config_changed", {"config": client_config(call.world, logged_in=True)})
    return call.world.config.as_dict()


@routes.get("/analytics/old")
async def analytics(call: Call) -> object:
    """Return counts of what the server has, to the system admin."""
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    team_id, state = call.query("team_id"), call.state
    channels = [one for one in state.channels if team_id in {"", one.team_id} and not one.delete_at]
    counts = {
        "channel_open_count": sum(1 for one in channels if one.type == "O"),
        "channel_private_count": sum(1 for one in channels if one.type == "P"),
        "post_count": sum(state.posts_of_channel.count(one.id) for one in channels),
        "unique_user_count": sum(1 for user in state.users if not user.delete_at),
        "team_count": len(state.teams),
    }
    return [{"name": name, "value": value} for name, value in counts.items()]
