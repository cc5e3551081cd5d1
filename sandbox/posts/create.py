"""Making posts."""

from typing import Any

from sandbox.attachments import with_action_ids
from sandbox.call import Body, Call, created
from sandbox.errors import forbidden, invalid_body
from sandbox.ids import new_id
from sandbox.posts.present import post_json
from sandbox.posts.publish import add_post
from sandbox.posts.rules import check_post
from sandbox.records import Channel, Post
from sandbox.routes import Routes
from sandbox.sending import NewPost, send_ephemeral
from sandbox.statuses import set_online
from sandbox.webhooks import tell

routes = Routes()


@routes.post("/posts")
async def create_post(call: Call) -> object:
    """Post a message."""
    body = call.body("post")
    channel = call.state.channels.get(body.text("channel_id"))
    if channel is None or not call.server.rights.can_post(call.user, channel):
        raise forbidden()
    post = _draft(call, body, channel)
    online = call.query("set_online") != "false"
    add_post(call.server, post, set_online=online)
    tell(call.server, post)
    if online:
        set_online(call.server, call.user.id)
    return created(post_json(call.server, post))


def _draft(call: Call, body: Body, channel: Channel) -> Post:
    now = call.state.clock.tick()
    props: dict[str, Any] = dict(body.object("props"))
    if call.user.is_bot:
        props["from_bot"] = "true"
    post = Post(
        id=new_id(),
        user_id=call.user.id,
        channel_id=channel.id,
        create_at=now,
        update_at=now,
        root_id=body.text("root_id"),
        message=body.text("message"),
        type=body.text("type"),
        props=with_action_ids(props),
        pending_post_id=body.text("pending_post_id"),
        is_pinned=body.flag("is_pinned"),
    )
    check_post(call, channel, post)
    return post


@routes.post("/posts/ephemeral")
async def create_ephemeral(call: Call) -> object:
    """Show a message to one person only."""
    body = call.body("post_ephemeral")
    inner = Body("post", body.object("post"))
    user_id = body.text("user_id")
    if not user_id:
        raise invalid_body("user_id")
    channel = call.state.channels.get(inner.text("channel_id"))
    if channel is None or not call.server.rights.in_channel(call.user, channel, "create_post_ephemeral"):
        raise forbidden()
    post = _draft(call, inner, channel)
    new = NewPost(post.user_id, post.channel_id, post.message, post.root_id, props=dict(inner.object("props")))
    return created(send_ephemeral(call.server, user_id, new))
