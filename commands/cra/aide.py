"""How a report is written, and the draft that waits."""

from bot.context import Context
from bot.drafts import reopen
from bot.errors import UserError
from bot.forms import name_of
from bot.replies import Replies, Whisper
from bot.texts import render
from commands.cra.feature import CONSEILLERS, feature
from config.themes import THEMES
from dialogs.cra import EditCra, NewCra, SpreadCra

DRAFTED = tuple(name_of(form) for form in (NewCra, EditCra, SpreadCra))


@feature.command("cra aide", help="Comment écrire un compte rendu", roles=CONSEILLERS)
async def explain(ctx: Context, _: str) -> Replies:
    """The dialog and the line, with every theme."""
    return Whisper(render("cra/aide", themes=[(t.court, t.mots[:3]) for t in THEMES.values()]))


@feature.command("cra brouillon", help="Reprendre une saisie qui n’a pas pu être enregistrée", roles=CONSEILLERS)
async def take_up(ctx: Context, _: str) -> Replies:
    """The dialog as it was left, the newest first."""
    waiting = await ctx.drafts.of(ctx.db, ctx.user.id, DRAFTED)
    if not waiting:
        raise UserError("Aucun brouillon ne vous attend. Tapez /cra pour commencer un compte rendu.")
    return reopen(waiting[0])
