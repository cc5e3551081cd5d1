"""Channels: finding them, making them, changing them; their posts and files: written, read, rewritten, taken away,
pinned; uploaded and fetched."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.errors import ChatError, Refusal, unless_refused
from bot.mattermost import wire
from bot.mattermost.client import PAGE_ROWS, Calls, check_id, read_pages
from bot.mattermost.wire import ChatChanges, ChatChannel, ChatFile, ChatPost, ChatReaction, NewPost

REMEMBERED_CHANNELS = 5000

# What every version takes: old ones refuse one letter and a dash at the end, new ones what looks like a group’s name.
_NAME = re.compile(r"(?![0-9a-f]{40}$|[a-z0-9]{26}__[a-z0-9]{26}$)[a-z0-9][a-z0-9_-]{0,62}[a-z0-9]")
_ASKED_FOR = re.compile(r"[a-z0-9_-]{1,64}")
_NO_NAME = "api.context.invalid_url_param.app_error"
"""What a server says that no channel of its can have: those of one letter, or with a dash at an end, differ."""


class ChannelReads(Calls):
    """Finding channels."""

    async def channel(self, channel_id: str) -> ChatChannel:
        """A channel by id, archived or not; a private one only if the bot is in it."""
        return wire.read(wire.Channel, await self._channels.get_channel(check_id(channel_id))).value

    async def channel_by_name(self, name: str, *, archived: bool = False) -> ChatChannel | None:
        """The team’s channel of that name, perhaps a private one in which the bot is not (``is_in``); None when the bot
        sees none, or an archived one that is not wanted."""
        if not _ASKED_FOR.fullmatch(name.lower()):
            return None
        path = f"/teams/{await self.team_id()}/channels/name/{name.lower()}"
        params = {"include_deleted": "true"} if archived else None
        try:
            return wire.read(wire.Channel, await self.client.get(path, params=params)).value
        except ChatError as error:
            if error.refusal is Refusal.UNKNOWN_CHANNEL or error.error_id == _NO_NAME:
                return None
            raise

    async def public_channels(self) -> AsyncIterator[Sequence[ChatChannel]]:
        """The team’s public channels by title, those without the bot too."""
        async for page in read_pages(wire.Channel, partial(self._channels.get_public_channels, await self.team_id())):
            yield page

    async def own_channels(self) -> Sequence[ChatChannel]:
        """The team’s channels in which the bot is, private ones too; no server gives them in pages."""
        return [c.value for c in await self._all_own() if c.type in {"O", "P"}]

    async def direct_channels(self) -> Mapping[str, int]:
        """The bot’s direct channels by id, and when something was last said in each (ms since 1970)."""
        return {c.id: c.last_post_at for c in await self._all_own() if c.type == "D"}

    async def _all_own(self) -> Sequence[wire.Channel]:
        answer = await self._channels.get_channels_for_user("me", await self.team_id())
        return wire.rows(wire.Channel, answer)

    async def direct_channel(self, user_id: str) -> str:
        """The id of the direct channel with somebody, made at need; shown to nobody before a post is in it."""
        if user_id in self._direct:
            self._direct.move_to_end(user_id)
            return self._direct[user_id]
        pair = [(await self.me()).id, check_id(user_id)]
        made = wire.read(wire.Identified, await self._channels.create_direct_message_channel(pair))
        self._direct[user_id] = made.id
        if len(self._direct) > REMEMBERED_CHANNELS:
            self._direct.popitem(last=False)
        return made.id


class ChannelCalls(ChannelReads):
    """Making channels, and changing them."""

    async def create_channel(
        self, name: str, display_name: str, *, private: bool = False, header: str = "", purpose: str = ""
    ) -> ChatChannel:
        """Make a channel of the team, which the bot administers; not twice: the second is refused as « name taken »."""
        _check(name, display_name)
        wanted = {"name": name, "display_name": display_name, "header": header, "purpose": purpose}
        place = {"team_id": await self.team_id(), "type": "P" if private else "O"}
        return wire.read(wire.Channel, await self._channels.create_channel(wanted | place)).value

    async def change_channel(
        self,
        channel_id: str,
        *,
        name: str | None = None,
        display_name: str | None = None,
        header: str | None = None,
        purpose: str | None = None,
    ) -> ChatChannel:
        """Change what is given; each change but that of the name is said in the channel."""
        _check(name, display_name)
        texts = {"name": name, "display_name": display_name, "header": header, "purpose": purpose}
        wanted = {field: text for field, text in texts.items() if text is not None}
        if not wanted:  # which 11.6 refuses
            return await self.channel(channel_id)
        if name is not None:
            await self._must_not_be_default(channel_id, name)
        try:
            return wire.read(wire.Channel, await self._channels.patch_channel(check_id(channel_id), wanted)).value
        except ChatError as error:
            raise await self._tell_apart(error, channel_id) from error

    async def _must_not_be_default(self, channel_id: str, name: str) -> None:
        """5.37 lets any member rename town-square, and nobody can leave the team any more."""
        channel = await self.channel(channel_id)
        if channel.is_default and name != channel.name:
            raise ChatError(400, "api.channel.update_channel.tried.app_error")

    async def _tell_apart(self, error: ChatError, channel_id: str) -> ChatError:
        """5.37 has one id for « archived » and « name taken »."""
        if error.error_id != "app.channel.update.bad_id" or (await self.channel(channel_id)).archived:
            return error
        return ChatError(error.status, error.error_id, refusal=Refusal.NAME_TAKEN)

    async def archive_channel(self, channel_id: str) -> None:
        """Put a channel away: it can be read, but not written in."""
        await unless_refused(self._channels.delete_channel(check_id(channel_id)), None, {Refusal.ARCHIVED})

    async def restore_channel(self, channel_id: str) -> None:
        """Take a channel out of the archive; takes an administrator of the team."""
        try:
            await self._channels.restore_channel(check_id(channel_id))
        except ChatError as error:
            if error.error_id != "api.channel.restore_channel.restored.app_error":
                raise

    async def convert_channel(self, channel_id: str, *, private: bool) -> None:
        """Make a channel private or public; takes an administrator of the team."""
        path = f"/channels/{check_id(channel_id)}/privacy"
        if not await self._is_so(channel_id, private=private):
            await self.client.put(path, {"privacy": "P" if private else "O"})

    async def _is_so(self, channel_id: str, *, private: bool) -> bool:
        """Whether a channel is known to be private, or public: to say it again would be said there again."""
        # Who administers the team converts what they may not read.
        channel = await unless_refused(self.channel(channel_id), None, {Refusal.FORBIDDEN})
        return channel is not None and channel.is_private == private


def _check(name: str | None, display_name: str | None) -> None:
    """Refuse what some versions refuse, some as a fault of their own, and some take to nobody’s joy."""
    if (name is not None and not _NAME.fullmatch(name)) or (display_name is not None and not display_name.strip()):
        raise ChatError(400, "bad_name", refusal=Refusal.BAD_NAME)


class _Settings(BaseModel):
    """Of what every client is told of the server’s settings, all of it in texts."""

    MaxFileSize: int


class FileReads(Calls):
    """What is known of files, and what is in them."""

    async def file(self, file_id: str) -> ChatFile:
        """What a file is; ``ChatPost.file_ids`` names those of a post."""
        return wire.read(wire.FileInfo, await self._files.get_file_metadata(check_id(file_id))).value

    async def largest_file(self) -> int:
        """FileSettings.MaxFileSize, as every client is told (5.37 to 11.2)."""
        return wire.read(_Settings, await self.client_settings()).MaxFileSize

    async def download(self, file_id: str, path: Path, limit: int) -> None:
        """Write a file to ``path``, which is new, as it comes; refused as too large beyond ``limit`` bytes. A failure
        leaves nothing there. Raises OSError where the disk does not take it."""
        await self.client.download(f"/files/{check_id(file_id)}", path, limit)


class FileCalls(FileReads):
    """Files that are given."""

    async def upload(self, channel_id: str, path: Path) -> str:
        """Give a file, under its own name, to a channel and return its id; it stays loose until a post carries it."""
        return wire.read(wire.Upload, await self.client.upload(check_id(channel_id), path)).file_infos[0].id


LISTED = 1000
"""How many posts a server lists at most as changed since an instant (docs/mattermost.md §5.2)."""
_USER_NAME = re.compile(r"[a-z0-9._-]{1,64}")
_EMOJI = re.compile(r"[a-zA-Z0-9+_-]{1,64}")


class PostReads(Calls):
    """Posts and what stands under them."""

    async def reactions(self, post_id: str) -> Sequence[ChatReaction]:
        """The emojis under a post."""
        answer = await self.client.get(f"/posts/{check_id(post_id)}/reactions")  # the driver’s own path is a wrong one
        return wire.values(wire.Reaction, answer)

    async def read_post(self, post_id: str) -> ChatPost:
        """A post by id; refused as unknown once it is deleted."""
        post = wire.read(wire.Post, await self._posts.get_post(check_id(post_id)))
        if not post.stands:
            raise ChatError(404, "app.post.get.app_error", refusal=Refusal.UNKNOWN_POST)
        return post.value

    async def thread(self, post_id: str) -> Sequence[ChatPost]:
        """The thread that a post begins or belongs to, oldest first; a post without answers alone."""
        return _posts_that_stand(await self._posts.get_thread(check_id(post_id)))

    async def changes(self, channel_id: str, since_ms: int) -> ChatChanges:
        """What was posted, changed or taken away in a channel from that instant on."""
        # What changed after the moment before; the server takes 0 for « no since ».
        params = {"since": max(1, since_ms - 1)}
        listed = wire.read(wire.PostList, await self._posts.get_posts_for_channel(check_id(channel_id), params))
        # Old texts of what was edited are no posts; the threads of answers that come along did not change.
        found = [p for p in (listed.posts or {}).values() if not p.original_id and p.since(since_ms)]
        return ChatChanges(_in_order(post.value for post in found), len(listed.order or ()) < LISTED)

    async def posts_after(self, channel_id: str, post_id: str) -> Sequence[ChatPost]:
        """What stands in a channel after a post, oldest first; fewer than 200 are the last."""
        return _in_order(await self._page(channel_id, after=check_id(post_id), per_page=PAGE_ROWS))

    async def posts_before(self, channel_id: str, post_id: str, size: int) -> Sequence[ChatPost]:
        """The ``size`` posts (200 at most) that stand in a channel before a post, oldest first."""
        return _in_order(await self._page(channel_id, before=check_id(post_id), per_page=size))

    async def newest_posts(self, channel_id: str, page: int, size: int) -> Sequence[ChatPost]:
        """A page (from 0) of what stands in a channel, newest first; fewer than ``size`` (200 at most) are the last."""
        return await self._page(channel_id, page=page, per_page=size)

    async def _page(self, channel_id: str, **params: object) -> Sequence[ChatPost]:
        return _posts_asked_for(await self._posts.get_posts_for_channel(check_id(channel_id), params))

    async def posts_by(self, username: str) -> Sequence[ChatPost]:
        """What somebody wrote in the team’s channels that the bot is in, newest first: some hundred at most. Refused
        where the server’s search is switched off."""
        if not _USER_NAME.fullmatch(username):
            raise ChatError(400, "bad_name")
        wanted = {"terms": f"from:{username}", "is_or_search": False, "time_zone_offset": 0}
        return _posts_asked_for(await self._posts.search_for_team_posts(await self.team_id(), wanted))


class PostCalls(PostReads):
    """Writing posts, and changing what is theirs."""

    async def post(
        self, channel_id: str, message: str, props: Mapping[str, Any], pending_post_id: str, root_id: str = ""
    ) -> str:
        """Write in a channel and return the post’s id; the same ``pending_post_id`` within 30 s posts once."""
        post = {"channel_id": check_id(channel_id), "message": message, "props": props}
        post |= {"pending_post_id": pending_post_id} | ({"root_id": root_id} if root_id else {})
        return wire.read(wire.Identified, await self._posts.create_post(post)).id

    async def post_files(self, post: NewPost) -> ChatPost:
        """Make a post, with uploaded files; those that the answer does not name the server dropped."""
        wanted = {"channel_id": check_id(post.channel_id), "message": post.message, "props": post.props}
        wanted |= {"pending_post_id": post.pending_post_id, "file_ids": list(post.file_ids)}
        wanted |= {"root_id": post.root_id} if post.root_id else {}
        return wire.read(wire.Post, await self._posts.create_post(wanted)).value

    async def rewrite(self, post_id: str, message: str, props: Mapping[str, Any]) -> None:
        """Replace the text and all the props of a post of the bot’s."""
        await self._posts.patch_post(check_id(post_id), {"message": message, "props": props})

    async def delete(self, post_id: str) -> None:
        """Take away a post; nothing happens when it is gone. The buttons of the bot’s own go first: servers tell the
        channel of what is deleted with all that their links carry (11.6)."""
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
        """Whether a post is there: old servers say « forbidden » of one that is gone."""
        try:
            await self.read_post(post_id)
        except ChatError as error:
            return error.status != 404
        return True

    async def pin(self, post_id: str) -> None:
        """Pin a post to its channel."""
        await self._posts.pin_post_to_channel(check_id(post_id))

    async def unpin(self, post_id: str) -> None:
        """Pin a post no more."""
        await self._posts.unpin_post_to_channel(check_id(post_id))

    async def react(self, post_id: str, emoji: str) -> None:
        """Put an emoji, named without colons, under a post."""
        wanted = {"user_id": (await self.me()).id, "post_id": check_id(post_id), "emoji_name": _emoji(emoji)}
        await self._reactions.create_reaction(wanted)

    async def unreact(self, post_id: str, emoji: str, user_id: str = "") -> None:
        """Take back an emoji of the bot’s or, for a system admin, of somebody’s."""
        whose = check_id(user_id) if user_id else (await self.me()).id
        await self._reactions.delete_reaction(whose, check_id(post_id), _emoji(emoji))


def _emoji(name: str) -> str:
    if not _EMOJI.fullmatch(name):
        raise ChatError(400, "bad_emoji", refusal=Refusal.UNKNOWN_EMOJI)
    return name


def _posts_asked_for(answer: Any) -> Sequence[ChatPost]:
    """The posts that were asked for and can be read now, in their order: the threads of answers come beside them."""
    listed = wire.read(wire.PostList, answer)
    found = {post.id: post.value for post in (listed.posts or {}).values() if post.stands}
    return [found[post_id] for post_id in listed.order or () if post_id in found]


def _posts_that_stand(answer: Any) -> Sequence[ChatPost]:
    """The posts of a list that can be read now, oldest first."""
    listed = wire.read(wire.PostList, answer)
    return _in_order(post.value for post in (listed.posts or {}).values() if post.stands)


def _in_order(posts: Iterable[ChatPost]) -> Sequence[ChatPost]:
    return sorted(posts, key=lambda post: (post.create_at, post.id))
