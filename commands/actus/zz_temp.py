from bot.context import Context
from bot.replies import Replies, Whisper
from commands.actus.feature import feature


@feature.command("actus", help="x")
async def front(ctx: Context, line: str) -> Replies:
    return Whisper("x")
