"""Locks of a channel: what people write there is removed and handed back to them in private, since Mattermost has real
locks only in its licensed editions. Locking a channel of everybody takes two animateurs. And pins of a message."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.actions import DeletePost, Pin, Unpin
from bot.audit import AuditEntry, record_entry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import Refusal, UserError
from bot.events import Posted
from bot.mattermost import ChatChannel
from bot.people import make_nobody
from bot.replies import Button, Direct, Message, Replies, Reply, Say, Update, Whisper
from bot.texts import Markdown, quotation, render, require
from commands.moderation import cards, policy
from commands.moderation.cases import MessageSnapshot, refuse_own_proposal, take_message
from commands.moderation.measures import ActPurpose, MeasureHandler, handles, store_measure, undo_measure
from commands.moderation.measures.exclusion import EnforcedMeasure, make_member_removal
from commands.moderation.policy import ANIMATEURS, feature
from commands.moderation.rules import say_seconds
from dialogs.moderation import take_length
from storage import canaux, claims, journal, outbox, targets
from storage.journal import REASON_MAX, AuditAct, JournalEntry
from storage.moderation import Measure, MeasureRecord, cases

PROPOSAL_WAITS = timedelta(days=1)
"""How long a proposed lock can be approved."""
LOOKED_BACK = 50
"""How many entries of a channel in the audit log are searched for its last proposal."""


LOCK = RowCard[str]("moderation.lock:")
"""The message in a channel, by its id, that it is locked or open again."""


@handles
class Lock(EnforcedMeasure):
    """The measure that lets only animateurs write in a channel, for a time."""

    act = AuditAct.LOCK
    by_hand = "supprimez vous-même ce qui s’y écrit"

    async def lift(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        by, why = await read_display_name(ctx, measure.ended_by), "undone" if measure.ended_by else "time"
        said = render("moderation/unlocked", why=why, by=by)
        return [LOCK.post(place, said, place) for place in measure.channels]

    async def bear_breach(self, ctx: Context, measure: Measure, refusal: Refusal | None) -> Sequence[Reply]:
        """End a lock that cannot be enforced."""
        reopened = render("moderation/unlocked", why="refused", by="")
        failed = await self.fail(ctx, measure, refusal)
        return [*failed, *(Say(reopened, channel_id=place) for place in measure.channels)]


@dataclass(frozen=True, slots=True)
class LockRequest:
    """A channel to lock, its title and address, how long and why; ``by`` proposed it."""

    channel_id: str
    title: str
    address: str
    lasts: timedelta
    reason: str
    by: str = ""


class ApproveLock(BaseModel):
    """Button « Approuver »: approves a lock, by the number of the proposal’s audit entry."""

    channel_id: str
    entry: int


class DeclineLock(BaseModel):
    """Button « Refuser »: declines a lock."""

    channel_id: str
    entry: int


async def needs_second(ctx: Context, channel: ChatChannel) -> bool:
    """Return whether a channel has everybody in it: the team’s default one, or the one for all in the operator’s
    table."""
    return channel.is_default or (await canaux.find_channel_ids(ctx.db)).get(targets.GENERAL) == channel.id


async def propose_lock(ctx: Context, wanted: LockRequest) -> Sequence[Reply]:
    """Propose a lock to the other animateurs; an earlier proposal is replaced."""
    after = {"seconds": int(wanted.lasts.total_seconds()), "title": wanted.title, "address": wanted.address}
    deed = AuditEntry(AuditAct.PROPOSE, f"canal:{wanted.channel_id}", reason=wanted.reason, after=after)
    entry = await record_entry(ctx, deed)
    text = await write_proposal(ctx, _read_request(entry), entry.id)
    approve = ApproveLock(channel_id=wanted.channel_id, entry=entry.id)
    decline = DeclineLock(channel_id=wanted.channel_id, entry=entry.id)
    buttons = [Button("Approuver", approve, "primary"), Button("Refuser", decline, "danger")]
    told = await cards.tell_others(ctx, await policy.find_room(ctx), Message(text, buttons), but=ctx.user.id)
    return [*told, Whisper(render("moderation/lock_waits", title=wanted.title))]


async def write_proposal(
    ctx: Context, wanted: LockRequest, entry: int, *, approved_by: str = "", declined_by: str = ""
) -> Markdown:
    """Write a proposal for animateurs, with its outcome."""
    return render(
        "moderation/lock_proposed",
        wanted=wanted,
        entry=entry,
        lasts=say_seconds(int(wanted.lasts.total_seconds())),
        by=await read_display_name(ctx, wanted.by),
        approved=await read_display_name(ctx, approved_by),
        declined=await read_display_name(ctx, declined_by),
    )


async def find_proposal(ctx: Context, channel_id: str) -> JournalEntry | None:
    """Find the unanswered proposal to lock a channel, if it has not expired."""
    entries = await journal.list_of_things(ctx.db, [f"canal:{channel_id}"], LOOKED_BACK)
    last = next((one for one in entries if one.act in {AuditAct.PROPOSE, AuditAct.DECLINE, AuditAct.LOCK}), None)
    return last if last and last.act == AuditAct.PROPOSE and ctx.now - last.at <= PROPOSAL_WAITS else None


async def take_proposal(ctx: Context, channel_id: str, number: int) -> LockRequest:
    """Get a proposal that another animateur answers. Raises UserError for an expired one, or one’s own."""
    await claims.hold(ctx.db, "moderation.lock", channel_id, ctx.now)
    proposal = await find_proposal(ctx, channel_id)
    if proposal is None or proposal.id != number:
        raise UserError(render("moderation/lock_proposal_over"))
    refuse_own_proposal(ctx, proposal.actor_id)
    return _read_request(proposal)


@feature.button(DeclineLock, roles=ANIMATEURS)
async def decline_lock(ctx: Context, click: DeclineLock) -> Replies:
    """Decline a lock, and tell its proposer."""
    wanted = await take_proposal(ctx, click.channel_id, click.entry)
    await record_entry(ctx, AuditEntry(AuditAct.DECLINE, f"canal:{click.channel_id}", reason=wanted.reason))
    said = await write_proposal(ctx, wanted, click.entry, declined_by=ctx.user.id)
    return [Update(said), Direct(said, user_id=wanted.by)]


def _read_request(entry: JournalEntry) -> LockRequest:
    after, channel_id = entry.after, entry.object.partition(":")[2]
    lasts = timedelta(seconds=after["seconds"])
    return LockRequest(channel_id, after["title"], after["address"], lasts, entry.reason, entry.actor_id)


LOCK_EXAMPLE = "/moderer verrouiller ~general 2h discussion trop vive"
UNLOCK_EXAMPLE = "/moderer deverrouiller ~general"


async def read_lock(ctx: ReadingContext, line: str) -> tuple[LockRequest, ChatChannel]:
    """Read which channel to lock, for how long and why."""
    channel, rest = (await policy.index_channels(ctx)).take(line, LOCK_EXAMPLE)
    lasts, reason = take_length(rest)
    if lasts is None:
        raise UserError(render("moderation/lock_how_long", example=LOCK_EXAMPLE))
    reason = " ".join(reason.split())[:REASON_MAX]
    return LockRequest(channel.id, channel.display_name or channel.name, channel.name, lasts, reason), channel


@feature.command(
    "moderer verrouiller",
    help="Verrouiller un canal pour un temps",
    hint="canal 2h [raison]",
    roles=ANIMATEURS,
    asks=read_lock,
)
async def lock_channel(ctx: Context, typed: tuple[LockRequest, ChatChannel]) -> Replies:
    """Lock a channel; for a channel of everybody, a second animateur approves by a button or by the same line."""
    wanted, channel = typed
    await check_unlocked(ctx, wanted)
    if not await needs_second(ctx, channel):
        return await start_lock(ctx, wanted)
    first = await find_proposal(ctx, channel.id)
    if first is None or first.actor_id == ctx.user.id:
        return await propose_lock(ctx, wanted)
    return await start_lock(ctx, _read_request(first))


async def check_unlocked(ctx: Context, wanted: LockRequest) -> None:
    """Keep others from locking a channel until the transaction ends. Raises UserError if it is locked."""
    await claims.hold(ctx.db, "moderation.lock", wanted.channel_id, ctx.now)
    if await find_lock(ctx, wanted.channel_id):
        raise UserError(render("moderation/locked_already", address=wanted.address))


async def start_lock(ctx: Context, wanted: LockRequest) -> Sequence[Reply]:
    """Lock a channel, and say so in it."""
    measure = await _store_lock(ctx, wanted)
    policy.expect_breach(ctx.settings, wanted.channel_id)
    told, place = await cards.describe_measure(ctx, measure), wanted.channel_id
    await outbox.recall_unsent(ctx.db, [LOCK.of(place)], ctx.now)  # that it is open is no more to be said
    said = LOCK.post(place, render("moderation/locked", told=told), place)
    text = render("moderation/lock_begun", told=told, title=wanted.title, address=wanted.address)
    return [said, Whisper(text)]


@feature.button(ApproveLock, roles=ANIMATEURS)
async def approve_lock(ctx: Context, click: ApproveLock) -> Replies:
    """Lock a channel as it was proposed."""
    wanted = await take_proposal(ctx, click.channel_id, click.entry)
    await check_unlocked(ctx, wanted)
    said = await write_proposal(ctx, wanted, click.entry, approved_by=ctx.user.id)
    return [Update(said), *await start_lock(ctx, wanted)]


async def _store_lock(ctx: Context, wanted: LockRequest) -> Measure:
    until, thing = ctx.now + wanted.lasts, f"canal:{wanted.channel_id}"
    deed = AuditEntry(AuditAct.LOCK, thing, reason=wanted.reason, after={"until": until.isoformat()})
    columns = {"channels": [wanted.channel_id], "until": until, "proposed_by": wanted.by}
    return await store_measure(ctx, deed, MeasureRecord(told=True), **columns)


async def read_channel(ctx: ReadingContext, line: str) -> ChatChannel:
    """Read which channel to unlock."""
    return (await policy.index_channels(ctx)).take(line, UNLOCK_EXAMPLE)[0]


@feature.command(
    "moderer deverrouiller", help="Rouvrir un canal verrouillé", hint="canal", roles=ANIMATEURS, asks=read_channel
)
async def unlock_channel(ctx: Context, channel: ChatChannel) -> Replies:
    """Unlock a channel before its time."""
    title = channel.display_name or channel.name
    found = require(await find_lock(ctx, channel.id), "moderation/not_locked", display_name=title)
    return [*await undo_measure(ctx, found.entry), Whisper(render("moderation/reopened", title=title))]


async def find_lock(ctx: Context, channel_id: str) -> Measure | None:
    """Return the lock of a channel, if there is one."""
    found = await cases.list_measures_in_force(ctx.db, [AuditAct.LOCK])
    return next((each for each in found if channel_id in each.channels), None)


@feature.event(Posted, name="moderation.wrote.Posted", only=policy.may_breach_measure)
async def enforce_measures(ctx: Context, event: Posted) -> Replies:
    """Remove what is written in a locked channel, or by somebody who is kept out of it, and hand it back to its
    author."""
    lock_ = None if ctx.user.animates else await find_lock(ctx, event.channel_id)
    if lock_ is not None:
        return await _remove_post(ctx, event, lock_, "lock")
    measure = await cases.lock_exclusion(ctx.db, event.user_id, event.channel_id)
    if measure is None:
        return None
    record = cases.read_record(measure)
    if event.channel_id in record.muted:
        return await _remove_post(ctx, event, measure, "muted")
    if event.channel_id not in [*record.done, *record.waits]:
        record.done.append(event.channel_id)
        await cases.store_record(ctx.db, measure, record)
    removal = make_member_removal(measure, event.channel_id)
    return [removal, *await _remove_post(ctx, event, measure, "again")]


async def _remove_post(ctx: Context, event: Posted, measure: Measure, why: str) -> Sequence[Reply]:
    """Hand a message back to its author and delete it, after its files were brought to them."""
    reason = f"mesure n° {measure.entry}"
    itself = replace(ctx, user=make_nobody())  # « ctx.user » wrote it
    record_entry_at_end(itself, AuditEntry(AuditAct.HIDE, f"message:{event.post_id}", event.user_id, reason))
    text = render(
        "moderation/against",
        why=why,
        told=await cards.describe_measure(ctx, measure, event.user_id),
        where=await policy.find_channel_title(ctx, event.channel_id),
        quoted=quotation(event.text, cards.QUOTED_MAX * 4),
    )
    if event.file_ids:
        given = ActPurpose.GIVEN.about(measure.entry, event.post_id)
        return [Direct(text, user_id=event.user_id, files=event.file_ids, topic=given)]
    gone = ActPurpose.AGAINST.about(measure.entry, event.post_id)
    return [Direct(text, user_id=event.user_id), DeletePost(event.post_id, channel_id=event.channel_id, topic=gone)]


PIN_EXAMPLE = "/moderer epingler https://…/pl/…"
UNPIN_EXAMPLE = "/moderer desepingler https://…/pl/…"


@handles
class PinMessage(MeasureHandler):
    """The act that pins a message in its channel."""

    act = AuditAct.PIN
    by_hand = "épinglez le message vous-même, par son menu « … »"

    async def lift(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        return [Unpin(post, channel_id=measure.channels[0]) for post in (*record.done, *record.waits)]


PinRequest = tuple[MessageSnapshot, str]
"""A message, and the reason why it is pinned or unpinned."""


@feature.command(
    "moderer epingler",
    help="Épingler un message à son canal",
    hint="lien [raison]",
    roles=ANIMATEURS,
    asks=partial(take_message, example=PIN_EXAMPLE),
)
async def pin_message(ctx: Context, typed: PinRequest) -> Replies:
    """Pin a message."""
    seen, rest = typed
    if seen.post.is_pinned:
        raise UserError(render("moderation/pinned_already"))
    deed, channel_id = _make_entry(AuditAct.PIN, seen, rest), seen.channel.id
    measure = await store_measure(ctx, deed, MeasureRecord(waits=[seen.post.id]), channels=[channel_id])
    topic = ActPurpose.ACT.about(measure.entry, seen.post.id)
    said = render("moderation/pinned", entry=measure.entry, author=seen.author.username, pinned=True)
    return [Pin(seen.post.id, channel_id=channel_id, topic=topic), Whisper(said)]


@feature.command(
    "moderer desepingler",
    help="Désépingler un message",
    hint="lien [raison]",
    roles=ANIMATEURS,
    asks=partial(take_message, example=UNPIN_EXAMPLE),
)
async def unpin_message(ctx: Context, typed: PinRequest) -> Replies:
    """Unpin a message that was pinned here, or by hand."""
    seen, rest = typed
    if not seen.post.is_pinned:
        raise UserError(render("moderation/not_pinned"))
    said = render("moderation/pinned", entry=0, author=seen.author.username, pinned=False)
    for each in await cases.list_measures_in_force(ctx.db, [AuditAct.PIN]):
        record = cases.read_record(each)
        if seen.post.id in [*record.done, *record.waits]:
            return [*await undo_measure(ctx, each.entry), Whisper(said)]
    await record_entry(ctx, _make_entry(AuditAct.UNPIN, seen, rest))
    return [Unpin(seen.post.id, channel_id=seen.channel.id), Whisper(said)]


def _make_entry(act: AuditAct, seen: MessageSnapshot, words: str) -> AuditEntry:
    reason = " ".join(words.split())[:REASON_MAX]
    return AuditEntry(act, f"message:{seen.post.id}", reason=reason, after={"channel": seen.channel.id})
