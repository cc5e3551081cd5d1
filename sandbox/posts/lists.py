"""Lists of posts: of a channel, of a thread, by id, saved ones."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sandbox.call import Call
from sandbox.channels.members import missing_member
from sandbox.channels.rules import may_read_posts
from sandbox.errors import ApiError, forbidden, invalid_body, invalid_url, missing_post
from sandbox.ids import is_id
from sandbox.posts.views import post_json
from sandbox.records import Channel, Post
from sandbox.routes import Routes

routes = Routes()

LARGEST_PAGE = 200
MOST_SINCE = 1000
"""How many posts « since » returns at most."""
MOST_IDS = 1000


def post_list(call: Call, posts: list[Post], order: list[str] | None = None, **more: Any) -> dict[str, Any]:
    """Return posts in the form of all lists of posts; `order` may name fewer than the posts held."""
    body: dict[str, Any] = {
        "order": [post.id for post in posts] if order is None else order,
        "posts": {post.id: post_json(call.world, post) for post in posts},
        "next_post_id": "",
        "prev_post_id": "",
    }
    if call.world.caps.list_says_inaccessible:
        body["first_inaccessible_post_time"] = 0
    if call.world.caps.list_says_has_next:
        body["has_next"] = False
    return body | more


def readable_post(call: Call, post_id: str) -> Post:
    """Return a post, if the caller may read it."""
    post = call.state.posts.get(post_id)
    if post is None or post.delete_at:
        raise missing_post()
    channel = call.state.channels.rows[post.channel_id]
    by_team = channel.type == "O" and call.world.rights.in_team(call.user, channel.team_id, "read_public_channel")
    if not by_team and not may_read_posts(call, channel):
        raise forbidden()
    return post


@routes.get("/posts/{post_id}")
async def get_post(call: Call) -> object:
    """Return a post; a deleted one to the system admin who asks for it."""
    post_id = call.id("post_id")
    if not (call.flag("include_deleted") and call.world.caps.deleted_posts_readable):
        return post_json(call.world, readable_post(call, post_id))
    if not call.world.rights.is_admin(call.user):
        raise forbidden()
    post = call.state.posts.get(post_id)
    if post is None:
        raise missing_post()
    return post_json(call.world, post)


@routes.post("/posts/ids")
async def posts_by_ids(call: Call) -> object:
    """Return several posts by id, without those that the caller may not read."""
    call.only_if(call.world.caps.has_posts_by_ids)
    wanted = call.texts("post_ids")
    if not wanted or len(wanted) > MOST_IDS:
        raise invalid_body("post_ids")
    found: list[Post] = []
    for post_id in dict.fromkeys(wanted):
        try:
            found.append(readable_post(call, post_id))
        except ApiError:
            continue
    found.sort(key=lambda post: -post.create_at)
    return [post_json(call.world, post) for post in found]


@routes.get("/posts/{post_id}/info")
async def post_info(call: Call) -> object:
    """Return the channel and the team of a post, and whether the caller is in that channel."""
    call.only_if(call.world.caps.has_posts_by_ids)
    channel = call.state.channels.rows[readable_post(call, call.id("post_id")).channel_id]
    team = call.state.teams.get(channel.team_id)
    return {
        "channel_id": channel.id,
        "channel_type": channel.type,
        "channel_display_name": channel.display_name,
        "has_joined_channel": call.state.member(channel.id, call.user.id) is not None,
        "team_id": channel.team_id,
        "team_type": "O" if team and team.allow_open_invite else "I",
        "team_display_name": team.display_name if team else "",
        "has_joined_team": call.state.in_team(channel.team_id, call.user.id),
    }


@routes.get("/posts/{post_id}/thread")
async def get_thread(call: Call) -> object:
    """Return a post's thread: the post asked for, then the others, oldest first."""
    most = _thread_size(call)
    post = readable_post(call, call.id("post_id"))
    root = call.state.posts.rows[post.root_id] if post.root_id else post
    thread = [root, *(reply for reply in call.state.replies.rows(root.id) if not reply.delete_at)]
    if not call.world.caps.threads:
        return post_list(call, thread, [post.id, *(one.id for one in thread)])
    shown = thread[:most] if most else thread
    others = [one.id for one in shown if one is not post]
    if post is not root and call.world.caps.asked_reply_turns_thread:
        others.reverse()
    order = [post.id, *others]
    return post_list(call, shown, order, has_next=len(shown) < len(thread))


def _thread_size(call: Call) -> int:
    """How many posts of a thread are asked for, 0 for all; more than a page is refused, not cut."""
    asked = call.query("perPage")
    if not asked or not call.world.caps.threads:
        return 0
    if not asked.isdigit() or int(asked) > LARGEST_PAGE:
        raise invalid_body("perPage")
    return int(asked)


@routes.get("/channels/{channel_id}/posts")
async def list_posts(call: Call) -> object:
    """List a channel's posts, newest first: a page, or those since, before or after."""
    channel_id = call.id("channel_id")
    since = call.query("since")
    if since and not since.isdigit():
        raise invalid_body("since")
    if call.flag("include_deleted") and call.world.caps.deleted_posts_readable:
        _must_be_admin(call)
    channel = call.state.channels.get(channel_id)
    if channel is None or not may_read_posts(call, channel):
        raise forbidden()
    if since and int(since):
        return _since(call, channel, int(since))
    if call.query("before") or call.query("after"):
        return _around(call, channel)
    return _page(call, channel)


def _must_be_admin(call: Call) -> None:
    if not call.world.rights.is_admin(call.user):
        raise forbidden()


def _walk(call: Call, channel: Channel) -> Iterator[Post]:
    """Walk through a channel's posts, newest first, no further than needed."""
    rows = (post for post in call.state.posts_of_channel.newest_first(channel.id) if not post.delete_at)
    if channel.has_backdated_posts:
        return iter(sorted(rows, key=lambda post: -post.create_at))
    return rows


def _live(call: Call, channel: Channel) -> list[Post]:
    """Return all of a channel's posts, newest first."""
    return list(_walk(call, channel))


def _listed(call: Call, posts: list[Post], older: str, newer: str) -> dict[str, Any]:
    """Return posts with the threads they belong to, and the ids of the posts before and after."""
    body = post_list(call, with_roots(call, posts), [post.id for post in posts])
    for shown in body["posts"].values():
        shown["reply_count"] = 0
    return body | {"prev_post_id": older, "next_post_id": newer}


def with_roots(call: Call, posts: list[Post]) -> list[Post]:
    """Return posts and the whole threads of those that are replies."""
    found = {post.id: post for post in posts}
    for root_id in {post.root_id for post in posts if post.root_id}:
        root = call.state.posts.get(root_id)
        if root is not None and not root.delete_at:
            replies = (one for one in call.state.replies.rows(root_id) if not one.delete_at)
            found |= {one.id: one for one in (root, *replies)}
    return list(found.values())


def _page(call: Call, channel: Channel) -> dict[str, Any]:
    page = call.page()
    start, end = page.number * page.size, (page.number + 1) * page.size
    posts = list(islice(_walk(call, channel), end + 1))
    newer = posts[start - 1].id if 0 < start <= len(posts) else ""
    older = posts[end].id if end < len(posts) else ""
    return _listed(call, posts[start:end], older, newer)


def _since(call: Call, channel: Channel, since: int) -> dict[str, Any]:
    """Return the posts of a channel that changed after a moment, deleted ones too."""
    rows = [post for post in call.state.posts_of_channel.rows(channel.id) if post.update_at > since]
    rows = sorted(rows, key=lambda post: -post.create_at)[:MOST_SINCE]
    return _listed(call, rows, "", "")


def _around(call: Call, channel: Channel) -> dict[str, Any]:
    before = call.query("before")
    anchor_id = before or call.query("after")
    if not is_id(anchor_id):
        raise invalid_url("before" if before else "after")
    anchor = call.state.posts.get(anchor_id)
    posts = _live(call, channel)
    if anchor is None:
        return _listed(call, [], "" if before else anchor_id, anchor_id if before else "")
    page = call.page()
    if before:
        older = [post for post in posts if post.create_at < anchor.create_at]
        rows = page.cut(older)
        rest = older[(page.number + 1) * page.size :]
        nearer = older[page.number * page.size - 1] if 0 < page.number * page.size <= len(older) else anchor
        return _listed(call, rows, rest[0].id if rest else "", nearer.id)
    newer = [post for post in reversed(posts) if post.create_at > anchor.create_at]
    rows = page.cut(newer)[::-1]
    rest = newer[(page.number + 1) * page.size :]
    return _listed(call, rows, anchor.id, rest[0].id if rest else "")


@routes.get("/users/{user_id}/channels/{channel_id}/posts/unread")
async def unread_posts(call: Call) -> object:
    """List a channel's posts around the first that somebody has not read."""
    user_id, channel_id = call.id("user_id"), call.id("channel_id")
    channel = call.state.channels.get(channel_id)
    if user_id != call.user.id or channel is None or not may_read_posts(call, channel):
        raise forbidden()
    member = call.state.member(channel_id, user_id)
    if member is None:
        raise missing_member()
    posts, seen = _live(call, channel), member.last_viewed_at
    unread = [post for post in posts if post.create_at > seen and post.user_id != user_id]
    first = unread[-1].create_at if unread and seen else None
    before, after = call.number("limit_before", 60), call.number("limit_after", 60)
    if first is None:
        return _listed(call, posts[:before], posts[before].id if len(posts) > before else "", "")
    newer = [post for post in posts if post.create_at >= first][-after:]
    older = [post for post in posts if post.create_at < first]
    return _listed(call, newer + older[:before], older[before].id if len(older) > before else "", "")


@routes.get("/users/{user_id}/posts/flagged")
async def saved_posts(call: Call) -> object:
    """List the posts that somebody saved, newest first."""
    user_id = call.id("user_id")
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    chosen = call.state.preferences_of.rows(user_id)
    ids = [row.name for row in chosen if row.category == "flagged_post" and row.value == "true"]
    posts = [post for post in (call.state.posts.get(post_id) for post_id in ids) if post and not post.delete_at]
    posts.sort(key=lambda post: -post.create_at)
    return post_list(call, call.page().cut(posts))
