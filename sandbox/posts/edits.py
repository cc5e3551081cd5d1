"""The rules of editing a post, whoever does it: its author by a call, or an integration by a button."""

from collections.abc import Sequence

from sandbox.attachments import with_action_ids
from sandbox.errors import ApiError
from sandbox.events import Broadcast, Data, dumps
from sandbox.ids import new_id
from sandbox.posts.mentions import hashtags
from sandbox.posts.rules import check_message, check_props
from sandbox.posts.views import post_json
from sandbox.records import Post
from sandbox.world import World

KEPT_PROPS = ("from_webhook", "override_username", "override_icon_url")
"""What an update by a button cannot take away."""


def check_time(world: World, post: Post) -> None:
    """Refuse to change a text that was written too long ago."""
    limit = world.config.service("PostEditTimeLimit")
    if limit < 0 or not world.caps.edit_limit_works:
        return
    if world.state.clock.tick() > post.create_at + limit * 1000:
        blanks = (("timeLimit", str(limit)),)
        raise ApiError("api.post.update_post.permissions_time_limit.app_error", 400, blanks)


def kept_props(post: Post) -> Data:
    """Return the name and picture under which a post appears, which stay whatever a button changes."""
    return {name: post.props[name] for name in KEPT_PROPS if name in post.props}


def changes_by_button(post: Post, update: Data) -> Data:
    """Return what an update changes: the message, even an empty one, and the files; props only where it has some."""
    changes: Data = {
        "message": str(update.get("message") or ""),
        "file_ids": files_left(post, update.get("file_ids") or []),
    }
    props = update.get("props")
    if isinstance(props, dict):
        given = {name: value for name, value in props.items() if name not in KEPT_PROPS}
        changes["props"] = given | kept_props(post)
    return changes


def files_left(post: Post, wanted: Sequence[str]) -> list[str]:
    """Return the files that a post keeps: an edit can remove files, not add any."""
    return [file_id for file_id in post.file_ids if file_id in wanted]


def update_post(world: World, post: Post, changes: Data) -> None:
    """Change a post, whoever asks, and tell the channel. Raises ApiError where the rules of posts forbid it."""
    if post.type.startswith("system_"):
        raise ApiError("api.post.update_post.system_message.app_error", 400)
    channel = world.state.channels.rows[post.channel_id]
    if channel.delete_at:
        raise ApiError("api.post.update_post.can_not_update_post_in_deleted.error", 400)
    if "props" in changes:
        changes = changes | {"props": with_action_ids(changes["props"])}
    check_message(world, str(changes.get("message", post.message)))
    check_props(world, changes.get("props", post.props))
    _apply(world, post, changes)
    tell_edited(world, post)


def _apply(world: World, post: Post, changes: Data) -> None:
    now = world.state.clock.tick()
    old_text, old_files = post.message, post.file_ids
    old_attachments = post.props.get("attachments")
    if world.caps.edits_leave_a_copy and changes.get("message", old_text) != old_text:
        keep_copy(world, post, now)
    for name, value in changes.items():
        setattr(post, name, value)
    post.hashtags = hashtags(post.message)
    new = (post.message, post.file_ids, post.props.get("attachments"))
    if new != (old_text, old_files, old_attachments):
        post.edit_at = now
    post.update_at = now
    _detach(world, old_files, post)


def keep_copy(world: World, post: Post, now: int) -> None:
    """Keep the text before an edit, as the server's history does: deleted, and naming its original."""
    old = Post.from_dict(post.as_dict())
    old.id, old.original_id, old.delete_at, old.update_at = new_id(), post.id, now, now
    world.state.posts.add(old)


def _detach(world: World, old_files: list[str], post: Post) -> None:
    for file_id in set(old_files) - set(post.file_ids):
        info = world.state.files.get(file_id)
        if info is not None:
            info.delete_at = post.update_at


def tell_edited(world: World, post: Post) -> None:
    """Tell the members of a channel that one of its posts changed."""
    data = {"post": dumps(post_json(world, post))}
    world.hub.publish("post_edited", data, Broadcast(channel_id=post.channel_id))
