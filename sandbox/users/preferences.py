"""Preferences that people set in their clients, and their sessions."""

from typing import Any

from sandbox.call import OK, Call
from sandbox.choices import Preference
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.events import Broadcast, dumps
from sandbox.records import User
from sandbox.routes import Routes
from sandbox.world import World

routes = Routes()

MOST = 100


def add_first_preferences(world: World, user: User) -> None:
    """Give a new person the default preferences of every account."""
    rows = [("tutorial_step", user.id, "0")]
    rows += [("recommended_next_steps", "hide", "false")] if world.caps.threads else []
    rows += [("system_notice", "GMasDM", "true")] if world.caps.group_posts_mention_all else []
    for category, name, value in rows:
        world.state.preferences.add(Preference(user.id, category, name, value))


def _own(call: Call) -> str:
    user_id = call.id("user_id")
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    return user_id


@routes.get("/users/{user_id}/preferences")
async def list_preferences(call: Call) -> object:
    """List somebody's choices."""
    return [row.as_dict() for row in call.state.preferences_of.rows(_own(call))]


@routes.get("/users/{user_id}/preferences/{category}")
async def list_category(call: Call) -> object:
    """List somebody’s preferences of a category."""
    rows = [row for row in call.state.preferences_of.rows(_own(call)) if row.category == call.path("category")]
    if not rows:
        raise ApiError("app.preference.get_category.app_error", 404)
    return [row.as_dict() for row in rows]


@routes.get("/users/{user_id}/preferences/{category}/name/{name}")
async def get_preference(call: Call) -> object:
    """Return one preference."""
    row = call.state.preferences.get(_own(call) + call.path("category") + call.path("name"))
    if row is None:
        raise ApiError("app.preference.get.app_error", 400)
    return row.as_dict()


def _given(call: Call, user_id: str) -> list[dict[str, str]]:
    rows: list[dict[str, Any]] = call.objects("preferences")
    fields = ("user_id", "category", "name", "value")
    if not 0 < len(rows) <= MOST:
        raise invalid_body("preferences")
    texts = [{field: str(row.get(field, "")) for field in fields} for row in rows]
    if any(row["user_id"] != user_id for row in texts):
        raise forbidden()
    return texts


@routes.put("/users/{user_id}/preferences")
async def save_preferences(call: Call) -> object:
    """Store preferences, and tell the person’s own clients."""
    user_id = _own(call)
    rows = _given(call, user_id)
    for row in rows:
        known = call.state.preferences.get(row["user_id"] + row["category"] + row["name"])
        if known is None:
            call.state.preferences.add(Preference(**row))
        else:
            known.value = row["value"]
    target = Broadcast(user_id=user_id)
    call.world.hub.publish("sidebar_category_updated", {}, target)
    call.world.hub.publish("preferences_changed", {"preferences": dumps(rows)}, target)
    return OK


@routes.post("/users/{user_id}/preferences/delete")
async def delete_preferences(call: Call) -> object:
    """Delete preferences, and tell the person’s own clients."""
    user_id = _own(call)
    rows = _given(call, user_id)
    for row in rows:
        known = call.state.preferences.get(row["user_id"] + row["category"] + row["name"])
        if known is not None:
            call.state.preferences.remove(known)
    target = Broadcast(user_id=user_id)
    call.world.hub.publish("sidebar_category_updated", {}, target)
    call.world.hub.publish("preferences_deleted", {"preferences": dumps(rows)}, target)
    return OK


@routes.get("/users/{user_id}/sessions")
async def list_sessions(call: Call) -> object:
    """List somebody’s sessions, without their secrets."""
    user_id = _own(call)
    return [
        {
            "id": token.id,
            "token": "",
            "create_at": token.create_at,
            "expires_at": 0,
            "last_activity_at": token.create_at,
            "user_id": user_id,
            "device_id": "",
            "roles": call.state.users.rows[user_id].roles,
            "is_oauth": False,
            "props": {},
            "team_members": [],
            "local": False,
        }
        for token in call.state.tokens_of.rows(user_id)
        if token.is_session
    ]
