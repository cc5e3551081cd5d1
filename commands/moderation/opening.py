"""A case is opened: the message is kept as it is now, with those around it, whatever becomes of it later."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.context import Context
from bot.mattermost.values import ChatChannel, ChatPost, ChatUser
from storage import claims
from storage.moderation import cases
from storage.moderation.cases import Case, Source

AROUND = 3
"""Messages kept before, and after."""
BEFORE = 30
"""Messages that are looked at for those before: answers in threads are among them."""
TEXT_MAX = 16_383
"""Characters of a message: as many as Mattermost takes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it is now, who wrote it, where, and what is around it."""

    post: ChatPost
    author: ChatUser
    channel: ChatChannel
    context: Sequence[dict[str, Any]] = ()
    files: Sequence[str] = field(default=())


async def look(ctx: Context, post_id: str) -> Seen:
    """Ask Mattermost for it, before anything is written. Raises ChatError where the bot may not read it."""
    post = await ctx.chat.read_post(post_id)
    author = await ctx.chat.user(post.user_id)
    channel = await ctx.chat.channel(post.channel_id)
    files = [(await ctx.chat.file(file_id)).name for file_id in post.file_ids]
    return Seen(post, author, channel, await _around(ctx, post), files)


async def open_case(ctx: Context, seen: Seen, source: Source) -> Case:
    """The case of that message, held until the transaction ends: the one that nobody decided yet, or a new one."""
    post = seen.post
    await hold(ctx, post.id)
    if found := await cases.waiting_about(ctx.db, post.id):
        return found
    case = Case(
        source=source,
        author_id=seen.author.id,
        author=seen.author.username,
        channel_id=post.channel_id,
        channel=seen.channel.display_name,
        post_id=post.id,
        root_id=post.root_id,
        message=post.message[:TEXT_MAX],
        files=list(seen.files),
        context=list(seen.context),
        posted_at=datetime.fromtimestamp(post.create_at / 1000, UTC),
        opened_at=ctx.now,
    )
    return await _stored(ctx, case)


async def hold(ctx: Context, post_id: str) -> None:
    """Nobody else reports that message until this transaction ends."""
    await claims.hold(ctx.db, "moderation.case", post_id, ctx.now)


async def open_about(
    ctx: Context, author: ChatUser, channel: ChatChannel | None = None, source: Source = Source.DIRECT
) -> Case:
    """A case about somebody, perhaps in a channel, where there is no message."""
    case = Case(source=source, author_id=author.id, author=author.username, opened_at=ctx.now)
    if channel is not None:
        case.channel_id, case.channel = channel.id, channel.display_name
    return await _stored(ctx, case)


async def _stored(ctx: Context, case: Case) -> Case:
    ctx.db.add(case)
    await ctx.db.flush()
    return case


async def _around(ctx: Context, post: ChatPost) -> Sequence[dict[str, Any]]:
    """Those of its thread or, outside of threads, of its channel, nearest first cut."""
    if post.root_id:
        all_of_them = [p for p in await ctx.chat.thread(post.root_id) if not p.type]
    else:
        near = await ctx.chat.posts_before(post.channel_id, post.id, BEFORE)
        near = [*near, *await ctx.chat.posts_after(post.channel_id, post.id)]
        all_of_them = [p for p in near if not p.type and not p.root_id]
    before = [p for p in all_of_them if p.create_at < post.create_at][-AROUND:]
    after = [p for p in all_of_them if p.create_at > post.create_at][:AROUND]
    return [_told(p, after=p.create_at > post.create_at) for p in (*before, *after)]


def _told(post: ChatPost, *, after: bool) -> dict[str, Any]:
    """By id: names are put in when it is shown, so that who is erased meanwhile is not named."""
    at = datetime.fromtimestamp(post.create_at / 1000, UTC).isoformat()
    return {"at": at, "author_id": post.user_id, "message": post.message[:2000], "after": after}
