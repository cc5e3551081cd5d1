"""The calls that change posts: text, props, pins, deletion."""

from sandbox.admin_events import publish_by_rank
from sandbox.call import OK, Body, Call
from sandbox.channels.rules import may_read_posts
from sandbox.errors import ApiError, forbidden, invalid_body, missing_post
from sandbox.events import Broadcast, Data, dumps
from sandbox.posts.edits import check_time, files_left, tell_edited, update_post
from sandbox.posts.views import post_json
from sandbox.records import Channel, Post, User
from sandbox.routes import Routes
from sandbox.world import World

routes = Routes()


def channel_of(call: Call, post: Post) -> Channel:
    """Return the channel of a post."""
    return call.state.channels.rows[post.channel_id]


def _editable(call: Call, post_id: str) -> Post:
    """Return a post that the caller may edit; a missing one is refused in the same way as one that they may not
    edit."""
    post = call.state.posts.get(post_id)
    if post is None or post.delete_at:
        raise forbidden()
    right = "edit_post" if post.user_id == call.user.id else "edit_others_posts"
    if not call.world.rights.in_channel(call.user, channel_of(call, post), right):
        raise forbidden()
    return post


@routes.put("/posts/{post_id}/patch")
async def patch_post(call: Call) -> object:
    """Change parts of a post; props are replaced as a whole."""
    body = call.body("post")
    post = _editable(call, call.id("post_id"))
    changes = _changes(call, body)
    if "message" in changes or (changes and call.world.caps.edit_limit_holds_for_all):
        check_time(call.world, post)
    if body.has("file_ids") and call.world.caps.files_can_be_dropped:
        changes["file_ids"] = files_left(post, body.texts("file_ids"))
    update_post(call.world, post, changes)
    return post_json(call.world, post)


def _changes(call: Call, body: Body) -> Data:
    changes: Data = {}
    if body.has("message"):
        changes["message"] = body.text("message")
    if body.has("props"):
        changes["props"] = body.object("props")
    if body.has("is_pinned"):
        changes["is_pinned"] = body.flag("is_pinned")
    return changes


@routes.put("/posts/{post_id}")
async def put_post(call: Call) -> object:
    """Change a post; what is left out is emptied, but for the props of new servers."""
    body = call.body("post")
    if body.text("id") != call.id("post_id"):
        raise invalid_body("id")
    post = _editable(call, call.id("post_id"))
    if body.text("message") != post.message or call.world.caps.edit_limit_holds_for_all:
        check_time(call.world, post)
    changes: Data = {"message": body.text("message"), "props": body.object("props")}
    if call.world.caps.put_keeps_props and body.values.get("props") is None:
        changes["props"] = post.props
    changes["is_pinned"] = body.flag("is_pinned")
    if call.world.caps.files_can_be_dropped:
        changes["file_ids"] = files_left(post, body.texts("file_ids"))
    update_post(call.world, post, changes)
    return post_json(call.world, post)


@routes.get("/posts/{post_id}/edit_history")
async def edit_history(call: Call) -> object:
    """List the former texts of one's own post, the last first."""
    post = _editable(call, call.id("post_id"))
    rows = [one for one in call.state.posts_of_channel.rows(post.channel_id) if one.original_id == post.id]
    if not rows:
        raise ApiError("app.post.get_post_by_original_id.app_error", 404)
    return [post_json(call.world, one) for one in reversed(rows)]


@routes.post("/posts/{post_id}/pin")
async def pin(call: Call) -> object:
    """Pin a post in its channel."""
    return _set_pinned(call, pinned=True)


@routes.post("/posts/{post_id}/unpin")
async def unpin(call: Call) -> object:
    """Unpin a post."""
    return _set_pinned(call, pinned=False)


def _set_pinned(call: Call, *, pinned: bool) -> object:
    post = call.state.posts.get(call.id("post_id"))
    if post is None or post.delete_at or not may_read_posts(call, channel_of(call, post)):
        raise forbidden()
    if call.world.caps.edit_limit_holds_for_all:
        check_time(call.world, post)
    if post.is_pinned == pinned and call.world.caps.pinned_twice_is_silent:
        return OK
    post.is_pinned, post.update_at = pinned, call.state.clock.tick()
    tell_edited(call.world, post)
    return OK


@routes.delete("/posts/{post_id}")
async def delete_post(call: Call) -> object:
    """Delete a post and its thread."""
    post_id = call.id("post_id")
    if call.flag("permanent"):
        raise ApiError("api.post.delete_post_endpoint.permanent_delete_disabled.app_error", 501)
    post = call.state.posts.get(post_id)
    if post is None or post.delete_at:
        raise missing_post() if call.world.caps.deleted_twice_is_missing else forbidden()
    right = "delete_post" if post.user_id == call.user.id else "delete_others_posts"
    if not call.world.rights.in_channel(call.user, channel_of(call, post), right):
        raise forbidden()
    remove_post(call.world, post, call.user)
    return OK


def remove_post(world: World, post: Post, by: User) -> None:
    """Mark a post and its replies as deleted, and tell the channel."""
    old = world.caps.deleted_post_has_metadata
    body = post_json(world, post, metadata=old) | ({"reply_count": 0} if old else {})
    if world.caps.frames_tell_integrations:
        body["props"] = post.props  # where its buttons lead, with their contexts, in clear
    shown = dumps(body)
    now = world.state.clock.tick()
    for one in [post, *world.state.replies.rows(post.id)]:
        one.delete_at = one.update_at = now
        one.props = one.props | {"deleteBy": by.id}
        for file_id in one.file_ids:
            info = world.state.files.get(file_id)
            if info is not None:
                info.delete_at = now
    target = Broadcast(channel_id=post.channel_id)
    publish_by_rank(world, "post_deleted", {"post": shown}, {"post": shown, "delete_by": by.id}, target)
