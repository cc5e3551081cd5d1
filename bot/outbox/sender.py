"""Sending one message, so that another try, here or elsewhere, never makes a second post."""

import asyncio
from dataclasses import dataclass, field

from bot.errors import ChatError
from bot.mattermost import Chat, ChatPost, NewPost
from bot.outbox.acting import Arrival, perform
from bot.outbox.bringing import Porter, text_of
from bot.outbox.search import posts_from
from bot.refusals import Refusal
from storage.outbox import Outgoing, Where

MARK = "coop_id"
"""The prop by which a post tells which message it is."""
INSIDE_FOR = 60.0
"""Seconds for which it is taken for granted that the bot is still in a channel."""
INSIDE_MAX = 5000
"""Channels of which that is remembered."""
DROPPED_MAX = 2
"""So often a post is made that Mattermost keeps without its files; then it goes without."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Brings messages to Mattermost; the porter brings the files of others."""

    chat: Chat
    porter: Porter
    inside: dict[str, float] = field(default_factory=dict)
    """The channels in which the bot was found to be, and when (in the seconds of the event loop)."""

    async def send(self, message: Outgoing, *, again: bool) -> Arrival:
        """``again`` says that a try may have been made before: the channel is searched first. Raises ChatError.

        (Within 30 seconds ``pending_post_id`` makes Mattermost itself recognise the message.)
        """
        match message.where:
            case Where.POST:
                await self.chat.rewrite(message.target, message.content["message"], dict(message.content["props"]))
                return Arrival(message.target)
            case Where.ACT:
                return await perform(self.chat, message, again=again)
            case Where.PERSON:
                return await self._say(message, await self.chat.direct_channel(message.target), again)
            case _:
                await self._must_be_in(message.target)
                return await self._say(message, message.target, again)

    async def _must_be_in(self, channel_id: str) -> None:
        """Some servers let a bot that administers the team write in private channels of others. Raises ChatError."""
        now = asyncio.get_running_loop().time()
        if now - self.inside.get(channel_id, -INSIDE_FOR) < INSIDE_FOR:
            return
        if not await self.chat.is_in(channel_id):
            self.inside.pop(channel_id, None)
            raise ChatError(403, "bot_not_in_channel", refusal=Refusal.NOT_IN_CHANNEL)
        if len(self.inside) >= INSIDE_MAX:
            self.inside.clear()
        self.inside[channel_id] = now

    async def _say(self, message: Outgoing, channel_id: str, again: bool) -> Arrival:
        found = await self._earlier(channel_id, message) if again else None
        if found is not None and not _is_whole(found, message):
            await self._take_away(found, message)
            found = None
        post_id = found.id if found else await self._post(message, channel_id)
        return await self._arrive(message, Arrival(post_id, channel_id, found is not None))

    async def recognize(self, message: Outgoing, post: ChatPost) -> Arrival | None:
        """What that post, seen in Mattermost, is for a message; None where it is not the whole of it. Raises
        ChatError."""
        if not _is_whole(post, message):
            return None
        return await self._arrive(message, Arrival(post.id, post.channel_id, found=True))

    async def _arrive(self, message: Outgoing, arrival: Arrival) -> Arrival:
        if message.content.get("pinned"):
            await self.chat.pin(arrival.post_id)
        return arrival

    async def _earlier(self, channel_id: str, message: Outgoing) -> ChatPost | None:
        bot = await self.chat.me()
        async for post in posts_from(self.chat, channel_id, message.created_at):
            if post.user_id == bot.id and post.props.get(MARK) == message.id:
                return post
        return None

    async def _post(self, message: Outgoing, channel_id: str) -> str:
        content, bot = message.content, await self.chat.me()
        props, pending = content["props"] | {MARK: message.id}, f"{bot.id}:{message.id}"
        root_id = content.get("root_id", "")
        if not content.get("files"):
            return await self.chat.post(channel_id, content["message"], props, pending, root_id)
        while True:
            if content.get("dropped", 0) >= DROPPED_MAX:
                await self.porter.leave_all(message)
            await self.porter.bring(message, channel_id)
            # A post taken away would be found again by its pending id.
            pending = f"{bot.id}:{message.id}:{content.get('dropped', 0)}"
            brought = list(content["brought"].values())
            post = await self.chat.post_files(NewPost(channel_id, text_of(message), props, pending, root_id, brought))
            if _is_whole(post, message):
                return post.id
            await self._take_away(post, message)

    async def _take_away(self, post: ChatPost, message: Outgoing) -> None:
        """Mattermost made it without its files: they are brought anew, or left for good."""
        message.content |= {"dropped": message.content.get("dropped", 0) + 1, "brought": {}}
        await self.porter.keep(message)
        await self.chat.delete(post.id)


def _is_whole(post: ChatPost, message: Outgoing) -> bool:
    """Whether it carries all files but those left behind."""
    return len(post.file_ids) == len(message.content.get("files", ())) - len(message.content.get("left", {}))
