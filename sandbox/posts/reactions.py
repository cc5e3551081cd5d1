"""Reactions to posts."""

import re

from sandbox.call import OK, Call
from sandbox.channels.rules import may_read_posts
from sandbox.emoji import is_emoji
from sandbox.errors import ApiError, forbidden
from sandbox.events import Broadcast, dumps
from sandbox.posts.lists import readable_post
from sandbox.posts.views import reaction_json
from sandbox.records import Post, Reaction
from sandbox.routes import Routes

routes = Routes()

NAME = re.compile(r"[a-zA-Z0-9\-+_]{1,64}")


def _with_right(call: Call, post_id: str, right: str) -> Post:
    post = call.state.posts.get(post_id)
    if post is None or post.delete_at:
        raise forbidden()
    if not call.world.rights.in_channel(call.user, call.state.channels.rows[post.channel_id], right):
        raise forbidden()
    return post


@routes.post("/reactions")
async def add_reaction(call: Call) -> object:
    """Put an emoji under a post; again is the same as once."""
    body = call.body("reaction")
    user_id, post_id, name = body.text("user_id"), body.text("post_id"), body.text("emoji_name")
    if not user_id or not post_id or not name:
        raise ApiError("api.reaction.save_reaction.invalid.app_error", 400)
    if user_id != call.user.id:
        raise ApiError("api.reaction.save_reaction.user_id.app_error", 403)
    post = _with_right(call, post_id, "add_reaction")
    _check_name(call, name)
    if call.state.channels.rows[post.channel_id].delete_at:
        raise ApiError("api.reaction.save.archived_channel.app_error", 403)
    _check_room(call, post, name)
    row = _save(call, post, name)
    _tell(call, "reaction_added", row)
    return reaction_json(call.world, row)


def _check_name(call: Call, name: str) -> None:
    if not call.world.caps.emoji_must_exist:
        if not NAME.fullmatch(name):
            raise ApiError("model.reaction.is_valid.emoji_name.app_error", 400)
    elif not is_emoji(name):
        raise ApiError("app.emoji.get_by_name.no_result", 404)


def _check_room(call: Call, post: Post, name: str) -> None:
    names = {row.emoji_name for row in call.state.reactions_of_post.rows(post.id)}
    most = call.world.config.service("UniqueEmojiReactionLimitPerPost")
    if call.world.caps.emoji_must_exist and name not in names and len(names) >= most:
        raise ApiError("app.reaction.save.save.too_many_reactions", 400)


def _save(call: Call, post: Post, name: str) -> Reaction:
    now = call.state.clock.tick()
    known = call.state.reactions.get(post.id + call.user.id + name)
    if known is not None:
        known.update_at = now
        return Reaction.from_dict(known.as_dict() | {"create_at": now})
    row = Reaction(call.user.id, post.id, name, post.channel_id, now, now)
    post.has_reactions, post.update_at = True, now
    return call.state.reactions.add(row)


def _tell(call: Call, event: str, row: Reaction) -> None:
    channel_id = call.state.posts.rows[row.post_id].channel_id
    data = {"reaction": dumps(reaction_json(call.world, row))}
    call.world.hub.publish(event, data, Broadcast(channel_id=channel_id))


@routes.delete("/users/{user_id}/posts/{post_id}/reactions/{emoji_name}")
async def remove_reaction(call: Call) -> object:
    """Take a reaction back; the system admin takes anybody's."""
    user_id, name = call.id("user_id"), call.path("emoji_name")
    post = _with_right(call, call.id("post_id"), "remove_reaction")
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "remove_others_reactions"):
        raise forbidden()
    now = call.state.clock.tick()
    known = call.state.reactions.get(post.id + user_id + name)
    if known is not None:
        call.state.reactions.remove(known)
    post.has_reactions, post.update_at = bool(call.state.reactions_of_post.count(post.id)), now
    _tell(call, "reaction_removed", Reaction(user_id, post.id, name, "", 0, now))
    return OK


@routes.get("/posts/{post_id}/reactions")
async def list_reactions(call: Call) -> object:
    """List the reactions to a post; null (once []) where there are none."""
    post = call.state.posts.get(call.id("post_id"))
    if post is None or not may_read_posts(call, call.state.channels.rows[post.channel_id]):
        raise forbidden()
    rows = call.state.reactions_of_post.rows(post.id)
    found = [reaction_json(call.world, row) for row in rows]
    return found or (None if call.world.caps.empty_lists_are_null else [])


@routes.post("/posts/ids/reactions")
async def list_bulk(call: Call) -> object:
    """List the reactions to several posts, all of which the caller must be able to read."""
    found = {}
    for post_id in call.texts("post_ids"):
        post = call.state.posts.get(post_id)
        if post is None or not may_read_posts(call, call.state.channels.rows[post.channel_id]):
            raise forbidden()
        rows = call.state.reactions_of_post.rows(readable_post(call, post_id).id)
        found[post_id] = [reaction_json(call.world, row) for row in rows]
    return found
