"""« /moderer »: what can be typed, what waits, and what is in force."""

from bot.context import Context
from bot.errors import UserError
from bot.mistyped import refuse_mistyped
from bot.replies import Replies, Whisper
from bot.texts import quote, render
from commands.moderation import words
from commands.moderation.feature import ANIMATEURS, feature
from storage import people
from storage.moderation import cases, measures
from storage.moderation.cases import State
from storage.moderation.measures import Measure

SHOWN = 10
SHORTEST = 4
"""Letters of a word that may be a subcommand typed wrong."""


@feature.command("moderer", help="Modérer : ce qui se fait, ce qui attend", roles=ANIMATEURS)
async def show(ctx: Context, line: str) -> Replies:
    """Whispered: it is for animateurs only."""
    if line.strip():
        refuse_mistyped(feature, "moderer", line, shortest=SHORTEST)
        raise UserError(f"« {quote(line)} » n’est pas un geste de modération. `/moderer` les montre tous.")
    found = await measures.in_force(ctx.db, measures.LASTING)
    commands = [(t.key[1], t.hint, t.help) for t in feature.triggers if t.key[0] == "command" and " " in t.key[1]]
    text = render(
        "moderation/overview",
        commands=commands,
        waiting=(await cases.listed(ctx.db, cases.WAITING))[:SHOWN],
        states=SAID,
        lasting=[await _line(ctx, each) for each in found[:SHOWN]],
        more=len(found) - SHOWN,
    )
    return Whisper(text)


SAID = {State.OPEN: "à décider", State.SECOND: "attend un second animateur", State.APPEALED: "recours à examiner"}


async def _line(ctx: Context, measure: Measure) -> tuple[words.Told, str]:
    person = await people.get(ctx.db, measure.user_id) if measure.user_id else None
    return await words.told(ctx, measure), person.username if person else ""
