"""The calls about members of teams."""

from typing import Any

from sandbox.call import OK, Call, created
from sandbox.errors import ApiError, forbidden, invalid_body, missing_user
from sandbox.events import Broadcast, dumps
from sandbox.records import Team, TeamMember, User
from sandbox.routes import Routes
from sandbox.teams.arrivals import join_team, leave_team, missing_team_member
from sandbox.teams.calls import invited_to, missing_team
from sandbox.teams.views import team_member_json

routes = Routes()

MOST_AT_ONCE = 256


def _member_of(call: Call, team_id: str, user_id: str) -> TeamMember:
    member = call.state.team_member(team_id, user_id)
    if member is None:
        raise missing_team_member()
    return member


def _must_view(call: Call, team_id: str) -> None:
    if not call.world.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()


def _must_add(call: Call, team_id: str) -> Team:
    if not call.world.rights.in_team(call.user, team_id, "add_user_to_team"):
        raise forbidden()
    team = call.state.teams.get(team_id)
    if team is None:
        raise missing_team()
    return team


def _known_user(call: Call, user_id: str) -> User:
    user = call.state.users.get(user_id)
    if user is None:
        raise missing_user()
    return user


@routes.post("/teams/{team_id}/members")
async def add_member(call: Call) -> object:
    """Bring somebody into a team."""
    team_id = call.id("team_id")
    body = call.body("team_member")
    if body.text("team_id") != team_id:
        raise invalid_body("team_id")
    user_id = body.text("user_id")
    if user_id == call.user.id and _may_join(call, team_id):
        team = call.state.teams.rows[team_id]
    else:
        team = _must_add(call, team_id)
    member = join_team(call.world, team, _new_member(call, user_id))
    return created(team_member_json(member))


def _new_member(call: Call, user_id: str) -> User:
    user = call.state.users.get(user_id)
    if user is not None:
        return user
    if call.world.caps.unknown_joiner_has_own_error:
        raise ApiError("api.team.user.missing_account", 404)
    raise missing_user()


def _may_join(call: Call, team_id: str) -> bool:
    team = call.state.teams.get(team_id)
    return team is not None and team.allow_open_invite


@routes.post("/teams/{team_id}/members/batch")
async def add_members(call: Call) -> object:
    """Bring several people into a team."""
    team_id = call.id("team_id")
    wanted = call.objects("members")
    ids = [str(one.get("user_id", "")) for one in wanted]
    if not 0 < len(ids) <= MOST_AT_ONCE or any(one.get("team_id") != team_id for one in wanted):
        raise invalid_body("members")
    team = _must_add(call, team_id)
    graceful = call.flag("graceful")
    people = [call.state.users.get(user_id) for user_id in ids]
    if None in people and not (graceful and call.world.caps.batch_can_be_graceful):
        raise ApiError("api.team.user.missing_account", 404)
    rows = [team_member_json(join_team(call.world, team, user, call.user)) if user else None for user in people]
    if not graceful:
        return created(rows)
    return created([_graceful_row(user_id, row) for user_id, row in zip(ids, rows, strict=True)])


def _graceful_row(user_id: str, row: dict[str, Any] | None) -> dict[str, Any]:
    """Return the result for one of the people who were to join."""
    error = missing_user().envelope("")
    del error["request_id"]
    error["detailed_error"] = f"resource: User id: {user_id}"
    return {"user_id": user_id, "member": row, "error": None if row else error}


@routes.post("/teams/members/invite")
async def join_by_invite(call: Call) -> object:
    """Join a team by an invitation."""
    team = invited_to(call, call.query("invite_id"))
    return created(team_member_json(join_team(call.world, team, call.user)))


@routes.post("/teams/{team_id}/invite/email")
async def invite_by_email(call: Call) -> object:
    """Invite people by e-mail; no mail leaves this server, and new versions do not say so."""
    team_id = call.id("team_id")
    addresses = call.texts("emails")
    if not call.world.rights.in_team(call.user, team_id, "invite_user"):
        raise forbidden()
    if not addresses:
        raise invalid_body("user_email")
    if not call.world.caps.email_invitations_never_fail:
        raise ApiError("api.team.invite_members.disabled.app_error", 501)
    return OK


@routes.delete("/teams/{team_id}/members/{user_id}")
async def remove_member(call: Call) -> object:
    """Take somebody out of a team, or leave it."""
    team_id, user_id = call.id("team_id"), call.id("user_id")
    if user_id != call.user.id and not call.world.rights.in_team(call.user, team_id, "remove_user_from_team"):
        raise forbidden()
    team = call.state.teams.get(team_id)
    if team is None:
        raise missing_team()
    leave_team(call.world, team, _known_user(call, user_id), call.user)
    return OK


@routes.get("/teams/{team_id}/members")
async def list_members(call: Call) -> object:
    """List a team's members."""
    team_id = call.id("team_id")
    _must_view(call, team_id)
    rows = [row for row in call.state.members_of_team.rows(team_id) if not row.delete_at]
    if call.flag("exclude_deleted_users"):
        rows = [row for row in rows if not _known_user(call, row.user_id).delete_at]
    by_name = call.query("sort") == "Username"
    rows.sort(key=lambda row: _known_user(call, row.user_id).username if by_name else row.user_id)
    return [team_member_json(row) for row in call.page().cut(rows)]


@routes.post("/teams/{team_id}/members/ids")
async def members_by_ids(call: Call) -> object:
    """Return several memberships."""
    team_id = call.id("team_id")
    wanted = call.texts("user_ids")
    if not wanted:
        raise invalid_body("user_ids")
    _must_view(call, team_id)
    found = [call.state.team_member(team_id, user_id) for user_id in wanted]
    return [team_member_json(row) for row in found if row and not row.delete_at]


@routes.get("/teams/{team_id}/members/{user_id}")
async def get_member(call: Call) -> object:
    """Return a membership, also a former one."""
    team_id, user_id = call.id("team_id"), call.id("user_id")
    _must_view(call, team_id)
    return team_member_json(_member_of(call, team_id, user_id))


@routes.get("/users/{user_id}/teams/members")
async def memberships_of_user(call: Call) -> object:
    """List somebody's memberships of teams."""
    user_id = call.id("user_id")
    if user_id != call.user.id and not call.world.rights.is_admin(call.user):
        raise forbidden()
    return [team_member_json(row) for row in call.state.teams_of.rows(user_id)]


@routes.put("/teams/{team_id}/members/{user_id}/schemeRoles")
async def set_scheme_roles(call: Call) -> object:
    """Make somebody admin of a team, or not."""
    team_id, user_id = call.id("team_id"), call.id("user_id")
    body = call.body("scheme_roles")
    _must_manage_roles(call, team_id)
    member = _member_of(call, team_id, user_id)
    member.scheme_admin = body.flag("scheme_admin")
    member.scheme_user = body.flag("scheme_user")
    _tell_roles(call, member)
    return OK


@routes.put("/teams/{team_id}/members/{user_id}/roles")
async def set_roles(call: Call) -> object:
    """Set somebody's roles in a team."""
    team_id, user_id = call.id("team_id"), call.id("user_id")
    names = call.body("roles").text("roles").split()
    _must_manage_roles(call, team_id)
    member = _member_of(call, team_id, user_id)
    if any(call.world.rights.role(name) is None for name in names):
        raise ApiError("app.role.get_by_name.app_error", 400)
    member.scheme_admin = "team_admin" in names
    member.scheme_user = "team_user" in names
    member.explicit_roles = " ".join(name for name in names if name not in {"team_admin", "team_user"})
    _tell_roles(call, member)
    return OK


def _must_manage_roles(call: Call, team_id: str) -> None:
    if not call.world.rights.in_team(call.user, team_id, "manage_team_roles"):
        raise forbidden()


def _tell_roles(call: Call, member: TeamMember) -> None:
    user = call.state.users.rows[member.user_id]
    user.update_at = call.state.clock.tick()
    data = {"member": dumps(team_member_json(member))}
    call.world.hub.publish("memberrole_updated", data, Broadcast(user_id=member.user_id))
