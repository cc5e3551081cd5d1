"""Putting a post into a channel: counting it, and telling the channel's members."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.events import Broadcast, Data, dumps
from sandbox.ids import new_id
from sandbox.posts.mentions import mentioned
from sandbox.posts.present import post_json
from sandbox.records import Channel, Post, User

if TYPE_CHECKING:
    from sandbox.server import Sandbox

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
"""Types of posts that count for nothing."""


def add_post(server: "Sandbox", post: Post, *, set_online: bool = True) -> Post:
    """Keep a post and send it to the channel's members."""
    channel = server.state.channels.rows[post.channel_id]
    server.state.posts.add(post)
    _count(server, channel, post)
    who = mentioned(server, channel, post)
    _count_mentions(server, post, who)
    _announce(server, channel, post, who, set_online=set_online)
    return post


@dataclass(frozen=True, slots=True)
class Notice:
    """What the server itself says in a channel."""

    kind: str
    text: str
    props: Data


def system_post(server: "Sandbox", channel: Channel, author: User, notice: Notice) -> Post:
    """Say in a channel what somebody did to it."""
    now = server.state.clock.tick()
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
    return add_post(server, post)


def _count(server: "Sandbox", channel: Channel, post: Post) -> None:
    counts = post.type not in JOINS_AND_LEAVES
    channel.last_post_at = max(channel.last_post_at, post.create_at)
    channel.total_msg_count += counts
    if not post.root_id:
        channel.last_root_post_at = channel.last_post_at
        channel.total_msg_count_root += counts


def _count_mentions(server: "Sandbox", post: Post, who: list[str]) -> None:
    for user_id in who:
        member = server.state.member(post.channel_id, user_id)
        if member is not None and user_id != post.user_id:
            member.mention_count += 1
            member.mention_count_root += not post.root_id


def _announce(server: "Sandbox", channel: Channel, post: Post, who: list[str], *, set_online: bool) -> None:
    data = _posted(server, channel, post, set_online=set_online)
    target = Broadcast(channel_id=channel.id)
    if not who:
        server.hub.publish("posted", data, target)
    elif not server.caps.mentions_of_receiver_only:
        server.hub.publish("posted", data | {"mentions": dumps(who)}, target)
    else:
        named = frozenset(who)

        def own(receiver: User) -> Data | None:
            return data | {"mentions": dumps([receiver.id])} if receiver.id in named else None

        server.hub.publish("posted", data, target, own)


def _posted(server: "Sandbox", channel: Channel, post: Post, *, set_online: bool) -> dict[str, Any]:
    data = {
        "channel_display_name": channel.display_name,
        "channel_name": channel.name,
        "channel_type": channel.type,
        "post": dumps(post_json(server, post)),
        "sender_name": _sender_name(server, channel, post),
        "set_online": set_online,
        "team_id": channel.team_id,
    }
    if post.file_ids:
        data["otherFile"] = "true"
        infos = [server.state.files.get(file_id) for file_id in post.file_ids]
        if any(info and info.mime_type.startswith("image/") for info in infos):
            data["image"] = "true"
    return data


def _sender_name(server: "Sandbox", channel: Channel, post: Post) -> str:
    """Return the name under which a post arrives: that of a webhook may be its own, where the admin allows it."""
    author = server.state.users.get(post.user_id)
    if post.type.startswith("system_") or author is None:
        return "System"
    own = post.props.get("override_username")
    is_hook = post.props.get("from_webhook") == "true" and channel.type != "D"
    if is_hook and isinstance(own, str) and server.config.service("EnablePostUsernameOverride"):
        return own
    return f"@{author.username}"
