"""A thread that was moved comes back where it was; what somebody answered meanwhile keeps its copy standing."""

from collections.abc import Sequence

from bot.acts import DeletePost
from bot.context import Context
from bot.errors import ChatError
from bot.mattermost import ChatPost
from bot.refusals import Refusal
from bot.replies import Progress, Refresh, Reply, Say, Step
from bot.texts import render
from commands.moderation.copying import PutBack, copies, copy_of, pointer_topic, said, topic_of, topics_of
from commands.moderation.feature import feature
from commands.moderation.places import zone_at
from storage import outbox
from storage.moderation import measures, records
from storage.moderation.measures import Measure
from storage.moderation.records import KeptPost, Record

SAID, DELETED = 1, 2
"""How far it is: all is said again, the copies are gone."""
STAYS = "Des réponses ont été écrites dans le nouveau fil depuis : il y reste, et le fil est aussi revenu à sa place."
BEFORE = 100_000
"""Where the topics of what is said again begin."""


@feature.urgent_work(
    PutBack, name="moderation.PutBack", title="Retour du fil", unit=("message", "messages"), writes=True
)
async def put_back(ctx: Context, asked: PutBack, so_far: Progress) -> Step:
    """All is said again under what points to it, then the copies go, unless somebody answered them."""
    standing = await _copies(ctx, asked.copy_id)
    me = (await ctx.chat.me()).id
    measure = await measures.get(ctx.db, asked.entry)
    if measure is None:
        return Step(finished=True)
    record = records.read(measure)
    total = len(record.posts)
    if not record.done:  # the thread is still where it was
        return await _forget_copies(ctx, measure, record)
    if so_far.cursor is None:
        return Step(replies=await _again(ctx, measure, record, standing), cursor=SAID, done=0, total=total)
    if (await outbox.tally(ctx.db, _topics(measure, record), ctx.now)).waiting:
        return Step(cursor=SAID, done=so_far.done, total=total)
    answered = any(post.user_id != me for post in standing)
    gone = [] if answered or not asked.copy_id else [DeletePost(asked.copy_id, channel_id=record.place)]
    return Step(replies=gone, done=total, total=total, finished=True, said=STAYS if answered else "")


async def _forget_copies(ctx: Context, measure: Measure, record: Record) -> Step:
    """The copies go, once none is on its way any more: the first, with all that answer it."""
    theirs, total = topics_of(measure.entry, record.posts), len(record.posts)
    await outbox.recall(ctx.db, theirs, ctx.now)
    if (await outbox.tally(ctx.db, theirs, ctx.now)).waiting:
        return Step(done=0, total=total)
    copy_id = await copy_of(ctx, measure.entry)
    gone = [DeletePost(copy_id, channel_id=record.place)] if copy_id else []
    return Step(replies=gone, done=total, total=total, finished=True)


async def _copies(ctx: Context, copy_id: str) -> Sequence[ChatPost]:
    try:
        return await ctx.chat.thread(copy_id) if copy_id else []
    except ChatError as error:
        if error.refusal in {Refusal.UNKNOWN_POST, Refusal.FORBIDDEN}:
            return []
        raise


async def _again(ctx: Context, measure: Measure, record: Record, standing: Sequence[ChatPost]) -> Sequence[Reply]:
    """The first message takes the place of what pointed to it; the others answer it. Files are those of the copies."""
    files = {post.id: list(post.file_ids) for post in standing}
    posts = [await _with_files(ctx, measure, n, post, files) for n, post in enumerate(record.posts)]
    pointers = await ctx.posts_about(pointer_topic(measure.entry))
    root_id = pointers[0].post_id if pointers else ""
    place, zone = (posts[0].channel_id, root_id), await zone_at(ctx, posts[0].channel_id)
    first: list[Reply] = [Refresh(said(zone, posts[0]), topic=pointer_topic(measure.entry))]
    if posts[0].files:
        text = render("moderation/files")
        first.append(
            Say(text, channel_id=place[0], root_id=root_id, files=posts[0].files, topic=topic_of(measure.entry, BEFORE))
        )
    others = [s for n, post in enumerate(posts[1:], 1) for s in copies(zone, measure.entry, BEFORE + n, post, place)]
    return [*first, *others]


async def _with_files(ctx: Context, measure: Measure, n: int, post: KeptPost, files: dict[str, list[str]]) -> KeptPost:
    copy = await ctx.posts_about(topic_of(measure.entry, n))
    return post.model_copy(update={"files": files.get(copy[0].post_id, []) if copy else []})


def _topics(measure: Measure, record: Record) -> Sequence[str]:
    return [topic_of(measure.entry, BEFORE + n) for n in range(len(record.posts))]
