"""Posts that the server itself makes for somebody: answers of commands, buttons and hooks, and ephemerals."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.attachments import each_action, with_action_ids
from sandbox.errors import ApiError
from sandbox.events import Broadcast, dumps
from sandbox.ids import new_id
from sandbox.posts.present import post_json
from sandbox.posts.publish import add_post
from sandbox.records import Post
from sandbox.seals import seal, secret_of

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Json = dict[str, Any]
LONGEST_MESSAGE = 16383
KEPT_PROPS = ("from_webhook", "override_username", "override_icon_url")
"""What an update by a button cannot take away."""


@dataclass(frozen=True, slots=True)
class NewPost:
    """What is to be posted, in whose name and where."""

    user_id: str
    channel_id: str
    message: str
    root_id: str = ""
    type: str = ""
    props: Json = field(default_factory=dict)


def send_post(server: "Sandbox", new: NewPost, *, set_online: bool = True) -> Post:
    """Put a post into its channel, or refuse it as one that a client sends."""
    channel = server.state.channels.rows[new.channel_id]
    if channel.delete_at:
        raise ApiError("api.post.create_post.can_not_post_to_deleted.error")
    if len(new.message) > LONGEST_MESSAGE:
        raise ApiError(server.caps.too_long_id)
    if len(dumps(new.props)) > server.caps.longest_props:
        raise ApiError("model.post.is_valid.props.app_error")
    root = server.state.posts.get(new.root_id) if new.root_id else None
    if new.root_id and (root is None or root.delete_at or root.root_id or root.channel_id != channel.id):
        raise ApiError("api.post.create_post.root_id.app_error")
    return add_post(server, made(server, new), set_online=set_online)


def update_post(server: "Sandbox", post: Post, change: Json) -> Post:
    """Change message, props or files of a post for an integration, and tell the channel."""
    if server.state.channels.rows[post.channel_id].delete_at:
        raise ApiError("api.post.update_post.can_not_update_post_in_deleted.error")
    if "props" in change:
        change = change | {"props": with_action_ids(change["props"])}
    now = server.state.clock.tick()
    if any(getattr(post, name) != value for name, value in change.items()):
        post.edit_at = now
    for name, value in change.items():
        setattr(post, name, value)
    post.update_at = now
    target = Broadcast(channel_id=post.channel_id)
    server.hub.publish("post_edited", {"post": dumps(post_json(server, post))}, target)
    return post


def made(server: "Sandbox", new: NewPost) -> Post:
    """Return the row of a new post."""
    author = server.state.users.get(new.user_id)
    bot = {"from_bot": "true"} if author and author.is_bot else {}
    now = server.state.clock.tick()
    return Post(
        id=new_id(),
        user_id=new.user_id,
        channel_id=new.channel_id,
        create_at=now,
        update_at=now,
        root_id=new.root_id,
        message=new.message,
        type=new.type,
        props=with_action_ids(new.props) | bot,
        from_client=False,
    )


def send_ephemeral(server: "Sandbox", user_id: str, new: NewPost) -> Json:
    """Show a message to one person only; it is kept nowhere, so its buttons carry what they need in a cookie."""
    post = made(server, new)
    post.type, post.update_at = "system_ephemeral", 0
    post.props = {name: value for name, value in post.props.items() if name in new.props}
    post.props = each_action(post.props, lambda action: action | cookie(server, post, action))
    shown = post_json(server, post)
    shown |= {name: empty for name, empty in (("file_ids", None), ("parent_id", "")) if name in shown}
    target = Broadcast(user_id=user_id, channel_id=post.channel_id)
    server.hub.publish("ephemeral_message", {"post": dumps(shown)}, target)
    return shown


def cookie(server: "Sandbox", post: Post, action: Json) -> Json:
    """Return the cookie with which a button works without its post."""
    if "integration" not in action:
        return {}
    kept = kept_props(post)
    value = {
        "type": action.get("type", ""),
        "post_id": post.id,
        "root_post_id": post.root_id,
        "channel_id": post.channel_id,
        "data_source": action.get("data_source", ""),
        "integration": action["integration"],
        "retain_props": kept,
        "remove_props": [name for name in KEPT_PROPS if name not in kept],
    }
    return {"cookie": seal(cookie_key(server), value)}


def kept_props(post: Post) -> Json:
    """Return the name and picture under which a post appears, which stay whatever a button changes."""
    return {name: post.props[name] for name in KEPT_PROPS if name in post.props}


def cookie_key(server: "Sandbox") -> bytes:
    """Return the secret that seals cookies."""
    return secret_of(server.state, "PostActionCookieSecret")
