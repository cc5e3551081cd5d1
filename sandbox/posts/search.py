"""Searching posts by words, author, channel and day."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.call import Body, Call
from sandbox.errors import forbidden, invalid_body
from sandbox.posts.lists import post_list
from sandbox.records import Channel, Post
from sandbox.routes import Routes

routes = Routes()

MOST = 100


@dataclass(slots=True)
class Terms:
    """The terms of a search; days are half-open intervals of milliseconds."""

    words: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    since: int = 0
    until: int = 2**62


@routes.post("/teams/{team_id}/posts/search")
async def search_team(call: Call) -> object:
    """Search the caller's channels of a team, and their direct ones."""
    team_id = call.id("team_id")
    body = call.body("terms")
    if not call.world.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()
    return _search(call, body, lambda channel: channel.team_id in {"", team_id})


@routes.post("/posts/search")
async def search_everywhere(call: Call) -> object:
    """Search all of the caller's channels."""
    call.only_if(call.world.caps.has_posts_by_ids)
    return _search(call, call.body("terms"), lambda channel: True)


def _search(call: Call, body: Body, is_here: Callable[[Channel], bool]) -> dict[str, Any]:
    if not body.text("terms").strip():
        raise invalid_body("terms")
    # All there is comes on the first page, whatever its size, as on the recorded servers.
    if body.number("page") > 0:
        return post_list(call, [], matches=None)
    terms = _read(body.text("terms"), body.number("time_zone_offset"))
    found: list[Post] = []
    for row in call.state.channels_of.rows(call.user.id):
        channel = call.state.channels.rows[row.channel_id]
        if is_here(channel) and (not channel.delete_at or body.flag("include_deleted_channels")):
            posts = call.state.posts_of_channel.newest_first(channel.id)
            found += [post for post in posts if _fits(call, post, terms, any_word=body.flag("is_or_search"))]
    found.sort(key=lambda post: -post.create_at)
    return post_list(call, found[:MOST], matches=None)


def _read(text: str, offset: int) -> Terms:
    terms = Terms()
    for part in text.split():
        name, colon, value = part.partition(":")
        if colon and value and name in _FILTERS:
            _FILTERS[name](terms, value.lstrip("@~"), offset)
        elif part.startswith("-") and len(part) > 1:
            terms.without.append(part[1:].lower())
        else:
            terms.words.append(part.strip('"').lower())
    return terms


def _day(value: str, offset: int) -> int:
    """Return when a day begins in the zone of the searcher; the beginning of time for what is no day."""
    try:
        moment = datetime.fromisoformat(value).replace(tzinfo=UTC) - timedelta(seconds=offset)
    except (ValueError, OverflowError):
        return 0
    return int(moment.timestamp() * 1000)


def _on(terms: Terms, value: str, offset: int) -> None:
    terms.since = _day(value, offset)
    terms.until = terms.since + 86_400_000


def _after(terms: Terms, value: str, offset: int) -> None:
    terms.since = _day(value, offset) + 86_400_000


def _before(terms: Terms, value: str, offset: int) -> None:
    terms.until = _day(value, offset)


def _from(terms: Terms, value: str, _: int) -> None:
    terms.authors.append(value.lower())


def _in(terms: Terms, value: str, _: int) -> None:
    terms.channels.append(value.lower())


_FILTERS: dict[str, Callable[[Terms, str, int], None]] = {
    "on": _on,
    "after": _after,
    "before": _before,
    "from": _from,
    "in": _in,
    "channel": _in,
}


def _fits(call: Call, post: Post, terms: Terms, *, any_word: bool) -> bool:
    if post.delete_at or post.type.startswith("system_") or not terms.since <= post.create_at < terms.until:
        return False
    author = call.state.users.get(post.user_id)
    if terms.authors and (author is None or author.username not in terms.authors):
        return False
    if terms.channels and call.state.channels.rows[post.channel_id].name not in terms.channels:
        return False
    hits = [_has(post, word) for word in terms.words]
    if any(_has(post, word) for word in terms.without):
        return False
    return not hits or (any(hits) if any_word else all(hits))


def _has(post: Post, word: str) -> bool:
    if word.startswith("#"):
        return word in post.hashtags.lower().split()
    pattern = re.escape(word.rstrip("*")) + ("" if word.endswith("*") else r"(?!\w)")
    return re.search(r"(?<!\w)" + pattern, post.message.lower()) is not None
