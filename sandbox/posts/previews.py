"""Previews of posts that another post links to, for those who may read them."""

import re
from typing import Any

from sandbox.posts.views import post_json
from sandbox.records import Post, User
from sandbox.world import World

_PERMALINK = re.compile(r"/[a-z0-9-]+/pl/([a-z0-9]{26})\b")


def linked_post(world: World, message: str) -> Post | None:
    """Return the post to which a text links, if it is one of this server's."""
    if "/pl/" not in message or not world.caps.previews_posts:
        return None
    found = re.search(re.escape(world.url) + _PERMALINK.pattern, message)
    post = world.state.posts.get(found[1]) if found else None
    return post if post and not post.delete_at else None


def may_preview(world: World, post: Post, viewer: User) -> bool:
    """Tell whether somebody may read the post that is linked to."""
    channel = world.state.channels.rows[post.channel_id]
    if world.rights.in_channel(viewer, channel, "read_channel_content"):
        return True
    return channel.type == "O" and world.rights.in_team(viewer, channel.team_id, "read_public_channel")


def shown_to(world: World, post: Post, viewer: User) -> dict[str, Any]:
    """Return a post with the preview of the one it links to, if the viewer may read that one."""
    shown = post_json(world, post)
    linked = linked_post(world, post.message)
    if linked is None or not may_preview(world, linked, viewer):
        return shown
    channel = world.state.channels.rows[linked.channel_id]
    team = world.state.teams.get(channel.team_id)
    data = {
        "post_id": linked.id,
        "post": post_json(world, linked),
        "team_name": team.name if team else "",
        "channel_display_name": channel.display_name,
        "channel_type": channel.type,
        "channel_id": channel.id,
    }
    embeds = [*shown["metadata"].get("embeds", []), {"type": "permalink", "data": data}]
    shown["props"] = shown["props"] | {"previewed_post": linked.id}
    shown["metadata"] = shown["metadata"] | {"embeds": embeds}
    return shown
