"""A channel is locked for a time: nobody but animateurs writes there, or what they write is taken away again and handed
back to them in private, since Mattermost keeps true locks to its licensed editions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.acts import DeletePost
from bot.context import Context
from bot.errors import UserError
from bot.events import Posted
from bot.hearing import nobody
from bot.journaling import Deed, note, note_at_end
from bot.replies import Direct, Replies, Reply, Say, Whisper
from bot.texts import quotation, render
from commands.moderation import topics, words
from commands.moderation.asking import channels
from commands.moderation.beginning import leaves
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.keeping_out import hold
from commands.moderation.places import title
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
    """From now on, until then."""
    channel, rest = (await channels(ctx)).take(line, LOCK)
    lasts, reason = take_length(rest)
    if lasts is None:
        raise UserError(
            f"Dites pour combien de temps, un an au plus : « 30min », « 2h », « 3j ». Par exemple : `{LOCK}`."
        )
    await claims.hold(ctx.db, "moderation.lock", channel.id, ctx.now)
    if await locked(ctx, channel.id):
        raise UserError(f"Ce canal est déjà verrouillé. Pour le rouvrir : `/moderer deverrouiller ~{channel.name}`.")
    measure = await _write_down(ctx, channel.id, lasts, " ".join(reason.split())[:REASON_MAX])
    expect(ctx.settings, channel_id=channel.id)
    told = await words.told(ctx, measure)
    await outbox.recall(ctx.db, [topics.lock(channel.id)], ctx.now)  # that it is open is no more to be said
    said = Say(render("moderation/locked", told=told), channel_id=channel.id, topic=topics.lock(channel.id))
    name = channel.display_name or channel.name
    return [said, Whisper(render("moderation/lock_begun", told=told, title=name, address=channel.name))]


async def _write_down(ctx: Context, channel_id: str, lasts: timedelta, reason: str) -> Measure:
    until = ctx.now + lasts
    entry = await note(ctx, Deed(Act.LOCK, f"canal:{channel_id}", reason=reason, after={"until": until.isoformat()}))
    measure = Measure(
        entry=entry.id,
        act=Act.LOCK,
        channels=[channel_id],
        reason=reason,
        by=ctx.user.id,
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


@feature.event(Posted, only=may_be_held)
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
