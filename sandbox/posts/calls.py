"""The calls that read and delete posts."""

from typing import Any

from sandbox.call import OK, Call
from sandbox.channels.rules import may_read
from sandbox.errors import forbidden, missing_post
from sandbox.events import Broadcast, Data, dumps
from sandbox.posts.present import post_json
from sandbox.records import Channel, Post, User
from sandbox.routes import Routes

routes = Routes()


def post_list(call: Call, posts: list[Post], order: list[str] | None = None) -> dict[str, Any]:
    """Return posts in the form of all lists of posts."""
    return {
        "order": [post.id for post in posts] if order is None else order,
        "posts": {post.id: post_json(call.server, post) for post in posts},
        "next_post_id": "",
        "prev_post_id": "",
    }


def readable_post(call: Call, post_id: str) -> Post:
    """Return a post that the caller may read."""
    post = call.state.posts.get(post_id)
    if post is None or post.delete_at:
        raise missing_post()
    channel = call.state.channels.rows[post.channel_id]
    public = channel.type == "O" and call.server.rights.in_team(call.user, channel.team_id, "read_public_channel")
    if not public and not may_read(call, channel):
        raise forbidden()
    return post


def channel_of(call: Call, post: Post) -> Channel:
    """Return the channel of a post."""
    return call.state.channels.rows[post.channel_id]


@routes.get("/posts/{post_id}")
async def get_post(call: Call) -> object:
    """Return a post."""
    return post_json(call.server, readable_post(call, call.id("post_id")))


@routes.get("/posts/{post_id}/thread")
async def get_thread(call: Call) -> object:
    """Return a post's thread, oldest first."""
    post = readable_post(call, call.id("post_id"))
    root = call.state.posts.rows[post.root_id] if post.root_id else post
    posts = [root, *(reply for reply in call.state.replies.rows(root.id) if not reply.delete_at)]
    return post_list(call, posts)


@routes.get("/channels/{channel_id}/posts")
async def list_posts(call: Call) -> object:
    """List a channel's posts, newest first."""
    channel = call.state.channels.get(call.id("channel_id"))
    if channel is None or not may_read(call, channel):
        raise forbidden()
    page = call.page()
    posts = [post for post in call.state.posts_of_channel.newest_first(channel.id) if not post.delete_at]
    return post_list(call, page.cut(posts))


@routes.delete("/posts/{post_id}")
async def delete_post(call: Call) -> object:
    """Delete a post, and its thread with it."""
    post = call.state.posts.get(call.id("post_id"))
    if post is None or post.delete_at:
        raise missing_post()
    right = "delete_post" if post.user_id == call.user.id else "delete_others_posts"
    if not call.server.rights.in_channel(call.user, channel_of(call, post), right):
        raise forbidden()
    remove_post(call, post)
    return OK


def remove_post(call: Call, post: Post) -> None:
    """Mark a post and its replies as deleted, and tell the channel."""
    shown = dumps(post_json(call.server, post, metadata=False))
    now = call.state.clock.tick()
    for one in [post, *call.state.replies.rows(post.id)]:
        one.delete_at = one.update_at = now

    def own(receiver: User) -> Data | None:
        admin = call.server.rights.is_admin(receiver)
        return {"post": shown, "delete_by": call.user.id} if admin else None

    call.server.hub.publish("post_deleted", {"post": shown}, Broadcast(channel_id=post.channel_id), own)
