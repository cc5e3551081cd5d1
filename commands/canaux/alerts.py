"""Alerts in the animateurs’ channel: each is rewritten, without its buttons, once what it tells of is so no more."""

from collections.abc import Sequence

from bot.context import Context
from bot.replies import Refresh, Reply
from bot.texts import Markdown
from storage import claims

CLOSED = "canaux.alert"
"""The scope of the claims of posts that are dealt with."""


async def close(ctx: Context, topic: str, text: Markdown) -> Sequence[Reply]:
    """Say that it is over, if the last alert on that topic is still open."""
    return [Refresh(text, topic=topic)] if await settle(ctx, topic) else []


async def settle(ctx: Context, topic: str) -> bool:
    """The last alert on that topic is dealt with; False where there is none, or it was before."""
    posts = await ctx.posts_about(topic)
    return bool(posts) and await claims.claim(ctx.db, CLOSED, posts[0].post_id, ctx.now)
