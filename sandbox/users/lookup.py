"""Finding people: by id, name, address, place or word."""

from sandbox.call import Call
from sandbox.errors import ApiError, forbidden, invalid_body, invalid_url, missing_user
from sandbox.ids import is_id
from sandbox.records import User
from sandbox.routes import Routes
from sandbox.users.present import public_user, seen_by

routes = Routes()


@routes.get("/users/{user_id}")
async def get_user(call: Call) -> object:
    """Return one person."""
    user = call.state.users.get(call.id("user_id"))
    if user is None:
        raise missing_user()
    return seen_by(call.server, user, call.user)


@routes.get("/users/username/{username}")
async def get_by_name(call: Call) -> object:
    """Return one person by name, letter case included."""
    user = call.state.users_by_name.first(call.path("username"))
    if user is None:
        raise ApiError("app.user.get_by_username.app_error", 404)
    return seen_by(call.server, user, call.user)


@routes.get("/users/email/{email}")
async def get_by_email(call: Call) -> object:
    """Return one person by address."""
    if not call.server.config.get("PrivacySettings", "ShowEmailAddress") and not call.server.rights.is_admin(call.user):
        raise ApiError("api.user.get_user_by_email.permissions.app_error", 403)
    user = call.state.users_by_email.first(call.path("email").lower())
    if user is None:
        raise missing_user()
    return seen_by(call.server, user, call.user)


@routes.post("/users/ids")
async def get_by_ids(call: Call) -> object:
    """Return several people; unknown ids are left out."""
    wanted = call.texts("user_ids")
    if not wanted:
        raise invalid_body("user_ids")
    found = [call.state.users.get(user_id) for user_id in dict.fromkeys(wanted)]
    return [public_user(call.server, user, call.user) for user in found if user]


@routes.post("/users/usernames")
async def get_by_names(call: Call) -> object:
    """Return several people by name; unknown names are left out."""
    wanted = call.texts("usernames")
    if not wanted:
        raise invalid_body("usernames")
    found = [call.state.users_by_name.first(name) for name in dict.fromkeys(wanted)]
    return [public_user(call.server, user, call.user) for user in found if user]


@routes.get("/users")
async def list_users(call: Call) -> object:
    """Return people by name, all of the server or those of a team or channel."""
    people = sorted(_those_in(call), key=lambda user: user.username)
    return [public_user(call.server, user, call.user) for user in call.page().cut(people)]


def _those_in(call: Call) -> list[User]:
    channel_id, team_id = call.query("in_channel"), call.query("in_team")
    if channel_id:
        return _in_channel(call, channel_id)
    if team_id:
        return _in_team(call, team_id)
    return list(call.state.users)


def _in_channel(call: Call, channel_id: str) -> list[User]:
    if not is_id(channel_id):
        raise invalid_url("in_channel")
    channel = call.state.channels.get(channel_id)
    if channel is None or not call.server.rights.in_channel(call.user, channel, "read_channel"):
        raise forbidden()
    members = call.state.members_of_channel.rows(channel_id)
    return [user for user in (call.state.users.get(row.user_id) for row in members) if user]


def _in_team(call: Call, team_id: str) -> list[User]:
    if not call.server.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()
    members = call.state.members_of_team.rows(team_id)
    here = [row.user_id for row in members if not row.delete_at]
    return [user for user in (call.state.users.get(user_id) for user_id in here) if user]
