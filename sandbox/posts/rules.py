"""What a post may hold."""

from typing import Any

from sandbox.errors import ApiError, invalid_param
from sandbox.events import dumps
from sandbox.records import Channel, Post
from sandbox.world import World

LONGEST_MESSAGE = 16383
FILE_IDS_ROOM = 300
"""How many characters the ids of a post's files may take, written as JSON: ten ids."""
TYPES = {"", "me", "slack_attachment"}


def check_type(kind: str) -> None:
    """Refuse types of posts that only the server itself may use."""
    if kind.startswith("system_"):
        raise invalid_param("post.type")


def check_post(world: World, channel: Channel, post: Post) -> None:
    """Refuse a new post that breaks a rule."""
    if channel.delete_at:
        raise ApiError("api.post.create_post.can_not_post_to_deleted.error", 400)
    _check_root(world, post)
    check_message(world, post.message)
    if post.type not in TYPES and not post.type.startswith(("custom_", "system_")):
        raise ApiError("model.post.is_valid.type.app_error", 400)
    check_props(world, post.props)


def _check_root(world: World, post: Post) -> None:
    if not post.root_id:
        return
    root = world.state.posts.get(post.root_id)
    if root is None or root.delete_at or root.root_id:
        raise ApiError("api.post.create_post.root_id.app_error", 400)
    if root.channel_id != post.channel_id:
        raise ApiError("api.post.create_post.channel_root_id.app_error", 400)


def check_message(world: World, message: str) -> None:
    """Refuse a text that is too long, or that the database would not accept."""
    if len(message) > LONGEST_MESSAGE:
        raise ApiError(world.caps.too_long_id, 400)
    if "\0" in message:
        raise ApiError("app.post.save.app_error", 500)


def check_props(world: World, props: dict[str, Any]) -> None:
    """Refuse props that are too long."""
    if len(dumps(props)) > world.caps.longest_props:
        raise ApiError("model.post.is_valid.props.app_error", 400)


def check_file_ids(world: World, file_ids: list[str]) -> None:
    """Refuse more files than a post carries."""
    if len(dumps(file_ids)) > FILE_IDS_ROOM:
        blanks = (("Limit", "10" if world.caps.ten_files else "5"),)
        raise ApiError("model.post.is_valid.file_ids.app_error", 400, blanks)
