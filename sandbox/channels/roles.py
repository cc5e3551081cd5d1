"""The roles of members in a channel, and how they want to be notified."""

from sandbox.call import OK, Call
from sandbox.channels.members import missing_member
from sandbox.channels.rules import known_channel, may_read, must
from sandbox.channels.views import member_json
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.events import Broadcast, dumps
from sandbox.records import ChannelMember
from sandbox.routes import Routes

routes = Routes()

SCHEME = {"channel_user", "channel_admin", "channel_guest"}


@routes.post("/channels/{channel_id}/members/ids")
async def members_by_ids(call: Call) -> object:
    """Return several memberships."""
    channel = call.state.channels.get(call.id("channel_id"))
    wanted = call.texts("user_ids")
    if not wanted:
        raise invalid_body("user_ids")
    if channel is None or not may_read(call, channel):
        raise forbidden()
    found = [call.state.member(channel.id, user_id) for user_id in wanted]
    return [member_json(call.world, row, call.user.id) for row in found if row]


def _managed_member(call: Call) -> ChannelMember:
    channel = known_channel(call, call.id("channel_id"))
    user_id = call.id("user_id")
    must(call, channel, "manage_channel_roles")
    member = call.state.member(channel.id, user_id)
    if member is None:
        raise missing_member()
    return member


def _unset() -> ApiError:
    """Make the error of roles without that of a user of the channel."""
    return ApiError("api.channel.update_channel_member_roles.unset_user_scheme.app_error", 400)


@routes.put("/channels/{channel_id}/members/{user_id}/schemeRoles")
async def set_scheme_roles(call: Call) -> object:
    """Make somebody admin of a channel, or not."""
    body = call.body("scheme_roles")
    member = _managed_member(call)
    if member.scheme_guest:
        raise ApiError("api.channel.update_channel_member_roles.guest.app_error", 400)
    if not body.flag("scheme_user") and call.world.caps.members_keep_user_role:
        raise _unset()
    member.scheme_admin, member.scheme_user = body.flag("scheme_admin"), body.flag("scheme_user")
    _tell_member(call, member)
    return OK


@routes.put("/channels/{channel_id}/members/{user_id}/roles")
async def set_roles(call: Call) -> object:
    """Set somebody's roles in a channel."""
    names = call.body("roles").text("roles").split()
    member = _managed_member(call)
    if any(call.world.rights.role(name) is None for name in names):
        raise ApiError("app.role.get_by_name.app_error", 400)
    if not names and call.world.caps.empty_patch_refused:
        raise _unset()
    member.scheme_admin, member.scheme_user = "channel_admin" in names, "channel_user" in names
    member.explicit_roles = " ".join(name for name in names if name not in SCHEME)
    _tell_member(call, member)
    return OK


@routes.put("/channels/{channel_id}/members/{user_id}/notify_props")
async def set_notify_props(call: Call) -> object:
    """Choose how to be told of a channel's posts."""
    user_id = call.id("user_id")
    channel = known_channel(call, call.id("channel_id"))
    props = call.body("notify_props").values
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    member = call.state.member(channel.id, user_id)
    if member is None:
        raise missing_member()
    known = {name: str(value) for name, value in props.items() if name in member.notify_props}
    member.notify_props = member.notify_props | known
    _tell_member(call, member)
    return OK


def _tell_member(call: Call, member: ChannelMember) -> None:
    member.last_update_at = call.state.clock.tick()
    data = {"channelMember": dumps(member_json(call.world, member))}
    call.world.hub.publish("channel_member_updated", data, Broadcast(user_id=member.user_id))
