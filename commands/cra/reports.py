"""One’s own reports: stored from a window or a line, listed, found, changed, spread, duplicated, deleted and restored.

Everything is limited to the reports of the person who acts; an answer never tells whether others’ exist.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.command_lines import read_typed_number, split_period
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import Period, read_period
from bot.menus import Choosing, Menu, OpenMenu
from bot.replies import Ask, Button, Direct, Replies, Start, Whisper
from bot.search import NOTHING, Findings, Hit, Search, SearchKind
from bot.texts import quote, render
from commands.cra import cards
from config.programme import FIRST_DAY
from config.text import fold
from config.themes import THEMES
from dialogs.cra import EditCra, NewCra, SpreadCra
from dialogs.cra.titles import title_report
from dialogs.rdv.windows import Redraw
from storage import people
from storage.cra import Activite, Cra, CraRow, Report, Source, queries
from storage.cra.report import is_training
from storage.cra.search import AuthorSheet, ReportSearch, find_sheet, open_sheet, read_search
from storage.cra.tags import FullListError, find_any_tag, list_names, read_known_names, tag_report
from storage.rdv.appointments import ColleagueReportError, find_reported, link_report, relink_report


@dataclass(frozen=True, slots=True)
class Recorded:
    """The number of a stored report, and its receipt (None if it was stored before). ``rdv`` is the number of the
    appointment that it is about, if any."""

    number: int
    receipt: Direct | None
    rdv: int | None = None


async def record_form(ctx: Context, form: NewCra, key: str, source: Source) -> Recorded:
    """Store the report of a window or line with its tags, and make its receipt; a report stored before gets no second
    receipt."""
    how = queries.Filing(key, source, ctx.now, form.practice)
    return await _record(ctx, form.report(), how, form.chosen_tags or ())


async def _record(ctx: Context, report: Report, how: queries.Filing, tags: Sequence[str]) -> Recorded:
    if how.practice:
        return await _record_practice(ctx, report, how)
    author = await people.settle_departement(ctx.db, ctx.user, report.departement)
    filed = await queries.file_report(ctx.db, author, report, how)
    if not filed.is_new:
        return Recorded(filed.number, None)
    await queries.note_last_commune(ctx.db, author.id, report)
    rdv = await _count_once(ctx, link_report(ctx.db, author.id, how.key, filed.number))
    if tags:
        await set_tags(ctx, filed.number, tags)
    card = cards.draw_standing_card(filed.number, report, "enregistré", tags=tags)
    return Recorded(filed.number, cards.make_receipt(ctx, filed.number, card), rdv)


async def _count_once(ctx: Context, linking: Awaitable[int | None]) -> int | None:
    """Link a report to its appointment. Raises UserError where another of its agents has reported it."""
    try:
        return await linking
    except ColleagueReportError as taken:
        who = await people.get(ctx.db, taken.author_id)
        raise UserError(render("cra/colleague_did", who=who.full_name if who else "")) from None


async def set_tags(ctx: Context, number: int, tags: Sequence[str]) -> None:
    """Replace the tags of a report; the next window proposes the new ones. Raises UserError if that makes too many in
    all."""
    try:
        await tag_report(ctx.db, ctx.user, number, tags, ctx.now)
    except FullListError:
        raise UserError(render("etiquettes/full", shared=False)) from None
    ctx.touched.add(ctx.user.id)


async def find_known_tags(ctx: Context) -> tuple[str, ...]:
    """Find the names of the tags that somebody may use; no query is made while nobody has any."""
    if not await ctx.is_among(find_any_tag, ""):
        return ()
    return await ctx.recall(read_known_names)


async def _record_practice(ctx: Context, report: Report, how: queries.Filing) -> Recorded:
    """Store a report on the practice sheet; neither the register nor the next window’s usual values change."""
    if not await is_training(ctx.db, ctx.user.id):
        raise UserError(render("cra/practice_over"))
    filed = await queries.file_report(ctx.db, ctx.user, report, how)
    card = cards.draw_standing_card(filed.number, report, "enregistré", practice=True)
    return Recorded(filed.number, cards.make_receipt(ctx, filed.number, card, practice=True) if filed.is_new else None)


async def redraw_rdv(ctx: Context, cra: CraRow) -> Sequence[Start]:
    """Redraw the card of the appointment that a report is about, if there is one."""
    rdv = await find_reported(ctx.db, cra.number) if isinstance(cra, Cra) else None
    return redraw_card(rdv.number if rdv else None)


def redraw_card(rdv: int | None) -> Sequence[Start]:
    """Redraw the card of that appointment, if there is one."""
    return [Start(payload=Redraw(rdv=rdv), quiet=True)] if rdv else []


@cards.feature.command("cra modifier", help="Corriger un de vos comptes rendus", hint="numéro", roles=cards.CONSEILLERS)
async def edit_by_number(ctx: ReadingContext, text: str) -> Replies:
    """Open the window of a report."""
    return await edit_report(ctx, cards.EditReport(**await _read_about(ctx, text, "modifier")))


@cards.feature.button(cards.EditReport, name="cra.Edit", roles=cards.CONSEILLERS, writes=False)
async def edit_report(ctx: Context, click: cards.EditReport) -> Replies:
    """Open the window of a report."""
    cra = await find_standing_report(ctx, click)
    about = {"numero": cra.number, "version": cra.version, "practice": click.practice}
    return Ask(EditCra.of(cra.report, **about, **await _fill_tags(ctx, cra)))


@cards.feature.submit(EditCra, roles=cards.CONSEILLERS)
async def save_edit(ctx: Context, form: EditCra) -> Replies:
    """Store the changes to a report; sent twice, they count once."""
    cra = await find_standing_report(ctx, cards.ReportButton(number=form.numero, practice=form.practice))
    return await _revise(ctx, cra, _Change(form.version, form.report(), form.chosen_tags), "modifié")


@cards.feature.command(
    "cra dupliquer", help="Repartir d’un de vos comptes rendus", hint="numéro", roles=cards.CONSEILLERS
)
async def copy_by_number(ctx: ReadingContext, text: str) -> Replies:
    """Open the window of a new report, filled like another one."""
    return await copy_report(ctx, cards.CopyReport(**await _read_about(ctx, text, "dupliquer")))


@cards.feature.button(cards.CopyReport, name="cra.Copy", roles=cards.CONSEILLERS, writes=False)
async def copy_report(ctx: Context, click: cards.CopyReport) -> Replies:
    """Open the window of a new report of today, filled like another one."""
    cra = await find_report(ctx, click)
    form = NewCra.of(cra.report, practice=click.practice, **await _fill_tags(ctx, cra))
    return Ask(form.model_copy(update={"date": ctx.today}))


@cards.feature.command(
    "cra supprimer", help="Supprimer un de vos comptes rendus", hint="numéro", roles=cards.CONSEILLERS, writes=True
)
async def delete_by_number(ctx: Context, text: str) -> Replies:
    """Delete a report from lists and statistics."""
    about = await _read_about(ctx, text, "supprimer")
    cra = await _delete(ctx, cards.ReportButton(**about))
    told = await cards.refresh_card(ctx, cra, "supprimé")
    back = Whisper(told.text, [Button("Rétablir", cards.RestoreReport(**about, whispered=True), "primary")])
    return [told, back, *await redraw_rdv(ctx, cra)]


@cards.feature.button(cards.Delete, roles=cards.CONSEILLERS)
async def delete_report(ctx: Context, click: cards.Delete) -> Replies:
    """Delete a report from lists and statistics; its receipt offers to restore it."""
    cra = await _delete(ctx, click)
    return [await cards.update_card(ctx, cra, "supprimé"), *await redraw_rdv(ctx, cra)]


@cards.feature.command(
    "cra rétablir", help="Rétablir un compte rendu supprimé", hint="numéro", roles=cards.CONSEILLERS, writes=True
)
async def restore_by_number(ctx: Context, text: str) -> Replies:
    """Restore a deleted report."""
    click = cards.RestoreReport(**await _read_about(ctx, text, "rétablir"), whispered=True)
    if (await find_report(ctx, click)).deleted_at is None:
        told = render("cra/not_deleted", number=click.number)
        return Whisper(cards.mark_practice(told, practice=click.practice))
    return await restore_report(ctx, click)


@cards.feature.button(cards.RestoreReport, name="cra.Restore", roles=cards.CONSEILLERS)
async def restore_report(ctx: Context, click: cards.RestoreReport) -> Replies:
    """Restore a deleted report, within 30 days."""
    cra = await find_report(ctx, click)
    if cra.deleted_at:
        if ctx.now - cra.deleted_at > queries.RESTORE_FOR:
            raise UserError(render("cra/too_old"))
        if other := await _count_once(ctx, relink_report(ctx.db, ctx.user.id, cra.key, cra.number)):
            raise UserError(render("cra/rdv_has_other", other=other))
        await queries.restore_report(ctx.db, cra, ctx.now)
        cra = await find_report(ctx, click)
    if click.whispered:
        text = cards.mark_practice(render("cra/restored", number=cra.number), practice=click.practice)
        return [await cards.refresh_card(ctx, cra, "rétabli"), Whisper(text), *await redraw_rdv(ctx, cra)]
    return [await cards.update_card(ctx, cra, "rétabli"), *await redraw_rdv(ctx, cra)]


async def find_report(ctx: Context, about: cards.ReportButton) -> CraRow:
    """Find one’s own report by its number. Raises the same UserError for others’ reports and for unknown numbers."""
    table = open_sheet(ctx.user.id, practice=about.practice).table
    cra = await queries.find_own(ctx.db, ctx.user.id, about.number, table)
    if cra is None:
        raise UserError(render("cra/none", number=about.number, practice=about.practice))
    return cra


async def find_standing_report(ctx: Context, about: cards.ReportButton) -> CraRow:
    """Find one’s own report that is not deleted. Raises UserError where there is none."""
    cra, number = await find_report(ctx, about), about.number
    if cra.deleted_at:
        raise UserError(render("cra/is_deleted", number=number))
    return cra


async def _read_about(ctx: Context, text: str, verb: str) -> dict[str, Any]:
    """Read the report that a line names, as the values of a button’s payload."""
    number = _read_number(text, verb)
    return {"number": number, "practice": (await find_sheet(ctx.db, ctx.user.id)).is_practice}


async def _fill_tags(ctx: Context, cra: CraRow) -> dict[str, object]:
    """Return the window’s values for a report’s tags and the tags it offers; none on the practice sheet."""
    if not isinstance(cra, Cra):
        return {}
    tags, known = await cards.read_tags(ctx, cra), await find_known_tags(ctx)
    return {"tags": tags, "known_tags": tuple(dict.fromkeys((*known, *tags)))}


@dataclass(frozen=True, slots=True)
class _Change:
    """The changes of a window that was opened at ``version`` of the report; ``tags`` is None if the window has no
    tags."""

    version: int
    report: Report
    tags: Sequence[str] | None = None


async def _revise(ctx: Context, cra: CraRow, change: _Change, verb: str) -> Replies:
    """Store the changes to a report, and show its receipt: the clicked one, or a new one after a command.

    If the report changed since its window was opened, accept only a change to just the same.
    """
    if cra.version == change.version and await queries.revise_report(ctx.db, cra, change.report, ctx.now):
        practice = not isinstance(cra, Cra)
        if change.tags is not None:
            await set_tags(ctx, cra.number, change.tags)
        cra = await find_standing_report(ctx, cards.ReportButton(number=cra.number, practice=practice))
        told = await cards.refresh_card(ctx, cra, verb, here=True)
        receipt = cards.make_receipt(ctx, cra.number, await cards.draw_card(ctx, cra, verb), practice=practice)
        return told if ctx.request.post_id else [told, receipt]
    if cra.report == change.report:
        return None
    raise UserError(render("cra/changed"))


async def _delete(ctx: Context, about: cards.ReportButton) -> CraRow:
    cra = await find_report(ctx, about)
    if cra.deleted_at is None:
        await queries.delete_report(ctx.db, cra, ctx.now)
        cra = await find_report(ctx, about)
    return cra


def _read_number(text: str, verb: str) -> int:
    if (number := read_typed_number(text, "cra", "compte rendu")) is None:
        raise UserError(render("cra/which_number", verb=verb))
    return number


@cards.feature.button(cards.Spread, roles=cards.CONSEILLERS, writes=False)
async def ask_spread(ctx: Context, click: cards.Spread) -> Replies:
    """Open the window of the participants by age and statut, with the present values."""
    cra = await find_standing_report(ctx, click)
    if cra.activite is not Activite.COLLECTIF:
        raise UserError(render("cra/not_a_workshop"))
    return Ask(SpreadCra.of(cra))


@cards.feature.submit(SpreadCra, roles=cards.CONSEILLERS)
async def spread_report(ctx: Context, form: SpreadCra) -> Replies:
    """Store the participants by age and statut, in place of a single value for all."""
    cra = await find_standing_report(ctx, cards.ReportButton(number=form.numero, practice=form.practice))
    ages, statuts = form.counts()
    spread = replace(cra.report, ages=ages, statuts=statuts)
    return await _revise(ctx, cra, _Change(form.version, spread), "réparti")


DELETED = frozenset({"supprime", "supprimes", "efface", "effaces", "corbeille"})
"""Words that ask for the deleted reports, folded."""
SAID_MAX = 100
"""Characters of what is looked for that a button carries on."""


@cards.feature.command(
    "cra liste",
    help="Revoir vos comptes rendus",
    hint="[mots] [#étiquette] [mois dernier | septembre | 2026]",
    roles=cards.CONSEILLERS,
)
async def list_reports(ctx: Context, text: str) -> Replies:
    """List the last ten reports, of a period or of all time, that match the words."""
    period, words = split_period(text[:SAID_MAX].strip(" .,;:!?…"), ctx.today)
    period = period or _everything(ctx)
    sheet = await find_sheet(ctx.db, ctx.user.id)
    if fold(words) in DELETED:
        return await cards.show_deleted(ctx, sheet)
    wanted = await read_search(ctx.db, sheet, words, period.start, period.end)
    if wanted.unknown:
        return Whisper(cards.mark_practice(render("cra/unknown", unknown=wanted.unknown), practice=sheet.is_practice))
    page = await queries.list_page(ctx.db, sheet, wanted)
    return await _draw_page(ctx, _Shown(sheet, wanted, words), page)


@cards.feature.button(cards.MoreReports, name="cra.More", roles=cards.CONSEILLERS, writes=False)
async def list_next_reports(ctx: Context, click: cards.MoreReports) -> Replies:
    """List the next or previous ten reports."""
    sheet = open_sheet(ctx.user.id, practice=click.practice)
    wanted = await read_search(ctx.db, sheet, click.words, click.start, click.end)
    beyond = queries.Position(click.day, click.number, click.newer)
    page = await queries.list_page(ctx.db, sheet, wanted, beyond)
    return await _draw_page(ctx, _Shown(sheet, wanted, click.words, beyond), page)


@cards.feature.button(cards.EditOne, roles=cards.CONSEILLERS, writes=False)
async def edit_chosen(ctx: ReadingContext, click: cards.EditOne) -> Replies:
    """Open the window of a report chosen in a list."""
    return await edit_report(ctx, cards.EditReport(number=int(click.chosen), practice=click.practice))


@cards.feature.button(cards.CopyOne, roles=cards.CONSEILLERS, writes=False)
async def copy_chosen(ctx: ReadingContext, click: cards.CopyOne) -> Replies:
    """Open the window of a new report, filled like the one chosen in a list."""
    return await copy_report(ctx, cards.CopyReport(number=int(click.chosen), practice=click.practice))


def _everything(ctx: Context) -> Period:
    everything = read_period("tout", ctx.today)
    assert everything is not None
    return everything


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page shows: whose reports, the filter and the words that expressed it, and the report after which it
    begins."""

    sheet: AuthorSheet
    wanted: ReportSearch
    words: str
    beyond: queries.Position | None = None


async def _draw_page(ctx: Context, shown: _Shown, page: queries.ReportListing) -> Whisper:
    period = Period(shown.wanted.start, shown.wanted.end)
    total = await queries.count_reports(ctx.db, shown.sheet, shown.wanted)
    said = {"period": period, "everything": period.start == FIRST_DAY, "words": quote(shown.words)}
    tags = {} if shown.sheet.is_practice else await list_names(ctx.db, [cra.number for cra in page.reports])
    told = [(cra.number, cards.describe_report(cra.report)) for cra in page.reports]
    rows = [{"number": number, "tags": tags.get(number, ()), **about} for number, about in told]
    text = render("cra/list", rows=rows, total=total, follows=shown.beyond is not None, **said)
    buttons = [*_offer_acts(ctx, page.reports, practice=shown.sheet.is_practice), *_turn_page(shown, page)]
    return Whisper(cards.mark_practice(text, practice=shown.sheet.is_practice), buttons)


def _offer_acts(ctx: Context, reports: Sequence[CraRow], *, practice: bool) -> list[Button]:
    """Make the buttons for the listed reports; if there are several, they open a menu."""
    if len(reports) == 1:
        about: dict[str, Any] = {"number": reports[0].number, "practice": practice}
        edit = Button("Modifier", cards.EditReport(**about), "primary")
        return [edit, Button("Dupliquer", cards.CopyReport(**about))]
    titles = {str(cra.number): f"n° {cra.number} · {title_report(cra.report, ctx.today)}" for cra in reports}
    edit_one, copy_one = cards.EditOne(practice=practice), cards.CopyOne(practice=practice)
    asked: Sequence[tuple[str, Choosing]] = (("Modifier", edit_one), ("Dupliquer", copy_one))
    return [Button(act, OpenMenu.of(Menu(act, payload, titles))) for act, payload in asked] if titles else []


def _turn_page(shown: _Shown, page: queries.ReportListing) -> list[Button]:
    """Make the buttons to the previous and next pages."""
    if not page.reports:
        return []
    back = shown.beyond is not None and shown.beyond.newer
    before, after = (page.more, True) if back else (shown.beyond is not None, page.more)
    wanted = {"start": shown.wanted.start, "end": shown.wanted.end, "words": shown.words}

    def turn(cra: CraRow, *, newer: bool) -> cards.MoreReports:
        at = {"day": cra.date, "number": cra.number, "practice": shown.sheet.is_practice}
        return cards.MoreReports(**wanted, **at, newer=newer)

    previous = [Button("Précédents", turn(page.reports[0], newer=True))] if before else []
    return [*previous, *([Button("Suivants", turn(page.reports[-1], newer=False))] if after else [])]


NAMED, FEW, MANY = 100, 70, 40
"""How well a report is found by its number, and by words that all hold of it: of few reports they tell more."""
FEW_MAX = 10
KIND = SearchKind("cra", "Compte rendu", "Vos comptes rendus", lambda number: cards.SeeReport(number=int(number)))


@cards.feature.finds(KIND, roles=cards.CONSEILLERS)
async def find_own_reports(wanted: Search) -> Findings:
    """Find one’s own reports that match all words, newest first."""
    named, words = split_period(wanted.words, wanted.today)
    period, sheet = named or read_period("tout", wanted.today), AuthorSheet(wanted.user.id)
    if period is None or not wanted.user.id:
        return NOTHING
    sought = await read_search(wanted.db, sheet, words, period.start, period.end)
    if sought.unknown or not (sought.conditions or named):
        return NOTHING
    total = await queries.count_reports(wanted.db, sheet, sought)
    page = await queries.list_page(wanted.db, sheet, sought, size=wanted.skip + wanted.limit)
    hits = [_make_hit(wanted, cra, FEW if total <= FEW_MAX else MANY) for cra in page.reports]
    return Findings(sorted(hits, key=lambda hit: -hit.score)[wanted.skip :], total)


def _make_hit(wanted: Search, cra: CraRow, worth: int) -> Hit:
    score = NAMED if read_typed_number(wanted.words) == cra.number else worth
    themes = ", ".join(THEMES[code].court for code in cra.report.themes)
    return Hit(cra.number, title_report(cra.report, wanted.today), score, f"n° {cra.number}, {themes}")


@cards.feature.button(cards.SeeReport, name="cra.See", roles=cards.CONSEILLERS, writes=False)
async def show_report(ctx: Context, click: cards.SeeReport) -> Replies:
    """Show a report, with its buttons."""
    cra = await find_standing_report(ctx, click)
    buttons = _offer_acts(ctx, [cra], practice=False)
    sentence = cards.say_report(cra.report, await cards.read_tags(ctx, cra))
    return Whisper(render("cra/seen", number=cra.number, sentence=sentence), buttons)
