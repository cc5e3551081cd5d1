"""Making posts."""

from typing import Any

from sandbox.attachments import with_action_ids
from sandbox.call import Body, Call, created
from sandbox.channels.unreads import mark_viewed
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.ids import new_id
from sandbox.posts.mentions import hashtags
from sandbox.posts.previews import shown_to
from sandbox.posts.publication import add_post, warn_of_absent
from sandbox.posts.rules import check_file_ids, check_post, check_type
from sandbox.posts.views import post_json
from sandbox.records import Channel, Post
from sandbox.routes import Routes
from sandbox.statuses import set_online
from sandbox.system_posts import NewPost, send_ephemeral
from sandbox.webhooks.outgoing_hooks import tell

routes = Routes()


@routes.post("/posts")
async def create_post(call: Call) -> object:
    """Post a message."""
    body = call.body("post")
    check_type(body.text("type"))
    channel = call.state.channels.get(body.text("channel_id"))
    if channel is None or not call.world.rights.can_post(call.user, channel):
        raise forbidden()
    pending_id = body.text("pending_post_id")
    if not pending_id:
        return created(_publish(call, body, channel))
    known = call.world.pending.begin(pending_id)
    if known is not None:
        return created(_repeated(call, channel, known))
    return created(await _publish_once(call, body, channel))


async def _publish_once(call: Call, body: Body, channel: Channel) -> dict[str, Any]:
    pending_id = body.text("pending_post_id")
    post_id = None
    try:
        await call.world.pending.saved()
        shown = _publish(call, body, channel)
        post_id = shown["id"]
    finally:
        call.world.pending.end(pending_id, post_id)
    return shown


def _repeated(call: Call, channel: Channel, post_id: str) -> dict[str, Any]:
    post = call.state.posts.get(post_id)
    if post is None or post.delete_at:
        raise ApiError("api.post.deduplicate_create_post.failed_to_get", 500)
    mark_viewed(call, channel, call.user)
    return post_json(call.world, post, metadata=False)


def _publish(call: Call, body: Body, channel: Channel) -> dict[str, Any]:
    post = _draft(call, body, channel)
    check_post(call.world, channel, post)
    if body.text("id"):
        raise ApiError("app.post.save.existing.app_error", 400)
    check_file_ids(call.world, body.texts("file_ids"))
    online = call.query("set_online") != "false"
    post.file_ids = _attach(call, post, body.texts("file_ids"))
    add_post(call.world, post, set_online=online)
    tell(call.world, post)
    if online:
        set_online(call.world, call.user.id)
    if not call.user.is_bot and not (post.root_id and call.world.caps.threads) and _is_own_word(post):
        mark_viewed(call, channel, call.user)
    warn_of_absent(call.world, channel, post)
    shown = shown_to(call.world, post, call.user)
    post.pending_post_id = ""
    return shown


def _is_own_word(post: Post) -> bool:
    """Tell whether a post shows that its author looked at the channel; posts of hooks and bots do not."""
    return "from_webhook" not in post.props and "from_bot" not in post.props


def _draft(call: Call, body: Body, channel: Channel) -> Post:
    now = call.state.clock.tick()
    if body.number("create_at") and call.world.rights.is_admin(call.user):
        now = body.number("create_at")
    props: dict[str, Any] = with_action_ids(body.object("props"))
    message = body.text("message")
    return Post(
        id=new_id(),
        user_id=call.user.id,
        channel_id=channel.id,
        create_at=now,
        update_at=now,
        root_id=body.text("root_id"),
        message=message,
        type=body.text("type"),
        props=props | ({"from_bot": "true"} if call.user.is_bot else {}),
        hashtags=hashtags(message),
        pending_post_id=body.text("pending_post_id"),
        is_pinned=body.flag("is_pinned"),
    )


def _attach(call: Call, post: Post, file_ids: list[str]) -> list[str]:
    """Bind loose files of the author to a post; any other id is dropped without a word."""
    bound: list[str] = []
    for file_id in dict.fromkeys(file_ids):
        info = call.state.files.get(file_id)
        if info is None or info.user_id != post.user_id or info.post_id or info.delete_at:
            continue
        info.post_id, info.channel_id = post.id, post.channel_id
        bound.append(file_id)
    return bound


@routes.post("/posts/ephemeral")
async def create_ephemeral(call: Call) -> object:
    """Show a message to one person only."""
    body = call.body("post_ephemeral")
    inner = Body("post", body.object("post"))
    user_id = body.text("user_id")
    if not user_id:
        raise invalid_body("user_id")
    channel = call.state.channels.get(inner.text("channel_id"))
    if channel is None or not call.world.rights.in_channel(call.user, channel, "create_post_ephemeral"):
        raise forbidden()
    new = NewPost(
        user_id=call.user.id,
        channel_id=channel.id,
        message=inner.text("message"),
        root_id=inner.text("root_id"),
        props=inner.object("props"),
    )
    return created(send_ephemeral(call.world, user_id, new))
