"""« /moderer epingler » and « desepingler »: a message at hand at the top of its channel, or no more."""

from bot.acts import Pin, Unpin
from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note
from bot.replies import Replies, Whisper
from bot.texts import render
from commands.moderation import topics
from commands.moderation.asking import linked
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.topics import Part
from commands.moderation.undoing import undo
from dialogs.moderation.lines import REASON_MAX
from storage.journal import Act
from storage.moderation import measures, records
from storage.moderation.measures import Measure
from storage.moderation.records import Record

PIN = "/moderer epingler https://…/pl/…"
UNPIN = "/moderer desepingler https://…/pl/…"


@feature.command(
    "moderer epingler", help="Épingler un message à son canal", hint="lien [raison]", roles=ANIMATEURS, writes=True
)
async def pin(ctx: Context, line: str) -> Replies:
    """At once."""
    seen, rest = await linked(ctx, line, PIN)
    if seen.post.is_pinned:
        raise UserError("Ce message est déjà épinglé.")
    reason = " ".join(rest.split())[:REASON_MAX]
    entry = await note(ctx, Deed(Act.PIN, f"message:{seen.post.id}", reason=reason, after={"channel": seen.channel.id}))
    measure = Measure(
        entry=entry.id,
        act=Act.PIN,
        channels=[seen.channel.id],
        reason=reason,
        by=ctx.user.id,
        began_at=ctx.now,
        before=Record(waits=[seen.post.id]).model_dump(mode="json"),
    )
    ctx.db.add(measure)
    await ctx.db.flush()
    act = Pin(seen.post.id, channel_id=seen.channel.id, topic=topics.topic(Part.ACT, entry.id, seen.post.id))
    return [act, Whisper(render("moderation/pinned", entry=entry.id, author=seen.author.username, pinned=True))]


@feature.command(
    "moderer desepingler", help="Désépingler un message", hint="lien [raison]", roles=ANIMATEURS, writes=True
)
async def unpin(ctx: Context, line: str) -> Replies:
    """What was pinned here is undone; what somebody pinned by hand is no more."""
    seen, rest = await linked(ctx, line, UNPIN)
    if not seen.post.is_pinned:
        raise UserError("Ce message n’est pas épinglé.")
    said = render("moderation/pinned", entry=0, author=seen.author.username, pinned=False)
    for each in await measures.in_force(ctx.db, [Act.PIN]):
        if seen.post.id in records.read(each).done:
            return [*await undo(ctx, each.entry), Whisper(said)]
    reason = " ".join(rest.split())[:REASON_MAX]
    await note(ctx, Deed(Act.UNPIN, f"message:{seen.post.id}", reason=reason, after={"channel": seen.channel.id}))
    return [Unpin(seen.post.id, channel_id=seen.channel.id), Whisper(said)]
