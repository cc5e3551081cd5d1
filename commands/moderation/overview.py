"""« /moderer »: what can be typed."""

from bot.context import Context
from bot.errors import UserError
from bot.mistyped import refuse_mistyped
from bot.replies import Replies, Whisper
from bot.texts import quote, render
from commands.moderation.feature import ANIMATEURS, feature

SHORTEST = 4
"""Letters of a word that may be a subcommand typed wrong."""


@feature.command("moderer", help="Modérer : ce qui se fait, ce qui attend", roles=ANIMATEURS)
async def show(_: Context, line: str) -> Replies:
    """Whispered: it is for animateurs only."""
    if line.strip():
        refuse_mistyped(feature, "moderer", line, shortest=SHORTEST)
        raise UserError(f"« {quote(line)} » n’est pas un geste de modération. `/moderer` les montre tous.")
    commands = [(t.key[1], t.hint, t.help) for t in feature.triggers if t.key[0] == "command" and " " in t.key[1]]
    return Whisper(render("moderation/overview", commands=commands))
