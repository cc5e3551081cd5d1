"""Finding channels."""

from sandbox.call import Call
from sandbox.channels.rules import is_identifier, known_channel, may_read, may_see
from sandbox.channels.views import channel_json
from sandbox.errors import ApiError, forbidden, invalid_url
from sandbox.records import Channel, Team
from sandbox.routes import Routes
from sandbox.teams.calls import missing_team

routes = Routes()


@routes.get("/channels/{channel_id}")
async def get_channel(call: Call) -> object:
    """Return a channel."""
    channel = known_channel(call, call.id("channel_id"))
    if not may_see(call, channel):
        raise forbidden()
    return channel_json(call.world, channel)


@routes.get("/teams/{team_id}/channels/name/{channel_name}")
async def get_by_name(call: Call) -> object:
    """Return a channel of a team by name."""
    return channel_json(call.world, _named(call, call.id("team_id")))


@routes.get("/teams/name/{team_name}/channels/name/{channel_name}")
async def get_by_names(call: Call) -> object:
    """Return a channel by the names of its team and of itself."""
    team: Team | None = call.state.teams_by_name.first(call.path("team_name").lower())
    if team is None:
        raise missing_team()
    return channel_json(call.world, _named(call, team.id))


def _named(call: Call, team_id: str) -> Channel:
    name = call.path("channel_name").lower()
    if not is_identifier(call.world.caps, name):
        raise invalid_url("channel_name")
    channel = call.state.channels_by_name.first(team_id, name)
    if channel is None or (channel.delete_at and not call.flag("include_deleted")):
        raise missing_name()
    if channel.type == "O":
        if not may_see(call, channel):
            raise forbidden()
    elif not may_read(call, channel) and not _manages(call, channel):
        raise missing_name()
    return channel


def _manages(call: Call, channel: Channel) -> bool:
    """Tell whether the caller finds every channel of the team by name, as admins do on new servers."""
    found = call.world.caps.team_admin_finds_private
    return found and call.world.rights.in_team(call.user, channel.team_id, "manage_team")


def missing_name() -> ApiError:
    """Make the error of a name that no channel of the team has that the caller may see."""
    return ApiError("app.channel.get_by_name.missing.app_error", 404)


@routes.get("/teams/{team_id}/channels")
async def list_public(call: Call) -> object:
    """List a team's public channels by title."""
    team_id = call.id("team_id")
    if not call.world.rights.in_team(call.user, team_id, "list_team_channels"):
        raise forbidden()
    found = [one for one in call.state.channels_of_team.rows(team_id) if one.type == "O" and not one.delete_at]
    return [channel_json(call.world, one) for one in call.page().cut(by_title(found))]


def by_title(channels: list[Channel]) -> list[Channel]:
    """Sort channels as lists show them: capitals first, as the recorded databases do."""
    return sorted(channels, key=lambda channel: channel.display_name)


@routes.get("/users/{user_id}/teams/{team_id}/channels")
async def list_own(call: Call) -> object:
    """List the channels that somebody is in, direct ones too."""
    user_id, team_id = call.id("user_id"), call.id("team_id")
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    if not call.world.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()
    mine = [call.state.channels.rows[row.channel_id] for row in call.state.channels_of.rows(user_id)]
    deleted = call.flag("include_deleted")
    here = [one for one in mine if one.team_id in {"", team_id} and (deleted or not one.delete_at)]
    return [channel_json(call.world, one) for one in by_title(here)]
