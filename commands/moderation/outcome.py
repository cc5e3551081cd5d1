"""What became of a case is told to who reported it."""

from collections.abc import Sequence

from bot.context import Context
from bot.replies import Reply
from storage.moderation.cases import Case


async def tell_reporters(ctx: Context, case: Case) -> Sequence[Reply]:
    """Each once."""
    return []
