"""What the server says of itself, and its settings."""

from typing import Any

from sandbox.call import Call
from sandbox.errors import forbidden, invalid_body
from sandbox.routes import Routes

routes = Routes()


@routes.get("/system/ping", auth=False)
async def ping(call: Call) -> object:
    """Answer that the server is there."""
    return {
        "ActiveSearchBackend": "database",
        "AndroidLatestVersion": "",
        "AndroidMinVersion": "",
        "IosLatestVersion": "",
        "IosMinVersion": "",
        "status": "OK",
    }


@routes.get("/config/client", auth=False)
async def client_config(call: Call) -> object:
    """Return the settings that clients need, all as texts; more of them to those logged in."""
    get = call.server.config.get
    values: dict[str, Any] = {
        "Version": call.server.caps.number,
        "BuildNumber": call.server.caps.number,
        "SiteURL": call.server.url,
        "SiteName": get("TeamSettings", "SiteName"),
        "EnableOpenServer": get("TeamSettings", "EnableOpenServer"),
        "EnableUserCreation": get("TeamSettings", "EnableUserCreation"),
        "EnableBotAccountCreation": get("ServiceSettings", "EnableBotAccountCreation"),
        "DefaultClientLocale": get("LocalizationSettings", "DefaultClientLocale"),
    }
    if call.token is not None:
        for name in ("EnablePostUsernameOverride", "EnablePostIconOverride", "EnableCommands"):
            values[name] = get("ServiceSettings", name)
        values |= {"MaxPostSize": 16383, "MaxFileSize": get("FileSettings", "MaxFileSize")}
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@routes.get("/config")
async def get_config(call: Call) -> object:
    """Return all settings, to the system admin."""
    if not call.server.rights.is_admin(call.user):
        raise forbidden()
    return call.server.config.as_dict()


@routes.put("/config/patch")
async def patch_config(call: Call) -> object:
    """Change settings; everybody's client is told."""
    if not call.server.rights.is_admin(call.user):
        raise forbidden()
    body = call.body("config")
    if not all(isinstance(section, dict) for section in body.values.values()):
        raise invalid_body("config")
    call.server.config.patch(body.values)
    call.server.hub.publish("config_changed", {"config": await client_config(call)})
    return call.server.config.as_dict()
