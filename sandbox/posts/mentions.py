"""Whom a post mentions."""

import re
from typing import Any

from sandbox.records import Channel, Post, User
from sandbox.world import World

_CODE = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`", re.DOTALL)
_NAME = re.compile(r"(?<![\w@.\-/])@([a-z0-9.\-_]+)", re.IGNORECASE)
_EVERYBODY = {"channel", "all", "here"}


def mentioned(world: World, channel: Channel, post: Post) -> list[str]:
    """Return the ids of those whom a post names, and of the other side of a direct channel."""
    whole = channel.type == "D" or (channel.type == "G" and world.caps.group_posts_mention_all)
    if whole:
        return _others(world, channel, post)
    if post.type == "system_add_to_channel":
        return [str(post.props.get("addedUserId", ""))]
    if post.type.startswith("system_"):
        return []
    names = _names_of(post)
    return _resolve(world, channel, post, names) if names else []


def _others(world: World, channel: Channel, post: Post) -> list[str]:
    """Return those to whom a direct channel, or a group, speaks."""
    members = [row.user_id for row in world.state.members_of_channel.rows(channel.id)]
    others = [user_id for user_id in members if user_id != post.user_id and _is_active(world, user_id)]
    if channel.type == "D" and post.user_id not in members and not world.caps.stranger_mentions_both:
        first = channel.name.partition("__")[0]
        return [user_id for user_id in others if user_id == first]
    return others


def _is_active(world: World, user_id: str) -> bool:
    user = world.state.users.get(user_id)
    return user is not None and not user.delete_at


def _is_online(world: World, user_id: str) -> bool:
    status = world.state.statuses.get(user_id)
    return status is not None and status.status == "online"


def names_in(text: str) -> list[str]:
    """Return the names after an @ outside of code, in small letters."""
    return [name.lower() for name in _NAME.findall(_CODE.sub(" ", text))] if "@" in text else []


def _attachment_texts(props: dict[str, Any]) -> list[str]:
    attachments = props.get("attachments")
    if not isinstance(attachments, list):
        return []
    texts: list[Any] = []
    for one in attachments:
        if isinstance(one, dict):
            fields = [field for field in one.get("fields") or () if isinstance(field, dict)]
            texts += [one.get("pretext"), one.get("text"), *(field.get("value") for field in fields)]
    return [text for text in texts if isinstance(text, str)]


def _everybody(world: World, channel: Channel, post: Post, *, only_online: bool) -> list[str]:
    by_hook = post.props.get("from_webhook") == "true"  # its author did not write it, so is told too
    members = [row.user_id for row in world.state.members_of_channel.rows(channel.id)]
    told = [user_id for user_id in members if by_hook or user_id != post.user_id]
    return [
        user_id for user_id in told if _is_active(world, user_id) and (not only_online or _is_online(world, user_id))
    ]


def _names_of(post: Post) -> list[str]:
    return names_in("\n".join([post.message, *_attachment_texts(post.props)]))


def named_users(world: World, post: Post) -> list[User]:
    """Return those whom a post names, wherever they are."""
    found = [_user_named(world, name) for name in _names_of(post)]
    return list(dict.fromkeys(user for user in found if user))


def _user_named(world: World, name: str) -> User | None:
    return world.state.users_by_name.first(name) or world.state.users_by_name.first(name.rstrip(".-_"))


def _resolve(world: World, channel: Channel, post: Post, names: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for name in names:
        if name in _EVERYBODY:
            found |= dict.fromkeys(_everybody(world, channel, post, only_online=name == "here"))
            continue
        user = _user_named(world, name)
        if user and world.state.member(channel.id, user.id):
            found[user.id] = None
    return list(found)


_HASHTAG = re.compile(r"(?<![\w#])#(\w[\w.\-]*\w)")


def hashtags(message: str) -> str:
    """Return the hashtags of a text, separated by spaces, as posts carry them."""
    found = _HASHTAG.findall(_CODE.sub(" ", message)) if "#" in message else []
    return " ".join(dict.fromkeys(f"#{tag}" for tag in found if not tag[0].isdigit()))
