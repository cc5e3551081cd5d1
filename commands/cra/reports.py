"""One’s own reports: changed, spread, duplicated, deleted and restored; nobody else’s are said to exist."""

import re
from dataclasses import replace

from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.replies import Ask, Button, Replies, Whisper
from bot.texts import render
from commands.cra.cards import draw_card, make_receipt, refresh_card, update_card
from commands.cra.feature import CONSEILLERS, Copy, Delete, Edit, Restore, Spread, feature
from dialogs.cra import EditCra, NewCra, SpreadCra
from storage.cra import Activite, Cra, Report, queries
from storage.cra.queries import RESTORE_FOR


@feature.command("cra modifier", help="Corriger un de vos comptes rendus", hint="numéro", roles=CONSEILLERS)
async def edit_by_number(ctx: ReadingContext, text: str) -> Replies:
    """Open the dialog of a report as it stands."""
    return await edit_report(ctx, Edit(number=_read_number(text, "modifier")))


@feature.button(Edit, roles=CONSEILLERS, writes=False)
async def edit_report(ctx: Context, click: Edit) -> Replies:
    """Open the dialog of a report as it stands."""
    cra = await find_standing_report(ctx, click.number)
    return Ask(EditCra.of(cra.report, numero=cra.number, version=cra.version))


@feature.submit(EditCra, roles=CONSEILLERS)
async def save_edit(ctx: Context, form: EditCra) -> Replies:
    """Change a report; the same change sent twice is one change."""
    return await _revise(ctx, await find_standing_report(ctx, form.numero), form.version, form.report(), "modifié")


@feature.command("cra dupliquer", help="Repartir d’un de vos comptes rendus", hint="numéro", roles=CONSEILLERS)
async def copy_by_number(ctx: ReadingContext, text: str) -> Replies:
    """Open the dialog of a new report, filled as another one."""
    return await copy_report(ctx, Copy(number=_read_number(text, "dupliquer")))


@feature.button(Copy, roles=CONSEILLERS, writes=False)
async def copy_report(ctx: Context, click: Copy) -> Replies:
    """Open the dialog of a new report of today, filled as another one."""
    cra = await find_report(ctx, click.number)
    form = NewCra.of(cra.report)
    return Ask(form.model_copy(update={"date": ctx.today}))


@feature.command(
    "cra supprimer", help="Supprimer un de vos comptes rendus", hint="numéro", roles=CONSEILLERS, writes=True
)
async def delete_by_number(ctx: Context, text: str) -> Replies:
    """Take a report out of lists and figures."""
    cra = await _delete(ctx, _read_number(text, "supprimer"))
    told = refresh_card(cra, "supprimé")
    return [told, Whisper(told.text, [Button("Rétablir", Restore(number=cra.number, whispered=True), "primary")])]


@feature.button(Delete, roles=CONSEILLERS)
async def delete_report(ctx: Context, click: Delete) -> Replies:
    """Take a report out of lists and figures; its receipt offers to restore it."""
    return update_card(await _delete(ctx, click.number), "supprimé")


@feature.command(
    "cra rétablir", help="Rétablir un compte rendu supprimé", hint="numéro", roles=CONSEILLERS, writes=True
)
async def restore_by_number(ctx: Context, text: str) -> Replies:
    """Let a deleted report count again."""
    return await restore_report(ctx, Restore(number=_read_number(text, "rétablir"), whispered=True))


@feature.button(Restore, roles=CONSEILLERS)
async def restore_report(ctx: Context, click: Restore) -> Replies:
    """Let a deleted report count again, within 30 days."""
    cra = await find_report(ctx, click.number)
    if cra.deleted_at:
        if ctx.now - cra.deleted_at > RESTORE_FOR:
            raise UserError("Ce compte rendu est supprimé depuis plus de 30 jours : il ne peut plus être rétabli.")
        await queries.restore_report(ctx.db, cra, ctx.now)
        cra = await find_report(ctx, click.number)
    if click.whispered:
        return [refresh_card(cra, "rétabli"), Whisper(render("cra/restored", number=cra.number))]
    return update_card(cra, "rétabli")


async def find_report(ctx: Context, number: int) -> Cra:
    """Find the report of that number if it is one’s own. Raises UserError otherwise, the same for others’ and for
    none."""
    cra = await queries.find_own(ctx.db, ctx.user.id, number)
    if cra is None:
        raise UserError(f"Vous n’avez pas de compte rendu n° {number}. Tapez /cra liste pour voir les vôtres.")
    return cra


async def find_standing_report(ctx: Context, number: int) -> Cra:
    """Find one’s own report that is not deleted. Raises UserError where there is none."""
    cra = await find_report(ctx, number)
    if cra.deleted_at:
        raise UserError(
            f"Le compte rendu n° {number} est supprimé : rétablissez-le d’abord avec /cra rétablir {number}."
        )
    return cra


async def _revise(ctx: Context, cra: Cra, version: int, report: Report, verb: str) -> Replies:
    """Change what a report says, and show it in its receipt: the clicked one, or a new one after a command.

    Where it changed since its dialog was opened at ``version``, nothing is said if it changed to just this.
    """
    if cra.version == version and await queries.revise_report(ctx.db, cra, report, ctx.now):
        cra = await find_standing_report(ctx, cra.number)
        told = refresh_card(cra, verb, here=True)
        return told if ctx.request.post_id else [told, make_receipt(ctx, cra.number, draw_card(cra, verb))]
    if cra.report == report:
        return None
    raise UserError("Ce compte rendu a changé entre-temps. Fermez cette fenêtre, puis rouvrez-le avec « Modifier ».")


async def _delete(ctx: Context, number: int) -> Cra:
    cra = await find_report(ctx, number)
    if cra.deleted_at is None:
        await queries.delete_report(ctx.db, cra, ctx.now)
        cra = await find_report(ctx, number)
    return cra


def _read_number(text: str, verb: str) -> int:
    found = re.fullmatch(r"(?:n°|no|n|#)?\s*(\d{1,9})", text.strip().lower())
    if not found:
        raise UserError(
            f"Indiquez le numéro du compte rendu : par exemple /cra {verb} 12. /cra liste montre les vôtres."
        )
    return int(found[1])


@feature.button(Spread, roles=CONSEILLERS, writes=False)
async def ask_spread(ctx: Context, click: Spread) -> Replies:
    """Open the dialog with five ages and five statuts, as they stand."""
    cra = await find_standing_report(ctx, click.number)
    if cra.activite is not Activite.COLLECTIF:
        raise UserError("Seul un atelier se répartit : ce compte rendu concerne une seule personne.")
    return Ask(SpreadCra.of(cra))


@feature.submit(SpreadCra, roles=CONSEILLERS)
async def spread_report(ctx: Context, form: SpreadCra) -> Replies:
    """Record a distribution in place of the one value for everybody."""
    cra = await find_standing_report(ctx, form.numero)
    ages, statuts = form.counts()
    return await _revise(ctx, cra, form.version, replace(cra.report, ages=ages, statuts=statuts), "réparti")
