"""Mentions in posts: which words Mattermost takes for one (mention_parser_standard.go of its server)."""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.records import Channel, Post, User
from sandbox.world import World

_CODE = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`", re.DOTALL)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z0-9]{1,32});")
"""A sign after a backslash, or written as a character reference."""
_WORD = re.compile(r"[:.\-@\w]+")
"""Letters, figures, and what a name or an emoji may have; all else parts words."""
_EVERYBODY = {"channel", "all", "here"}


def mentioned(world: World, channel: Channel, post: Post) -> list[str]:
    """Return the ids of the people whom a post mentions; in a direct channel also of the other person."""
    whole = channel.type == "D" or (channel.type == "G" and world.caps.group_posts_mention_all)
    if whole:
        return _others(world, channel, post)
    if post.type == "system_add_to_channel":
        return [str(post.props.get("addedUserId", ""))]
    if post.type.startswith("system_"):
        return []
    names = _names_of(world, post)
    return _resolve(world, channel, post, names) if names else []


def _others(world: World, channel: Channel, post: Post) -> list[str]:
    """Return the other people in a direct or group channel."""
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


def names_in(text: str, is_known: Callable[[str], bool]) -> list[str]:
    """Return the known names after an @ outside of code, in small letters."""
    if "@" not in text and "&" not in text:
        return []
    plain = _ESCAPED.sub(lambda found: found[1] or html.unescape(found[0]), _CODE.sub(" ", text))
    words = [word for word in _WORD.findall(plain) if not (word[0] == word[-1] == ":")]
    found = (next(filter(None, _named(word.lstrip(":.-_").lower(), is_known)), []) for word in words)
    return [name for names in found for name in names]


def _named(word: str, is_known: Callable[[str], bool]) -> Iterator[list[str]]:
    """Yield the names of a word: its own, as it is or without what may end a sentence, or those of its parts."""
    shorter = word
    while shorter:
        yield _of_these([shorter], is_known)
        shorter = shorter[:-1] if shorter[-1] in ".-:_" else ""
    yield _of_these(re.split(r"[.:\-]", word), is_known)


def _of_these(words: list[str], is_known: Callable[[str], bool]) -> list[str]:
    return [word[1:] for word in words if word[:1] == "@" and is_known(word[1:])]


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


def _names_of(world: World, post: Post) -> list[str]:
    users = world.state.users_by_name
    texts = "\n".join([post.message, *_attachment_texts(post.props)])
    return names_in(texts, lambda name: name in _EVERYBODY or users.first(name) is not None)


def named_users(world: World, post: Post) -> list[User]:
    """Return the people whose names stand in a post, in the channel or not."""
    found = [world.state.users_by_name.first(name) for name in _names_of(world, post)]
    return list(dict.fromkeys(user for user in found if user))


def _resolve(world: World, channel: Channel, post: Post, names: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for name in names:
        if name in _EVERYBODY:
            found |= dict.fromkeys(_everybody(world, channel, post, only_online=name == "here"))
            continue
        user = world.state.users_by_name.first(name)
        if user and world.state.member(channel.id, user.id):
            found[user.id] = None
    return list(found)


_HASHTAG = re.compile(r"(?<![\w#])#(\w[\w.\-]*\w)")


def hashtags(message: str) -> str:
    """Return the hashtags of a text, separated by spaces, as posts carry them."""
    found = _HASHTAG.findall(_CODE.sub(" ", message)) if "#" in message else []
    return " ".join(dict.fromkeys(f"#{tag}" for tag in found if not tag[0].isdigit()))
