"""A channel is locked for a time: nobody but animateurs writes there, or what they write is taken away again and handed
back to them in private, since Mattermost keeps true locks to its licensed editions."""

from collections.abc import Sequence
from dataclasses import replace

from bot.acts import DeletePost
from bot.context import Context
from bot.errors import UserError
from bot.events import Posted
from bot.hearing import nobody
from bot.journaling import Deed, note, note_at_end
from bot.replies import Direct, Replies, Reply, Say, Update, Whisper
from bot.texts import quotation, render
from commands.moderation import proposals, topics, words
from commands.moderation.asking import channels
from commands.moderation.beginning import leaves
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.keeping_out import hold
from commands.moderation.places import title
from commands.moderation.proposals import ApproveLock, Lock, thing_of
from commands.moderation.topics import Part
from commands.moderation.undoing import undo
from commands.moderation.where import expect, may_be_held
from dialogs.moderation.lines import REASON_MAX, take_length
from storage import claims, outbox
from storage.journal import Act
from storage.moderation import measures, records
from storage.moderation.measures import Measure
from storage.moderation.records import Record

LOCK = "/moderer verrouiller ~general 2h discussion trop vive"
UNLOCK = "/moderer deverrouiller ~general"


@feature.command(
    "moderer verrouiller",
    help="Verrouiller un canal pour un temps",
    hint="canal 2h [raison]",
    roles=ANIMATEURS,
    writes=True,
)
async def lock(ctx: Context, line: str) -> Replies:
    """From now on, until then; where everybody is, a second animateur approves by a button or the same line."""
    channel, rest = (await channels(ctx)).take(line, LOCK)
    lasts, reason = take_length(rest)
    if lasts is None:
        raise UserError(
            f"Dites pour combien de temps, un an au plus : « 30min », « 2h », « 3j ». Par exemple : `{LOCK}`."
        )
    reason = " ".join(reason.split())[:REASON_MAX]
    wanted = Lock(channel.id, channel.display_name or channel.name, channel.name, lasts, reason)
    await must_be_unlocked(ctx, wanted)
    if not await proposals.takes_two(ctx, channel):
        return await begin(ctx, wanted)
    first = await proposals.waiting(ctx, channel.id)
    if first is None or first.by == ctx.user.id:
        return await proposals.propose(ctx, wanted)
    return await begin(ctx, first)


async def must_be_unlocked(ctx: Context, wanted: Lock) -> None:
    """Nobody else locks that channel until this transaction ends. Raises UserError for one that is locked."""
    await claims.hold(ctx.db, "moderation.lock", wanted.channel_id, ctx.now)
    if await locked(ctx, wanted.channel_id):
        raise UserError(f"Ce canal est déjà verrouillé. Pour le rouvrir : `/moderer deverrouiller ~{wanted.address}`.")


async def begin(ctx: Context, wanted: Lock) -> Sequence[Reply]:
    """It is locked, and its people read so."""
    measure = await _write_down(ctx, wanted)
    expect(ctx.settings, wanted.channel_id)
    told, topic = await words.told(ctx, measure), topics.lock(wanted.channel_id)
    await outbox.recall(ctx.db, [topic], ctx.now)  # that it is open is no more to be said
    said = Say(render("moderation/locked", told=told), channel_id=wanted.channel_id, topic=topic)
    text = render("moderation/lock_begun", told=told, title=wanted.title, address=wanted.address)
    return [said, Whisper(text)]


@feature.button(ApproveLock, roles=ANIMATEURS)
async def approve(ctx: Context, click: ApproveLock) -> Replies:
    """It is locked as it was proposed."""
    wanted = await proposals.answered(ctx, click.channel_id, click.entry)
    await must_be_unlocked(ctx, wanted)
    said = await proposals.say(ctx, wanted, click.entry, approved_by=ctx.user.id)
    return [Update(said), *await begin(ctx, wanted)]


async def _write_down(ctx: Context, wanted: Lock) -> Measure:
    until = ctx.now + wanted.lasts
    deed = Deed(Act.LOCK, thing_of(wanted.channel_id), reason=wanted.reason, after={"until": until.isoformat()})
    entry = await note(ctx, deed)
    measure = Measure(
        entry=entry.id,
        act=Act.LOCK,
        channels=[wanted.channel_id],
        reason=wanted.reason,
        by=ctx.user.id,
        proposed_by=wanted.by,
        began_at=ctx.now,
        until=until,
        before=Record(told=True).model_dump(mode="json"),
    )
    ctx.db.add(measure)
    await ctx.db.flush()
    return measure


@feature.command(
    "moderer deverrouiller", help="Rouvrir un canal verrouillé", hint="canal", roles=ANIMATEURS, writes=True
)
async def unlock(ctx: Context, line: str) -> Replies:
    """Before its time."""
    channel, _ = (await channels(ctx)).take(line, UNLOCK)
    found = await locked(ctx, channel.id)
    if found is None:
        raise UserError(f"Le canal « {channel.display_name or channel.name} » n’est pas verrouillé.")
    return [
        *await undo(ctx, found.entry),
        Whisper(render("moderation/reopened", title=channel.display_name or channel.name)),
    ]


async def locked(ctx: Context, channel_id: str) -> Measure | None:
    """The lock that a channel is under, if it is."""
    found = await measures.in_force(ctx.db, [Act.LOCK])
    return next((each for each in found if channel_id in each.channels), None)


@feature.event(Posted, name="moderation.wrote.Posted", only=may_be_held)
async def wrote(ctx: Context, event: Posted) -> Replies:
    """What is written in a locked channel, or by somebody who is kept out of it, is taken away, and its author has it
    back."""
    lock_ = None if ctx.user.animates else await locked(ctx, event.channel_id)
    if lock_ is not None:
        return await _against(ctx, event, lock_, "lock")
    measure = await hold(ctx, event.user_id, event.channel_id)
    if measure is None:
        return None
    record = records.read(measure)
    if event.channel_id in record.muted:
        return await _against(ctx, event, measure, "muted")
    if event.channel_id not in [*record.done, *record.waits]:
        record.done.append(event.channel_id)
        await records.keep(ctx.db, measure, record)
    return [
        leaves(measure, event.channel_id),
        *await _against(ctx, event, measure, "again"),
    ]


async def _against(ctx: Context, event: Posted, measure: Measure, why: str) -> Sequence[Reply]:
    """The words go back to their author; the message goes, after its files are brought to them."""
    reason = f"mesure n° {measure.entry}"
    itself = replace(ctx, user=nobody(ctx.now))  # « ctx.user » wrote it
    note_at_end(itself, Deed(Act.HIDE, f"message:{event.post_id}", event.user_id, reason))
    text = render(
        "moderation/against",
        why=why,
        told=await words.told(ctx, measure, event.user_id),
        where=await title(ctx, event.channel_id),
        quoted=quotation(event.text, words.QUOTED * 4),
    )
    if event.file_ids:
        given = topics.topic(Part.GIVEN, measure.entry, event.post_id)
        return [Direct(text, user_id=event.user_id, files=event.file_ids, topic=given)]
    gone = topics.topic(Part.AGAINST, measure.entry, event.post_id)
    return [Direct(text, user_id=event.user_id), DeletePost(event.post_id, channel_id=event.channel_id, topic=gone)]
