"""Finding people: by id, name, address and place."""

from sandbox.call import Call
from sandbox.errors import ApiError, invalid_body, missing_user
from sandbox.records import User
from sandbox.routes import Routes
from sandbox.users.accounts import USERNAME
from sandbox.users.lists import users_asked_for
from sandbox.users.views import public_user, seen_by

routes = Routes()


@routes.get("/users/{user_id}")
async def get_user(call: Call) -> object:
    """Return a person by id."""
    user = call.state.users.get(call.id("user_id"))
    if user is None:
        raise missing_user()
    return seen_by(call.world, user, call.user)


@routes.get("/users/username/{username}")
async def get_by_name(call: Call) -> object:
    """Return a person by name, in lower case."""
    name = call.path("username")
    if not USERNAME.fullmatch(name):
        raise invalid_body("username")
    user = call.state.users_by_name.first(name)
    if user is None:
        raise ApiError("app.user.get_by_username.app_error", 404)
    return seen_by(call.world, user, call.user)


@routes.get("/users/email/{email}")
async def get_by_email(call: Call) -> object:
    """Return a person by address, on servers that show addresses."""
    shown = call.world.config.get("PrivacySettings", "ShowEmailAddress")
    if not shown and not call.world.rights.is_admin(call.user):
        raise ApiError("api.user.get_user_by_email.permissions.app_error", 403)
    user = call.state.users_by_email.first(call.path("email").lower())
    if user is None:
        raise missing_user()
    return seen_by(call.world, user, call.user)


def _shown(call: Call, found: list[User | None]) -> object:
    people = sorted((user for user in found if user), key=lambda user: user.username)
    return [public_user(call.world, user, call.user) for user in people]


@routes.post("/users/ids")
async def get_by_ids(call: Call) -> object:
    """Return several people; unknown ids are left out."""
    wanted = call.texts("user_ids")
    if not wanted:
        raise invalid_body("user_ids")
    since = call.number("since")
    found = [call.state.users.get(user_id) for user_id in dict.fromkeys(wanted)]
    return _shown(call, [user for user in found if user and user.update_at > since])


@routes.post("/users/usernames")
async def get_by_names(call: Call) -> object:
    """Return several people by name; unknown names are left out."""
    wanted = call.texts("usernames")
    if not wanted:
        raise invalid_body("usernames")
    return _shown(call, [call.state.users_by_name.first(name) for name in dict.fromkeys(wanted)])


@routes.get("/users")
async def list_users(call: Call) -> object:
    """Return people, all of the server or those of a place."""
    people = call.page().cut(users_asked_for(call))
    shown = [public_user(call.world, user, call.user) for user in people]
    if call.query("sort") != "last_activity_at":
        return shown
    for body, user in zip(shown, people, strict=True):
        status = call.state.statuses.get(user.id)
        if status is not None:
            body["last_activity_at"] = status.last_activity_at
    return shown
