"""What Mattermost says in a channel, in the bot’s name, of what the bot did there: no route of it is silent."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple

from bot.errors import ChatError
from bot.mattermost import Chat, ChatChannel

LOOKS = (0.0, 0.1, 0.3, 0.6)
"""Seconds before each look: servers write it a moment after they have answered."""
NEWEST = 30
"""Posts among which it is looked for: people may write meanwhile."""
CHANGES = frozenset({"system_header_change", "system_purpose_change", "system_displayname_change"})
"""The types of posts by which Mattermost tells what of a channel was changed."""


class Notice(NamedTuple):
    """A system message: its type, and the prop that says whom it is about."""

    type: str
    prop: str


ADDED = Notice("system_add_to_channel", "addedUserId")
REMOVED = Notice("system_remove_from_channel", "removedUserId")


async def hush(chat: Chat, notice: Notice, channel_id: str, user_ids: Collection[str]) -> None:
    """Take away what is said of these people, which stands under the bot’s own name.

    Where the bot may not, or finds nothing, it stays; raises ChatError only for what may pass.
    """
    try:
        await _hush(chat, notice, channel_id, set(user_ids))
    except ChatError as error:
        if error.may_pass:
            raise


async def _hush(chat: Chat, notice: Notice, channel_id: str, about: set[str]) -> None:
    me = (await chat.me()).id
    for wait in LOOKS:
        await asyncio.sleep(wait)
        for post in await chat.newest_posts(channel_id, 0, NEWEST):
            whom = str(post.props.get(notice.prop, ""))
            if (post.user_id, post.type) == (me, notice.type) and whom in about:
                await chat.delete(post.id)
                about.discard(whom)
        if not about:
            return


async def hush_changes(chat: Chat, changed: ChatChannel) -> None:
    """Take away the lines « … updated the channel header » that Mattermost wrote just now.

    They leave a channel unread for all its people. A courtesy: where one cannot be read or deleted, it stays.
    """
    with suppress(ChatError):
        me = (await chat.me()).id
        for post in await chat.newest_posts(changed.id, 0, NEWEST):
            if post.user_id == me and post.type in CHANGES and post.create_at >= changed.update_at:
                await chat.delete(post.id)
