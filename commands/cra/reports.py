"""One’s own reports: changed, spread, duplicated, deleted and restored; nobody else’s are said to exist."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.replies import Ask, Button, Replies, Whisper
from bot.texts import render
from commands.cra.cards import draw_card, make_receipt, mark_practice, read_tags, refresh_card, update_card
from commands.cra.feature import CONSEILLERS, Copy, Delete, Edit, ReportButton, Restore, Spread, feature
from commands.cra.records import find_known_tags, open_sheet, read_sheet, redraw_rdv, set_tags
from dialogs.cra import EditCra, NewCra, SpreadCra
from storage.cra import Activite, Cra, CraRow, Report, queries
from storage.cra.queries import RESTORE_FOR
from storage.rdv.reports import relink_report


@feature.command("cra modifier", help="Corriger un de vos comptes rendus", hint="numéro", roles=CONSEILLERS)
async def edit_by_number(ctx: ReadingContext, text: str) -> Replies:
    """Open the dialog of a report as it stands."""
    return await edit_report(ctx, Edit(**await _read_about(ctx, text, "modifier")))


@feature.button(Edit, roles=CONSEILLERS, writes=False)
async def edit_report(ctx: Context, click: Edit) -> Replies:
    """Open the dialog of a report as it stands."""
    cra = await find_standing_report(ctx, click)
    about = {"numero": cra.number, "version": cra.version, "practice": click.practice}
    return Ask(EditCra.of(cra.report, **about, **await _fill_tags(ctx, cra)))


@feature.submit(EditCra, roles=CONSEILLERS)
async def save_edit(ctx: Context, form: EditCra) -> Replies:
    """Change a report; the same change sent twice is one change."""
    cra = await find_standing_report(ctx, ReportButton(number=form.numero, practice=form.practice))
    return await _revise(ctx, cra, _Change(form.version, form.report(), form.chosen_tags), "modifié")


@feature.command("cra dupliquer", help="Repartir d’un de vos comptes rendus", hint="numéro", roles=CONSEILLERS)
async def copy_by_number(ctx: ReadingContext, text: str) -> Replies:
    """Open the dialog of a new report, filled as another one."""
    return await copy_report(ctx, Copy(**await _read_about(ctx, text, "dupliquer")))


@feature.button(Copy, roles=CONSEILLERS, writes=False)
async def copy_report(ctx: Context, click: Copy) -> Replies:
    """Open the dialog of a new report of today, filled as another one."""
    cra = await find_report(ctx, click)
    form = NewCra.of(cra.report, practice=click.practice, **await _fill_tags(ctx, cra))
    return Ask(form.model_copy(update={"date": ctx.today}))


@feature.command(
    "cra supprimer", help="Supprimer un de vos comptes rendus", hint="numéro", roles=CONSEILLERS, writes=True
)
async def delete_by_number(ctx: Context, text: str) -> Replies:
    """Take a report out of lists and figures."""
    about = await _read_about(ctx, text, "supprimer")
    cra = await _delete(ctx, ReportButton(**about))
    told = await refresh_card(ctx, cra, "supprimé")
    back = Whisper(told.text, [Button("Rétablir", Restore(**about, whispered=True), "primary")])
    return [told, back, *await redraw_rdv(ctx, cra)]


@feature.button(Delete, roles=CONSEILLERS)
async def delete_report(ctx: Context, click: Delete) -> Replies:
    """Take a report out of lists and figures; its receipt offers to restore it."""
    cra = await _delete(ctx, click)
    return [await update_card(ctx, cra, "supprimé"), *await redraw_rdv(ctx, cra)]


@feature.command(
    "cra rétablir", help="Rétablir un compte rendu supprimé", hint="numéro", roles=CONSEILLERS, writes=True
)
async def restore_by_number(ctx: Context, text: str) -> Replies:
    """Let a deleted report count again."""
    return await restore_report(ctx, Restore(**await _read_about(ctx, text, "rétablir"), whispered=True))


@feature.button(Restore, roles=CONSEILLERS)
async def restore_report(ctx: Context, click: Restore) -> Replies:
    """Let a deleted report count again, within 30 days."""
    cra = await find_report(ctx, click)
    if cra.deleted_at:
        if ctx.now - cra.deleted_at > RESTORE_FOR:
            raise UserError("Ce compte rendu est supprimé depuis plus de 30 jours : il ne peut plus être rétabli.")
        if other := await relink_report(ctx.db, ctx.user.id, cra.key, cra.number):
            raise UserError(f"Son rendez-vous a un autre compte rendu, le n° {other} : supprimez-le d’abord.")
        await queries.restore_report(ctx.db, cra, ctx.now)
        cra = await find_report(ctx, click)
    if click.whispered:
        text = mark_practice(render("cra/restored", number=cra.number), practice=click.practice)
        return [await refresh_card(ctx, cra, "rétabli"), Whisper(text), *await redraw_rdv(ctx, cra)]
    return [await update_card(ctx, cra, "rétabli"), *await redraw_rdv(ctx, cra)]


async def find_report(ctx: Context, about: ReportButton) -> CraRow:
    """Find the report of that number if it is one’s own. Raises UserError otherwise, the same for others’ and for
    none."""
    table = open_sheet(ctx, practice=about.practice).table
    cra = await queries.find_own(ctx.db, ctx.user.id, about.number, table)
    if cra is None:
        raise UserError(render("cra/none", number=about.number, practice=about.practice))
    return cra


async def find_standing_report(ctx: Context, about: ReportButton) -> CraRow:
    """Find one’s own report that is not deleted. Raises UserError where there is none."""
    cra, number = await find_report(ctx, about), about.number
    if cra.deleted_at:
        raise UserError(
            f"Le compte rendu n° {number} est supprimé : rétablissez-le d’abord avec /cra rétablir {number}."
        )
    return cra


async def _read_about(ctx: Context, text: str, verb: str) -> dict[str, Any]:
    """Read the report that a line names, as buttons carry it."""
    number = _read_number(text, verb)
    return {"number": number, "practice": (await read_sheet(ctx)).is_practice}


async def _fill_tags(ctx: Context, cra: CraRow) -> dict[str, object]:
    """Fill a window with a report’s tags, and those that it offers besides; a practice sheet has none."""
    if not isinstance(cra, Cra):
        return {}
    tags, known = await read_tags(ctx, cra), await find_known_tags(ctx)
    return {"tags": tags, "known_tags": tuple(dict.fromkeys((*known, *tags)))}


@dataclass(frozen=True, slots=True)
class _Change:
    """What a window that was opened at ``version`` says of a report; ``tags`` is None where it did not ask for any."""

    version: int
    report: Report
    tags: Sequence[str] | None = None


async def _revise(ctx: Context, cra: CraRow, change: _Change, verb: str) -> Replies:
    """Change what a report says, and show it in its receipt: the clicked one, or a new one after a command.

    Where it changed since its dialog was opened, nothing is said if it changed to just this.
    """
    if cra.version == change.version and await queries.revise_report(ctx.db, cra, change.report, ctx.now):
        practice = not isinstance(cra, Cra)
        if change.tags is not None:
            await set_tags(ctx, cra.number, change.tags)
        cra = await find_standing_report(ctx, ReportButton(number=cra.number, practice=practice))
        told = await refresh_card(ctx, cra, verb, here=True)
        receipt = make_receipt(ctx, cra.number, await draw_card(ctx, cra, verb), practice=practice)
        return told if ctx.request.post_id else [told, receipt]
    if cra.report == change.report:
        return None
    raise UserError("Ce compte rendu a changé entre-temps. Fermez cette fenêtre, puis rouvrez-le avec « Modifier ».")


async def _delete(ctx: Context, about: ReportButton) -> CraRow:
    cra = await find_report(ctx, about)
    if cra.deleted_at is None:
        await queries.delete_report(ctx.db, cra, ctx.now)
        cra = await find_report(ctx, about)
    return cra


def _read_number(text: str, verb: str) -> int:
    if (number := read_typed_number(text, "cra", "compte rendu")) is None:
        raise UserError(
            f"Indiquez le numéro du compte rendu : par exemple /cra {verb} 12. /cra liste montre les vôtres."
        )
    return number


@feature.button(Spread, roles=CONSEILLERS, writes=False)
async def ask_spread(ctx: Context, click: Spread) -> Replies:
    """Open the dialog with five ages and five statuts, as they stand."""
    cra = await find_standing_report(ctx, click)
    if cra.activite is not Activite.COLLECTIF:
        raise UserError("Seul un atelier se répartit : ce compte rendu concerne une seule personne.")
    return Ask(SpreadCra.of(cra))


@feature.submit(SpreadCra, roles=CONSEILLERS)
async def spread_report(ctx: Context, form: SpreadCra) -> Replies:
    """Record a distribution in place of the one value for everybody."""
    cra = await find_standing_report(ctx, ReportButton(number=form.numero, practice=form.practice))
    ages, statuts = form.counts()
    spread = replace(cra.report, ages=ages, statuts=statuts)
    return await _revise(ctx, cra, _Change(form.version, spread), "réparti")
