"""Creation of channels: public, private, direct, of a group."""

import hashlib

from sandbox.call import Body, Call, created
from sandbox.channels.arrivals import join_channel
from sandbox.channels.rules import LONGEST_NAME, check_channel
from sandbox.channels.views import channel_json
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.events import Broadcast, dumps
from sandbox.ids import direct_name, is_id, new_id
from sandbox.posts.publication import Notice, system_post
from sandbox.records import Channel, User
from sandbox.routes import Routes

routes = Routes()

GROUP_SIZES = range(3, 9)


@routes.post("/channels")
async def create_channel(call: Call) -> object:
    """Make a public or private channel; its creator is its admin."""
    body = call.body("channel")
    _check_body(call, body)
    _check_right(call, body)
    channel = _draft(call, body)
    _check_free(call, body, channel)
    call.state.channels.add(channel)
    reply = channel_json(call.world, channel)
    join_channel(call.world, channel, call.user, admin=True)
    call.world.hub.forget_memberships(call.user.id)
    text = f"{call.user.username} joined the channel."
    system_post(call.world, channel, call.user, Notice("system_join_channel", text, {"username": call.user.username}))
    data = {"channel_id": channel.id, "team_id": channel.team_id}
    call.world.hub.publish("channel_created", data, Broadcast(user_id=call.user.id))
    return created(reply)


def _check_body(call: Call, body: Body) -> None:
    if not call.world.caps.channel_fields_required:
        return
    for field in ("team_id", "display_name"):
        if not body.text(field):
            raise invalid_body(field)


def _check_right(call: Call, body: Body) -> None:
    rights = {"O": "create_public_channel", "P": "create_private_channel"}
    right = rights.get(body.text("type"))
    if right is not None and not call.world.rights.in_team(call.user, body.text("team_id"), right):
        raise forbidden()


def _draft(call: Call, body: Body) -> Channel:
    now = call.state.clock.tick()
    return Channel(
        id=new_id(),
        team_id=body.text("team_id"),
        type=body.text("type"),
        name=body.text("name"),
        display_name=body.text("display_name").strip(),
        creator_id=call.user.id,
        create_at=now,
        update_at=now,
        header=body.text("header"),
        purpose=body.text("purpose"),
    )


def _check_free(call: Call, body: Body, channel: Channel) -> None:
    if channel.type in {"D", "G"}:
        raise ApiError("api.channel.create_channel.direct_channel.app_error", 400)
    if channel.team_id not in call.state.teams.rows:
        raise forbidden()
    if body.has("id") and body.text("id"):
        raise ApiError("store.sql_channel.save_channel.existing.app_error", 400)
    check_channel(call.world.caps, channel)
    if len(channel.name) > LONGEST_NAME:
        raise ApiError("app.channel.create_channel.internal_error", 500)
    if call.state.channels_by_name.first(channel.team_id, channel.name):
        raise taken()
    most = call.world.config.get("TeamSettings", "MaxChannelsPerTeam")
    if call.state.channels_of_team.count(channel.team_id) >= most:
        raise ApiError("api.channel.create_channel.max_channel_limit.app_error", 400)


def taken() -> ApiError:
    """Make the error of a name that a channel of the team has, or had."""
    return ApiError("store.sql_channel.save_channel.exists.app_error", 400)


@routes.post("/channels/direct")
async def create_direct(call: Call) -> object:
    """Return the direct channel of two people, made if need be."""
    ids = call.texts("user_ids")
    pair = _pair(call, ids)
    if not all(is_id(user_id) for user_id in pair):
        raise invalid_body("user_id")
    if call.user.id not in pair and not call.world.rights.is_admin(call.user):
        raise forbidden()
    first, second = (call.state.users.get(user_id) for user_id in pair)
    if first is None or second is None:
        raise ApiError("api.channel.create_direct_channel.invalid_user.app_error", 400)
    _check_allowed(call, first, second)
    return created(channel_json(call.world, open_direct(call, first, second)))


def _check_allowed(call: Call, first: User, second: User) -> None:
    if call.world.config.get("TeamSettings", "RestrictDirectMessage") != "team" or first.is_bot or second.is_bot:
        return
    rows = call.state.teams_of.rows(first.id)
    if not any(call.state.in_team(row.team_id, second.id) for row in rows if not row.delete_at):
        raise ApiError("api.channel.create_channel.direct_channel.team_restricted_error", 403)


def _pair(call: Call, ids: list[str]) -> list[str]:
    if len(ids) == 1 and call.world.caps.direct_with_oneself:
        return ids * 2
    if len(ids) != 2:
        raise invalid_body("user_ids")
    return ids


def open_direct(call: Call, first: User, second: User, by: User | None = None) -> Channel:
    """Return the direct channel of two people, made if need be; both are told when it is new.

    `by` opens it, the caller where nobody else is named.
    """
    opener = by or call.user
    name = direct_name([first.id, second.id])
    known = call.state.channels_by_name.first("", name)
    if known is not None:
        return known
    channel = _add(call, "D", name, "", [first, second])
    channel.creator_id = opener.id
    data = {"creator_id": opener.id, "teammate_id": second.id if opener.id == first.id else first.id}
    call.world.hub.publish("direct_added", data, Broadcast(channel_id=channel.id))
    return channel


def _add(call: Call, kind: str, name: str, display_name: str, people: list[User]) -> Channel:
    now = call.state.clock.tick()
    creator_id = call.user.id if kind == "D" else ""
    channel = Channel(new_id(), "", kind, name, display_name, creator_id, now, now)
    call.state.channels.add(channel)
    for user in dict.fromkeys(people):
        join_channel(call.world, channel, user)
        call.world.hub.forget_memberships(user.id)
    return channel


@routes.post("/channels/group")
async def create_group(call: Call) -> object:
    """Return the channel of three to eight people, made if need be."""
    ids = list(dict.fromkeys([*call.texts("user_ids"), call.user.id]))
    people = [user for user in (call.state.users.get(user_id) for user_id in ids) if user]
    if len(ids) not in GROUP_SIZES or len(people) != len(ids):
        raise ApiError("api.channel.create_group.bad_size.app_error", 400)
    name = hashlib.sha1("".join(sorted(ids)).encode(), usedforsecurity=False).hexdigest()
    known = call.state.channels_by_name.first("", name)
    if known is not None:
        return created(channel_json(call.world, known))
    title = ", ".join(sorted(user.username for user in people))
    channel = _add(call, "G", name, title, people)
    data = {"teammate_ids": dumps(sorted(ids))}
    targets = [Broadcast(user_id=user.id, channel_id=channel.id) for user in people]
    for target in targets if call.world.caps.added_hears_own_copy else [Broadcast(channel_id=channel.id)]:
        call.world.hub.publish("group_added", data, target)
    return created(channel_json(call.world, channel))
