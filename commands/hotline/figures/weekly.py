"""Monday’s summary in each room: what the week before was, and what has been open for longest."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.context import Context
from bot.replies import Replies, Reply, Say
from bot.texts import render
from bot.working_days import is_working
from commands.hotline.agents import name_of
from commands.hotline.card import say_state
from commands.hotline.feature import feature
from commands.hotline.figures.asking import Days, figures_of, today
from commands.hotline.queues import queues, room_of, say_queue
from storage import claims
from storage.hotline import tickets
from storage.hotline.states import OPEN

SCOPE = "hotline.weekly"
OLDEST = 5
_WEEK = timedelta(days=7)


@feature.job("day_of_week=mon-fri hour=8 minute=30", name="hotline.weekly", writes=True)
async def weekly(ctx: Context) -> Replies:
    """On the first working day of a week on which the bot is there: once."""
    day = today(ctx)
    monday = day - timedelta(days=day.weekday())
    if not is_working(day) or not await claims.claim(ctx.db, SCOPE, str(monday), ctx.now):
        return None
    return [reply for queue in queues(ctx) for reply in await _summary(ctx, queue, monday)]


async def _summary(ctx: Context, queue: str, monday: date) -> Sequence[Reply]:
    """What is told in the room of a queue; nothing where nothing happened, and nothing is open."""
    room = await room_of(ctx, queue)
    if not room:
        return []
    week = Days(start=monday - _WEEK, end=monday)
    figures = await figures_of(ctx, week, [queue])
    if figures.is_empty and not figures.open_now:
        return []
    oldest = await tickets.every(ctx.db, states=OPEN, queue=queue, limit=OLDEST)
    lines = [(ticket, say_state(ticket), await name_of(ctx, ticket.agent_id)) for ticket in oldest]
    names = {queue: say_queue(ctx, queue)}
    said = {"period": week.period.label, "f": figures, "lines": lines, "zone": ctx.zone}
    return [Say(render("hotline/weekly", queue=names[queue], queues=names, **said), channel_id=room)]
