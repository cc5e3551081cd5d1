"""How teams and memberships are shown."""

from typing import Any

from sandbox.permissions import team_roles
from sandbox.records import Team, TeamMember, User
from sandbox.world import World

Json = dict[str, Any]


def team_json(world: World, team: Team, viewer: User | None) -> Json:
    """Return a team as a viewer sees it; its e-mail address only if they manage it, its invitation only if they may
    invite."""
    manages = viewer is not None and world.rights.in_team(viewer, team.id, "manage_team")
    invites = viewer is not None and world.rights.in_team(viewer, team.id, "invite_user")
    body: Json = team.as_dict() | {
        "email": team.email if manages else "",
        "invite_id": team.invite_id if invites else "",
        "scheme_id": None,
        "group_constrained": None,
        "policy_id": None,
    }
    return body | ({"cloud_limits_archived": False} if world.caps.team_has_cloud_limits else {})


def team_member_json(member: TeamMember) -> Json:
    """Return somebody's membership of a team."""
    return {
        "team_id": member.team_id,
        "user_id": member.user_id,
        "roles": team_roles(member),
        "delete_at": member.delete_at,
        "scheme_guest": member.scheme_guest,
        "scheme_user": member.scheme_user,
        "scheme_admin": member.scheme_admin,
        "explicit_roles": member.explicit_roles,
    }
