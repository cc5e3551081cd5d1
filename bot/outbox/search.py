"""Looking for what an earlier try posted, whatever the bot’s clock says."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from bot.mattermost import Chat, ChatPost

PAGES = ((0, 20), (0, 200), (1, 200), (2, 200), (3, 200), (4, 200))
"""The pages looked at, each with its size: few posts first, 1000 at most."""
CLOCK_AHEAD_MAX = timedelta(days=1)
"""Beyond the first page, how far the bot’s clock may be ahead of Mattermost’s."""


async def posts_from(chat: Chat, channel_id: str, created_at: datetime) -> AsyncIterator[ChatPost]:
    """The posts of a channel back to when something was written down by the bot’s clock, newest first; some come twice.

    The newest are looked at in any case. Raises ChatError.
    """
    since = (created_at - CLOCK_AHEAD_MAX).timestamp() * 1000
    for page, size in PAGES:
        posts = await chat.newest_posts(channel_id, page, size)
        for post in posts:
            yield post
        if len(posts) < size or posts[-1].create_at < since:
            return
