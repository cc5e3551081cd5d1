"""The nightly clean-up: what is kept for a time only is erased when that time is over."""

from datetime import timedelta

from bot.context import Context
from bot.features import Feature
from bot.replies import Replies
from storage import annonce, claims, drafts, outbox, sondage, work
from storage.agenda import attendance

feature = Feature("menage", always=True)

CLAIMS_KEPT = timedelta(days=60)
MARKS_KEPT = timedelta(days=90)
UNSENT_KEPT = timedelta(days=60)


@feature.job("hour=4 minute=10", writes=True)
async def tidy(ctx: Context) -> Replies:
    """Drafts go after a week, what is left of messages and of work that is over, and who came to an event, after 90
    days, claims after 60, and so announcements and polls that were never sent."""
    await drafts.forget(ctx.db, ctx.now)
    await annonce.forget(ctx.db, ctx.now - UNSENT_KEPT)
    await sondage.forget(ctx.db, ctx.now - UNSENT_KEPT)
    await outbox.forget(ctx.db, ctx.now - MARKS_KEPT)
    await work.forget(ctx.db, ctx.now - MARKS_KEPT)
    await attendance.forget(ctx.db, ctx.now - MARKS_KEPT)
    await claims.forget(ctx.db, ctx.now - CLAIMS_KEPT)
    return None
