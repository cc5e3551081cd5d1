"""What a post may hold."""

from sandbox.call import Call
from sandbox.errors import ApiError
from sandbox.events import dumps
from sandbox.records import Channel, Post

LONGEST_MESSAGE = 16383


def check_post(call: Call, channel: Channel, post: Post) -> None:
    """Refuse a post that breaks a rule."""
    if channel.delete_at:
        raise ApiError("api.post.create_post.can_not_post_to_deleted.error", 400)
    _check_root(call, post)
    check_message(call, post.message)
    check_props(call, post)
    if post.type and not post.type.startswith("custom_"):
        raise ApiError("model.post.is_valid.type.app_error", 400)


def _check_root(call: Call, post: Post) -> None:
    if not post.root_id:
        return
    root = call.state.posts.get(post.root_id)
    if root is None or root.delete_at or root.root_id:
        raise ApiError("api.post.create_post.root_id.app_error", 400)
    if root.channel_id != post.channel_id:
        raise ApiError("api.post.create_post.channel_root_id.app_error", 400)


def check_message(call: Call, message: str) -> None:
    """Refuse a text that is too long, or that the database would not take."""
    if len(message) > LONGEST_MESSAGE:
        raise ApiError(call.server.caps.too_long_id, 400)
    if "\0" in message:
        raise ApiError("app.post.save.app_error", 500)


def check_props(call: Call, post: Post) -> None:
    """Refuse props that are too long."""
    if len(dumps(post.props)) > call.server.caps.longest_props:
        raise ApiError("model.post.is_valid.props.app_error", 400)
