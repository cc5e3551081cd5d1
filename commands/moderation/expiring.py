"""What ends by itself ends at its hour, once, whatever was restarted meanwhile; the person is told."""

from collections.abc import Sequence

from bot.context import Context
from bot.journaling import Deed, note
from bot.replies import Direct, Replies, Reply
from bot.texts import render
from commands.moderation import cards, words
from commands.moderation.feature import feature
from commands.moderation.undoing import lift
from storage.database import change
from storage.journal import Act
from storage.moderation import cases, holding, measures, records
from storage.moderation.measures import Measure

AT_ONCE = 50
"""Ended in one run; the others five minutes later."""


@feature.job("hour=0-1,3-23 minute=*/5", name="moderation.expire", writes=True)
async def expire(ctx: Context) -> Replies:
    """Whatever is due; another replica or an animateur may have ended it meanwhile."""
    ended: list[Reply] = []
    for each in await measures.due(ctx.db, ctx.now, AT_ONCE):
        measure, _ = await holding.lock(ctx.db, each.entry)
        if measure is not None and measure.ended_at is None:
            ended += await _end(ctx, measure)
    return ended


async def _end(ctx: Context, measure: Measure) -> Sequence[Reply]:
    thing = f"canal:{measure.channels[0]}" if measure.act == Act.LOCK else f"personne:{measure.user_id}"
    await note(ctx, Deed(Act.EXPIRE, thing, measure.user_id, before={"act": measure.act, "entry": measure.entry}))
    await change(ctx.db, measure, ended_at=ctx.now, ended_by="")
    replies = [*await lift(ctx, measure)]
    if measure.user_id and records.read(measure).told:
        told = await words.told(ctx, measure, measure.user_id)
        replies.append(Direct(render("moderation/over", told=told, act=measure.act, acts=Act), user_id=measure.user_id))
    case = await cases.get(ctx.db, measure.case_id) if measure.case_id else None
    return [*replies, *(await cards.refresh(ctx, case) if case else [])]
