"""Links that were given without a word: their pages are asked for a title, a few each hour."""

import asyncio
from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.replies import Progress, Replies, Start, Step
from bot.web import Unreadable, Web, WebError
from commands.actus.feature import feature
from storage.actus import items

AT_ONCE, READ_MAX, ALL_S = 4, 64 * 1024, 20.0
"""Pages of one step; bytes that are read of each; seconds for it."""
UNTITLED = "untitled"
"""The detail of what is called by its site’s name until its page was asked."""


class NameLinks(BaseModel):
    """Pages are to be asked for their titles."""


@feature.job("hour=0-1,3-23 minute=7", name="actus.name_links")
async def name_links(ctx: Context) -> Replies:
    """Ask for those that have none."""
    return Start(payload=NameLinks()) if await items.untitled(ctx.db, 1) else None


@feature.chore(NameLinks, name="actus.NameLinks", title="Titres des liens", unit=("lien", "liens"), writes=True)
async def name_some(ctx: Context, work: NameLinks, so_far: Progress) -> Step:
    """The next few, which the step before found; each is asked for once, whatever comes of it."""
    asked = list(so_far.cursor or ())
    titles = await ctx.errands.fetch(f"titles {asked}", lambda: _ask_all(ctx.web, [url for _, url in asked]))
    for (number, _), title in zip(asked, titles, strict=True):
        item = await items.lock(ctx.db, number)
        if item is None or not item.details.get(UNTITLED):
            continue
        item.title = title or item.title
        item.details = {name: value for name, value in item.details.items() if name != UNTITLED}
        ctx.db.add(item)
        await ctx.db.flush()
    following = await items.untitled(ctx.db, AT_ONCE)
    cursor = [[item.number, item.url] for item in following]
    return Step(cursor=cursor, done=so_far.done + len(asked), finished=not following)


async def _ask_all(web: Web, urls: Sequence[str]) -> Sequence[str]:
    return await asyncio.gather(*(title_of(web, url) for url in urls))


async def title_of(web: Web, url: str) -> str:
    """What a page calls itself; "" where it cannot be had, or does not say."""
    try:
        async with asyncio.timeout(ALL_S):
            answer = await web.fetch("GET", url, most=READ_MAX)
    except (WebError, TimeoutError):
        return ""
    if answer.status >= 400 or "html" not in answer.headers.get("content-type", "html"):
        return ""
    try:
        return await web.reader.title(answer.body, answer.headers.get("content-type", ""))
    except Unreadable:
        return ""
