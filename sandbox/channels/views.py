"""How channels and memberships are shown."""

from typing import Any

from sandbox.permissions import channel_roles
from sandbox.records import Channel, ChannelMember
from sandbox.world import World

Json = dict[str, Any]

NOTIFY = {
    "desktop": "default",
    "email": "default",
    "ignore_channel_mentions": "default",
    "mark_unread": "all",
    "push": "default",
}


def default_notify_props(world: World) -> dict[str, str]:
    """Return the notification choices of a new member."""
    return NOTIFY | ({"channel_auto_follow_threads": "off"} if world.caps.thread_notify_props else {})


def channel_json(world: World, channel: Channel) -> Json:
    """Return a channel."""
    body: Json = channel.as_dict() | {
        "extra_update_at": 0,
        "scheme_id": None,
        "group_constrained": None,
        "shared": _shared(world, channel),
        "policy_id": None,
    }
    del body["has_backdated_posts"]
    if not world.caps.channel_has_last_root_post:
        del body["last_root_post_at"]
    if world.caps.channel_has_banner:
        body |= {"banner_info": None, "policy_enforced": False, "default_category_name": ""}
    if world.caps.channel_has_translation:
        body |= {"autotranslation": False, "policy_is_active": False}
    return body


def member_json(world: World, member: ChannelMember, viewer_id: str | None = None) -> Json:
    """Return a membership; when others last looked is hidden on new servers."""
    hidden = world.caps.member_times_hidden and viewer_id is not None and viewer_id != member.user_id
    body: Json = {
        "channel_id": member.channel_id,
        "user_id": member.user_id,
        "roles": channel_roles(member),
        "last_viewed_at": -1 if hidden else member.last_viewed_at,
        "msg_count": member.msg_count,
        "mention_count": member.mention_count,
        "mention_count_root": member.mention_count_root,
        "msg_count_root": member.msg_count_root,
        "notify_props": member.notify_props,
        "last_update_at": -1 if hidden else member.last_update_at,
        "scheme_guest": member.scheme_guest,
        "scheme_user": member.scheme_user,
        "scheme_admin": member.scheme_admin,
        "explicit_roles": member.explicit_roles,
    }
    body |= {"urgent_mention_count": 0} if world.caps.member_has_urgent_mentions else {}
    return body | ({"autotranslation_disabled": False} if world.caps.channel_has_translation else {})


def _shared(world: World, channel: Channel) -> bool | None:
    """Return what new direct channels (and later also groups) say of being shared with other servers."""
    told = channel.type == "D" or (channel.type == "G" and world.caps.group_says_shared)
    return False if told else None
