"""The bot’s own posts, each with a mark by which any other try finds it, here or elsewhere: none is made twice."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from bot.errors import Refusal
from bot.mattermost import ChatPost, Mattermost

MARK = "coop_id"
"""The prop by which a post tells which message it is, or which part of an order of files."""
FILE_REASONS = {Refusal.SWITCHED_OFF: "off", Refusal.TOO_LARGE: "large", Refusal.FORBIDDEN: "forbidden"}
"""Why a file cannot come, in a word that the templates know."""
PAGES = ((0, 20), (0, 200), (1, 200), (2, 200), (3, 200), (4, 200))
"""The pages looked at, each with its size: few posts first, 1000 at most."""
CLOCK_AHEAD_MAX = timedelta(days=1)
"""Beyond the first page, how far the bot’s clock may be ahead of Mattermost’s."""


async def read_own_posts(
    chat: Mattermost, channel_id: str, created_at: datetime
) -> AsyncIterator[tuple[str, ChatPost]]:
    """The bot’s posts of a channel, each after its mark (empty where it has none), back to when something was written
    down by the bot’s clock, newest first; some come twice.

    The newest posts are looked at in any case. Raises ChatError.
    """
    bot = await chat.me()
    since = (created_at - CLOCK_AHEAD_MAX).timestamp() * 1000
    for page, size in PAGES:
        posts = await chat.newest_posts(channel_id, page, size)
        for post in posts:
            if post.user_id == bot.id:
                yield read_mark(post), post
        if len(posts) < size or posts[-1].create_at < since:
            return


def read_mark(post: ChatPost) -> str:
    """The mark of a post; empty where it has none."""
    return str(post.props.get(MARK) or "")


def make_pending_id(bot_id: str, mark: str, dropped: int | None = None) -> str:
    """The id by which Mattermost itself recognizes a post that is sent twice within 30 seconds.

    ``dropped`` counts the posts with that mark which were taken away since they had lost their files: by the same id
    those would be found again.
    """
    made = f"{bot_id}:{mark}"
    return made if dropped is None else f"{made}:{dropped}"
