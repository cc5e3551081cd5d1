"""The bot’s own posts, seen in Mattermost: their messages have arrived, whatever became of who sent them."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

import structlog

from bot.errors import ChatError
from bot.mattermost import ChatPost
from bot.outbox.means import Means
from bot.outbox.sender import MARK
from storage.outbox import Mark, Outgoing

log = structlog.get_logger()

SENDERS_TURN = 1.0
"""Seconds in which who sent a message notes its delivery: hardly ever is there anything left to be done."""
ECHOES_MAX = 1000
"""So many posts are remembered for that long; what is beyond is found when its lease ends."""


class Echoes:
    """``hear`` gathers posts and notes them a moment later, ``note`` does it at once; twice does no harm."""

    def __init__(self, means: Means) -> None:
        self._m = means
        self._heard: OrderedDict[str, ChatPost] = OrderedDict()
        self._some = asyncio.Event()

    def hear(self, post: ChatPost) -> None:
        """Remember a post of the bot’s own."""
        if not (message_id := _message_id(post)):
            return
        self._heard[message_id] = post
        if len(self._heard) > ECHOES_MAX:
            self._heard.popitem(last=False)
        self._some.set()

    async def run(self) -> None:
        """Note what was heard of, for ever."""
        while True:
            await self._some.wait()
            await asyncio.sleep(SENDERS_TURN)
            self._some.clear()
            heard, self._heard = self._heard, OrderedDict()
            try:
                await self._note_all(heard)
            except Exception:
                log.warning("echoes_not_noted", count=len(heard), exc_info=True)  # each is due when its lease ends
            self._m.news.set()  # who noted one of them may be gone before it tells the sender

    async def note(self, post: ChatPost) -> str:
        """See to it that its message is noted, and give its id; empty where it is none of the outbox. Raises
        ChatError."""
        message_id = _message_id(post)
        if message_id:
            await self._note_all({message_id: post})
        return message_id

    async def _note_all(self, posts: Mapping[str, ChatPost]) -> None:
        for message in await self._m.rows.unnoted(list(posts)):
            await self._note(message, posts[message.id])

    async def _note(self, message: Outgoing, post: ChatPost) -> None:
        try:
            arrival = await self._m.sender.recognize(message, post)
        except ChatError as error:
            if error.may_pass:
                raise
            return  # its sender is told the same
        if arrival is not None:
            await self._m.rows.note(Mark(message.id, arrival.post_id, arrival.channel_id))


def _message_id(post: ChatPost) -> str:
    return str(post.props.get(MARK) or "")
