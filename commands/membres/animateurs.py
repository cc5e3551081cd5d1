"""Who animates because of their role in Mattermost is known before they type anything, and so is who does no more."""

from contextlib import suppress

from bot.context import Context
from bot.errors import ChatError
from bot.events import TEAM
from bot.replies import Replies
from commands.membres.feature import feature
from storage import people, watched
from storage.database import release


@feature.job("hour=0-1,3-23 minute=35", name="membres.look_up")
async def look_up(ctx: Context) -> Replies:
    """Each is looked up as if they had typed something: the register remembers what Mattermost says."""
    found = {*await watched.admins(ctx.db, TEAM), *await people.animating_by_mattermost(ctx.db)}
    await release(ctx.db)
    for user_id in sorted(found):
        with suppress(ChatError):
            await ctx.people.of(user_id)
    return None
