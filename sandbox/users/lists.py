"""The people that a list asks for, and their order."""

from collections.abc import Callable

from sandbox.call import Call
from sandbox.errors import forbidden, invalid_url
from sandbox.ids import is_id
from sandbox.records import User


def users_asked_for(call: Call) -> list[User]:
    """Return the people that the query of GET /users selects: of a team or channel, outside of it, by role."""
    people = [user for user in _there(call) if _fits(call, user)]
    return sorted(people, key=_order(call))


def _there(call: Call) -> list[User]:
    for name, found in _PLACES.items():
        if call.query(name):
            return found(call, call.query(name))
    return list(call.state.users)


def _known(call: Call, user_ids: list[str]) -> list[User]:
    return [user for user in (call.state.users.get(user_id) for user_id in user_ids) if user]


def _must_be_id(name: str, value: str) -> None:
    if not is_id(value):
        raise invalid_url(name)


def _in_channel(call: Call, channel_id: str) -> list[User]:
    _must_read(call, "in_channel", channel_id)
    return _known(call, [row.user_id for row in call.state.members_of_channel.rows(channel_id)])


def _not_in_channel(call: Call, channel_id: str) -> list[User]:
    team_id = call.query("in_team")
    if not team_id:
        raise invalid_url("in_team")
    _must_read(call, "not_in_channel", channel_id)
    return [user for user in _in_team(call, team_id) if call.state.member(channel_id, user.id) is None]


def _must_read(call: Call, name: str, channel_id: str) -> None:
    _must_be_id(name, channel_id)
    channel = call.state.channels.get(channel_id)
    if channel is None or not call.world.rights.in_channel(call.user, channel, "read_channel"):
        raise forbidden()


def _in_team(call: Call, team_id: str) -> list[User]:
    _must_view(call, "in_team", team_id)
    rows = call.state.members_of_team.rows(team_id)
    return _known(call, [row.user_id for row in rows if not row.delete_at])


def _not_in_team(call: Call, team_id: str) -> list[User]:
    _must_view(call, "not_in_team", team_id)
    return [user for user in call.state.users if not call.state.in_team(team_id, user.id)]


def _must_view(call: Call, name: str, team_id: str) -> None:
    _must_be_id(name, team_id)
    if not call.world.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()


def _without_team(call: Call, _: str) -> list[User]:
    if not call.world.rights.in_system(call.user, "list_users_without_team"):
        raise forbidden()
    rows = call.state.teams_of
    return [user for user in call.state.users if all(row.delete_at for row in rows.rows(user.id))]


_PLACES: dict[str, Callable[[Call, str], list[User]]] = {
    "without_team": _without_team,
    "not_in_channel": _not_in_channel,
    "not_in_team": _not_in_team,
    "in_channel": _in_channel,
    "in_team": _in_team,
}


def _fits(call: Call, user: User) -> bool:
    if call.flag("inactive") and not user.delete_at:
        return False
    if call.flag("active") and user.delete_at:
        return False
    role = call.query("role")
    return not role or role in user.roles.split()


def _order(call: Call) -> Callable[[User], tuple[int, str]]:
    kind = call.query("sort")
    if kind == "create_at":
        return lambda user: (-user.create_at, user.username)
    if kind == "last_activity_at":
        return lambda user: (-_seen(call, user), user.username)
    if kind == "status":
        return lambda user: (_STATUS_ORDER.get(_status(call, user), 9), user.username)
    return lambda user: (0, user.username)


_STATUS_ORDER = {"online": 0, "away": 1, "dnd": 2, "offline": 3}


def _seen(call: Call, user: User) -> int:
    status = call.state.statuses.get(user.id)
    return status.last_activity_at if status else 0


def _status(call: Call, user: User) -> str:
    status = call.state.statuses.get(user.id)
    return status.status if status else "offline"
