"""The card of a case in the moderation room."""

from collections.abc import Sequence

from bot.context import Context
from bot.replies import Reply
from storage.moderation.cases import Case


async def refresh(ctx: Context, case: Case) -> Sequence[Reply]:
    """Rewrite it as the case is now."""
    return []


async def put_up(ctx: Context, case: Case) -> Sequence[Reply]:
    """Show a case in the room."""
    return []
