"""Signing up, logging in and out."""

import re

from sandbox.auth import COOKIE, csrf_of, hash_password, is_password
from sandbox.call import OK, Body, Call, Reply, created
from sandbox.errors import ApiError, forbidden
from sandbox.events import Data
from sandbox.ids import new_id
from sandbox.records import Token, User
from sandbox.routes import Routes
from sandbox.teams.arrivals import join_team
from sandbox.teams.calls import invited_to
from sandbox.users.activation import is_full
from sandbox.users.preferences import add_first_preferences
from sandbox.users.views import TIMEZONE, default_notify_props, own_user

routes = Routes()

USERNAME = re.compile(r"[a-z0-9.\-_]{1,64}")
RESERVED_NAMES = {"all", "channel", "matterbot", "system"}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@routes.post("/users", auth=False)
async def create_user(call: Call) -> object:
    """Sign up; the first person becomes system admin."""
    body = call.body("user")
    is_first = not any(not user.is_bot for user in call.state.users)
    _check_may_create(call, is_first)
    if is_full(call.world):
        raise ApiError("api.user.create_user.user_limits.exceeded", 400)
    user = _draft(call, body)
    check_new(call, user)
    _check_password(call, body.text("password"))
    user.password = hash_password(body.text("password"))
    if is_first:
        user.roles = "system_admin system_user"
    call.state.users.add(user)
    if call.query("iid"):
        _accept(call, user)
    add_first_preferences(call.world, user)
    call.world.hub.publish("new_user", {"user_id": user.id})
    return created(own_user(call.world, user))


def _accept(call: Call, user: User) -> None:
    """Bring somebody who signs up by an invitation into its team."""
    join_team(call.world, invited_to(call, call.query("iid")), user)


def _check_may_create(call: Call, is_first: bool) -> None:
    by_admin = call.token is not None and call.world.rights.is_admin(call.user)
    if by_admin or is_first:
        return
    if not call.world.config.get("TeamSettings", "EnableUserCreation"):
        raise ApiError("api.user.create_user.signup_email_disabled.app_error", 501)
    if not call.world.config.get("TeamSettings", "EnableOpenServer"):
        raise ApiError("api.user.create_user.no_open_server", 403)


def _draft(call: Call, body: Body) -> User:
    now = call.state.clock.tick()
    return User(
        id=new_id(),
        username=body.text("username").lower(),
        email=body.text("email").lower(),
        create_at=now,
        update_at=now,
        nickname=body.text("nickname"),
        first_name=body.text("first_name"),
        last_name=body.text("last_name"),
        position=body.text("position"),
        locale=body.text("locale") or "en",
        notify_props=default_notify_props(call.world) | body.object("notify_props"),
        timezone=TIMEZONE | body.object("timezone"),
        last_password_update=now,
    )


def check_new(call: Call, user: User) -> None:
    """Refuse a name or an address that is malformed or taken."""
    if not USERNAME.fullmatch(user.username) or user.username in RESERVED_NAMES:
        raise ApiError("model.user.is_valid.username.app_error", 400)
    if not EMAIL.fullmatch(user.email) or len(user.email) > 128:
        raise ApiError("model.user.is_valid.email.app_error", 400)
    if call.state.users_by_name.first(user.username):
        raise ApiError("app.user.save.username_exists.app_error", 400)
    if call.state.users_by_email.first(user.email):
        raise ApiError("app.user.save.email_exists.app_error", 400)


def verifies_addresses(call: Call) -> bool:
    """Tell whether addresses count only once they were verified."""
    return bool(call.world.config.get("EmailSettings", "RequireEmailVerification"))


def _check_password(call: Call, password: str) -> None:
    least = 8 if call.world.caps.long_passwords else 5
    if not least <= len(password.encode()) <= 72:
        raise ApiError("model.user.is_valid.pwd.app_error", 400)


@routes.post("/users/login", auth=False)
async def login(call: Call) -> object:
    """Open a session; its token is in the header Token and in a cookie."""
    body = call.body("login")
    name = (body.text("login_id") or body.text("id")).lower()
    user = call.state.users_by_name.first(name) or call.state.users_by_email.first(name)
    user = user or call.state.users.get(name)
    if user is None or user.is_bot or not is_password(body.text("password"), user.password):
        if user:
            user.failed_attempts += 1
        raise ApiError("api.user.login.invalid_credentials_email_username", 401)
    if user.delete_at:
        raise ApiError("api.user.login.inactive.app_error", 401)
    if verifies_addresses(call) and not user.email_verified:
        raise ApiError("api.user.login.not_verified.app_error", 401)
    reply = own_user(call.world, user)
    user.failed_attempts = 0
    return _logged_in(call.world.credentials.open_session(user), reply)


def _logged_in(token: Token, body: Data) -> Reply:
    cookies = {COOKIE: token.token, "MMUSERID": token.user_id, "MMCSRF": csrf_of(token)}
    headers = [("Set-Cookie", f"{name}={value}; Path=/; Max-Age=2592000") for name, value in cookies.items()]
    return Reply(200, body, (("Token", token.token), *headers))


@routes.post("/users/logout", auth=False)
async def logout(call: Call) -> object:
    """End the session with which the call is made."""
    if call.token is not None and call.token.is_session:
        call.state.tokens.remove(call.token)
        call.world.hub.silence(call.token.user_id, call.token.id)
    return OK


@routes.put("/users/{user_id}/password")
async def change_password(call: Call) -> object:
    """Set a new password: the caller’s own by giving the old one; the system admin may set another’s."""
    user_id = call.id("user_id")
    body = call.body("user")
    user = call.state.users.get(user_id)
    is_own = user_id == call.user.id
    if user is None or not (is_own or call.world.rights.in_system(call.user, "edit_other_users")):
        raise forbidden()
    if is_own and not is_password(body.text("current_password"), user.password):
        raise ApiError("api.user.update_password.incorrect.app_error", 400)
    _check_password(call, body.text("new_password"))
    user.password = hash_password(body.text("new_password"))
    user.last_password_update = call.state.clock.tick()
    return OK
