"""Erasing who wished it, once their week is over: in steps, each done once, whatever is killed between two."""

from bot.context import Context
from bot.forms import name_of
from bot.journaling import Deed, note
from bot.replies import Direct, Progress, Replies, Start, Step
from bot.texts import render
from commands.donnees.buttons import Erase
from commands.donnees.feature import feature
from storage import work
from storage.holdings import erasing
from storage.holdings.sleeping import is_awake
from storage.journal import Act
from storage.people import erasures

AT_ONCE = 20
"""Erasures begun at once."""


@feature.job("hour=0-1,3-23 minute=*/5", name="donnees.erase_due", writes=True)
async def erase_due(ctx: Context) -> Replies:
    """Begin those whose time has come, and those that stopped in the middle."""
    begun = []
    for one in (await erasures.due(ctx.db, ctx.now))[:AT_ONCE]:
        payload = Erase(user_id=one.user_id)
        if not await work.waiting_for(ctx.db, name_of(Erase), payload.model_dump(mode="json")):
            begun.append(Start(payload=payload, quiet=True))
    return begun


@feature.work(Erase, name="donnees.Erase", title="Effacement de données", writes=True)
async def erase(ctx: Context, order: Erase, so_far: Progress) -> Step:
    """The next step; the person hears of the last one, in the last message that the bot writes to them."""
    found = await erasures.lock(ctx.db, order.user_id)
    if found is None or found.cancelled_at or found.done_at:
        return Step(done=so_far.done, finished=True)
    if found.asleep and not found.step and await is_awake(ctx.db, found):
        await erasures.cancel(ctx.db, found.user_id, ctx.now)
        return Step(done=so_far.done, finished=True)
    await erasing.step(ctx.db, found, ctx.now)
    ctx.touched.add(found.user_id)
    if not found.done_at:
        return Step(done=found.step, total=erasing.STEPS)
    await note(ctx, Deed(Act.ERASE, f"personne:{found.user_id}", target_id=found.user_id))
    last = Direct(render("donnees/erased"), user_id=found.user_id)
    return Step(replies=[last], done=erasing.STEPS, total=erasing.STEPS, finished=True)
