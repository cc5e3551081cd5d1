"""When a turn begins and ends: who has it is told, and who follows reads what is open."""

from datetime import date, datetime, timedelta

from bot.context import Context
from bot.office_hours import OfficeHours
from bot.replies import Direct, Replies
from bot.texts import render
from commands.garde.feature import feature
from commands.garde.handing import handover, midnight
from commands.garde.words import say_turn
from storage.hotline import duty, swaps
from storage.hotline.duty import Turn, day_of

LATE = timedelta(days=7)
"""How long after its end a turn is still handed over."""
_DAY = timedelta(days=1)


@feature.job("hour=0-1,3-23 minute=5,35", name="garde.hand_over", writes=True)
async def hand_over(ctx: Context) -> Replies:
    """The turns that ended since, each once."""
    hours, today = OfficeHours.of(ctx.settings), day_of(ctx.now)
    over = [t for t in await duty.ending(ctx.db, today - LATE, today) if ended_at(t, hours) <= ctx.now]
    due = [turn for turn in over if await duty.hand_over(ctx.db, turn.number, ctx.now)]
    return [reply for turn in due for reply in await handover(ctx, turn)]


@feature.job("hour=8 minute=20", name="garde.announce")
async def announce(ctx: Context) -> Replies:
    """Whose turn begins today, if it was written down before; the first open day is the beginning."""
    hours, today = OfficeHours.of(ctx.settings), day_of(ctx.now)
    away = await duty.away(ctx.db, ctx.now)
    begun = [turn for turn in await duty.turns(ctx.db, today, today + _DAY) if _first_open(turn, hours) == today]
    return [
        Direct(render("garde/begins", turn=say_turn(ctx, turn)), user_id=turn.user_id)
        for turn in begun
        if turn.user_id not in away and day_of(turn.at) < today
    ]


@feature.job("hour=4 minute=25", name="garde.forget", writes=True)
async def forget(ctx: Context) -> Replies:
    """What was over long ago."""
    await duty.forget(ctx.db, day_of(ctx.now - duty.KEPT))
    await swaps.forget(ctx.db, ctx.now - duty.KEPT)
    return None


def ended_at(turn: Turn, hours: OfficeHours) -> datetime:
    """When a turn is over: the last closing of its days, or midnight where it is never open on them."""
    closing = hours.last_closing(midnight(turn))
    return closing if day_of(closing) >= turn.starts else midnight(turn)


def _first_open(turn: Turn, hours: OfficeHours) -> date | None:
    return next(filter(hours.opens_on, turn.days), None)
