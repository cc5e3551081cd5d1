"""Posts that the server itself makes for somebody: answers of commands, buttons and hooks, and ephemerals."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.attachments import each_action, with_action_ids
from sandbox.events import Broadcast, dumps
from sandbox.ids import new_id
from sandbox.posts.edits import KEPT_PROPS, kept_props
from sandbox.posts.publication import add_post
from sandbox.posts.rules import check_post
from sandbox.posts.views import post_json
from sandbox.records import Post
from sandbox.seals import seal, secret_of
from sandbox.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to be made: in whose name, where, and what it says."""

    user_id: str
    channel_id: str
    message: str
    root_id: str = ""
    type: str = ""
    props: Json = field(default_factory=dict)


def send_post(world: World, new: NewPost, *, set_online: bool = True) -> Post:
    """Make a post, with the same checks as one that a client sends."""
    post = made(world, new)
    check_post(world, world.state.channels.rows[new.channel_id], post)
    return add_post(world, post, set_online=set_online)


def made(world: World, new: NewPost) -> Post:
    """Return the row of a new post."""
    author = world.state.users.get(new.user_id)
    bot = {"from_bot": "true"} if author and author.is_bot else {}
    now = world.state.clock.tick()
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


def send_ephemeral(world: World, user_id: str, new: NewPost) -> Json:
    """Show a message to one person only; it is not stored, so its buttons carry what they need in a cookie."""
    post = made(world, new)
    post.type, post.update_at = "system_ephemeral", 0
    post.props = {name: value for name, value in post.props.items() if name in new.props}
    post.props = each_action(post.props, lambda action: action | cookie(world, post, action))
    shown = post_json(world, post)
    shown |= {name: empty for name, empty in (("file_ids", None), ("parent_id", "")) if name in shown}
    target = Broadcast(user_id=user_id, channel_id=post.channel_id)
    world.hub.publish("ephemeral_message", {"post": dumps(shown)}, target)
    return shown


def cookie(world: World, post: Post, action: Json) -> Json:
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
    return {"cookie": seal(cookie_key(world), value)}


def cookie_key(world: World) -> bytes:
    """Return the secret that seals cookies."""
    return secret_of(world.state, "PostActionCookieSecret")
