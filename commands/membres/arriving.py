"""Who is in the team already is recognised in the night by the imported line that waited for them."""

from bot.context import Context
from bot.mattermost import ChatUser
from bot.replies import Replies, Reply
from commands.membres.feature import feature
from commands.membres.places import settle_places
from storage import people
from storage.people import awaited


@feature.job("hour=4 minute=40", name="membres.recognise")
async def recognise(ctx: Context) -> Replies:
    """Whoever was missed: no event came, or they were in the team before the import; into their channels, too."""
    if not await awaited.count(ctx.db):
        return None
    told: list[Reply] = []
    async for page in ctx.chat.team_users():
        for user in await _expected(ctx, [user for user in page if not user.deleted and not user.is_bot]):
            ctx.people.forget(user.id)
            # Registered by another transaction, which this one may not see.
            person = await ctx.people.recall(user.id, people.get)
            told += await settle_places(ctx, None, person) if person else []
    return told


async def _expected(ctx: Context, users: list[ChatUser]) -> list[ChatUser]:
    """Those of a page for whom a line waits."""
    emails = [user.email.lower() for user in users if user.email]
    lines = await awaited.among(ctx.db, [user.username for user in users], emails)
    names = {name for line in lines for name in (line.username, line.email) if name}
    return [user for user in users if user.username in names or user.email.lower() in names]
