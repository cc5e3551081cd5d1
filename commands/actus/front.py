"""« /actus »: what one may do with the news."""

from bot.context import Context
from bot.lines import Run
from bot.mistyped import refuse_mistyped
from bot.replies import Button, Replies, Whisper
from bot.texts import render
from commands.actus.feature import feature


@feature.command("actus", help="Les actus")
async def begin(ctx: Context, line: str) -> Replies:
    """How to propose something."""
    refuse_mistyped(feature, "actus", line, shortest=3)
    return Whisper(render("actus/mine", rows=[]), [Button("Proposer une actu", Run(line="actus proposer"), "primary")])
