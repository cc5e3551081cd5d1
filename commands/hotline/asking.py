"""« /hotline »: the window in which help is asked for."""

from pydantic import BaseModel

from bot.context import Context
from bot.linked import link_in
from bot.replies import Button, Replies
from commands.hotline import own, pointing
from commands.hotline.feature import feature
from commands.hotline.opening import window
from config.folding import fold


class AskFor(BaseModel):
    """« Demander de l’aide », with what is known of it: where a refusal leads, with its reference."""

    subject: str = ""
    details: str = ""


@feature.command("hotline", help="Demander de l’aide à l’équipe", hint="[question | lien d’un message]", writes=True)
async def ask(ctx: Context, line: str) -> Replies:
    """The window, with the words that were typed; of the link of a message, with what that says."""
    if fold(line) in {"mes demandes", "mes demande", "mes tickets"}:
        return await own.show(ctx, 0)
    if ident := link_in(line):
        return await pointing.by_link(ctx, ident)
    return await window(ctx, line)


@feature.button(AskFor, writes=False)
async def ask_for(ctx: Context, click: AskFor) -> Replies:
    """The window, with what is known."""
    return await window(ctx, click.subject, click.details)


@feature.rescues("hotline")
def rescue(reference: str, doing: str) -> Button:
    """« Demander de l’aide » where the bot failed: what it was at is known already."""
    known = AskFor(subject=f"Le bot a échoué (référence {reference})", details=f"Ce que je faisais : {doing}.")
    return Button("Demander de l’aide", known)
