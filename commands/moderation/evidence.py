"""The files of messages that go: copied first to where they are evidence, so that they can come back with the words."""

from collections.abc import Sequence

from bot.acts import DeletePost
from bot.context import Context
from bot.errors import ChatError
from bot.replies import Direct, Reply, Say
from bot.texts import render
from commands.moderation import topics, words
from commands.moderation.places import room
from commands.moderation.topics import About, Part
from storage import people
from storage.journal import Act
from storage.moderation import measures, records
from storage.moderation.measures import Measure
from storage.moderation.records import KeptPost, Record


async def keep_or_remove(ctx: Context, measure: Measure, record: Record) -> Sequence[Reply]:
    """What is done first with messages that go: those with files wait for the copies of these."""
    kept = [await _keep(ctx, measure, post) for post in record.posts if not record.is_safe(post)]
    return [*kept, *_removals(measure, record)]


async def files_of(ctx: Context, post_id: str) -> Sequence[str]:
    """The ids of the copies that stand in a post; none where there is none any more. Raises ChatError for what may
    pass."""
    if not post_id:
        return []
    try:
        return (await ctx.chat.read_post(post_id)).file_ids
    except ChatError as error:
        if error.may_pass:
            raise
        return []


async def kept(ctx: Context, about: About, copies: Sequence[str]) -> Sequence[Reply]:
    """The files of a message are safe, or cannot be kept: it goes, unless the measure was taken back meanwhile."""
    measure = await measures.lock(ctx.db, about.entry)
    if measure is None or measure.ended_at:
        return []
    record = records.read(measure)
    if about.target in record.evidence:
        return []
    record.evidence[about.target] = list(copies)
    replies = _removals(measure, record, about.target)
    await records.keep(ctx.db, measure, record)
    return replies


def _removals(measure: Measure, record: Record, target: str = "") -> Sequence[Reply]:
    """The messages that may go now: a thread once all of it is safe, others each; ``target`` is what became safe."""
    if measure.act == Act.HIDE:
        record.looking = not all(record.is_safe(post) for post in record.posts)
        return [] if record.looking else [_removal(measure, record.posts[0])]
    safe = [post for post in record.posts if record.is_safe(post) and target in {"", post.id}]
    return [_removal(measure, post) for post in safe]


def _removal(measure: Measure, post: KeptPost) -> DeletePost:
    return DeletePost(post.id, channel_id=post.channel_id, topic=topics.topic(Part.ACT, measure.entry, post.id))


async def _keep(ctx: Context, measure: Measure, post: KeptPost) -> Reply:
    """Others’ files go back to them with their words; those of whom it concerns stay among animateurs."""
    about = topics.topic(Part.KEPT, measure.entry, post.id)
    if post.author_id != measure.user_id and not post.is_bot:
        return await words.give_back(ctx, post, "thread", about)
    text = render("moderation/evidence", entry=measure.entry, case=measure.case_id, author=f"@{post.author}")
    author = await people.get(ctx.db, measure.user_id)
    place = "" if author and author.animates else await room(ctx)
    if place:
        return Say(text, channel_id=place, files=post.files, topic=about)
    return Direct(text, user_id=measure.by, files=post.files, topic=about)
