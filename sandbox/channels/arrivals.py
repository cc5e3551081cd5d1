"""Joining and leaving a channel, and who is told of it."""

from sandbox.channels.views import default_notify_props
from sandbox.events import Broadcast
from sandbox.posts.publication import Notice, system_post
from sandbox.records import Channel, ChannelMember, User
from sandbox.world import World


def join_channel(world: World, channel: Channel, user: User, *, admin: bool = False) -> ChannelMember:
    """Make somebody a member, saying nothing."""
    now = world.state.clock.tick()
    return world.state.channel_members.add(
        ChannelMember(
            channel_id=channel.id,
            user_id=user.id,
            last_update_at=now,
            notify_props=default_notify_props(world),
            scheme_guest=user.is_guest,
            scheme_user=not user.is_guest,
            scheme_admin=admin,
        )
    )


def add_to_channel(world: World, channel: Channel, user: User, by: User, root_id: str = "") -> ChannelMember:
    """Add somebody to a channel, or let them join, with the events and the message; members stay as they are.

    Returns the membership as it was before the message about joining counted as a mention.
    """
    member = world.state.member(channel.id, user.id)
    if member is not None:
        return member
    member = join_channel(world, channel, user)
    world.hub.forget_memberships(user.id)
    fresh = ChannelMember.from_dict(member.as_dict())
    _tell_added(world, channel, user)
    _say_added(world, channel, user, by)
    return fresh


def _tell_added(world: World, channel: Channel, user: User) -> None:
    data = {"team_id": channel.team_id, "user_id": user.id}
    if not world.caps.added_hears_own_copy:
        world.hub.publish("user_added", data, Broadcast(channel_id=channel.id))
        return
    to_others = Broadcast(channel_id=channel.id, omit_users=(user.id,))
    to_self = Broadcast(user_id=user.id, channel_id=channel.id)
    world.hub.publish("user_added", data, to_others)
    world.hub.publish("user_added", data, to_self)


def _say_added(world: World, channel: Channel, user: User, by: User) -> None:
    if user.id == by.id:
        text = f"{user.username} joined the channel."
        system_post(world, channel, user, Notice("system_join_channel", text, {"username": user.username}))
        return
    props = {
        "addedUserId": user.id,
        "addedUsername": user.username,
        "userId": by.id,
        "username": by.username,
    }
    text = f"{user.username} added to the channel by {by.username}."
    system_post(world, channel, by, Notice("system_add_to_channel", text, props))


def remove_from_channel(world: World, channel: Channel, member: ChannelMember, by: User) -> None:
    """Take somebody out of a channel, with the events and the message."""
    user = world.state.users.rows[member.user_id]
    world.state.channel_members.remove(member)
    world.hub.forget_memberships(user.id)
    tell_removed(world, channel.id, user.id, by.id)
    _say_removed(world, channel, user, by)


def tell_removed(world: World, channel_id: str, user_id: str, remover_id: str) -> None:
    """Tell the channel and the person that they are no longer in it."""
    to_channel = {"user_id": user_id, "remover_id": remover_id}
    to_person = {"channel_id": channel_id, "remover_id": remover_id}
    world.hub.publish("user_removed", to_channel, Broadcast(channel_id=channel_id))
    world.hub.publish("user_removed", to_person, Broadcast(user_id=user_id))


def _say_removed(world: World, channel: Channel, user: User, by: User) -> None:
    if user.id == by.id:
        text = f"@{user.username} left the channel."
        system_post(world, channel, user, Notice("system_leave_channel", text, {"username": user.username}))
        return
    props = {"removedUserId": user.id, "removedUsername": user.username}
    text = f"@{user.username} removed from the channel."
    system_post(world, channel, by, Notice("system_remove_from_channel", text, props))
