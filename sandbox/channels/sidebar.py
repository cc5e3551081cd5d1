"""The sidebar: the categories into which a client sorts somebody's channels."""

from typing import Any

from sandbox.call import Call
from sandbox.errors import forbidden
from sandbox.records import Channel
from sandbox.routes import Routes

routes = Routes()

KINDS = (
    ("favorites", "Favorites", 0, ""),
    ("channels", "Channels", 10, ""),
    ("direct_messages", "Direct Messages", 20, "recent"),
)


@routes.get("/users/{user_id}/teams/{team_id}/channels/categories")
async def list_categories(call: Call) -> object:
    """Return the three default categories of the sidebar."""
    user_id, team_id = call.id("user_id"), call.id("team_id")
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    mine = [call.state.channels.rows[row.channel_id] for row in call.state.channels_of.rows(user_id)]
    favourites = _favourites(call, user_id)
    categories = [_category(user_id, team_id, kind) for kind in KINDS]
    for channel in mine:
        if channel.team_id in {"", team_id} and not channel.delete_at:
            categories[_place(channel, favourites)]["channel_ids"].append(channel.id)
    return {"categories": categories, "order": [category["id"] for category in categories]}


def _favourites(call: Call, user_id: str) -> set[str]:
    rows = call.state.preferences_of.rows(user_id)
    return {row.name for row in rows if row.category == "favorite_channel" and row.value == "true"}


def _place(channel: Channel, favourites: set[str]) -> int:
    if channel.id in favourites:
        return 0
    return 1 if channel.type in {"O", "P"} else 2


def _category(user_id: str, team_id: str, kind: tuple[str, str, int, str]) -> dict[str, Any]:
    name, title, order, sorting = kind
    return {
        "id": f"{name}_{user_id}_{team_id}",
        "user_id": user_id,
        "team_id": team_id,
        "sort_order": order,
        "sorting": sorting,
        "type": name,
        "display_name": title,
        "muted": False,
        "collapsed": False,
        "channel_ids": [],
    }
