"""What a change of somebody’s role or département means for the channels that they are in."""

from collections.abc import Sequence

from bot.context import Context
from bot.replies import Reply
from storage.people import Person


async def settle_places(ctx: Context, before: Person, after: Person) -> Sequence[Reply]:
    """What brings somebody into the channels that are theirs now, and takes them out of those that are not."""
    return []
