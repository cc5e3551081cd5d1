"""Statuses: online, away, busy, offline."""

from sandbox.call import OK, Call
from sandbox.choices import Status
from sandbox.errors import forbidden, invalid_body, missing_user
from sandbox.events import Broadcast
from sandbox.ids import LENGTH, now_ms
from sandbox.routes import Routes
from sandbox.world import World

routes = Routes()

FRESH_FOR = 120_000
"""Milliseconds during which being there is not noted again."""
KNOWN = ("online", "away", "dnd", "offline")


def status_of(world: World, user_id: str) -> Status:
    """Return somebody's status; whoever never was there is offline."""
    return world.state.statuses.get(user_id) or Status(user_id)


def set_online(world: World, user_id: str) -> None:
    """Note that somebody is online, unless they chose a status themselves."""
    if not status_of(world, user_id).manual:
        set_status(world, user_id, "online", manual=False)


def set_offline(world: World, user_id: str) -> None:
    """Note that somebody's last connection ended, unless they chose a status themselves."""
    if not status_of(world, user_id).manual:
        set_status(world, user_id, "offline", manual=False)


def set_status(world: World, user_id: str, value: str, *, manual: bool) -> Status:
    """Change a status and tell the person's own clients."""
    row = world.state.statuses.get(user_id) or world.state.statuses.add(Status(user_id))
    changed = row.status != value
    row.status, row.manual = value, manual
    if changed or now_ms() - row.last_activity_at > FRESH_FOR:
        row.last_activity_at = now_ms()
    if changed:
        data = {"status": value, "user_id": user_id}
        world.hub.publish("status_change", data, Broadcast(user_id=user_id))
    return row


@routes.post("/users/{user_id}/typing")
async def typing(call: Call) -> object:
    """Show that somebody is typing, as bots do while they work."""
    user_id, body = call.id("user_id"), call.body("typing")
    channel_id = body.text("channel_id")
    channel = call.state.channels.get(channel_id)
    may = channel is not None and call.world.rights.can_post(call.user, channel)
    if user_id != call.user.id or not may:
        raise forbidden()
    data = {"parent_id": body.text("parent_id"), "user_id": user_id}
    call.world.hub.publish("typing", data, Broadcast(channel_id=channel_id, omit_users=(user_id,)))
    return OK


@routes.get("/users/{user_id}/status")
async def get_status(call: Call) -> object:
    """Return one person’s status."""
    user_id = call.id("user_id")
    if call.state.users.get(user_id) is None:
        raise missing_user()
    return status_of(call.world, user_id).as_dict()


@routes.post("/users/status/ids")
async def get_statuses(call: Call) -> object:
    """Read the statuses of several people."""
    wanted = dict.fromkeys(call.texts("user_ids"))
    if not wanted or any(len(user_id) != LENGTH for user_id in wanted):
        raise invalid_body("user_ids")
    return [status_of(call.world, user_id).as_dict() for user_id in wanted]


@routes.put("/users/{user_id}/status")
async def put_status(call: Call) -> object:
    """Set the caller’s own status."""
    user_id = call.id("user_id")
    body = call.body("status")
    if body.text("user_id") != user_id:
        raise invalid_body("user_id")
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    if body.text("status") not in KNOWN:
        raise invalid_body("status")
    return set_status(call.world, user_id, body.text("status"), manual=True).as_dict()
