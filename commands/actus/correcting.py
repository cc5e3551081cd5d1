"""« /actus corriger »: what came out is changed as a draft is, and rewritten wherever it stands."""

from bot.acts import DeletePost
from bot.context import Context
from bot.replies import Ask, Progress, Refresh, Replies, Reply, Step
from commands.actus import changing, editing, words
from commands.actus.buttons import Rewrite
from commands.actus.feature import ANIMATEURS, feature
from commands.actus.numbers import read_number
from commands.actus.posts import posts
from commands.actus.publishing import UNIT
from storage import outbox
from storage.actus import digests
from storage.actus.digests import State
from storage.database import change


@feature.command("actus corriger", help="Corriger un numéro, partout où il est sorti", hint="numéro", roles=ANIMATEURS)
async def correct(ctx: Context, line: str) -> Replies:
    """The window: what of it, and what to do."""
    digest = await words.found(ctx, read_number(line, "corriger"))
    changing.must_change(digest)
    return Ask(await editing.window(ctx, digest))


@feature.work(Rewrite, name="actus.Rewrite", title="Correction des actus", unit=UNIT, writes=True)
async def rewrite(ctx: Context, asked: Rewrite, so_far: Progress) -> Step:
    """The next of its posts, in all channels, as it is now; one that is needed no more is deleted. What is on its way
    arrives first."""
    digest = await digests.lock(ctx.db, asked.digest)
    if digest is None or digest.state is not State.PUBLISHED:
        return Step(done=so_far.done, total=so_far.total, finished=True)
    at, total = so_far.cursor or 0, digest.parts
    topic = words.part_topic(digest.number, at)
    if (await outbox.tally(ctx.db, [topic], ctx.now)).waiting:
        return Step(cursor=at, done=at, total=total)
    drawn = posts(await words.sheet_of(ctx, digest))
    replies: list[Reply] = [Refresh(drawn[at], topic=topic)] if at < len(drawn) else []
    if at >= len(drawn):
        replies = [DeletePost(p.post_id, channel_id=p.channel_id) for p in await ctx.posts_about(topic)]
    finished = at + 1 >= total
    if finished and len(drawn) < total:
        await change(ctx.db, digest, parts=len(drawn))
    return Step(replies=replies, cursor=at + 1, done=at + 1, total=total, finished=finished)
