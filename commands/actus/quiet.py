"""« /actus discret »: whoever wants it so is never quoted in the news."""

from bot.context import Context
from bot.errors import UserError
from bot.replies import Replies, Whisper
from bot.texts import render
from commands.actus.feature import feature
from config.folding import fold
from storage.actus import items, subscriptions

_BACK = {"non", "fin", "stop", "off", "plus"}


@feature.command("actus discret", help="Ne jamais être cité dans les actus", hint="[non]", writes=True)
async def quiet(ctx: Context, line: str) -> Replies:
    """Their messages go into no digest, and those that waited are taken out; « non » undoes it."""
    word = fold(line)
    if word in _BACK:
        await subscriptions.unhush(ctx.db, ctx.user.id)
        return Whisper(render("actus/quoted_again"))
    if word not in {"", "oui"}:
        raise UserError("Tapez `/actus discret`, ou `/actus discret non` pour revenir en arrière.")
    await subscriptions.hush(ctx.db, ctx.user.id, ctx.now)
    return Whisper(render("actus/quiet", taken_out=await items.withdraw_quotes_of(ctx.db, ctx.user.id)))
