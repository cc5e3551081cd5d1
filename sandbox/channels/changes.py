"""Changing channels: names, header, privacy, archive, team."""

from sandbox.call import OK, Body, Call
from sandbox.channels.arrivals import tell_removed
from sandbox.channels.creation import taken
from sandbox.channels.rules import by_type, check_channel, known_channel, must
from sandbox.channels.views import channel_json
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.events import Broadcast, Data, dumps
from sandbox.posts.publication import Notice, system_post
from sandbox.records import Channel
from sandbox.routes import Routes
from sandbox.teams.arrivals import TOWN_SQUARE

routes = Routes()

FIELDS = ("name", "display_name", "header", "purpose")


@routes.put("/channels/{channel_id}/patch")
async def patch_channel(call: Call) -> object:
    """Change parts of a channel; each change of a text is said in it."""
    channel = known_channel(call, call.id("channel_id"))
    body = call.body("channel")
    _must_manage(call, channel)
    if call.world.caps.town_square_keeps_name:
        _check_default(call, channel, body)
    wanted = {field: body.text(field) for field in FIELDS if body.has(field)}
    if not wanted and call.world.caps.empty_patch_refused:
        raise ApiError("api.channel.patch_update_channel.no_changes.app_error", 400)
    before = _apply(call, channel, wanted)
    _tell_updated(call, channel)
    reply = channel_json(call.world, channel)
    _say_changes(call, channel, before)
    return reply


@routes.put("/channels/{channel_id}")
async def put_channel(call: Call) -> object:
    """Change a channel; names that are left out or empty stay."""
    channel = known_channel(call, call.id("channel_id"))
    body = call.body("channel")
    if body.text("id") != channel.id:
        raise invalid_body("channel_id")
    _must_manage(call, channel)
    if body.text("type") and body.text("type") != channel.type:
        raise ApiError("api.channel.update_channel.typechange.app_error", 400)
    _check_default(call, channel, body)
    wanted = {"header": body.text("header"), "purpose": body.text("purpose")}
    wanted |= {field: body.text(field) for field in ("name", "display_name") if body.text(field)}
    before = _apply(call, channel, wanted)
    _tell_updated(call, channel)
    reply = channel_json(call.world, channel)
    if before["display_name"] != body.text("display_name"):  # also where it is left out, and stays
        _say_display_name(call, channel, before["display_name"], body.text("display_name"))
    return reply


def _must_manage(call: Call, channel: Channel) -> None:
    if channel.type in {"O", "P"}:
        must(call, channel, by_type(channel, "manage_{}_channel_properties"))
    elif call.state.member(channel.id, call.user.id) is None:
        raise forbidden()


def _check_default(call: Call, channel: Channel, body: Body) -> None:
    if channel.name == TOWN_SQUARE and body.text("name") not in {"", TOWN_SQUARE}:
        raise ApiError("api.channel.update_channel.tried.app_error", 400)


def _apply(call: Call, channel: Channel, wanted: dict[str, str]) -> dict[str, str]:
    """Set the wanted texts and return the former ones."""
    before = {field: str(getattr(channel, field)) for field in FIELDS}
    changed = Channel.from_dict(channel.as_dict() | wanted)
    if channel.type in {"O", "P"}:
        check_channel(call.world.caps, changed)
    if channel.delete_at:
        raise ApiError("app.channel.update.bad_id", 400)
    other = call.state.channels_by_name.first(channel.team_id, changed.name)
    if other is not None and other is not channel:
        raise taken() if call.world.caps.taken_name_said_in_patch else ApiError("app.channel.update.bad_id", 400)
    for field, value in wanted.items():
        setattr(channel, field, value)
    channel.update_at = call.state.clock.tick()
    return before


def _tell_updated(call: Call, channel: Channel) -> None:
    data = {"channel": dumps(channel_json(call.world, channel))}
    call.world.hub.publish("channel_updated", data, Broadcast(channel_id=channel.id))


def _say_changes(call: Call, channel: Channel, before: dict[str, str]) -> None:
    if before["display_name"] != channel.display_name:
        _say_display_name(call, channel, before["display_name"], channel.display_name)
    if before["header"] != channel.header:
        _say_text(call, channel, "header", before["header"])
    if before["purpose"] != channel.purpose:
        _say_text(call, channel, "purpose", before["purpose"])


def _say_display_name(call: Call, channel: Channel, old: str, new: str) -> None:
    name = call.user.username
    props: Data = {"username": name, "old_displayname": old, "new_displayname": new}
    text = f"{name} updated the channel display name from: {old} to: {new}"
    system_post(call.world, channel, call.user, Notice("system_displayname_change", text, props))


def _say_text(call: Call, channel: Channel, field: str, old: str) -> None:
    name, new = call.user.username, str(getattr(channel, field))
    if not old:
        text = f"{name} updated the channel {field} to: {new}"
    elif not new:
        text = f"{name} removed the channel {field} (was: {old})"
    else:
        text = f"{name} updated the channel {field} from: {old} to: {new}"
    props: Data = {"username": name, f"old_{field}": old, f"new_{field}": new}
    system_post(call.world, channel, call.user, Notice(f"system_{field}_change", text, props))


@routes.put("/channels/{channel_id}/privacy")
async def set_privacy(call: Call) -> object:
    """Make a channel public or private."""
    privacy = call.body("privacy").text("privacy")
    if privacy not in {"O", "P"}:
        raise invalid_body("privacy")
    return _convert(call, known_channel(call, call.id("channel_id")), privacy)


@routes.post("/channels/{channel_id}/convert")
async def convert_to_private(call: Call) -> object:
    """Make a public channel private, as old servers let."""
    call.only_if(call.world.caps.has_convert_call)
    return _convert(call, known_channel(call, call.id("channel_id")), "P")


def _convert(call: Call, channel: Channel, privacy: str) -> object:
    rights = {"O": "convert_private_channel_to_public", "P": "convert_public_channel_to_private"}
    must(call, channel, rights[privacy])
    if channel.name == TOWN_SQUARE and privacy == "P":
        raise ApiError("api.channel.update_channel_privacy.default_channel_error", 400)
    channel.type = privacy
    channel.update_at = call.state.clock.tick()
    _tell_updated(call, channel)
    reply = channel_json(call.world, channel)
    _say_privacy(call, channel)
    call.world.hub.publish("channel_converted", {"channel_id": channel.id}, Broadcast(team_id=channel.team_id))
    return reply


def _say_privacy(call: Call, channel: Channel) -> None:
    texts = {
        "O": "This channel has been converted to a Public Channel and can be joined by any team member.",
        "P": "This channel has been converted to a Private Channel.",
    }
    notice = Notice("system_change_chan_privacy", texts[channel.type], {"username": call.user.username})
    system_post(call.world, channel, call.user, notice)


@routes.delete("/channels/{channel_id}")
async def archive_channel(call: Call) -> object:
    """Archive a channel."""
    channel = known_channel(call, call.id("channel_id"))
    if channel.type not in {"O", "P"}:
        raise ApiError("api.channel.delete_channel.type.invalid", 400)
    must(call, channel, by_type(channel, "delete_{}_channel"))
    if channel.delete_at:
        raise ApiError("api.channel.delete_channel.deleted.app_error", 400)
    if channel.name == TOWN_SQUARE:
        raise ApiError("api.channel.delete_channel.cannot.app_error", 400)
    notice = _notice(call, "system_channel_deleted", "archived", "archivé")
    system_post(call.world, channel, call.user, notice)
    channel.delete_at = channel.update_at = call.state.clock.tick()
    data = {"channel_id": channel.id, "delete_at": channel.delete_at}
    call.world.hub.publish("channel_deleted", data, _all_who_know(call, channel))
    return OK


def _notice(call: Call, kind: str, english: str, french: str) -> Notice:
    """Return the message about archiving: the only one in the actor’s own language."""
    name = call.user.username
    text = f"{name} a {french} le canal." if call.user.locale == "fr" else f"{name} {english} the channel."
    return Notice(kind, text, {"username": name})


def _all_who_know(call: Call, channel: Channel) -> Broadcast:
    """Return the people who are told of archiving: on old servers the whole team, for private channels too."""
    if channel.type == "P" and call.world.caps.private_archive_is_private:
        return Broadcast(channel_id=channel.id)
    return Broadcast(team_id=channel.team_id)


@routes.post("/channels/{channel_id}/restore")
async def restore_channel(call: Call) -> object:
    """Take a channel out of the archive."""
    channel = known_channel(call, call.id("channel_id"))
    if not call.world.rights.in_team(call.user, channel.team_id, "manage_team"):
        raise forbidden()
    if not channel.delete_at:
        raise ApiError("api.channel.restore_channel.restored.app_error", 400)
    channel.delete_at = 0
    channel.update_at = call.state.clock.tick()
    reply = channel_json(call.world, channel)
    data = {"channel_id": channel.id}
    call.world.hub.publish("channel_restored", data, _all_who_know(call, channel))
    notice = _notice(call, "system_channel_restored", "unarchived", "désarchivé")
    system_post(call.world, channel, call.user, notice)
    return reply


@routes.post("/channels/{channel_id}/move")
async def move_channel(call: Call) -> object:
    """Bring a channel into another team; members who are not in it lose it."""
    channel = known_channel(call, call.id("channel_id"))
    team = call.state.teams.get(call.body("channel").text("team_id"))
    if team is None:
        raise invalid_body("team_id")
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    if call.state.channels_by_name.first(team.id, channel.name):
        raise taken()
    for member in reversed(call.state.members_of_channel.rows(channel.id)):
        if not call.state.in_team(team.id, member.user_id):
            call.state.channel_members.remove(member)
            call.world.hub.forget_memberships(member.user_id)
            tell_removed(call.world, channel.id, member.user_id, call.user.id)
    channel.team_id = team.id
    channel.update_at = call.state.clock.tick()
    return channel_json(call.world, channel)
