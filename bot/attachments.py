"""Files that somebody sent to the bot, or that a message has: offered in a window, and checked."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import islice

from bot.context import ReadingContext
from bot.errors import ChatError, unless_refused_for_good
from bot.french.words import NBSP, group, plural
from bot.mattermost import ChatFile, ChatPost, ChatReader
from config.text import cut

FRESH = timedelta(days=1)
"""How long the files that somebody sent to the bot are offered to them."""
LOOKED_THROUGH = 30
"""In how many of the newest messages of a direct channel files are looked for."""
PATIENCE = 1.5
"""Seconds after which the window opens without offering them: a click opens it for three."""
NAME_MAX = 60


async def list_recent_files(ctx: ReadingContext) -> Mapping[str, str]:
    """Return the person’s last messages with files to the bot, by id, for a choice; empty if Mattermost is slow."""
    try:
        async with asyncio.timeout(PATIENCE):
            post = await find_newest_files(ctx)
            return {post.id: await describe_files(ctx, post)} if post else {}
    except (ChatError, TimeoutError):
        return {}


async def find_newest_files(ctx: ReadingContext) -> ChatPost | None:
    """Find the last message with files that the person sent to the bot, if it is fresh."""
    return next(iter(await find_newest_posts(ctx, 1)), None)


async def find_newest_posts(ctx: ReadingContext, most: int) -> list[ChatPost]:
    """Find the last fresh messages with files that the person sent to the bot, the newest first."""
    channel = await ctx.chat.direct_channel(ctx.user.id)
    posts = await ctx.chat.newest_posts(channel, 0, LOOKED_THROUGH)
    found = (post for post in posts if post.user_id == ctx.user.id and post.file_ids)
    return list(islice((post for post in found if ctx.now - post.posted_at < FRESH), most))


async def describe_files(ctx: ReadingContext, post: ChatPost) -> str:
    """Describe the files of a message for a choice: « programme.pdf et 2 autres, de votre message de 14 h 02 »."""
    first = cut((await ctx.chat.file(post.file_ids[0])).name, NAME_MAX)
    more = len(post.file_ids) - 1
    at = post.posted_at.astimezone(ctx.zone)
    whose = "votre message" if post.user_id == ctx.user.id else "ce message"
    named = f"{first} et {plural(more, 'autre')}" if more else first
    return f"{named}, de {whose} de {at.hour}{NBSP}h{NBSP}{at.minute:02}"


async def read_files(chat: ChatReader, ids: Sequence[str]) -> Sequence[ChatFile | None]:
    """Read the metadata of files; None for each one that was deleted."""
    return [await find_file(chat, ident) for ident in ids]


async def find_file(chat: ChatReader, ident: str) -> ChatFile | None:
    """Read the metadata of a file; None if it was deleted."""
    return await unless_refused_for_good(chat.file(ident))


def say_size(size: int) -> str:
    """Write a size in megabytes (millions of bytes), at least one."""
    return f"{group(max(1, round(size / 1_000_000)))}{NBSP}Mo"
