"""« /moderer »: what can be done."""

from bot.context import Context
from bot.replies import Replies, Whisper
from bot.texts import Markdown
from commands.moderation.feature import ANIMATEURS, feature


@feature.command("moderer", help="Modérer : ce qui se fait, ce qui attend", roles=ANIMATEURS)
async def show(ctx: Context, _: str) -> Replies:
    """The rules, for now."""
    return Whisper(Markdown("Les règles automatiques : `/moderer regles`."))
