"""A message is pinned to the top of its channel, or unpinned."""

from bot.actions import Pin, Unpin
from bot.audit import AuditEntry, record_entry
from bot.context import Context
from bot.errors import UserError
from bot.replies import Replies, Whisper
from bot.texts import render
from commands.moderation import notices
from commands.moderation.arguments import take_message
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.measures.lifecycle import undo_measure
from commands.moderation.notices import ActPurpose
from dialogs.moderation.lines import REASON_MAX
from storage.journal import AuditAct
from storage.moderation import measures
from storage.moderation.measures import Measure, MeasureRecord

PIN_EXAMPLE = "/moderer epingler https://…/pl/…"
UNPIN_EXAMPLE = "/moderer desepingler https://…/pl/…"


@feature.command(
    "moderer epingler", help="Épingler un message à son canal", hint="lien [raison]", roles=ANIMATEURS, writes=True
)
async def pin_message(ctx: Context, line: str) -> Replies:
    """At once."""
    seen, rest = await take_message(ctx, line, PIN_EXAMPLE)
    if seen.post.is_pinned:
        raise UserError("Ce message est déjà épinglé.")
    reason = " ".join(rest.split())[:REASON_MAX]
    entry = await record_entry(
        ctx, AuditEntry(AuditAct.PIN, f"message:{seen.post.id}", reason=reason, after={"channel": seen.channel.id})
    )
    measure = Measure(
        entry=entry.id,
        act=AuditAct.PIN,
        channels=[seen.channel.id],
        reason=reason,
        by=ctx.user.id,
        began_at=ctx.now,
        before=MeasureRecord(waits=[seen.post.id]).model_dump(mode="json"),
    )
    ctx.db.add(measure)
    await ctx.db.flush()
    act = Pin(
        seen.post.id, channel_id=seen.channel.id, topic=notices.make_act_topic(ActPurpose.ACT, entry.id, seen.post.id)
    )
    return [act, Whisper(render("moderation/pinned", entry=entry.id, author=seen.author.username, pinned=True))]


@feature.command(
    "moderer desepingler", help="Désépingler un message", hint="lien [raison]", roles=ANIMATEURS, writes=True
)
async def unpin_message(ctx: Context, line: str) -> Replies:
    """What was pinned here is undone; what somebody pinned by hand is no more."""
    seen, rest = await take_message(ctx, line, UNPIN_EXAMPLE)
    if not seen.post.is_pinned:
        raise UserError("Ce message n’est pas épinglé.")
    said = render("moderation/pinned", entry=0, author=seen.author.username, pinned=False)
    for each in await measures.list_in_force(ctx.db, [AuditAct.PIN]):
        if seen.post.id in measures.read_record(each).done:
            return [*await undo_measure(ctx, each.entry), Whisper(said)]
    reason = " ".join(rest.split())[:REASON_MAX]
    await record_entry(
        ctx, AuditEntry(AuditAct.UNPIN, f"message:{seen.post.id}", reason=reason, after={"channel": seen.channel.id})
    )
    return [Unpin(seen.post.id, channel_id=seen.channel.id), Whisper(said)]
