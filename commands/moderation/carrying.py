"""What was decided about a case is carried out."""

from collections.abc import Sequence

from bot.context import Context
from bot.replies import Reply
from commands.moderation.decision import Decision
from storage.moderation.cases import Case


async def carry_out(ctx: Context, case: Case, decision: Decision) -> Sequence[Reply]:
    """Note it, and do it."""
    return []
