"""The card of the last night in the animateurs’ channel: closed once what it shows is put right, or looked at anew."""

from collections.abc import Sequence

from bot.context import Context
from bot.replies import Refresh, Reply
from bot.texts import render
from commands.canaux.repair.showing import refresh, topic_of
from storage.canaux import changes, runs
from storage.canaux.changes import State
from storage.canaux.runs import Kind, Run, Stage


async def last_night(ctx: Context, run: Run) -> Run | None:
    """The check that the animateurs’ channel read of last, but for this one, as far as it still stands."""
    return await runs.latest(ctx.db, ctx.now - runs.KEPT, Stage.SHOWN, other=run.id, kind=Kind.CHECK, by="")


async def close_night(ctx: Context, last: Run, *, newer: bool = False) -> Refresh:
    """There is nothing to be put right on its card any more: a ``newer`` one says what is."""
    topic = topic_of(last)
    await runs.drop(ctx.db, last)
    return Refresh(render("canaux/night_over", newer=newer), topic=topic)


async def note_mended(ctx: Context, run: Run) -> Sequence[Reply]:
    """What a run has put right is to be done no more on the card of the last night."""
    last = await last_night(ctx, run)
    if last is None or not await changes.drop_made(ctx.db, last.id, run.id):
        return []
    left = (await changes.tally(ctx.db, last.id)).get(State.FOUND, 0)
    return [await refresh(ctx, last) if left else await close_night(ctx, last)]
