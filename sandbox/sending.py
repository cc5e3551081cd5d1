"""Posts that the server itself makes for somebody: answers of commands, buttons and hooks, and ephemerals."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.attachments import each_action, with_action_ids
from sandbox.events import Broadcast, dumps
from sandbox.ids import new_id
from sandbox.posts.edit import KEPT_PROPS, kept_props
from sandbox.posts.present import post_json
from sandbox.posts.publish import add_post
from sandbox.posts.rules import check_post
from sandbox.records import Post
from sandbox.seals import seal, secret_of

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Json = dict[str, Any]


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
    post = made(server, new)
    check_post(server, server.state.channels.rows[new.channel_id], post)
    return add_post(server, post, set_online=set_online)


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


def cookie_key(server: "Sandbox") -> bytes:
    """Return the secret that seals cookies."""
    return secret_of(server.state, "PostActionCookieSecret")
