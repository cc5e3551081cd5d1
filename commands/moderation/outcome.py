"""Who reported a message hears what became of it: once, and never which measure against whom."""

from collections.abc import Sequence

from bot.context import Context
from bot.others import in_use
from bot.replies import Direct, Reply
from bot.texts import render
from storage.journal import Act
from storage.moderation import reports
from storage.moderation.cases import Case, State

OVER = {State.DECIDED, State.CLOSED}


async def tell_reporters(ctx: Context, case: Case) -> Sequence[Reply]:
    """Once it is decided; nobody who decided it themselves, or has left."""
    if case.state not in OVER:
        return []
    if case.act != Act.DISMISS:
        await reports.judge(ctx.db, case.number, was_right=True)
    whose = await reports.tell(ctx.db, case.number, ctx.now)
    others = await in_use(ctx, [one for one in whose if one != ctx.user.id])
    text = render("moderation/told_reporter", case=case, nothing=case.act == Act.DISMISS)
    return [Direct(text, user_id=one) for one in whose if one in others]
