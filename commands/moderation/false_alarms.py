"""« Fausse alerte »: what rules found is nothing; it is counted, and the case is closed."""

from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note
from bot.replies import Replies
from commands.moderation import cards
from commands.moderation.buttons import FalseAlarm
from commands.moderation.feature import ANIMATEURS
from commands.moderation.listening import regles
from storage.database import change
from storage.journal import Act
from storage.moderation import cases, reports, rules
from storage.moderation.cases import Case, State


@regles.button(FalseAlarm, roles=ANIMATEURS)
async def dismiss(ctx: Context, click: FalseAlarm) -> Replies:
    """Closed, unless people reported the message, too: that is still to be decided."""
    case = await cases.lock(ctx.db, click.case)
    if case is None or case.state not in cases.UNDECIDED:
        raise UserError("Quelqu’un a déjà décidé de ce cas.")
    if case.author_id == ctx.user.id:
        raise UserError("C’est de vous qu’il s’agit : quelqu’un d’autre décide.")
    await rules.mark_false(ctx.db, case.number)
    if not await reports.of_case(ctx.db, case.number):
        await _close(ctx, case)
    return await cards.refresh(ctx, case)


async def _close(ctx: Context, case: Case) -> None:
    thing = f"message:{case.post_id}"
    deed = Deed(Act.DISMISS, thing, target_id=case.author_id, reason="Fausse alerte d’une règle automatique")
    entry = await note(ctx, deed)
    decided = {"decided_at": ctx.now, "decided_by": ctx.user.id, "act": Act.DISMISS, "reason": entry.reason}
    await change(ctx.db, case, state=State.CLOSED, entry=entry.id, **decided)
