"""What a channel's members read of it: counts, pins, what is unread."""

from typing import Any

from sandbox.call import Call
from sandbox.channels.rules import known_channel, may_read, may_read_posts
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.events import Broadcast
from sandbox.posts.lists import post_list
from sandbox.posts.threads import Threads
from sandbox.records import Channel, ChannelMember, User
from sandbox.routes import Routes
from sandbox.users.profiles import editable

routes = Routes()


def _readable(call: Call) -> Channel:
    channel = call.state.channels.get(call.id("channel_id"))
    if channel is None or not may_read(call, channel):
        raise forbidden()
    return channel


@routes.get("/channels/{channel_id}/stats")
async def stats(call: Call) -> object:
    """Count a channel's members, pins and files."""
    channel = _readable(call)
    people = [call.state.users.get(row.user_id) for row in call.state.members_of_channel.rows(channel.id)]
    files = [info for info in call.state.files_of_channel.rows(channel.id) if info.post_id and not info.delete_at]
    body = {
        "channel_id": channel.id,
        "member_count": sum(1 for user in people if user and not user.delete_at),
        "guest_count": 0,
        "pinnedpost_count": sum(1 for post in call.state.pinned.rows(channel.id, True) if not post.delete_at),
    }
    return body | ({"files_count": len(files)} if call.world.caps.stats_count_files else {})


@routes.get("/channels/{channel_id}/pinned")
async def pinned(call: Call) -> object:
    """List a channel's pinned posts, newest first."""
    channel = call.state.channels.get(call.id("channel_id"))
    if channel is None or not may_read_posts(call, channel):
        raise forbidden()
    posts = [post for post in call.state.pinned.rows(channel.id, True) if not post.delete_at]
    posts.sort(key=lambda post: post.create_at)
    return post_list(call, posts)


@routes.get("/channels/{channel_id}/timezones")
async def timezones(call: Call) -> object:
    """List the time zones that members of a channel have chosen."""
    channel = _readable(call)
    zones: dict[str, None] = {}
    for row in call.state.members_of_channel.rows(channel.id):
        user = call.state.users.get(row.user_id)
        zone = user.timezone if user else {}
        manual = zone.get("useAutomaticTimezone") == "false"
        name = zone.get("manualTimezone" if manual else "automaticTimezone", "")
        if name:
            zones[name] = None
    return list(zones) or (None if call.world.caps.empty_lists_are_null else [])


@routes.get("/users/{user_id}/channels/{channel_id}/unread")
async def unread(call: Call) -> object:
    """Count what somebody has not read in a channel."""
    user_id, channel_id = call.id("user_id"), call.id("channel_id")
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    channel = known_channel(call, channel_id)
    member = call.state.member(channel.id, user_id)
    if member is None:
        raise ApiError("app.channel.get_unread.app_error", 404)
    return unread_json(call, channel, member)


def unread_json(call: Call, channel: Channel, member: ChannelMember) -> dict[str, Any]:
    """Return what a member has not read."""
    body: dict[str, Any] = {
        "team_id": channel.team_id,
        "channel_id": channel.id,
        "msg_count": channel.total_msg_count - member.msg_count,
        "mention_count": member.mention_count,
        "mention_count_root": member.mention_count_root,
        "msg_count_root": channel.total_msg_count_root - member.msg_count_root,
    }
    return body | ({"urgent_mention_count": 0} if call.world.caps.member_has_urgent_mentions else {})


@routes.post("/channels/members/{user_id}/view")
async def view(call: Call) -> object:
    """Note that somebody looked at a channel."""
    user_id = call.id("user_id")
    body = call.body("channel_view")
    reader = editable(call, user_id)
    channel_id = body.text("channel_id")
    if not channel_id:
        return {"status": "OK", "last_viewed_at_times": {}}
    channel = call.state.channels.get(channel_id)
    if channel is None:
        raise invalid_body("channel_id")
    times = {channel.id: mark_viewed(call, channel, reader)}
    Threads(call.world).read_all(reader, channel)
    return {"status": "OK", "last_viewed_at_times": times}


def mark_viewed(call: Call, channel: Channel, reader: User) -> int:
    """Note that somebody has read a channel up to now, and tell their own clients; return up to when."""
    member = call.state.member(channel.id, reader.id)
    seen = channel.last_post_at
    if member is not None:
        seen = note_viewed(channel, member)
    target = Broadcast(user_id=reader.id)
    if call.world.caps.many_channels_viewed:
        call.world.hub.publish("multiple_channels_viewed", {"channel_times": {channel.id: seen}}, target)
    else:
        call.world.hub.publish("channel_viewed", {"channel_id": channel.id}, target)
    return seen


def note_viewed(channel: Channel, member: ChannelMember) -> int:
    """Count everything in a channel as read by a member; return up to when."""
    seen = max(channel.last_post_at, member.last_viewed_at)
    member.last_viewed_at = member.last_update_at = seen
    member.msg_count, member.msg_count_root = channel.total_msg_count, channel.total_msg_count_root
    member.mention_count = member.mention_count_root = 0
    return seen


@routes.get("/channels/{channel_id}/moderations")
async def moderations(call: Call) -> object:
    """Refuse a call that needs a licence."""
    raise unlicensed(call, "api.channel.get_channel_moderations.license.error")


@routes.get("/channels/{channel_id}/member_counts_by_group")
async def member_counts_by_group(call: Call) -> object:
    """Refuse a call that needs a licence."""
    raise unlicensed(call, "api.channel.channel_member_counts_by_group.license.error")


def unlicensed(call: Call, error_id: str) -> ApiError:
    """Make the error of a feature that needs a licence, which this server never has."""
    return ApiError(error_id, 403 if call.world.caps.walls_are_403 else 501)
