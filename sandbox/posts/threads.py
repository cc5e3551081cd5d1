"""Threads: their followers, and what each has not read there."""

from typing import Any

from sandbox.events import Broadcast, Data, dumps
from sandbox.posts.views import post_json
from sandbox.records import Channel, Post, ThreadMember, User
from sandbox.users.views import public_user
from sandbox.world import World

Json = dict[str, Any]


class Threads:
    """The followers of threads, stored in a world’s tables; does nothing on versions without followed threads."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._state = world.state

    def to_be_told(self, post: Post, mentioned: list[str]) -> frozenset[str]:
        """Return the people whose event of a new reply says that they follow the thread: bots only when mentioned."""
        if not self._world.caps.threads or not post.root_id:
            return frozenset()
        root = self._state.posts.rows[post.root_id]
        spoke = {reply.user_id for reply in self._state.replies.rows(root.id)}
        people = {user_id for user_id in {*spoke, root.user_id} if not self._is_bot(user_id)}
        return frozenset(people - {post.user_id}).union(mentioned)

    def replied(self, post: Post, mentioned: list[str]) -> None:
        """Let the people concerned follow the thread of a reply, and tell them of it."""
        if not post.root_id or post.type.startswith("system_"):
            return
        root = self._state.posts.rows[post.root_id]
        root.update_at = max(root.update_at, post.create_at)
        for user_id in dict.fromkeys([root.user_id, post.user_id, *mentioned]):
            self.follow(root.id, user_id)
        for row in self._state.followers.rows(root.id):
            if row.following and self._state.member(post.channel_id, row.user_id):
                self._note(root, row, post, mentioned)

    def follow(self, root_id: str, user_id: str) -> ThreadMember:
        """Let somebody follow a thread; whoever does already stays as they are."""
        known = self._state.thread_members.get(root_id + user_id)
        if known is None:
            now = self._state.clock.tick()
            return self._state.thread_members.add(ThreadMember(root_id, user_id, True, now))
        return known

    def _note(self, root: Post, row: ThreadMember, post: Post, mentioned: list[str]) -> None:
        is_author = row.user_id == post.user_id
        before = self.unread_replies(row) - 1
        data: Data = {
            "previous_unread_mentions": row.unread_mentions,
            "previous_unread_replies": max(0, before),
        }
        if row.user_id in mentioned and not is_author:
            row.unread_mentions += 1
        thread = self.thread_json(root, row)
        if is_author:
            thread |= {"unread_replies": 0, "unread_mentions": 0}
            row.last_viewed, row.unread_mentions = post.create_at, 0
        channel = self._state.channels.rows[post.channel_id]
        target = Broadcast(user_id=row.user_id, team_id=channel.team_id)
        if self._world.caps.threads:
            if self._world.caps.frames_tell_integrations:
                thread["post"]["props"] = root.props
            self._world.hub.publish("thread_updated", data | {"thread": dumps(thread)}, target)

    def unread_replies(self, row: ThreadMember) -> int:
        """Count the replies since somebody last looked at a thread."""
        replies = self._state.replies.rows(row.root_id)
        return sum(1 for reply in replies if reply.create_at > row.last_viewed and not reply.delete_at)

    def thread_json(self, root: Post, row: ThreadMember, *, extended: bool = True) -> Json:
        """Return a thread as one of its followers sees it."""
        replies = [reply for reply in self._state.replies.rows(root.id) if not reply.delete_at]
        writers = replies if self._world.caps.threads else [root, *replies]
        people = [self._state.users.get(user_id) for user_id in dict.fromkeys(one.user_id for one in writers)]
        post = post_json(self._world, root, metadata=False) | {"reply_count": 0, "remote_id": ""}
        body: Json = {
            "id": root.id,
            "reply_count": len(replies),
            "last_reply_at": replies[-1].create_at if replies else 0,
            "last_viewed_at": row.last_viewed,
            "participants": [self._participant(user, extended=extended) for user in people if user],
            "post": post,
            "unread_replies": self.unread_replies(row),
            "unread_mentions": row.unread_mentions,
        }
        return body | ({"is_urgent": False, "delete_at": 0} if self._world.caps.threads else {})

    def _participant(self, user: User, *, extended: bool) -> Json:
        shown = public_user(self._world, user)
        if extended:
            return shown
        texts = ("username", "email", "nickname", "first_name", "last_name", "position", "roles", "locale")
        dropped = {"create_at", "update_at", "is_bot", "bot_description", "remote_id", "last_picture_update"}
        blank = {name: value for name, value in shown.items() if name not in dropped}
        return blank | dict.fromkeys(texts, "") | {"timezone": None, "delete_at": 0}

    def read_all(self, user: User, channel: Channel) -> None:
        """Note that somebody has read all threads of a channel, and tell their own clients."""
        if not self._world.caps.threads:
            return
        now = self._state.clock.tick()
        for row in self._state.threads_of.rows(user.id):
            root = self._state.posts.get(row.root_id)
            if root is not None and root.channel_id == channel.id:
                row.last_viewed, row.unread_mentions = now, 0
        target = Broadcast(user_id=user.id, channel_id=channel.id)
        self._world.hub.publish("thread_read_changed", {"timestamp": now}, target)

    def _is_bot(self, user_id: str) -> bool:
        user = self._state.users.get(user_id)
        return user is not None and user.is_bot
