"""How posts are shown: what clients may read of them."""

from typing import Any

from sandbox.attachments import without_integration
from sandbox.records import FileInfo, Post, Reaction
from sandbox.world import World

Json = dict[str, Any]


def post_json(world: World, post: Post, *, metadata: bool = True) -> Json:
    """Return a post as every client reads it, the addresses behind its buttons taken out."""
    body: Json = {
        "id": post.id,
        "create_at": post.create_at,
        "update_at": post.update_at,
        "edit_at": post.edit_at,
        "delete_at": post.delete_at,
        "is_pinned": post.is_pinned,
        "user_id": post.user_id,
        "channel_id": post.channel_id,
        "root_id": post.root_id,
        "original_id": post.original_id,
        "message": post.message,
        "type": post.type,
        "props": without_integration(post.props),
        "hashtags": post.hashtags,
        "pending_post_id": post.pending_post_id,
        "reply_count": reply_count(world, post),
        "last_reply_at": 0,
        "participants": None,
    }
    if post.delete_at and not post.original_id:
        body |= {"message": "", "props": {name: post.props[name] for name in post.props if name != "attachments"}}
    body |= _by_version(world, post)
    return body | ({"metadata": metadata_json(world, post)} if metadata else {})


def _by_version(world: World, post: Post) -> Json:
    body: Json = {}
    if world.caps.post_has_parent_id:
        body["parent_id"] = post.root_id
    if world.caps.post_has_remote_id and post.from_client and not post.type.startswith("system_"):
        body["remote_id"] = ""
    if post.file_ids or world.caps.post_always_has_file_ids:
        body["file_ids"] = post.file_ids
    if post.has_reactions:
        body["has_reactions"] = True
    return body


def reply_count(world: World, post: Post) -> int:
    """Count the replies of the thread in which a post is."""
    replies = world.state.replies.rows(post.root_id or post.id)
    return sum(1 for reply in replies if not reply.delete_at)


def metadata_json(world: World, post: Post) -> Json:
    """Return the metadata that a client needs beside the post: embeds, files, reactions."""
    body: Json = {}
    if post.props.get("attachments"):
        body["embeds"] = [{"type": "message_attachment"}]
    files = [info for info in (world.state.files.get(file_id) for file_id in post.file_ids) if info]
    if files:
        body["files"] = [file_json(world, info) for info in files]
    if post.has_reactions:
        rows = world.state.reactions_of_post.rows(post.id)
        body["reactions"] = [reaction_json(world, row) for row in rows]
    return body


def reaction_json(world: World, row: Reaction) -> Json:
    """Return a reaction."""
    body: Json = {
        "user_id": row.user_id,
        "post_id": row.post_id,
        "emoji_name": row.emoji_name,
        "create_at": row.create_at,
        "update_at": row.update_at,
        "delete_at": 0,
        "remote_id": "",
    }
    return body | ({"channel_id": row.channel_id} if world.caps.reaction_has_channel else {})


def file_json(world: World, info: FileInfo) -> Json:
    """Return what describes a file."""
    body: Json = {
        "id": info.id,
        "user_id": info.user_id,
        "channel_id": info.channel_id if world.caps.file_has_channel else "",
        "create_at": info.create_at,
        "update_at": info.create_at,
        "delete_at": info.delete_at,
        "name": info.name,
        "extension": info.extension,
        "size": info.size,
        "mime_type": info.mime_type,
        "mini_preview": None,
        "remote_id": "",
    }
    if info.post_id:
        body["post_id"] = info.post_id
    if info.width:
        body |= {"width": info.width, "height": info.height, "has_preview_image": True}
    return body | ({"archived": False} if world.caps.file_has_archived else {})
