"""A channel is locked for a time: what people write there is taken away and handed back to them in private,
since Mattermost keeps true locks to its licensed editions. Where everybody is, it takes two animateurs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.actions import DeletePost
from bot.audit import AuditEntry, record_entry, record_entry_at_end
from bot.context import Context
from bot.errors import UserError
from bot.event_dispatcher import make_nobody
from bot.events import Posted
from bot.mattermost import ChatChannel
from bot.replies import Button, Direct, Replies, Reply, Say, Update, Whisper
from bot.texts import Markdown, quotation, render
from commands.moderation import notices
from commands.moderation.arguments import index_channels
from commands.moderation.channels import expect_breach, find_channel_title, find_room, may_breach_measure
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.measures.exclusion import lock_exclusion, make_member_removal
from commands.moderation.measures.lifecycle import undo_measure
from commands.moderation.notices import ActPurpose
from commands.moderation.rules import say_seconds
from dialogs.moderation.lines import REASON_MAX, take_length
from storage import canaux, claims, journal, outbox
from storage.journal import AuditAct, JournalEntry
from storage.moderation import measures
from storage.moderation.measures import Measure, MeasureRecord
from storage.people import animating
from storage.targets import GENERAL

PROPOSAL_WAITS = timedelta(days=1)
"""How long a lock can be approved: it is for what goes on now."""
LOOKED_BACK = 50
"""Entries of a channel among which its last proposal is looked for."""
ANIMATEURS_MAX = 20
OWN_PROPOSAL = "Vous l’avez proposé vous-même : un second animateur l’approuve, ou non."
PROPOSAL_OVER = "Cette proposition n’attend plus de réponse : `/moderer verrouiller` en fait une autre."


@dataclass(frozen=True, slots=True)
class LockRequest:
    """A channel that is to be locked, how it is called and addressed, how long and why; ``by`` proposed it."""

    channel_id: str
    title: str
    address: str
    lasts: timedelta
    reason: str
    by: str = ""


class ApproveLock(BaseModel):
    """« Approuver » a lock, by the number of its proposal in the journal."""

    channel_id: str
    entry: int


class DeclineLock(BaseModel):
    """« Refuser » it."""

    channel_id: str
    entry: int


def name_channel_object(channel_id: str) -> str:
    """How the journal names a channel."""
    return f"canal:{channel_id}"


async def needs_second(ctx: Context, channel: ChatChannel) -> bool:
    """Whether everybody is there: the team’s default channel, or the one that the table has for all."""
    return channel.is_default or (await canaux.find_channel_ids(ctx.db)).get(GENERAL) == channel.id


async def propose_lock(ctx: Context, wanted: LockRequest) -> Sequence[Reply]:
    """The other animateurs are asked; a proposal of before is none any more."""
    after = {"seconds": int(wanted.lasts.total_seconds()), "title": wanted.title, "address": wanted.address}
    entry = await record_entry(
        ctx, AuditEntry(AuditAct.PROPOSE, name_channel_object(wanted.channel_id), reason=wanted.reason, after=after)
    )
    text = await write_proposal(ctx, _read_request(entry), entry.id)
    approve = ApproveLock(channel_id=wanted.channel_id, entry=entry.id)
    decline = DeclineLock(channel_id=wanted.channel_id, entry=entry.id)
    buttons = [Button("Approuver", approve, "primary"), Button("Refuser", decline, "danger")]
    if place := await find_room(ctx):
        told: list[Reply] = [Say(text, buttons, channel_id=place)]
    else:
        others = [one.id for one in await animating(ctx.db, ANIMATEURS_MAX + 1) if one.id != ctx.user.id]
        told = [Direct(text, buttons, user_id=one) for one in others[:ANIMATEURS_MAX]]
    return [*told, Whisper(render("moderation/lock_waits", title=wanted.title))]


async def write_proposal(
    ctx: Context, wanted: LockRequest, entry: int, *, approved_by: str = "", declined_by: str = ""
) -> Markdown:
    """A proposal as the animateurs read it, with what became of it."""
    return render(
        "moderation/lock_proposed",
        wanted=wanted,
        entry=entry,
        lasts=say_seconds(int(wanted.lasts.total_seconds())),
        by=await read_display_name(ctx, wanted.by),
        approved=await read_display_name(ctx, approved_by),
        declined=await read_display_name(ctx, declined_by),
    )


async def find_proposal(ctx: Context, channel_id: str) -> LockRequest | None:
    """The proposal about a channel that nobody answered yet, if it is still time."""
    entry = await _find_last_entry(ctx, channel_id)
    return (
        _read_request(entry)
        if entry and entry.act == AuditAct.PROPOSE and ctx.now - entry.at <= PROPOSAL_WAITS
        else None
    )


async def take_proposal(ctx: Context, channel_id: str, number: int) -> LockRequest:
    """A proposal in hand, which another animateur answers. Raises UserError for one that is over, or one’s own."""
    await claims.hold(ctx.db, "moderation.lock", channel_id, ctx.now)
    last, wanted = await _find_last_entry(ctx, channel_id), await find_proposal(ctx, channel_id)
    if wanted is None or last is None or last.id != number:
        raise UserError(PROPOSAL_OVER)
    if wanted.by == ctx.user.id:
        raise UserError(OWN_PROPOSAL)
    return wanted


@feature.button(DeclineLock, roles=ANIMATEURS)
async def decline_lock(ctx: Context, click: DeclineLock) -> Replies:
    """Nothing is locked; who proposed it reads so."""
    wanted = await take_proposal(ctx, click.channel_id, click.entry)
    await record_entry(ctx, AuditEntry(AuditAct.DECLINE, name_channel_object(click.channel_id), reason=wanted.reason))
    said = await write_proposal(ctx, wanted, click.entry, declined_by=ctx.user.id)
    return [Update(said), Direct(said, user_id=wanted.by)]


async def _find_last_entry(ctx: Context, channel_id: str) -> JournalEntry | None:
    """What was last proposed or decided about locking it."""
    entries = await journal.list_of_things(ctx.db, [name_channel_object(channel_id)], LOOKED_BACK)
    return next((one for one in entries if one.act in {AuditAct.PROPOSE, AuditAct.DECLINE, AuditAct.LOCK}), None)


def _read_request(entry: JournalEntry) -> LockRequest:
    after, channel_id = entry.after, entry.object.partition(":")[2]
    lasts = timedelta(seconds=after["seconds"])
    return LockRequest(channel_id, after["title"], after["address"], lasts, entry.reason, entry.actor_id)


LOCK_EXAMPLE = "/moderer verrouiller ~general 2h discussion trop vive"
UNLOCK_EXAMPLE = "/moderer deverrouiller ~general"


@feature.command(
    "moderer verrouiller",
    help="Verrouiller un canal pour un temps",
    hint="canal 2h [raison]",
    roles=ANIMATEURS,
    writes=True,
)
async def lock_channel(ctx: Context, line: str) -> Replies:
    """From now on, until then; where everybody is, a second animateur approves by a button or the same line."""
    channel, rest = (await index_channels(ctx)).take(line, LOCK_EXAMPLE)
    lasts, reason = take_length(rest)
    if lasts is None:
        raise UserError(
            f"Dites pour combien de temps, un an au plus : « 30min », « 2h », « 3j ». Par exemple : `{LOCK_EXAMPLE}`."
        )
    reason = " ".join(reason.split())[:REASON_MAX]
    wanted = LockRequest(channel.id, channel.display_name or channel.name, channel.name, lasts, reason)
    await check_unlocked(ctx, wanted)
    if not await needs_second(ctx, channel):
        return await start_lock(ctx, wanted)
    first = await find_proposal(ctx, channel.id)
    if first is None or first.by == ctx.user.id:
        return await propose_lock(ctx, wanted)
    return await start_lock(ctx, first)


async def check_unlocked(ctx: Context, wanted: LockRequest) -> None:
    """Nobody else locks that channel until this transaction ends. Raises UserError for one that is locked."""
    await claims.hold(ctx.db, "moderation.lock", wanted.channel_id, ctx.now)
    if await find_lock(ctx, wanted.channel_id):
        raise UserError(f"Ce canal est déjà verrouillé. Pour le rouvrir : `/moderer deverrouiller ~{wanted.address}`.")


async def start_lock(ctx: Context, wanted: LockRequest) -> Sequence[Reply]:
    """It is locked, and its people read so."""
    measure = await _store_lock(ctx, wanted)
    expect_breach(ctx.settings, wanted.channel_id)
    told, topic = await notices.describe_measure(ctx, measure), notices.make_lock_topic(wanted.channel_id)
    await outbox.recall_unsent(ctx.db, [topic], ctx.now)  # that it is open is no more to be said
    said = Say(render("moderation/locked", told=told), channel_id=wanted.channel_id, topic=topic)
    text = render("moderation/lock_begun", told=told, title=wanted.title, address=wanted.address)
    return [said, Whisper(text)]


@feature.button(ApproveLock, roles=ANIMATEURS)
async def approve_lock(ctx: Context, click: ApproveLock) -> Replies:
    """It is locked as it was proposed."""
    wanted = await take_proposal(ctx, click.channel_id, click.entry)
    await check_unlocked(ctx, wanted)
    said = await write_proposal(ctx, wanted, click.entry, approved_by=ctx.user.id)
    return [Update(said), *await start_lock(ctx, wanted)]


async def _store_lock(ctx: Context, wanted: LockRequest) -> Measure:
    until = ctx.now + wanted.lasts
    deed = AuditEntry(
        AuditAct.LOCK, name_channel_object(wanted.channel_id), reason=wanted.reason, after={"until": until.isoformat()}
    )
    entry = await record_entry(ctx, deed)
    measure = Measure(
        entry=entry.id,
        act=AuditAct.LOCK,
        channels=[wanted.channel_id],
        reason=wanted.reason,
        by=ctx.user.id,
        proposed_by=wanted.by,
        began_at=ctx.now,
        until=until,
        before=MeasureRecord(told=True).model_dump(mode="json"),
    )
    ctx.db.add(measure)
    await ctx.db.flush()
    return measure


@feature.command(
    "moderer deverrouiller", help="Rouvrir un canal verrouillé", hint="canal", roles=ANIMATEURS, writes=True
)
async def unlock_channel(ctx: Context, line: str) -> Replies:
    """Before its time."""
    channel, _ = (await index_channels(ctx)).take(line, UNLOCK_EXAMPLE)
    found = await find_lock(ctx, channel.id)
    if found is None:
        raise UserError(f"Le canal « {channel.display_name or channel.name} » n’est pas verrouillé.")
    return [
        *await undo_measure(ctx, found.entry),
        Whisper(render("moderation/reopened", title=channel.display_name or channel.name)),
    ]


async def find_lock(ctx: Context, channel_id: str) -> Measure | None:
    """The lock that a channel is under, if it is."""
    found = await measures.list_in_force(ctx.db, [AuditAct.LOCK])
    return next((each for each in found if channel_id in each.channels), None)


@feature.event(Posted, name="moderation.wrote.Posted", only=may_breach_measure)
async def enforce_measures(ctx: Context, event: Posted) -> Replies:
    """What is written in a locked channel, or by somebody who is kept out of it, is taken away, and its author has it
    back."""
    lock_ = None if ctx.user.animates else await find_lock(ctx, event.channel_id)
    if lock_ is not None:
        return await _remove_post(ctx, event, lock_, "lock")
    measure = await lock_exclusion(ctx, event.user_id, event.channel_id)
    if measure is None:
        return None
    record = measures.read_record(measure)
    if event.channel_id in record.muted:
        return await _remove_post(ctx, event, measure, "muted")
    if event.channel_id not in [*record.done, *record.waits]:
        record.done.append(event.channel_id)
        await measures.store_record(ctx.db, measure, record)
    return [
        make_member_removal(measure, event.channel_id),
        *await _remove_post(ctx, event, measure, "again"),
    ]


async def _remove_post(ctx: Context, event: Posted, measure: Measure, why: str) -> Sequence[Reply]:
    """The words go back to their author; the message goes, after its files are brought to them."""
    reason = f"mesure n° {measure.entry}"
    itself = replace(ctx, user=make_nobody(ctx.now))  # « ctx.user » wrote it
    record_entry_at_end(itself, AuditEntry(AuditAct.HIDE, f"message:{event.post_id}", event.user_id, reason))
    text = render(
        "moderation/against",
        why=why,
        told=await notices.describe_measure(ctx, measure, event.user_id),
        where=await find_channel_title(ctx, event.channel_id),
        quoted=quotation(event.text, notices.QUOTED_MAX * 4),
    )
    if event.file_ids:
        given = notices.make_act_topic(ActPurpose.GIVEN, measure.entry, event.post_id)
        return [Direct(text, user_id=event.user_id, files=event.file_ids, topic=given)]
    gone = notices.make_act_topic(ActPurpose.AGAINST, measure.entry, event.post_id)
    return [Direct(text, user_id=event.user_id), DeletePost(event.post_id, channel_id=event.channel_id, topic=gone)]
