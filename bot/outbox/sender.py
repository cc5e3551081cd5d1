"""Sending one message and the files it passes on, so that another try, here or elsewhere, never makes a second post."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from bot.errors import ChatError, Refusal
from bot.mattermost import ChatFile, ChatPost, Mattermost, NewPost
from bot.outbox.actions import FILE_REASONS, MARK, DeliveryResult, make_pending_id, perform, read_own_posts
from bot.tasks import loop_time
from bot.texts import render, typeset
from storage.outbox import Outgoing, TargetKind

FILE_NAME_MAX = 200
"""Bytes of a file’s name that a disk surely takes."""

Fresh = Callable[[], AbstractContextManager[Path]]
"""An empty folder for the length of a block."""
Keep = Callable[[Outgoing], Awaitable[None]]
"""Stores how far the delivery of a message has come."""


@dataclass(frozen=True, slots=True)
class FileCarrier:
    """Brings the files of a message to a channel, and notes in its row which ones before a post is made with them."""

    chat: Mattermost
    keep: Keep
    fresh: Fresh

    async def bring(self, message: Outgoing, channel_id: str) -> None:
        """Bring the files that are neither brought nor left behind. Raises ChatError for a failure that may pass."""
        content = message.content
        brought, left = content.setdefault("brought", {}), content.setdefault("left", {})
        limit = None
        for file_id in content["files"]:
            if file_id in brought or file_id in left:
                continue
            limit = limit if limit is not None else await self.chat.largest_file()
            await self._one(message, file_id, channel_id, limit)

    async def _one(self, message: Outgoing, file_id: str, channel_id: str, limit: int) -> None:
        name = ""
        try:
            info = await self.chat.file(file_id)
            name = info.name
            if info.size > limit:
                raise ChatError(413, "too_large")
            message.content["brought"][file_id] = await self._carry(info, channel_id, limit)
        except ChatError as error:
            if error.is_temporary:
                raise
            message.content["left"][file_id] = [name, FILE_REASONS.get(error.refusal or Refusal.UNKNOWN_FILE, "gone")]
        await self.keep(message)

    async def _carry(self, info: ChatFile, channel_id: str, limit: int) -> str:
        try:
            with self.fresh() as folder:
                path = folder / _safe_file_name(info.name)
                await self.chat.download(info.id, path, limit)
                return await self.chat.upload(channel_id, path)
        except OSError as error:  # this machine’s disk: it may have room again
            raise ChatError(0, type(error).__name__) from error

    async def leave_all(self, message: Outgoing) -> None:
        """Let a message go without its files, which Mattermost drops each time."""
        names = dict.fromkeys(message.content["files"], ("", "dropped"))
        message.content |= {"brought": {}, "left": names}
        await self.keep(message)


def text_with_failures(message: Outgoing) -> str:
    """Return the words of a message, with a line about the files that could not come with it."""
    words, left = str(message.content["message"]), list(message.content.get("left", {}).values())
    return f"{words}\n\n{typeset(render('fichier/left', left=left))}".strip() if left else words


def _safe_file_name(name: str) -> str:
    """Shorten a file’s name to what a disk takes, and keep its ending."""
    plain = PurePosixPath(name.replace("\\", "/")).name or "fichier"
    stem, dot, ending = plain.rpartition(".")
    room = FILE_NAME_MAX - len(f"{dot}{ending}".encode())
    if not stem or room <= 0:
        return plain.encode()[:FILE_NAME_MAX].decode(errors="ignore")
    return stem.encode()[:room].decode(errors="ignore") + dot + ending


INSIDE_FOR = 60.0
"""Seconds for which it is taken for granted that the bot is still in a channel."""
INSIDE_MAX = 5000
"""The most channels of which it is remembered that the bot is in them."""
DROPPED_MAX = 2
"""How often a post that Mattermost keeps without its files is made again; then it goes without."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Brings messages to Mattermost; ``porter`` brings their files."""

    chat: Mattermost
    porter: FileCarrier
    inside: dict[str, float] = field(default_factory=dict)
    """The channels in which the bot was found to be, and when (in the seconds of the event loop)."""

    async def send(self, message: Outgoing, *, again: bool) -> DeliveryResult:
        """Send a message; if a try may have been made before (``again``), search the channel first. Raises ChatError.

        (Within 30 seconds ``pending_post_id`` makes Mattermost itself recognise the message.)
        """
        match message.where:
            case TargetKind.POST:
                await self.chat.rewrite(message.target, message.content["message"], dict(message.content["props"]))
                return DeliveryResult(message.target)
            case TargetKind.ACT:
                return await perform(self.chat, message, again=again)
            case TargetKind.PERSON:
                return await self._say(message, await self.chat.direct_channel(message.target), again)
            case _:
                await self._must_be_in(message.target)
                return await self._say(message, message.target, again)

    async def _must_be_in(self, channel_id: str) -> None:
        """Raise ChatError if the bot is not in a channel: some servers let a bot that administers the team write
        there."""
        now = loop_time()
        if now - self.inside.get(channel_id, -INSIDE_FOR) < INSIDE_FOR:
            return
        if not await self.chat.is_in(channel_id):
            self.inside.pop(channel_id, None)
            raise ChatError(403, "bot_not_in_channel", refusal=Refusal.NOT_IN_CHANNEL)
        if len(self.inside) >= INSIDE_MAX:
            self.inside.clear()
        self.inside[channel_id] = now

    async def _say(self, message: Outgoing, channel_id: str, again: bool) -> DeliveryResult:
        found = await self._earlier(channel_id, message) if again else None
        if found is not None and not _is_whole(found, message):
            await self._take_away(found, message)
            found = None
        post_id = found.id if found else await self._post(message, channel_id)
        return await self._arrive(message, DeliveryResult(post_id, channel_id, found is not None))

    async def recognize(self, message: Outgoing, post: ChatPost) -> DeliveryResult | None:
        """Return what that post, seen in Mattermost, is for a message; None where it is not the whole of it. Raises
        ChatError."""
        if not _is_whole(post, message):
            return None
        return await self._arrive(message, DeliveryResult(post.id, post.channel_id, found=True))

    async def _arrive(self, message: Outgoing, arrival: DeliveryResult) -> DeliveryResult:
        if message.content.get("pinned"):
            await self.chat.pin(arrival.post_id)
        return arrival

    async def _earlier(self, channel_id: str, message: Outgoing) -> ChatPost | None:
        async for mark, post in read_own_posts(self.chat, channel_id, message.created_at):
            if mark == message.id:
                return post
        return None

    async def _post(self, message: Outgoing, channel_id: str) -> str:
        content, bot = message.content, await self.chat.me()
        props, root_id = content["props"] | {MARK: message.id}, content.get("root_id", "")
        if not content.get("files"):
            pending = make_pending_id(bot.id, message.id)
            return await self.chat.post(channel_id, content["message"], props, pending, root_id)
        while True:
            if content.get("dropped", 0) >= DROPPED_MAX:
                await self.porter.leave_all(message)
            await self.porter.bring(message, channel_id)
            pending = make_pending_id(bot.id, message.id, content.get("dropped", 0))
            brought = list(content["brought"].values())
            post = await self.chat.post_files(
                NewPost(channel_id, text_with_failures(message), props, pending, root_id, brought)
            )
            if _is_whole(post, message):
                return post.id
            await self._take_away(post, message)

    async def _take_away(self, post: ChatPost, message: Outgoing) -> None:
        """Delete a post that Mattermost made without its files, so that they are brought anew, or left for good."""
        message.content |= {"dropped": message.content.get("dropped", 0) + 1, "brought": {}}
        await self.porter.keep(message)
        await self.chat.delete(post.id)


def _is_whole(post: ChatPost, message: Outgoing) -> bool:
    """Return whether a post carries all files of its message but those left behind."""
    return len(post.file_ids) == len(message.content.get("files", ())) - len(message.content.get("left", {}))
