"""Lists of channels and searching them by word."""

import re

from sandbox.call import Call
from sandbox.channels.lookup import by_title
from sandbox.channels.views import channel_json
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.events import Data
from sandbox.records import Channel
from sandbox.routes import Routes

routes = Routes()

FEW = 50
"""How many channels a search returns at most."""


@routes.get("/teams/{team_id}/channels/private")
async def list_private(call: Call) -> object:
    """List a team's private channels, to the system admin."""
    team_id = call.id("team_id")
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    rows = [one for one in call.state.channels_of_team.rows(team_id) if one.type == "P" and not one.delete_at]
    return [channel_json(call.world, one) for one in call.page().cut(by_title(rows))]


@routes.get("/teams/{team_id}/channels/deleted")
async def list_archived(call: Call) -> object:
    """List a team's archived channels, of the private ones only the caller's own."""
    team_id = call.id("team_id")
    _must_list(call, team_id)
    rows = [one for one in call.state.channels_of_team.rows(team_id) if one.delete_at and _shown(call, one)]
    return [channel_json(call.world, one) for one in call.page().cut(by_title(rows))]


def _shown(call: Call, channel: Channel) -> bool:
    sees_all = call.world.caps.admin_lists_private_archived and call.world.rights.is_admin(call.user)
    return channel.type == "O" or sees_all or _is_own(call, channel)


def _must_list(call: Call, team_id: str) -> None:
    if not call.world.rights.in_team(call.user, team_id, "list_team_channels"):
        raise forbidden()


@routes.get("/channels")
async def list_everywhere(call: Call) -> object:
    """List the channels of all teams, to the system admin."""
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    rows = [one for one in call.state.channels if one.type in {"O", "P"} and not one.delete_at]
    return [_with_team(call, one) for one in call.page().cut(by_title(rows))]


def _with_team(call: Call, channel: Channel) -> Data:
    team = call.state.teams.rows[channel.team_id]
    return channel_json(call.world, channel) | {
        "team_display_name": team.display_name,
        "team_name": team.name,
        "team_update_at": team.update_at,
    }


@routes.post("/channels/search")
async def search_everywhere(call: Call) -> object:
    """Search the channels of all teams, to the system admin."""
    body = call.body("channel_search")
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    rows = [one for one in call.state.channels if one.type in {"O", "P"} and matches(one, body.text("term"))]
    return [_with_team(call, one) for one in by_title(rows) if not one.delete_at]


@routes.post("/teams/{team_id}/channels/search")
async def search_team(call: Call) -> object:
    """Search a team's public channels."""
    team_id = call.id("team_id")
    term = call.body("channel_search").text("term")
    if call.state.team_member(team_id, call.user.id) is None and call.world.caps.search_tells_strangers:
        raise ApiError("app.team.get_member.missing.app_error", 404)
    _must_list(call, team_id)
    rows = [one for one in call.state.channels_of_team.rows(team_id) if one.type == "O" and matches(one, term)]
    return [channel_json(call.world, one) for one in by_title(rows)[:FEW]]


@routes.post("/teams/{team_id}/channels/search_archived")
async def search_archived(call: Call) -> object:
    """Search a team's archived channels."""
    call.only_if(call.world.caps.has_archived_search)
    team_id = call.id("team_id")
    term = call.body("channel_search").text("term")
    _must_list(call, team_id)
    rows = [
        one
        for one in call.state.channels_of_team.rows(team_id)
        if one.delete_at and _shown(call, one) and matches(one, term)
    ]
    return [channel_json(call.world, one) for one in by_title(rows)[:FEW]]


@routes.get("/teams/{team_id}/channels/autocomplete")
async def autocomplete(call: Call) -> object:
    """Find a team's channels while a name is typed: public ones, and one's own private ones."""
    team_id = call.id("team_id")
    _must_list(call, team_id)
    rows = [
        one
        for one in call.state.channels_of_team.rows(team_id)
        if matches(one, call.query("name")) and (one.type == "O" or _is_own(call, one))
    ]
    return [channel_json(call.world, one) for one in _as_typed(rows)[:FEW]]


def _as_typed(channels: list[Channel]) -> list[Channel]:
    """Sort channels as completions show them: capitals among small letters."""
    return sorted(channels, key=lambda channel: channel.display_name.lower())


def _is_own(call: Call, channel: Channel) -> bool:
    return call.state.member(channel.id, call.user.id) is not None


@routes.get("/teams/{team_id}/channels/search_autocomplete")
async def search_autocomplete(call: Call) -> object:
    """Find channels of the caller by the beginning of a name."""
    team_id = call.id("team_id")
    if not call.world.caps.search_tells_strangers:
        _must_list(call, team_id)
    rows = [
        one
        for one in call.state.channels_of_team.rows(team_id)
        if _is_own(call, one) and matches(one, call.query("name"))
    ]
    return [channel_json(call.world, one) for one in _as_typed(rows)[:FEW]]


@routes.post("/teams/{team_id}/channels/ids")
async def public_by_ids(call: Call) -> object:
    """Return several public channels by id."""
    team_id = call.id("team_id")
    wanted = call.texts("channel_ids")
    if not wanted:
        raise invalid_body("channel_ids")
    if not call.world.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()
    found = [call.state.channels.get(channel_id) for channel_id in wanted]
    rows = [one for one in found if one and one.type == "O" and one.team_id == team_id and not one.delete_at]
    return [channel_json(call.world, one) for one in by_title(rows)]


def matches(channel: Channel, term: str) -> bool:
    """Tell whether a term is in a channel's name, title or purpose, or each of its words begins one there."""
    term = term.strip().lower()
    fields = [channel.name.lower(), channel.display_name.lower(), channel.purpose.lower()]
    if any(term in text for text in fields):
        return True
    words, text = re.findall(r"\w+", term), " ".join(fields)
    return bool(words) and all(re.search(r"(?<!\w)" + re.escape(word), text) for word in words)
