"""What a measure begins with in Mattermost: the person is told, a message goes, somebody leaves a channel."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.acts import RemoveMember
from bot.context import Context
from bot.replies import Progress, Reply, Start, Step
from commands.moderation import asking, topics, words
from commands.moderation.evidence import keep_or_remove
from commands.moderation.feature import feature
from commands.moderation.keeping_out import hold, keep_out
from commands.moderation.topics import Part
from commands.moderation.where import expect
from storage.journal import Act
from storage.moderation import measures, records
from storage.moderation.cases import Case
from storage.moderation.measures import Measure
from storage.moderation.records import KeptPost, Record


class HideThread(BaseModel):
    """A message that may have answers is taken away, once these are kept."""

    entry: int
    post_id: str


class SilenceAll(BaseModel):
    """Somebody is taken out of the channels that the bot looks after, or of the one that is named."""

    entry: int
    user_id: str
    channel_id: str = ""


class ExcludeFrom(BaseModel):
    """Somebody is taken out of a channel, where they are there, and may not be there any more."""

    entry: int
    user_id: str
    channel_id: str


async def begin(ctx: Context, case: Case, measure: Measure) -> Sequence[Reply]:
    """What is to be done, and said, at once."""
    record = records.read(measure)
    match Act(measure.act):
        case Act.HIDE:
            return await _hide(ctx, case, measure, record)
        case Act.EXCLUDE | Act.SILENCE:
            expect(ctx.settings, measure.user_id)
            record.looking = True
            await records.keep(ctx.db, measure, record)
            return [Start(payload=_leaving(measure), quiet=True)]
        case _:
            record.told = True
            await records.keep(ctx.db, measure, record)
            return [await words.notice(ctx, measure, record)]


def _leaving(measure: Measure) -> ExcludeFrom | SilenceAll:
    kind = ExcludeFrom if measure.act == Act.EXCLUDE else SilenceAll
    place = measure.channels[0] if measure.channels else ""
    return kind(entry=measure.entry, user_id=measure.user_id, channel_id=place)


async def exclude(ctx: Context, measure: Measure, channel_ids: Sequence[str]) -> Sequence[Reply]:
    """Somebody leaves these channels."""
    record = records.read(measure)
    await keep_out(ctx, measure, channel_ids, record)
    record.waits += [ident for ident in channel_ids if ident not in record.waits]
    await records.keep(ctx.db, measure, record)
    return [leaves(measure, ident) for ident in channel_ids]


async def exclude_again(ctx: Context, user_id: str, channel_id: str) -> tuple[Measure, RemoveMember] | None:
    """Who is in a channel though a measure keeps them out of it leaves it, and it is closed to them by name: else the
    check of channels would bring them back at once. None where no measure holds."""
    measure = await hold(ctx, user_id, channel_id)
    if measure is None:
        return None
    record = records.read(measure)
    await keep_out(ctx, measure, [channel_id], record)
    if channel_id not in [*record.done, *record.waits]:
        record.done.append(channel_id)
    await records.keep(ctx.db, measure, record)
    return measure, leaves(measure, channel_id)


def leaves(measure: Measure, channel_id: str) -> RemoveMember:
    """They are taken out of it; nobody there is told."""
    about = topics.topic(Part.ACT, measure.entry, channel_id)
    return RemoveMember(channel_id, measure.user_id, quiet=True, topic=about)


async def _hide(ctx: Context, case: Case, measure: Measure, record: Record) -> Sequence[Reply]:
    kept = KeptPost(
        id=case.post_id,
        channel_id=case.channel_id,
        root_id=case.root_id,
        author_id=case.author_id,
        author=case.author,
        text=case.message,
        at=case.posted_at or case.opened_at,
    )
    record.posts, record.waits, record.looking = [kept], [case.post_id], True
    await records.keep(ctx.db, measure, record)
    return [Start(payload=HideThread(entry=measure.entry, post_id=case.post_id), quiet=True)]


@feature.urgent_work(HideThread, name="moderation.HideThread", title="Message masqué", writes=True)
async def hide_thread(ctx: Context, asked: HideThread, _: Progress) -> Step:
    """Answers go with the message: they are kept first, and handed back to those who wrote them; and so are files."""
    thread = await asking.thread(ctx, asked.post_id)
    measure = await measures.lock(ctx.db, asked.entry)
    if measure is None or measure.ended_at:
        return Step(finished=True)
    record = records.read(measure)
    hidden = record.posts[0]
    hidden.files = next((post.files for post in thread if post.id == hidden.id), [])
    answers = [] if hidden.root_id else [post for post in thread if post.id != hidden.id]
    record.posts = [hidden, *answers]
    replies = await keep_or_remove(ctx, measure, record)
    await records.keep(ctx.db, measure, record)
    others = [post for post in answers if post.author_id != measure.user_id and not post.is_bot and not post.files]
    given = [await words.give_back(ctx, post, "thread") for post in others]
    return Step(replies=[*given, *replies], done=1, finished=True)
