"""The calls about teams."""

import re

from sandbox.call import OK, Call, created
from sandbox.errors import ApiError, forbidden
from sandbox.events import Broadcast, dumps
from sandbox.ids import new_id
from sandbox.records import Team
from sandbox.routes import Routes
from sandbox.teams.arrivals import add_default_channels, join_team
from sandbox.teams.views import team_json

routes = Routes()

NAME = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")


@routes.post("/teams")
async def create_team(call: Call) -> object:
    """Create a team with its two default channels; the caller becomes its admin."""
    body = call.body("team")
    if not call.world.rights.in_system(call.user, "create_team"):
        raise forbidden()
    now = call.state.clock.tick()
    team = Team(
        id=new_id(),
        name=body.text("name"),
        display_name=body.text("display_name"),
        type=body.text("type"),
        create_at=now,
        update_at=now,
        description=body.text("description"),
        email=call.user.email,
        invite_id=new_id(),
        allow_open_invite=body.flag("allow_open_invite"),
    )
    _check(call, team)
    call.state.teams.add(team)
    add_default_channels(call.state, team)
    join_team(call.world, team, call.user, admin=True)
    return created(team_json(call.world, team, call.user))


def _check(call: Call, team: Team) -> None:
    if not 2 <= len(team.name) <= 64 or not NAME.fullmatch(team.name):
        raise ApiError("model.team.is_valid.characters.app_error", 400)
    if not 1 <= len(team.display_name) <= 64:
        raise ApiError("model.team.is_valid.name.app_error", 400)
    if team.type not in {"O", "I"}:
        raise ApiError("model.team.is_valid.type.app_error", 400)
    if call.state.teams_by_name.first(team.name):
        raise ApiError("app.team.save.existing.app_error", 400)


def missing_team() -> ApiError:
    """Make the error of an id or a name that no team has."""
    return ApiError("app.team.get.find.app_error", 404)


def visible_team(call: Call, team: Team | None) -> Team:
    """Return a team if the caller may see it."""
    if team is None:
        raise missing_team()
    open_to_all = team.type == "O" and team.allow_open_invite
    if not open_to_all and not call.world.rights.in_team(call.user, team.id, "view_team"):
        raise forbidden()
    return team


@routes.get("/teams/{team_id}")
async def get_team(call: Call) -> object:
    """Return a team."""
    team = visible_team(call, call.state.teams.get(call.id("team_id")))
    return team_json(call.world, team, call.user)


@routes.get("/teams/name/{team_name}")
async def get_team_by_name(call: Call) -> object:
    """Return a team by name."""
    team = visible_team(call, call.state.teams_by_name.first(call.path("team_name").lower()))
    return team_json(call.world, team, call.user)


@routes.get("/teams/name/{team_name}/exists")
async def team_exists(call: Call) -> object:
    """Tell whether the caller can see a team of this name."""
    team = call.state.teams_by_name.first(call.path("team_name").lower())
    seen = team is not None and (team.allow_open_invite or call.world.rights.in_team(call.user, team.id, "view_team"))
    return {"exists": seen}


@routes.get("/teams")
async def list_teams(call: Call) -> object:
    """List the teams that anybody may join; all teams to the system admin."""
    admin = call.world.rights.is_admin(call.user)
    teams = [team for team in call.state.teams if (admin or team.allow_open_invite) and not team.delete_at]
    teams.sort(key=lambda team: team.display_name.lower())
    return [team_json(call.world, team, call.user) for team in call.page().cut(teams)]


@routes.get("/users/{user_id}/teams")
async def teams_of_user(call: Call) -> object:
    """List the teams of the caller; the system admin may ask for anybody’s."""
    user_id = call.id("user_id")
    if user_id != call.user.id and not call.world.rights.is_admin(call.user):
        raise forbidden()
    rows = call.state.teams_of.rows(user_id)
    teams = [call.state.teams.rows[row.team_id] for row in rows if not row.delete_at]
    teams = [team for team in teams if not team.delete_at]
    teams.sort(key=lambda team: team.display_name.lower())
    return [team_json(call.world, team, call.user) for team in teams]


@routes.put("/teams/{team_id}/patch")
async def patch_team(call: Call) -> object:
    """Change what a team is called and how it is entered."""
    body = call.body("team")
    team = _managed(call)
    for field in ("display_name", "description", "company_name", "allowed_domains"):
        if body.has(field):
            setattr(team, field, body.text(field))
    if body.has("allow_open_invite"):
        team.allow_open_invite = body.flag("allow_open_invite")
    team.update_at = call.state.clock.tick()
    tell_team_updated(call, team)
    return team_json(call.world, team, call.user)


def tell_team_updated(call: Call, team: Team, event: str = "update_team") -> None:
    """Tell the members of a team that it changed."""
    data = {"team": dumps(team_json(call.world, team, None))}
    call.world.hub.publish(event, data, Broadcast(team_id=team.id))


@routes.delete("/teams/{team_id}")
async def archive_team(call: Call) -> object:
    """Archive a team; its channels and posts stay."""
    team = _managed(call)
    if call.flag("permanent"):
        raise ApiError("api.user.delete_team.not_enabled.app_error", 401)
    _set_archived(call, team, call.state.clock.tick(), "delete_team")
    return OK


@routes.post("/teams/{team_id}/restore")
async def restore_team(call: Call) -> object:
    """Take a team out of the archive."""
    team = _managed(call)
    _set_archived(call, team, 0, "restore_team")
    return team_json(call.world, team, call.user)


def _managed(call: Call) -> Team:
    team_id = call.id("team_id")
    if not call.world.rights.in_team(call.user, team_id, "manage_team"):
        raise forbidden()
    team = call.state.teams.get(team_id)
    if team is None:
        raise missing_team()
    return team


def _set_archived(call: Call, team: Team, when: int, event: str) -> None:
    team.delete_at = when
    team.update_at = call.state.clock.tick()
    tell_team_updated(call, team, event)


@routes.get("/teams/{team_id}/stats")
async def team_stats(call: Call) -> object:
    """Count a team's members."""
    team_id = call.id("team_id")
    if not call.world.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()
    rows = [row for row in call.state.members_of_team.rows(team_id) if not row.delete_at]
    people = [user for user in (call.state.users.get(row.user_id) for row in rows) if user]
    active = [user for user in people if not user.delete_at]
    return {"team_id": team_id, "total_member_count": len(people), "active_member_count": len(active)}


@routes.post("/teams/{team_id}/regenerate_invite_id")
async def regenerate_invite(call: Call) -> object:
    """Replace a team's invitation."""
    team_id = call.id("team_id")
    if not call.world.rights.in_team(call.user, team_id, "manage_team"):
        raise forbidden()
    team = visible_team(call, call.state.teams.get(team_id))
    team.invite_id = new_id()
    return team_json(call.world, team, call.user)


@routes.get("/teams/invite/{invite_id}", auth=False)
async def get_invite(call: Call) -> object:
    """Show whom an invitation invites to."""
    team = next((team for team in call.state.teams if team.invite_id == call.path("invite_id")), None)
    if team is None or team.type != "O":
        raise ApiError("app.team.get_by_invite_id.finding.app_error", 404)
    fields = ("id", "display_name", "name", "description")
    return {name: getattr(team, name) for name in fields}


def invited_to(call: Call, invite_id: str) -> Team:
    """Return the team of an invitation."""
    team = next((team for team in call.state.teams if team.invite_id == invite_id), None)
    if team is None:
        raise ApiError("app.team.get_by_invite_id.finding.app_error", 404)
    return team
