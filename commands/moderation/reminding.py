"""Appeals that wait are called to mind: half-way to their deadline, the day before, when it is over, and after."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.context import Context
from bot.french.dates import say_date
from bot.linked import address_of
from bot.replies import Message, Replies, Reply
from bot.texts import Markdown, render
from commands.moderation import cards, places
from commands.moderation.feature import feature
from storage.database import change
from storage.moderation import Appeal, appeals, cases

DAY = timedelta(days=1)
AFTER = (timedelta(), 3 * DAY, 7 * DAY)
"""When it is said that a deadline is over, from there on."""


@feature.job("hour=7-20 minute=10", name="moderation.remind", writes=True)
async def remind(ctx: Context) -> Replies:
    """Each time once, by day."""
    told: list[Reply] = []
    for appeal in await appeals.open_ones(ctx.db):
        if is_due(appeal, ctx.now):
            await change(ctx.db, appeal, reminded_at=ctx.now)
            told += await _told(ctx, appeal)
    return told


def is_due(appeal: Appeal, now: datetime) -> bool:
    """Whether one of its times came since it was last said."""
    half = appeal.at + (appeal.due_at - appeal.at) / 2
    last = appeal.reminded_at or appeal.at
    times = (half, appeal.due_at - DAY, *(appeal.due_at + later for later in AFTER))
    return any(last < time <= now for time in times)


async def _told(ctx: Context, appeal: Appeal) -> Sequence[Reply]:
    """In the room, with the way to the card."""
    case = await cases.get(ctx.db, appeal.case_id)
    if case is None:
        return []
    posts = await ctx.posts_about(cards.topic_of(case.number))
    address = Markdown(address_of(ctx.settings, posts[0].post_id) if posts else "")
    due = say_date(appeal.due_at.astimezone(places.ZONE).date())
    late = appeal.due_at <= ctx.now
    text = render("moderation/appeal_waits", case=case, due=due, late=late, address=address)
    return await cards.tell(ctx, case, Message(text))
