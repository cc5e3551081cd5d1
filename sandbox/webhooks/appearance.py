"""The appearance of hooks: the texts that clients may choose, the name and picture of their posts."""

from typing import Any

from sandbox.call import Body
from sandbox.webhooks.records import IncomingHook, OutgoingHook
from sandbox.world import World

Json = dict[str, Any]


def fill(hook: IncomingHook | OutgoingHook, body: Body) -> None:
    """Set the texts that a client may choose."""
    for name in ("display_name", "description", "username", "icon_url"):
        setattr(hook, name, body.text(name))


def overrides(world: World, name: object, icon: object) -> Json:
    """Return the name and picture of what a hook posts, where the admin allows them."""
    props: Json = {"from_webhook": "true"}
    if world.config.service("EnablePostUsernameOverride"):
        props["override_username"] = name if isinstance(name, str) and name else "webhook"
    if world.config.service("EnablePostIconOverride") and isinstance(icon, str) and icon:
        props["override_icon_url"] = icon
    return props
