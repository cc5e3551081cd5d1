"""Changing people: profile, roles, activity."""

from sandbox.auth import is_password
from sandbox.call import OK, Body, Call
from sandbox.errors import ApiError, forbidden, invalid_body, missing_user
from sandbox.events import Broadcast
from sandbox.records import User
from sandbox.routes import Routes
from sandbox.users.accounts import verifies_addresses
from sandbox.users.activation import is_full, set_active, tell_updated
from sandbox.users.views import for_admin, own_user

routes = Routes()


def editable(call: Call, user_id: str) -> User:
    """Return the account of an id, if the caller may change it."""
    user = call.state.users.get(user_id)
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    if user is None:
        raise missing_user()
    return user


@routes.put("/users/{user_id}/patch")
async def patch_user(call: Call) -> object:
    """Change parts of a profile: one's own, or another's as system admin."""
    user_id = call.id("user_id")
    body = call.body("user")
    user = editable(call, user_id)
    if user.is_bot and user_id == call.user.id and not call.world.caps.bot_edits_itself:
        raise forbidden()
    if body.text("email", user.email) != user.email and user_id == call.user.id:
        _check_own_password(user, body)
    is_renamed = body.text("username", user.username) != user.username
    if is_renamed and call.world.caps.new_name_draws_picture:
        user.last_picture_update = -call.state.clock.tick()
    address = user.email
    _apply(user, body)
    if verifies_addresses(call) and not user.is_bot:
        # The new one would be theirs once they proved it, by a letter that no embedded server sends.
        user.email = address
    user.update_at = call.state.clock.tick()
    tell_updated(call.world, user)
    if user_id == call.user.id:
        return own_user(call.world, user)
    return for_admin(call.world, user) | {"notify_props": user.notify_props}


def _check_own_password(user: User, body: Body) -> None:
    if not is_password(body.text("password"), user.password):
        raise invalid_body("password")


def _apply(user: User, body: Body) -> None:
    for field in ("username", "email", "nickname", "first_name", "last_name", "position", "locale"):
        if body.has(field):
            setattr(user, field, body.text(field))
    for field in ("notify_props", "timezone", "props"):
        if body.has(field):
            setattr(user, field, body.object(field))


@routes.put("/users/{user_id}")
async def put_user(call: Call) -> object:
    """Change a profile; fields that are left out stay."""
    if call.body("user").text("id") != call.id("user_id"):
        raise invalid_body("user_id")
    return await patch_user(call)


@routes.post("/users/{user_id}/email/verify/member")
async def verify_address(call: Call) -> object:
    """Take somebody's address for proved, as system admin."""
    user = editable(call, call.id("user_id"))
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    user.email_verified = True
    user.update_at = call.state.clock.tick()
    return for_admin(call.world, user)


@routes.put("/users/{user_id}/roles")
async def set_roles(call: Call) -> object:
    """Set somebody's roles in the system."""
    user_id = call.id("user_id")
    roles = call.body("roles").text("roles")
    if not call.world.rights.in_system(call.user, "manage_roles"):
        raise forbidden()
    user = call.state.users.get(user_id)
    if user is None:
        raise missing_user()
    if not roles or any(call.world.rights.role(name) is None for name in roles.split()):
        raise invalid_body("roles")
    user.roles = roles
    user.update_at = call.state.clock.tick()
    data = {"user_id": user.id, "roles": roles}
    call.world.hub.publish("user_role_updated", data, Broadcast(user_id=user.id))
    return OK


@routes.put("/users/{user_id}/active")
async def update_active(call: Call) -> object:
    """Switch somebody on or off."""
    user_id = call.id("user_id")
    active = call.body("active").flag("active")
    _check_may_switch(call, user_id, active=active)
    user = call.state.users.get(user_id)
    if user is None:
        raise missing_user()
    if active and user.delete_at and is_full(call.world):
        raise ApiError("app.user.update_active.user_limit.exceeded", 400)
    set_active(call.world, user, active=active)
    call.world.hub.publish("user_activation_status_change", {})
    return OK


def _check_may_switch(call: Call, user_id: str, *, active: bool) -> None:
    if call.world.rights.in_system(call.user, "edit_other_users"):
        return
    if user_id != call.user.id or active:
        raise ApiError("api.user.update_active.permissions.app_error", 403)
    if not call.world.config.get("TeamSettings", "EnableUserDeactivation"):
        raise ApiError("api.user.update_active.not_enable.app_error", 401)


@routes.delete("/users/{user_id}")
async def delete_user(call: Call) -> object:
    """Switch somebody off."""
    user_id = call.id("user_id")
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    user = call.state.users.get(user_id)
    if user is None:
        raise missing_user()
    set_active(call.world, user, active=False)
    return OK
