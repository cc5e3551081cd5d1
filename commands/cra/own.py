"""One’s own reports: listed, changed, duplicated, deleted and restored; nobody else’s are even said to exist."""

import re

from bot.context import Context
from bot.errors import UserError
from bot.french.periods import Period
from bot.periods import UnreadPeriod, understand
from bot.replies import Ask, Button, Replies, Whisper
from bot.texts import render
from commands.cra.buttons import Copy, Delete, Edit, More, Restore
from commands.cra.feature import CONSEILLERS, feature
from commands.cra.receipt import after_dialog, facts, refresh, update
from dialogs.cra import EditCra, NewCra
from storage.cra import Cra, queries
from storage.cra.queries import RESTORE_FOR, Listing


@feature.command(
    "cra liste", help="Revoir vos comptes rendus", hint="[mois dernier | septembre | 2026]", roles=CONSEILLERS
)
async def list_own(ctx: Context, text: str) -> Replies:
    """The last ten, of a period or of all times."""
    try:
        period = understand(text.strip() or "tout", ctx.today)
    except UnreadPeriod as problem:
        raise UserError(str(problem)) from None
    page = await queries.page(ctx.db, ctx.user.id, period.start, period.end)
    total = await queries.count(ctx.db, ctx.user.id, period.start, period.end)
    text = render("cra/list", rows=_rows(page), total=total, period=period, everything=not text.strip())
    return Whisper(text, _more(page, period))


@feature.button(More, roles=CONSEILLERS, writes=False)
async def list_next(ctx: Context, click: More) -> Replies:
    """« Suivants »: the next ten."""
    period = Period(click.start, click.end)
    after = (click.day, click.number)
    page = await queries.page(ctx.db, ctx.user.id, period.start, period.end, after=after)
    return Whisper(render("cra/following", rows=_rows(page)), _more(page, period))


@feature.command("cra modifier", help="Corriger un de vos comptes rendus", hint="numéro", roles=CONSEILLERS)
async def edit_by_number(ctx: Context, text: str) -> Replies:
    """The dialog of a report, as it stands."""
    return await edit(ctx, Edit(number=_number(text, "modifier")))


@feature.button(Edit, roles=CONSEILLERS, writes=False)
async def edit(ctx: Context, click: Edit) -> Replies:
    """The dialog of a report, as it stands."""
    cra = await find_standing(ctx, click.number)
    return Ask(EditCra.of(cra.report, numero=cra.number, version=cra.version))


@feature.submit(EditCra, roles=CONSEILLERS)
async def save_edit(ctx: Context, form: EditCra) -> Replies:
    """A report was changed; the same change sent twice is one change."""
    cra = await find_standing(ctx, form.numero)
    report = form.report()
    if cra.version != form.version or not await queries.revise(ctx.db, cra, report, ctx.now):
        return answer_changed(cra.report == report)
    return after_dialog(ctx, await find_standing(ctx, form.numero), "modifié")


@feature.command("cra dupliquer", help="Repartir d’un de vos comptes rendus", hint="numéro", roles=CONSEILLERS)
async def copy_by_number(ctx: Context, text: str) -> Replies:
    """The dialog of a new report, filled as another one."""
    return await copy(ctx, Copy(number=_number(text, "dupliquer")))


@feature.button(Copy, roles=CONSEILLERS, writes=False)
async def copy(ctx: Context, click: Copy) -> Replies:
    """The dialog of a new report of today, filled as another one."""
    cra = await own(ctx, click.number)
    form = NewCra.of(cra.report)
    return Ask(form.model_copy(update={"date": ctx.today}))


@feature.command(
    "cra supprimer", help="Supprimer un de vos comptes rendus", hint="numéro", roles=CONSEILLERS, writes=True
)
async def delete_by_number(ctx: Context, text: str) -> Replies:
    """A report is taken out of lists and figures."""
    cra = await _delete(ctx, _number(text, "supprimer"))
    told = refresh(cra, "supprimé")
    return [told, Whisper(told.text, [Button("Rétablir", Restore(number=cra.number, whispered=True), "primary")])]


@feature.button(Delete, roles=CONSEILLERS)
async def delete(ctx: Context, click: Delete) -> Replies:
    """A report is taken out of lists and figures, and its receipt offers to restore it."""
    return update(await _delete(ctx, click.number), "supprimé")


@feature.command(
    "cra rétablir", help="Rétablir un compte rendu supprimé", hint="numéro", roles=CONSEILLERS, writes=True
)
async def restore_by_number(ctx: Context, text: str) -> Replies:
    """A deleted report counts again."""
    return await restore(ctx, Restore(number=_number(text, "rétablir"), whispered=True))


@feature.button(Restore, roles=CONSEILLERS)
async def restore(ctx: Context, click: Restore) -> Replies:
    """A deleted report counts again, within 30 days."""
    cra = await own(ctx, click.number)
    if cra.deleted_at:
        if ctx.now - cra.deleted_at > RESTORE_FOR:
            raise UserError("Ce compte rendu est supprimé depuis plus de 30 jours : il ne peut plus être rétabli.")
        await queries.restore(ctx.db, cra, ctx.now)
        cra = await own(ctx, click.number)
    if click.whispered:
        return [refresh(cra, "rétabli"), Whisper(render("cra/restored", number=cra.number))]
    return update(cra, "rétabli")


async def own(ctx: Context, number: int) -> Cra:
    """The report of that number if it is one’s own. Raises UserError otherwise, the same for others’ and for none."""
    cra = await queries.own(ctx.db, ctx.user.id, number)
    if cra is None:
        raise UserError(f"Vous n’avez pas de compte rendu n° {number}. Tapez /cra liste pour voir les vôtres.")
    return cra


async def find_standing(ctx: Context, number: int) -> Cra:
    """One’s own report that is not deleted."""
    cra = await own(ctx, number)
    if cra.deleted_at:
        raise UserError(
            f"Le compte rendu n° {number} est supprimé : rétablissez-le d’abord avec /cra rétablir {number}."
        )
    return cra


def answer_changed(same: bool) -> Replies:
    """What to answer when a report changed since its dialog was opened: nothing if it changed to just this."""
    if same:
        return None
    raise UserError("Ce compte rendu a changé entre-temps. Fermez cette fenêtre, puis rouvrez-le avec « Modifier ».")


async def _delete(ctx: Context, number: int) -> Cra:
    cra = await own(ctx, number)
    if cra.deleted_at is None:
        await queries.delete(ctx.db, cra, ctx.now)
        cra = await own(ctx, number)
    return cra


def _number(text: str, verb: str) -> int:
    found = re.fullmatch(r"(?:n°|no|n|#)?\s*(\d{1,9})", text.strip().lower())
    if not found:
        raise UserError(
            f"Indiquez le numéro du compte rendu : par exemple /cra {verb} 12. /cra liste montre les vôtres."
        )
    return int(found[1])


def _rows(page: Listing) -> list[dict[str, object]]:
    """The number of each report and what it says."""
    return [{"number": c.number, **facts(c.report)} for c in page.reports]


def _more(page: Listing, period: Period) -> list[Button]:
    if not page.more:
        return []
    last = page.reports[-1]
    return [Button("Suivants", More(start=period.start, end=period.end, day=last.date, number=last.number))]
