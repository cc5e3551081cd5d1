"""What comes from a message that stands already: its words and its files, for who may read it themselves."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.context import Context
from bot.errors import ChatError
from bot.french.words import NBSP, group, plural
from bot.mattermost import ChatFile, ChatPost, ChatReader
from bot.texts import escape
from bot.writer import FILES_MAX

TOTAL_MAX = 50_000_000
"""Bytes of all files of an announcement: each channel gets a copy of its own."""
FRESH = timedelta(days=1)
"""How long the files that somebody sent to the bot are offered to them."""
LOOKED_THROUGH = 30
"""In how many of the newest messages of a direct channel files are looked for."""
PATIENCE = 1.5
"""Seconds after which the window opens without offering them: a click opens it for three."""


async def offers(ctx: Context) -> Mapping[str, str]:
    """The last files that the person sent to the bot, to be chosen by the id of their message; nothing while
    Mattermost takes its time."""
    try:
        async with asyncio.timeout(PATIENCE):
            post = await _newest(ctx)
            return {post.id: await offer(ctx, post)} if post else {}
    except (ChatError, TimeoutError):
        return {}


async def _newest(ctx: Context) -> ChatPost | None:
    channel = await ctx.chat.direct_channel(ctx.user.id)
    posts = await ctx.chat.newest_posts(channel, 0, LOOKED_THROUGH)
    found = (post for post in posts if post.user_id == ctx.user.id and post.file_ids)
    return next((post for post in found if ctx.now - _written(post) < FRESH), None)


async def offer(ctx: Context, post: ChatPost) -> str:
    """How the files of a message are offered: « programme.pdf et 2 autres, de votre message de 14 h 02 »."""
    first = (await ctx.chat.file(post.file_ids[0])).name
    more = len(post.file_ids) - 1
    at = _written(post).astimezone(ctx.zone)
    whose = "votre message" if post.user_id == ctx.user.id else "ce message"
    named = f"{_short(first)} et {plural(more, 'autre')}" if more else _short(first)
    return f"{named}, de {whose} de {at.hour}{NBSP}h{NBSP}{at.minute:02}"


def _written(post: ChatPost) -> datetime:
    return datetime.fromtimestamp(post.create_at / 1000, UTC)


def _short(name: str, most: int = 60) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


async def files_of(ctx: Context, ids: Sequence[str]) -> dict[str, str]:
    """The names of files that can go with an announcement, by id. Raises ValueError, with a French sentence, for
    those that cannot."""
    if len(ids) > FILES_MAX:
        raise ValueError(f"Ce message a {len(ids)} fichiers ; une annonce en porte {FILES_MAX} au plus.")
    files = [await _file(ctx.chat, ident) for ident in ids]
    if None in files:
        raise ValueError("Un de ces fichiers a été supprimé depuis : envoyez-les de nouveau au bot.")
    found = [file for file in files if file]
    largest = await ctx.chat.largest_file() if found else 0
    if fault := fault_of([(escape(file.name), file.size) for file in found], largest):
        raise ValueError(fault)
    return {file.id: file.name for file in found}


def fault_of(sizes: Sequence[tuple[str, int]], largest: int) -> str:
    """Why files of these names and sizes cannot go with an announcement, in French; empty when they can."""
    if heavy := next(((name, size) for name, size in sizes if size > largest), None):
        return f"« {heavy[0]} » pèse {_say_size(heavy[1])}, {_say_size(largest)} au plus."
    if (total := sum(size for _, size in sizes)) > TOTAL_MAX:
        return (f"Ces fichiers pèsent {_say_size(total)} en tout, {_say_size(TOTAL_MAX)} au plus : chaque canal en "
                "reçoit une copie. Donnez plutôt un lien dans le texte.")  # fmt: skip
    return ""


def _say_size(size: int) -> str:
    return f"{group(max(1, round(size / 1_000_000)))}{NBSP}Mo"


async def gone(chat: ChatReader, ids: Iterable[str]) -> Sequence[str]:
    """Which of these files are there no more."""
    return [ident for ident in ids if await _file(chat, ident) is None]


async def _file(chat: ChatReader, ident: str) -> ChatFile | None:
    try:
        return await chat.file(ident)
    except ChatError as error:
        if error.may_pass or error.status == 401:
            raise
        return None
