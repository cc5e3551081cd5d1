"""What became of an act in Mattermost: once all of a measure is done the person is told; where nothing could be done,
it does not stand, and the animateurs read what to do by hand."""

from collections.abc import Sequence

from bot.acts import DeletePost
from bot.context import Context
from bot.events import Delivered, Undelivered
from bot.journaling import Deed, note
from bot.refusals import Refusal
from bot.replies import Direct, Replies, Reply, Say, Start
from bot.texts import Markdown, render
from commands.moderation import cards, evidence, topics, words
from commands.moderation.beginning import exclude_again, leaves
from commands.moderation.copying import PutBack, pointer
from commands.moderation.feature import feature
from commands.moderation.keeping_out import REASONS, give_up, let_back_into
from commands.moderation.places import title
from commands.moderation.topics import About, Part
from commands.moderation.undoing import again
from storage.database import change
from storage.journal import Act
from storage.moderation import cases, holding, measures, records
from storage.moderation.cases import Source, State
from storage.moderation.measures import REFUSED, Measure
from storage.moderation.records import Record

TELLING = frozenset({Act.HIDE, Act.CLEAN, Act.SILENCE, Act.EXCLUDE, Act.MOVE})
"""The acts of which somebody is told, once they are done."""


@feature.event(Delivered, name="moderation.done.Delivered")
async def done(ctx: Context, event: Delivered) -> Replies:
    """It is so now, but for whom Mattermost did not take."""
    about = topics.read(event.topic)
    if about is None:
        return None
    if about.part is Part.GIVEN:
        return await _remove(ctx, about)
    if about.part is Part.KEPT:
        return await evidence.kept(ctx, about, await evidence.files_of(ctx, event.post_id))
    if about.part is Part.RETURN and not event.kept_out:
        return await _back_too_late(ctx, about)
    if event.kept_out:
        return await _not_back(ctx, about.entry, about.target, next(iter(event.kept_out.values())))
    return await _answered(ctx, about.entry, about.target) if about.part is Part.ACT else None


@feature.event(Undelivered, name="moderation.refused.Undelivered")
async def refused(ctx: Context, event: Undelivered) -> Replies:
    """It is not so."""
    about = topics.read(event.topic)
    if about is None:
        return None
    if event.refusal is Refusal.TAKEN_BACK:
        return await _once_more(ctx, about)
    match about.part:
        case Part.GIVEN:
            told = await _remove(ctx, about)
        case Part.KEPT:
            told = await evidence.kept(ctx, about, [])
        case Part.RETURN:
            told = await _not_back(ctx, about.entry, about.target, event.refusal)
        case Part.AGAINST:
            told = await _not_removed(ctx, about.entry, event.refusal)
        case Part.BACK:
            told = await _outside(ctx, about)
        case Part.ACT:
            told = await _answered(ctx, about.entry, about.target, event)
    return told


async def _answered(ctx: Context, entry: int, target: str, refusal: Undelivered | None = None) -> Sequence[Reply]:
    measure, _ = await holding.lock(ctx.db, entry)
    if measure is None:
        return []
    record = records.read(measure)
    if measure.ended_at:
        late = refusal is None and measure.act in REASONS
        return await let_back_into(ctx, measure, target) if late else []
    if target not in record.waits:
        return []
    record.waits.remove(target)
    (record.refused if refusal else record.done).append(target)
    await records.keep(ctx.db, measure, record)
    if refusal:
        await give_up(ctx, measure, [target], record)
    told = await settle(ctx, measure, record, refusal.refusal if refusal else None)
    partly = bool(refusal) and measure.ended_at is None
    return [*told, *(await _partly(ctx, measure, target, refusal) if refusal and partly else [])]


async def settle(ctx: Context, measure: Measure, record: Record, refusal: Refusal | None = None) -> Sequence[Reply]:
    """Nothing is said while some of it is on its way; then the person is told, or it does not stand."""
    if record.waits or record.looking or record.told:
        return []
    if record.refused and not record.done and not record.muted:
        return await fail(ctx, measure, refusal)
    record.told = True
    await records.keep(ctx.db, measure, record)
    there = await pointer(ctx, measure, record) if measure.act == Act.MOVE else []
    knows = measure.act in TELLING and measure.user_id and measure.user_id != measure.by
    notice = [await words.notice(ctx, measure, record)] if knows else []
    case = await cases.get(ctx.db, measure.case_id) if measure.case_id else None
    return [*there, *notice, *(await cards.refresh(ctx, case) if case else [])]


async def fail(ctx: Context, measure: Measure, refusal: Refusal | None) -> Sequence[Reply]:
    """It does not stand, nor does the case: the room and who acted read why, and what to do by hand."""
    why = words.why_not(refusal)
    await note(ctx, Deed(Act.FAIL, f"acte:{measure.entry}", measure.user_id, why, after={"entry": measure.entry}))
    await change(ctx.db, measure, ended_at=ctx.now, ended_by=REFUSED)
    text = render(
        "moderation/failed",
        told=await words.told(ctx, measure),
        why=why,
        by_hand=words.BY_HAND.get(Act(measure.act), ""),
        lacks=refusal is Refusal.FORBIDDEN,
        moves=measure.act in {Act.SILENCE, Act.EXCLUDE},
    )
    gone = [Start(payload=PutBack(entry=measure.entry, copy_id=""), quiet=True)] if measure.act == Act.MOVE else []
    return [*gone, *await _say(ctx, measure, text), *await _reopen(ctx, measure)]


async def _once_more(ctx: Context, about: About) -> Sequence[Reply]:
    """Something else would have undone a removal that had not begun: what the measure keeps out stays out; one that is
    over has no more to do."""
    measure, _ = await holding.lock(ctx.db, about.entry)
    if measure is None or measure.ended_at or about.part is not Part.ACT or measure.act not in REASONS:
        return []
    return [leaves(measure, about.target)]


async def _back_too_late(ctx: Context, about: About) -> Sequence[Reply]:
    """Somebody came back into a channel out of which another measure keeps them since: they leave it again."""
    measure = await measures.get(ctx.db, about.entry)
    again = await exclude_again(ctx, measure.user_id, about.target) if measure else None
    return [again[1]] if again else []


async def _remove(ctx: Context, about: About) -> Sequence[Reply]:
    """What was written where nobody may, now that its author has it; it stays where that is over by now."""
    measure, _ = await holding.lock(ctx.db, about.entry)
    if measure is None or measure.ended_at:
        return []
    return [DeletePost(about.target, topic=topics.topic(Part.AGAINST, about.entry, about.target))]


async def _outside(ctx: Context, about: About) -> Sequence[Reply]:
    """What could not be said again in its thread, which is gone, is said in its channel."""
    measure = await measures.get(ctx.db, about.entry)
    posts = records.read(measure).posts if measure else []
    return [again(measure, post, outside=True) for post in posts if measure and post.id == about.target]


async def _not_removed(ctx: Context, entry: int, refusal: Refusal | None) -> Sequence[Reply]:
    """What was written where nobody may stands: a lock that cannot be kept is none."""
    measure, _ = await holding.lock(ctx.db, entry)
    if measure is None or measure.ended_at:
        return []
    if measure.act == Act.LOCK:
        reopened = render("moderation/unlocked", why="refused", by="")
        return [
            *await fail(ctx, measure, refusal),
            *(Say(reopened, channel_id=place) for place in measure.channels),
        ]
    told = await words.told(ctx, measure)
    return await words.in_room(ctx, render("moderation/not_removed", told=told, why=words.why_not(refusal)))


async def _reopen(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """The case waits again; one that an animateur’s line made is over."""
    case = await cases.lock(ctx.db, measure.case_id) if measure.case_id else None
    if case is None or case.entry != measure.entry:
        return []
    state = State.CLOSED if case.source is Source.DIRECT else State.OPEN
    await change(ctx.db, case, state=state, act="", until=None, entry=None, decided_at=None, decided_by="")
    return await cards.refresh(ctx, case)


async def _partly(ctx: Context, measure: Measure, target: str, refusal: Undelivered) -> Sequence[Reply]:
    """Some of it is not done: in one channel of several, or a message of several."""
    told, where = await words.told(ctx, measure), await _where(ctx, measure, target)
    why = words.why_not(refusal.refusal)
    return await words.in_room(ctx, render("moderation/partly", told=told, where=where, why=why))


async def _where(ctx: Context, measure: Measure, channel_id: str) -> str:
    return await title(ctx, channel_id) or records.read(measure).titles.get(channel_id, "")


async def _not_back(ctx: Context, entry: int, target: str, refusal: Refusal | None) -> Sequence[Reply]:
    measure = await measures.get(ctx.db, entry)
    if measure is None or measure.ended_at is None or not measure.user_id:
        return []
    told, why = await words.told(ctx, measure), words.why_not(refusal)
    where = await _where(ctx, measure, target)
    return await words.in_room(ctx, render("moderation/not_back", told=told, where=where, why=why))


async def _say(ctx: Context, measure: Measure, text: Markdown) -> Sequence[Reply]:
    """In the room, and to who decided."""
    mine = [Direct(text, user_id=measure.by)] if measure.by else []
    return [*await words.in_room(ctx, text), *mine]
