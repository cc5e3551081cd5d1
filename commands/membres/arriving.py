"""Who comes into the team is recognised by the imported line that waited for them, at once or in the night."""

from bot.context import Context
from bot.events import JoinedTeam
from bot.mattermost import ChatUser
from bot.replies import Replies, Reply
from commands.membres.feature import feature
from commands.membres.places import settle_places
from storage import people
from storage.people import awaited


@feature.event(JoinedTeam)
async def arrive(ctx: Context, event: JoinedTeam) -> Replies:
    """Looked up anew, which registers who was waited for (bot/people.py)."""
    ctx.people.forget(event.user_id)
    await ctx.people.of(event.user_id)
    return None


@feature.job("hour=4 minute=40")
async def recognise(ctx: Context) -> Replies:
    """Whoever was missed: no event came, or they were in the team before the import; into their channels, too."""
    if not await awaited.count(ctx.db):
        return None
    told: list[Reply] = []
    async for page in ctx.chat.team_users():
        for user in await _expected(ctx, [user for user in page if not user.deleted and not user.is_bot]):
            ctx.people.forget(user.id)
            await ctx.people.of(user.id)
            person = await people.get(ctx.db, user.id)
            told += await settle_places(ctx, None, person) if person else []
    return told


async def _expected(ctx: Context, users: list[ChatUser]) -> list[ChatUser]:
    """Those of a page for whom a line waits."""
    emails = [user.email.lower() for user in users if user.email]
    lines = await awaited.among(ctx.db, [user.username for user in users], emails)
    names = {name for line in lines for name in (line.username, line.email) if name}
    return [user for user in users if user.username in names or user.email.lower() in names]
