"""Sending one message, so that another try, here or elsewhere, never makes a second post."""

from bot.mattermost import Chat
from bot.outbox.search import posts_from
from storage.outbox import Outgoing, Where

MARK = "coop_id"
"""The prop by which a post tells which message it is."""


async def send(chat: Chat, message: Outgoing, *, again: bool) -> tuple[str, bool]:
    """The id of the post, and whether an earlier try had made it.

    ``again`` says that a try may have been made before: the channel is searched first. (Within 30 seconds
    ``pending_post_id`` makes Mattermost itself recognise the message.) Raises ChatError.
    """
    text, props = str(message.content["message"]), dict(message.content["props"])
    if message.where is Where.POST:
        await chat.rewrite(message.target, text, props)
        return message.target, False
    person = message.where is Where.PERSON
    channel_id = await chat.direct_channel(message.target) if person else message.target
    bot = await chat.me()
    if again and (found := await _earlier(chat, channel_id, bot.id, message)):
        return found, True
    return await chat.post(channel_id, text, props | {MARK: message.id}, f"{bot.id}:{message.id}"), False


async def _earlier(chat: Chat, channel_id: str, bot_id: str, message: Outgoing) -> str | None:
    async for post in posts_from(chat, channel_id, message.created_at):
        if post.user_id == bot_id and post.props.get(MARK) == message.id:
            return post.id
    return None
