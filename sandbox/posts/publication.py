"""Putting a post into a channel: counting it, and telling the channel's members."""

from dataclasses import dataclass, replace
from typing import Any

from sandbox.events import Broadcast, Data, Personal, dumps
from sandbox.ids import new_id
from sandbox.posts.mentions import mentioned, named_users
from sandbox.posts.previews import linked_post, shown_to
from sandbox.posts.threads import Threads
from sandbox.posts.views import post_json
from sandbox.records import Channel, Post, User
from sandbox.world import World

JOINS_AND_LEAVES = frozenset(
    [
        "system_join_leave",
        "system_join_channel",
        "system_leave_channel",
        "system_join_team",
        "system_leave_team",
        "system_add_to_channel",
        "system_remove_from_channel",
        "system_add_to_team",
        "system_remove_from_team",
    ]
)
"""Types of posts that do not count as messages."""


def add_post(world: World, post: Post, *, set_online: bool = True) -> Post:
    """Store a post and send it to the channel’s members."""
    channel = world.state.channels.rows[post.channel_id]
    world.state.posts.add(post)
    _count(world, channel, post)
    if channel.delete_at:
        return post  # what is said of an archived channel's members is kept, but nobody is told
    who = mentioned(world, channel, post)
    _count_mentions(world, post, who)
    threads = Threads(world)
    followers = threads.to_be_told(post, who)
    _announce(world, channel, post, Audience(frozenset(who), followers, tuple(who)), set_online=set_online)
    threads.replied(post, who)
    return post


@dataclass(frozen=True, slots=True)
class Audience:
    """The people whom a post concerns more than others."""

    mentioned: frozenset[str]
    followers: frozenset[str]
    """The followers of the thread."""
    in_order: tuple[str, ...]
    """The mentioned, in the order in which they were found."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that the server itself posts in a channel."""

    kind: str
    text: str
    props: Data


def system_post(world: World, channel: Channel, author: User, notice: Notice) -> Post:
    """Post in a channel what somebody did to it."""
    now = world.state.clock.tick()
    bot = {"from_bot": "true"} if author.is_bot else {}
    post = Post(
        id=new_id(),
        user_id=author.id,
        channel_id=channel.id,
        create_at=now,
        update_at=now,
        message=notice.text,
        type=notice.kind,
        props=notice.props | bot,
    )
    return add_post(world, post)


def _count(world: World, channel: Channel, post: Post) -> None:
    counts = post.type not in JOINS_AND_LEAVES
    if post.create_at < channel.last_post_at:
        channel.has_backdated_posts = True
    channel.last_post_at = max(channel.last_post_at, post.create_at)
    channel.total_msg_count += counts
    if not post.root_id:
        channel.last_root_post_at = channel.last_post_at
        channel.total_msg_count_root += counts


def _count_mentions(world: World, post: Post, who: list[str]) -> None:
    for user_id in who:
        member = world.state.member(post.channel_id, user_id)
        if member is not None:
            member.mention_count += 1
            member.mention_count_root += not post.root_id


def _announce(world: World, channel: Channel, post: Post, audience: Audience, *, set_online: bool) -> None:
    data = _posted(world, channel, post, set_online=set_online)
    if not world.caps.mentions_of_receiver_only and audience.in_order:
        data["mentions"] = dumps(audience.in_order)
    has_preview = linked_post(world, post.message) is not None
    special = audience.followers | audience.mentioned if world.caps.mentions_of_receiver_only else frozenset()

    def own(receiver: User) -> Data | None:
        if receiver.id not in special and not has_preview:
            return None
        more = _for_one(world, audience, receiver.id)
        return data | more | ({"post": dumps(shown_to(world, post, receiver))} if has_preview else {})

    _send(world, data, Broadcast(channel_id=channel.id), own, one_by_one=has_preview)


def _for_one(world: World, audience: Audience, user_id: str) -> Data:
    more: Data = {}
    if world.caps.mentions_of_receiver_only and user_id in audience.mentioned:
        more["mentions"] = dumps([user_id])
    if user_id in audience.followers:
        more["followers"] = dumps([user_id])
    return more


def _send(world: World, data: Data, target: Broadcast, own: Personal, *, one_by_one: bool) -> None:
    if not (one_by_one and world.caps.previews_sent_one_by_one):
        world.hub.publish("posted", data, target, own)
        return
    for member in world.state.members_of_channel.rows(target.channel_id):
        world.hub.publish("posted", data, replace(target, user_id=member.user_id), own)


def _posted(world: World, channel: Channel, post: Post, *, set_online: bool) -> dict[str, Any]:
    data = {
        "channel_display_name": _title(world, channel, post),
        "channel_name": channel.name,
        "channel_type": channel.type,
        "post": dumps(post_json(world, post)),
        "sender_name": _sender_name(world, channel, post),
        "set_online": set_online,
        "team_id": channel.team_id,
    }
    if post.file_ids:
        data["otherFile"] = "true"
        infos = [world.state.files.get(file_id) for file_id in post.file_ids]
        if any(info and info.mime_type.startswith("image/") for info in infos):
            data["image"] = "true"
    return data


def _title(world: World, channel: Channel, post: Post) -> str:
    """Return the title of a channel; in a direct one, the name of the author."""
    author = world.state.users.get(post.user_id)
    return f"@{author.username}" if channel.type == "D" and author else channel.display_name


def _sender_name(world: World, channel: Channel, post: Post) -> str:
    """Return the name under which a post arrives: that of a webhook may be its own, where the admin allows it."""
    author = world.state.users.get(post.user_id)
    if post.type.startswith("system_") or author is None:
        return "System"
    own = post.props.get("override_username")
    is_hook = post.props.get("from_webhook") == "true" and channel.type != "D"
    if is_hook and isinstance(own, str) and world.config.service("EnablePostUsernameOverride"):
        return own
    return f"@{author.username}"


def warn_of_absent(world: World, channel: Channel, post: Post) -> None:
    """Tell the author, nobody else, that somebody mentioned is in the team but not in the channel."""
    if channel.type not in {"O", "P"} or post.type.startswith("system_"):
        return
    absent = [user for user in named_users(world, post) if _is_absent(world, channel, user)]
    if not absent:
        return
    names, ids = [user.username for user in absent], [user.id for user in absent]
    warning_id = new_id()
    props: Data = {
        "add_channel_member": {
            "not_in_channel_user_ids": ids,
            "not_in_channel_usernames": names,
            "post_id": warning_id,
            "user_ids": ids,
            "usernames": names,
        }
    }
    shown = _warning(world, post, warning_id, absent_sentence(names), props)
    target = Broadcast(user_id=post.user_id, channel_id=channel.id)
    world.hub.publish("ephemeral_message", {"post": dumps(shown)}, target)


def absent_sentence(names: list[str]) -> str:
    """Return the sentence for the author of a mention without effect."""
    if len(names) == 1:
        return f"@{names[0]} did not get notified by this mention because they are not in the channel."
    listed = ", ".join(f"@{name}" for name in names[:-1]) + f" and @{names[-1]}"
    return f"{listed} did not get notified by this mention because they are not in the channel."


def _is_absent(world: World, channel: Channel, user: User) -> bool:
    here = world.state.member(channel.id, user.id) is not None
    return not here and not user.delete_at and world.state.in_team(channel.team_id, user.id)


def _warning(world: World, post: Post, warning_id: str, text: str, props: Data) -> Data:
    row = Post(
        id=warning_id,
        user_id="",
        channel_id=post.channel_id,
        create_at=post.create_at + 1,
        update_at=0,
        root_id=post.root_id,
        message=text,
        type="system_ephemeral",
        props=props,
    )
    shown = post_json(world, row)
    return shown | ({"file_ids": None} if "file_ids" in shown else {})
