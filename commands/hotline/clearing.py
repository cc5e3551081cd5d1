"""What stands in a room of a ticket goes with its words: when its time is over, or when who asked had them erased."""

from bot.acts import DeletePost
from bot.context import Context
from bot.replies import Replies
from commands.hotline.feature import feature
from storage.holdings.activity import ERASED
from storage.hotline import cards

AT_ONCE = 50
"""Cards that leave in one go; the rest an hour later."""


@feature.job("hour=0-1,3-23 minute=35", name="hotline.clear_old", writes=True)
async def clear_old(ctx: Context) -> Replies:
    """The card, and what was said under it."""
    found = await cards.of_erased(ctx.db, ERASED, AT_ONCE)
    for card in found:
        await cards.drop(ctx.db, card)
    return [DeletePost(card.post_id, channel_id=card.channel_id) for card in found]
