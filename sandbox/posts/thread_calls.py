"""The calls about threads that somebody follows, and about marking posts unread."""

from typing import Any

from sandbox.call import OK, Call
from sandbox.channels.unreads import unread_json
from sandbox.errors import forbidden
from sandbox.events import Broadcast
from sandbox.posts.lists import readable_post
from sandbox.posts.threads import Threads
from sandbox.routes import Routes

routes = Routes()


def _own(call: Call) -> str:
    user_id = call.id("user_id")
    if user_id != call.user.id and not call.world.rights.in_system(call.user, "edit_other_users"):
        raise forbidden()
    return user_id


@routes.get("/users/{user_id}/teams/{team_id}/threads")
async def my_threads(call: Call) -> object:
    """List the threads that somebody follows in a team, the latest first."""
    user_id, team_id = _own(call), call.id("team_id")
    threads, found = Threads(call.world), []
    for row in call.state.threads_of.rows(user_id):
        root = call.state.posts.get(row.root_id)
        if row.following and root and not root.delete_at:
            channel = call.state.channels.rows[root.channel_id]
            if channel.team_id in {"", team_id}:
                extended = call.flag("extended")
                found.append(threads.thread_json(root, row, extended=extended))
    found.sort(key=lambda thread: -thread["last_reply_at"])
    body: dict[str, Any] = {
        "total": len(found),
        "total_unread_threads": sum(1 for thread in found if thread["unread_replies"]),
        "total_unread_mentions": sum(thread["unread_mentions"] for thread in found),
        "threads": found[: call.number("per_page", 30)],
    }
    return body | ({"total_unread_urgent_mentions": 0} if call.world.caps.threads else {})


@routes.put("/users/{user_id}/teams/{team_id}/threads/{thread_id}/following")
async def follow(call: Call) -> object:
    """Follow a thread."""
    return _set_following(call, following=True)


@routes.delete("/users/{user_id}/teams/{team_id}/threads/{thread_id}/following")
async def unfollow(call: Call) -> object:
    """Follow a thread no longer."""
    return _set_following(call, following=False)


def _set_following(call: Call, *, following: bool) -> object:
    user_id, team_id = _own(call), call.id("team_id")
    root = readable_post(call, call.id("thread_id"))
    row = Threads(call.world).follow(root.id, user_id)
    row.following = following
    replies = [reply for reply in call.state.replies.rows(root.id) if not reply.delete_at]
    data = {"reply_count": len(replies), "state": following, "thread_id": root.id}
    target = Broadcast(user_id=user_id, team_id=team_id)
    call.world.hub.publish("thread_follow_changed", data, target)
    return OK


@routes.post("/users/{user_id}/posts/{post_id}/set_unread")
async def set_unread(call: Call) -> object:
    """Mark a channel as unread from a post on."""
    user_id = _own(call)
    post = readable_post(call, call.id("post_id"))
    channel = call.state.channels.rows[post.channel_id]
    member = call.state.member(channel.id, user_id)
    if member is None:
        raise forbidden()
    newer = [one for one in call.state.posts_of_channel.rows(channel.id) if one.create_at >= post.create_at]
    live = [one for one in newer if not one.delete_at and not one.type.startswith("system_")]
    member.last_viewed_at = post.create_at - 1
    member.msg_count = channel.total_msg_count - len(live)
    member.msg_count_root = channel.total_msg_count_root - sum(1 for one in live if not one.root_id)
    member.mention_count = member.mention_count_root = 0
    state = unread_json(call, channel, member) | {"user_id": user_id}
    state |= {"msg_count": member.msg_count, "msg_count_root": member.msg_count_root}
    state["last_viewed_at"] = member.last_viewed_at
    data = {name: state[name] for name in state if name not in {"team_id", "channel_id", "user_id"}}
    target = Broadcast(user_id=user_id, channel_id=channel.id, team_id=channel.team_id)
    call.world.hub.publish("post_unread", data | {"post_id": post.id}, target)
    return state
