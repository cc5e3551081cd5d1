"""When a turn begins and ends: who has it is told, and who follows reads what is open."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.context import Context
from bot.office_hours import OfficeHours
from bot.replies import Direct, Replies, Reply
from bot.schedules import ZONE
from bot.texts import render
from commands.garde.feature import feature, queues
from commands.garde.gaps import days_from
from commands.garde.words import names, say_turn
from storage.hotline import duty, swaps
from storage.hotline.duty import Turn, day_of

LATE = timedelta(days=7)
"""How long after its end a turn is still handed over."""
KEPT = timedelta(days=400)
"""How long what is over is remembered."""
_DAY = timedelta(days=1)


@feature.job("hour=0-1,3-23 minute=5,35", writes=True)
async def hand_over(ctx: Context) -> Replies:
    """The turns that ended since, each once."""
    hours, today = OfficeHours.of(ctx.settings), day_of(ctx.now)
    over = [t for t in await duty.ending(ctx.db, today - LATE, today) if ended_at(t, hours) <= ctx.now]
    due = [turn for turn in over if await duty.hand_over(ctx.db, turn.number, ctx.now)]
    return [reply for turn in due for reply in await handover(ctx, turn)]


async def handover(ctx: Context, turn: Turn) -> Sequence[Reply]:
    """Who was on duty reads who follows, and who follows from whom they take over."""
    next_day = OfficeHours.of(ctx.settings).next_opening(_midnight(turn))
    known = [turn.queue] if turn.queue else list(queues(ctx.settings))
    following = [user_id for queue in known for user_id in await duty.on_duty(ctx.db, queue, next_day)]
    following = list(dict.fromkeys(following))
    if turn.user_id in following:
        return []
    called = await names(ctx, [turn.user_id, *following])
    about = {"turn": say_turn(ctx, turn), "who": called[turn.user_id], "following": [called[f] for f in following]}
    return [
        Direct(render("garde/handover", is_over=user_id == turn.user_id, **about), user_id=user_id)
        for user_id in (turn.user_id, *following)
    ]


@feature.job("hour=8 minute=20")
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


@feature.job("hour=4 minute=25", writes=True)
async def forget(ctx: Context) -> Replies:
    """What was over long ago."""
    await duty.forget(ctx.db, day_of(ctx.now - KEPT))
    await swaps.forget(ctx.db, ctx.now - KEPT)
    return None


def ended_at(turn: Turn, hours: OfficeHours) -> datetime:
    """When a turn is over: the last closing of its days, or midnight where it is never open on them."""
    closing = hours.last_closing(_midnight(turn))
    return closing if day_of(closing) >= turn.starts else _midnight(turn)


def _midnight(turn: Turn) -> datetime:
    return datetime.combine(turn.ends, time(), ZONE)


def _first_open(turn: Turn, hours: OfficeHours) -> object:
    return next(filter(hours.opens_on, days_from(turn.starts, (turn.ends - turn.starts).days)), None)
