"""Searching people by the beginnings of words, and counting them."""

import re
from collections.abc import Callable
from typing import Any

from sandbox.call import Body, Call
from sandbox.errors import forbidden, invalid_body
from sandbox.records import User
from sandbox.routes import Routes
from sandbox.users.views import public_user

routes = Routes()

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1000


@routes.post("/users/search")
async def search_users(call: Call) -> object:
    """Find people by name, perhaps in or outside of a team or channel."""
    body = call.body("props")
    if not body.text("term").strip():
        raise invalid_body("term")
    limit = body.number("limit", DEFAULT_LIMIT)
    if not 0 < limit <= LARGEST_LIMIT:
        raise invalid_body("limit")
    _check_places(call, body)
    found = [user for user in call.state.users if _fits(call, body, user)]
    found.sort(key=lambda user: user.username)
    return [public_user(call.world, user, call.user) for user in found[:limit]]


def _check_places(call: Call, body: Body) -> None:
    for field in ("in_channel_id", "not_in_channel_id"):
        channel = call.state.channels.get(body.text(field))
        if body.text(field) and (
            channel is None or not call.world.rights.in_channel(call.user, channel, "read_channel")
        ):
            raise forbidden()
    team_id = body.text("team_id")
    if team_id and not call.world.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()


def _fits(call: Call, body: Body, user: User) -> bool:
    if user.delete_at and not body.flag("allow_inactive"):
        return False
    if body.text("role") and body.text("role") not in user.roles.split():
        return False
    return _is_there(call, body, user) and matches(call, user, body.text("term"))


def _is_there(call: Call, body: Body, user: User) -> bool:
    state = call.state
    wanted: dict[str, Callable[[str], bool]] = {
        "team_id": lambda place: state.in_team(place, user.id),
        "not_in_team_id": lambda place: not state.in_team(place, user.id),
        "in_channel_id": lambda place: state.member(place, user.id) is not None,
        "not_in_channel_id": lambda place: state.member(place, user.id) is None,
    }
    if body.flag("without_team") and any(not row.delete_at for row in state.teams_of.rows(user.id)):
        return False
    return all(test(body.text(field)) for field, test in wanted.items() if body.text(field))


def matches(call: Call, user: User, term: str) -> bool:
    """Tell whether every word of a term begins (on new servers: is in) a name that the caller may see."""
    admin = call.world.rights.is_admin(call.user)
    get = call.world.config.get
    fields = [user.username, user.nickname]
    if admin or get("PrivacySettings", "ShowFullName"):
        fields += [user.first_name, user.last_name]
    if admin or get("PrivacySettings", "ShowEmailAddress"):
        fields.append(user.email)
    text = " ".join(fields).lower()
    words = [word.lstrip("@") for word in term.lower().split()]
    return all(_has(text, word, anywhere=call.world.caps.user_search_in_the_middle) for word in words)


def _has(text: str, word: str, *, anywhere: bool) -> bool:
    if anywhere:
        return word in text
    return re.search(r"(^|\s)" + re.escape(word), text) is not None


@routes.get("/users/autocomplete")
async def autocomplete(call: Call) -> object:
    """Find people while a name is typed: those of a channel, and the others of its team."""
    team_id, channel_id = call.query("in_team"), call.query("in_channel")
    _check_places(call, Body("props", {"in_channel_id": channel_id, "team_id": team_id}))
    found = [user for user in call.state.users if not user.delete_at and matches(call, user, call.query("name"))]
    found.sort(key=lambda user: user.username)
    if team_id:
        found = [user for user in found if call.state.in_team(team_id, user.id)]
    limit = call.number("limit", DEFAULT_LIMIT)
    body: dict[str, Any] = {}
    if channel_id:
        inside = [user for user in found if call.state.member(channel_id, user.id)]
        outside = [user for user in found if user not in inside]
        body["out_of_channel"] = [public_user(call.world, user, call.user) for user in outside[:limit]]
        found = inside
    return {"users": [public_user(call.world, user, call.user) for user in found[:limit]]} | body


@routes.get("/users/known")
async def known_users(call: Call) -> object:
    """Return the ids of the people with whom the caller shares a channel."""
    found: dict[str, None] = {}
    for row in call.state.channels_of.rows(call.user.id):
        found |= dict.fromkeys(other.user_id for other in call.state.members_of_channel.rows(row.channel_id))
    found.pop(call.user.id, None)
    return list(found)


@routes.get("/users/stats")
async def user_stats(call: Call) -> object:
    """Count the people and bots of the server."""
    return {"total_users_count": sum(1 for user in call.state.users if not user.delete_at)}
