"""Joining and leaving a team, with the default channels and all messages about it."""

from sandbox.channels.arrivals import join_channel
from sandbox.errors import ApiError
from sandbox.events import Broadcast
from sandbox.ids import new_id
from sandbox.posts.publication import Notice, system_post
from sandbox.records import Channel, Team, TeamMember, User
from sandbox.state import State
from sandbox.world import World

TOWN_SQUARE = "town-square"
DEFAULT_CHANNELS = {TOWN_SQUARE: "Town Square", "off-topic": "Off-Topic"}
"""The titles by name."""


def join_team(world: World, team: Team, user: User, by: User | None = None, *, admin: bool = False) -> TeamMember:
    """Bring somebody into a team; whoever is in already stays as they are. `by` is named in the messages."""
    member = world.state.team_member(team.id, user.id)
    if member is not None and not member.delete_at:
        tell_joined(world, team, user)
        return member
    _check_room(world, team)
    now = world.state.clock.tick()
    if member is None:
        member = world.state.team_members.add(TeamMember(team.id, user.id, now))
    member.delete_at, member.scheme_admin, member.explicit_roles = 0, admin, ""
    member.scheme_guest, member.scheme_user = user.is_guest, not user.is_guest
    user.update_at = world.state.clock.tick()
    channels = [] if user.is_guest else default_channels(world, team)
    for channel in channels:
        if world.state.member(channel.id, user.id) is None:
            _enter(world, channel, user, by, is_last=channel is channels[-1])
            if admin and (entered := world.state.member(channel.id, user.id)):
                entered.scheme_admin = True
    tell_joined(world, team, user)
    return member


def tell_joined(world: World, team: Team, user: User) -> None:
    """Tell somebody that they are in a team."""
    data = {"team_id": team.id, "user_id": user.id}
    world.hub.publish("added_to_team", data, Broadcast(user_id=user.id))


def add_default_channels(state: State, team: Team) -> None:
    """Add the channels that every team begins with."""
    for name, title in DEFAULT_CHANNELS.items():
        now = state.clock.tick()
        state.channels.add(Channel(new_id(), team.id, "O", name, title, "", now, now))


def default_channels(world: World, team: Team) -> list[Channel]:
    """Return the channels that everybody in a team belongs to."""
    found = [world.state.channels_by_name.first(team.id, name) for name in DEFAULT_CHANNELS]
    return [channel for channel in found if channel and not channel.delete_at]


def _check_room(world: World, team: Team) -> None:
    most = world.config.get("TeamSettings", "MaxUsersPerTeam")
    members = world.state.members_of_team.rows(team.id)
    active = [row for row in members if not row.delete_at and _is_active(world, row.user_id)]
    if len(active) >= most:
        raise ApiError("app.team.join_user_to_team.save_member.max_accounts.app_error", 400)


def _is_active(world: World, user_id: str) -> bool:
    user = world.state.users.get(user_id)
    return user is not None and not user.delete_at


def _enter(world: World, channel: Channel, user: User, by: User | None, *, is_last: bool) -> None:
    join_channel(world, channel, user)
    _say_joined(world, channel, user, by)
    if is_last:  # about here a real server notices that somebody connected hears more channels than before
        world.hub.forget_memberships(user.id)
    data = {"team_id": channel.team_id, "user_id": user.id}
    world.hub.publish("user_added", data, Broadcast(channel_id=channel.id))


def _say_joined(world: World, channel: Channel, user: User, by: User | None) -> None:
    place = "team" if channel.name == TOWN_SQUARE else "channel"
    if by is None:
        text = f"{user.username} joined the {place}."
        system_post(world, channel, user, Notice(f"system_join_{place}", text, {"username": user.username}))
        return
    text = f"{user.username} added to the {place} by {by.username}."
    props = {
        "addedUserId": user.id,
        "addedUsername": user.username,
        "userId": by.id,
        "username": by.username,
    }
    system_post(world, channel, by, Notice(f"system_add_to_{place}", text, props))


def leave_team(world: World, team: Team, user: User, by: User) -> None:
    """Take somebody out of a team and of all its channels."""
    member = world.state.team_member(team.id, user.id)
    if member is None:
        raise missing_team_member()
    town_square = world.state.channels_by_name.first(team.id, TOWN_SQUARE)
    if town_square is None:
        raise ApiError("app.channel.get_by_name.missing.app_error", 404)
    for row in world.state.channels_of.rows(user.id):
        if world.state.channels.rows[row.channel_id].team_id == team.id:
            world.state.channel_members.remove(row)
    if by.id == user.id:
        world.hub.forget_memberships(user.id)
    _say_left(world, town_square, user, by)
    _tell_left(world, team, user)
    member.delete_at = world.state.clock.tick()
    user.update_at = world.state.clock.tick()
    world.hub.forget_memberships(user.id)


def _tell_left(world: World, team: Team, user: User) -> None:
    data = {"team_id": team.id, "user_id": user.id}
    if not world.caps.leaver_hears_own_copy:
        world.hub.publish("leave_team", data, Broadcast(team_id=team.id))
        return
    world.hub.publish("leave_team", data, Broadcast(team_id=team.id, omit_users=(user.id,)))
    world.hub.publish("leave_team", data, Broadcast(user_id=user.id))


def _say_left(world: World, town_square: Channel, user: User, by: User) -> None:
    props = {"username": user.username}
    if by.id == user.id:
        text = f"{user.username} left the team."
        system_post(world, town_square, user, Notice("system_leave_team", text, props))
    else:
        text = f"{user.username} removed from the team."
        system_post(world, town_square, user, Notice("system_remove_from_team", text, props))


def missing_team_member() -> ApiError:
    """Make the error of somebody who is not, and never was, in the team."""
    return ApiError("app.team.get_member.missing.app_error", 404)
