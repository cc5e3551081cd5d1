"""The nightly clean-up: what is kept for a time only is erased when that time is over."""

import structlog
from pydantic import BaseModel

from bot.context import Context
from bot.features import Feature
from bot.replies import Progress, Replies, Start, Step
from storage.personal_data.retention import delete_expired

log = structlog.get_logger()

feature = Feature("menage", always=True)


class Sweep(BaseModel):
    """The work that is left when a night’s first part is done."""


@feature.job("hour=4 minute=10", name="menage.tidy", writes=True)
async def tidy(ctx: Context) -> Replies:
    """Take away what is kept for too long (storage/personal_data), a bounded part of each table at once; the rest in
    steps."""
    count, is_more = await _sweep(ctx)
    return Start(payload=Sweep(), quiet=True) if is_more and count else None


@feature.chore(Sweep, name="menage.Sweep", title="Ménage", unit=("ligne", "lignes"), writes=True)
async def go_on(ctx: Context, _: Sweep, so_far: Progress) -> Step:
    """Take away the next part."""
    count, is_more = await _sweep(ctx)
    return Step(done=so_far.done + count, finished=not is_more)


async def _sweep(ctx: Context) -> tuple[int, bool]:
    gone, is_more = await delete_expired(ctx.db, ctx.settings, ctx.now)
    for table, rows in gone.items():
        if rows:
            log.info("retention", table=table, rows=rows)
    return sum(gone.values()), is_more
