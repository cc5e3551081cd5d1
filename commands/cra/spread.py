"""« Répartir »: how the participants of a workshop spread over ages and statuts."""

from dataclasses import replace

from bot.context import Context
from bot.errors import UserError
from bot.replies import Ask, Replies
from commands.cra.buttons import Spread
from commands.cra.feature import CONSEILLERS, feature
from commands.cra.own import answer_changed, find_standing
from commands.cra.receipt import after_dialog
from dialogs.cra import SpreadCra
from storage.cra import Activite, queries


@feature.button(Spread, roles=CONSEILLERS, writes=False)
async def ask(ctx: Context, click: Spread) -> Replies:
    """The dialog with five ages and five statuts, as they stand."""
    cra = await find_standing(ctx, click.number)
    if cra.activite is not Activite.COLLECTIF:
        raise UserError("Seul un atelier se répartit : ce compte rendu concerne une seule personne.")
    return Ask(SpreadCra.of(cra))


@feature.submit(SpreadCra, roles=CONSEILLERS)
async def spread(ctx: Context, form: SpreadCra) -> Replies:
    """The distribution replaces the one value for everybody."""
    cra = await find_standing(ctx, form.numero)
    ages, statuts = form.counts()
    report = replace(cra.report, ages=ages, statuts=statuts)
    if cra.version != form.version or not await queries.revise(ctx.db, cra, report, ctx.now):
        return answer_changed(cra.report == report)
    return after_dialog(ctx, await find_standing(ctx, form.numero), "réparti")
