"""« /cra liste »: one’s own reports by period and by words, in pages, each to be changed or copied."""

from collections.abc import Sequence

from bot.command_lines import split_period
from bot.context import Context, ReadingContext
from bot.french.periods import Period, read_period
from bot.menus import Choosing, Menu, OpenMenu
from bot.replies import Button, Replies, Whisper
from bot.texts import quote, render
from commands.cra.cards import describe_report
from commands.cra.feature import CONSEILLERS, Copy, CopyOne, Edit, EditOne, More, feature
from commands.cra.reports import copy_report, edit_report
from config.programme import FIRST_DAY
from dialogs.cra.titles import title_report
from storage.cra import Cra, queries
from storage.cra.queries import Listing, Position
from storage.cra.search import ReportSearch, Sheet, read_search

SAID_MAX = 100
"""Characters of what is looked for that a button carries on."""


@feature.command(
    "cra liste",
    help="Revoir vos comptes rendus",
    hint="[mots] [mois dernier | septembre | 2026]",
    roles=CONSEILLERS,
)
async def list_reports(ctx: Context, text: str) -> Replies:
    """List the last ten reports, of a period or of all times, and of what words say."""
    period, words = split_period(text[:SAID_MAX], ctx.today)
    period = period or _everything(ctx)
    wanted = await read_search(ctx.db, Sheet(ctx.user.id), words, period.start, period.end)
    if wanted.unknown:
        return Whisper(render("cra/unknown", unknown=wanted.unknown))
    page = await queries.list_page(ctx.db, Sheet(ctx.user.id), wanted)
    return await _draw_page(ctx, page, wanted, words)


@feature.button(More, roles=CONSEILLERS, writes=False)
async def list_next_reports(ctx: Context, click: More) -> Replies:
    """List the next ten reports, or the ten before."""
    wanted = await read_search(ctx.db, Sheet(ctx.user.id), click.words, click.start, click.end)
    beyond = Position(click.day, click.number, click.newer)
    page = await queries.list_page(ctx.db, Sheet(ctx.user.id), wanted, beyond)
    return await _draw_page(ctx, page, wanted, click.words, beyond)


@feature.button(EditOne, roles=CONSEILLERS, writes=False)
async def edit_chosen(ctx: ReadingContext, click: EditOne) -> Replies:
    """Open the dialog of a report chosen in a list."""
    return await edit_report(ctx, Edit(number=int(click.chosen)))


@feature.button(CopyOne, roles=CONSEILLERS, writes=False)
async def copy_chosen(ctx: ReadingContext, click: CopyOne) -> Replies:
    """Open the dialog of a new report, filled as one chosen in a list."""
    return await copy_report(ctx, Copy(number=int(click.chosen)))


def _everything(ctx: Context) -> Period:
    everything = read_period("tout", ctx.today)
    assert everything is not None
    return everything


async def _draw_page(
    ctx: Context, page: Listing, wanted: ReportSearch, words: str, beyond: Position | None = None
) -> Whisper:
    period = Period(wanted.start, wanted.end)
    total = await queries.count_reports(ctx.db, Sheet(ctx.user.id), wanted)
    said = {"period": period, "everything": period.start == FIRST_DAY, "words": quote(words)}
    rows = [{"number": cra.number, **describe_report(cra.report)} for cra in page.reports]
    text = render("cra/list", rows=rows, total=total, follows=beyond is not None, **said)
    return Whisper(text, [*_offer_acts(ctx, page.reports), *_turn_page(page, wanted, words, beyond)])


def _offer_acts(ctx: Context, reports: Sequence[Cra]) -> list[Button]:
    """What can be done with each: of several, which one is asked in a window."""
    if len(reports) == 1:
        number = reports[0].number
        return [Button("Modifier", Edit(number=number), "primary"), Button("Dupliquer", Copy(number=number))]
    titles = {str(cra.number): f"n° {cra.number} · {title_report(cra.report, ctx.today)}" for cra in reports}
    asked: Sequence[tuple[str, Choosing]] = (("Modifier", EditOne()), ("Dupliquer", CopyOne()))
    return [Button(act, OpenMenu.of(Menu(act, payload, titles))) for act, payload in asked] if titles else []


def _turn_page(page: Listing, wanted: ReportSearch, words: str, beyond: Position | None) -> list[Button]:
    """The buttons of the pages before and after, where there is one."""
    if not page.reports:
        return []
    back = beyond is not None and beyond.newer
    before, after = (page.more, True) if back else (beyond is not None, page.more)

    def turn(cra: Cra, *, newer: bool) -> More:
        at = {"day": cra.date, "number": cra.number}
        return More(start=wanted.start, end=wanted.end, words=words, newer=newer, **at)

    previous = [Button("Précédents", turn(page.reports[0], newer=True))] if before else []
    return [*previous, *([Button("Suivants", turn(page.reports[-1], newer=False))] if after else [])]
