"""« /cra liste »: one’s own reports by period and by words, in pages, each to be changed or copied."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.command_lines import split_period
from bot.context import Context, ReadingContext
from bot.french.periods import Period, read_period
from bot.menus import Choosing, Menu, OpenMenu
from bot.replies import Button, Replies, Whisper
from bot.texts import quote, render
from commands.cra.cards import describe_report, mark_practice
from commands.cra.feature import CONSEILLERS, Copy, CopyOne, Edit, EditOne, More, feature
from commands.cra.records import open_sheet, read_sheet
from commands.cra.reports import copy_report, edit_report
from config.programme import FIRST_DAY
from dialogs.cra.titles import title_report
from storage.cra import CraRow, queries
from storage.cra.queries import Listing, Position
from storage.cra.search import ReportSearch, Sheet, read_search
from storage.cra.tags import list_names

SAID_MAX = 100
"""Characters of what is looked for that a button carries on."""


@feature.command(
    "cra liste",
    help="Revoir vos comptes rendus",
    hint="[mots] [#étiquette] [mois dernier | septembre | 2026]",
    roles=CONSEILLERS,
)
async def list_reports(ctx: Context, text: str) -> Replies:
    """List the last ten reports, of a period or of all times, and of what words say."""
    period, words = split_period(text[:SAID_MAX], ctx.today)
    period = period or _everything(ctx)
    sheet = await read_sheet(ctx)
    wanted = await read_search(ctx.db, sheet, words, period.start, period.end)
    if wanted.unknown:
        return Whisper(mark_practice(render("cra/unknown", unknown=wanted.unknown), practice=sheet.is_practice))
    page = await queries.list_page(ctx.db, sheet, wanted)
    return await _draw_page(ctx, _Shown(sheet, wanted, words), page)


@feature.button(More, roles=CONSEILLERS, writes=False)
async def list_next_reports(ctx: Context, click: More) -> Replies:
    """List the next ten reports, or the ten before."""
    sheet = open_sheet(ctx, practice=click.practice)
    wanted = await read_search(ctx.db, sheet, click.words, click.start, click.end)
    beyond = Position(click.day, click.number, click.newer)
    page = await queries.list_page(ctx.db, sheet, wanted, beyond)
    return await _draw_page(ctx, _Shown(sheet, wanted, click.words, beyond), page)


@feature.button(EditOne, roles=CONSEILLERS, writes=False)
async def edit_chosen(ctx: ReadingContext, click: EditOne) -> Replies:
    """Open the dialog of a report chosen in a list."""
    return await edit_report(ctx, Edit(number=int(click.chosen), practice=click.practice))


@feature.button(CopyOne, roles=CONSEILLERS, writes=False)
async def copy_chosen(ctx: ReadingContext, click: CopyOne) -> Replies:
    """Open the dialog of a new report, filled as one chosen in a list."""
    return await copy_report(ctx, Copy(number=int(click.chosen), practice=click.practice))


def _everything(ctx: Context) -> Period:
    everything = read_period("tout", ctx.today)
    assert everything is not None
    return everything


@dataclass(frozen=True, slots=True)
class _Shown:
    """Of what a page is: whose reports, which of them, the words that said it, and beyond which report."""

    sheet: Sheet
    wanted: ReportSearch
    words: str
    beyond: Position | None = None


async def _draw_page(ctx: Context, shown: _Shown, page: Listing) -> Whisper:
    period = Period(shown.wanted.start, shown.wanted.end)
    total = await queries.count_reports(ctx.db, shown.sheet, shown.wanted)
    said = {"period": period, "everything": period.start == FIRST_DAY, "words": quote(shown.words)}
    tags = {} if shown.sheet.is_practice else await list_names(ctx.db, [cra.number for cra in page.reports])
    told = [(cra.number, describe_report(cra.report)) for cra in page.reports]
    rows = [{"number": number, "tags": tags.get(number, ()), **about} for number, about in told]
    text = render("cra/list", rows=rows, total=total, follows=shown.beyond is not None, **said)
    buttons = [*_offer_acts(ctx, page.reports, practice=shown.sheet.is_practice), *_turn_page(shown, page)]
    return Whisper(mark_practice(text, practice=shown.sheet.is_practice), buttons)


def _offer_acts(ctx: Context, reports: Sequence[CraRow], *, practice: bool) -> list[Button]:
    """What can be done with each: of several, which one is asked in a window."""
    if len(reports) == 1:
        about: dict[str, Any] = {"number": reports[0].number, "practice": practice}
        return [Button("Modifier", Edit(**about), "primary"), Button("Dupliquer", Copy(**about))]
    titles = {str(cra.number): f"n° {cra.number} · {title_report(cra.report, ctx.today)}" for cra in reports}
    asked: Sequence[tuple[str, Choosing]] = (
        ("Modifier", EditOne(practice=practice)),
        ("Dupliquer", CopyOne(practice=practice)),
    )
    return [Button(act, OpenMenu.of(Menu(act, payload, titles))) for act, payload in asked] if titles else []


def _turn_page(shown: _Shown, page: Listing) -> list[Button]:
    """The buttons of the pages before and after, where there is one."""
    if not page.reports:
        return []
    back = shown.beyond is not None and shown.beyond.newer
    before, after = (page.more, True) if back else (shown.beyond is not None, page.more)
    wanted = {"start": shown.wanted.start, "end": shown.wanted.end, "words": shown.words}

    def turn(cra: CraRow, *, newer: bool) -> More:
        at = {"day": cra.date, "number": cra.number, "practice": shown.sheet.is_practice}
        return More(**wanted, **at, newer=newer)

    previous = [Button("Précédents", turn(page.reports[0], newer=True))] if before else []
    return [*previous, *([Button("Suivants", turn(page.reports[-1], newer=False))] if after else [])]
