"""Posts and files: written, read, rewritten, deleted, pinned; uploaded and downloaded."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.errors import ChatError, Refusal
from bot.mattermost import wire
from bot.mattermost.client import PAGE_ROWS, Calls, check_id
from bot.mattermost.wire import ChatChanges, ChatFile, ChatPost, ChatReaction, NewPost


class _Settings(BaseModel):
    """The settings needed here, which the server tells every client as strings."""

    MaxFileSize: int


class FileReads(Calls):
    """Reading of files and their metadata."""

    async def file(self, file_id: str) -> ChatFile:
        """Read the metadata of a file; ``ChatPost.file_ids`` names those of a post."""
        return wire.read(wire.FileInfo, await self._files.get_file_metadata(check_id(file_id))).value

    async def largest_file(self) -> int:
        """FileSettings.MaxFileSize, as every client is told (5.37 to 11.2)."""
        return wire.read(_Settings, await self.client_settings()).MaxFileSize

    async def download(self, file_id: str, path: Path, limit: int) -> None:
        """Stream a file into the new file ``path``; refused as too large beyond ``limit`` bytes. A failure leaves no
        file. Raises OSError if the disk refuses."""
        await self.client.download(f"/files/{check_id(file_id)}", path, limit)


class FileCalls(FileReads):
    """Uploads of files."""

    async def upload(self, channel_id: str, path: Path) -> str:
        """Upload a file, under its own name, to a channel and return its id; it is invisible until a post has it."""
        return wire.read(wire.Upload, await self.client.upload(check_id(channel_id), path)).file_infos[0].id


LISTED = 1000
"""How many posts a server lists at most as changed since an instant (docs/mattermost.md §5.2)."""
_NAME = re.compile(r"[a-z0-9._-]{1,64}")
_EMOJI = re.compile(r"[a-zA-Z0-9+_-]{1,64}")


class PostReads(Calls):
    """Reading of posts, threads and reactions."""

    async def reactions(self, post_id: str) -> Sequence[ChatReaction]:
        """Return the reactions to a post."""
        answer = await self.client.get(f"/posts/{check_id(post_id)}/reactions")  # the driver’s own path is a wrong one
        return wire.values(wire.Reaction, answer)

    async def read_post(self, post_id: str) -> ChatPost:
        """Read a post by id; refused as unknown once it is deleted."""
        post = wire.read(wire.Post, await self._posts.get_post(check_id(post_id)))
        if not post.stands:
            raise ChatError(404, "app.post.get.app_error", refusal=Refusal.UNKNOWN_POST)
        return post.value

    async def thread(self, post_id: str) -> Sequence[ChatPost]:
        """Return the thread that a post begins or belongs to, oldest first."""
        return _posts_that_stand(await self._posts.get_thread(check_id(post_id)))

    async def changes(self, channel_id: str, since_ms: int) -> ChatChanges:
        """Return the posts that were written, edited or deleted in a channel since an instant."""
        # What changed after the moment before; the server takes 0 for « no since ».
        params = {"since": max(1, since_ms - 1)}
        listed = wire.read(wire.PostList, await self._posts.get_posts_for_channel(check_id(channel_id), params))
        # Old texts of what was edited are no posts; the threads of answers that come along did not change.
        found = [p for p in (listed.posts or {}).values() if not p.original_id and p.since(since_ms)]
        return ChatChanges(_in_order(post.value for post in found), len(listed.order or ()) < LISTED)

    async def posts_after(self, channel_id: str, post_id: str) -> Sequence[ChatPost]:
        """Return the posts after one in a channel, oldest first; fewer than 200 are the last."""
        return _in_order(await self._page(channel_id, after=check_id(post_id), per_page=PAGE_ROWS))

    async def posts_before(self, channel_id: str, post_id: str, size: int) -> Sequence[ChatPost]:
        """Return up to ``size`` posts (at most 200) before one in a channel, oldest first."""
        return _in_order(await self._page(channel_id, before=check_id(post_id), per_page=size))

    async def newest_posts(self, channel_id: str, page: int, size: int) -> Sequence[ChatPost]:
        """Return a page (from 0) of a channel’s posts, newest first; fewer than ``size`` (at most 200) are the last."""
        return await self._page(channel_id, page=page, per_page=size)

    async def _page(self, channel_id: str, **params: object) -> Sequence[ChatPost]:
        return _posts_asked_for(await self._posts.get_posts_for_channel(check_id(channel_id), params))

    async def posts_by(self, username: str) -> Sequence[ChatPost]:
        """Search for somebody’s posts in the team’s channels of the bot, newest first, some hundred at most. Refused if
        the server’s search is switched off."""
        if not _NAME.fullmatch(username):
            raise ChatError(400, "bad_name")
        wanted = {"terms": f"from:{username}", "is_or_search": False, "time_zone_offset": 0}
        return _posts_asked_for(await self._posts.search_for_team_posts(await self.team_id(), wanted))


class PostCalls(PostReads):
    """Writing of posts and what belongs to them."""

    async def post(
        self, channel_id: str, message: str, props: Mapping[str, Any], pending_post_id: str, root_id: str = ""
    ) -> str:
        """Post in a channel and return the post’s id; the same ``pending_post_id`` within 30 s posts once."""
        post = {"channel_id": check_id(channel_id), "message": message, "props": props}
        post |= {"pending_post_id": pending_post_id} | ({"root_id": root_id} if root_id else {})
        return wire.read(wire.Identified, await self._posts.create_post(post)).id

    async def post_files(self, post: NewPost) -> ChatPost:
        """Post with uploaded files; files that the answer does not list were dropped by the server."""
        wanted = {"channel_id": check_id(post.channel_id), "message": post.message, "props": post.props}
        wanted |= {"pending_post_id": post.pending_post_id, "file_ids": list(post.file_ids)}
        wanted |= {"root_id": post.root_id} if post.root_id else {}
        return wire.read(wire.Post, await self._posts.create_post(wanted)).value

    async def rewrite(self, post_id: str, message: str, props: Mapping[str, Any]) -> None:
        """Replace the text and all the props of a post of the bot’s."""
        await self._posts.patch_post(check_id(post_id), {"message": message, "props": props})

    async def delete(self, post_id: str) -> None:
        """Delete a post; harmless if it is gone. The buttons of the bot’s own are removed first, because servers send
        the whole deleted post, links included, to the channel (11.6)."""
        await self._take_buttons(post_id)
        try:
            await self._posts.delete_post(check_id(post_id))
        except ChatError as error:
            if error.status == 403 and await self._stands(post_id):
                raise
            if error.status not in {403, 404}:
                raise

    async def _take_buttons(self, post_id: str) -> None:
        try:
            post = await self.read_post(post_id)
            if post.user_id == (await self.me()).id and post.props.get("attachments"):
                await self._posts.patch_post(check_id(post_id), {"props": {}})
        except ChatError as error:
            if error.may_pass:
                raise

    async def _stands(self, post_id: str) -> bool:
        """Return whether a post exists: old servers answer « forbidden » for a deleted one."""
        try:
            await self.read_post(post_id)
        except ChatError as error:
            return error.status != 404
        return True

    async def pin(self, post_id: str) -> None:
        """Pin a post to its channel."""
        await self._posts.pin_post_to_channel(check_id(post_id))

    async def unpin(self, post_id: str) -> None:
        """Unpin a post."""
        await self._posts.unpin_post_to_channel(check_id(post_id))

    async def react(self, post_id: str, emoji: str) -> None:
        """Put an emoji, named without colons, under a post."""
        wanted = {"user_id": (await self.me()).id, "post_id": check_id(post_id), "emoji_name": _emoji(emoji)}
        await self._reactions.create_reaction(wanted)

    async def unreact(self, post_id: str, emoji: str, user_id: str = "") -> None:
        """Remove an emoji of the bot’s or, for a system administrator, of somebody’s."""
        whose = check_id(user_id) if user_id else (await self.me()).id
        await self._reactions.delete_reaction(whose, check_id(post_id), _emoji(emoji))


def _emoji(name: str) -> str:
    if not _EMOJI.fullmatch(name):
        raise ChatError(400, "bad_emoji", refusal=Refusal.UNKNOWN_EMOJI)
    return name


def _posts_asked_for(answer: Any) -> Sequence[ChatPost]:
    """Return the readable posts of the list’s order, without the threads that come with replies."""
    listed = wire.read(wire.PostList, answer)
    found = {post.id: post.value for post in (listed.posts or {}).values() if post.stands}
    return [found[post_id] for post_id in listed.order or () if post_id in found]


def _posts_that_stand(answer: Any) -> Sequence[ChatPost]:
    """Return the readable posts of a list, oldest first."""
    listed = wire.read(wire.PostList, answer)
    return _in_order(post.value for post in (listed.posts or {}).values() if post.stands)


def _in_order(posts: Iterable[ChatPost]) -> Sequence[ChatPost]:
    return sorted(posts, key=lambda post: (post.create_at, post.id))
