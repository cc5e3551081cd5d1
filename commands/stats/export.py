"""« /stats exporter »: one’s figures as a PDF, a workbook or a CSV, in the direct channel."""

from functools import partial
from pathlib import Path

from bot.context import Context
from bot.direct import send_file
from bot.french.words import fold, plural
from bot.replies import Ask, Parcel, Replies, SendFile
from bot.texts import render
from commands.stats import papers
from commands.stats.answers import figures_of, full_name, page_of
from commands.stats.asking import OwnQuery, read
from commands.stats.buttons import Export, Take
from commands.stats.feature import CONSEILLERS, feature
from dialogs.stats import Format, TakeAway
from storage.cra import queries
from storage.stats.queries import own_rows

WORDS = {"pdf": Format.PDF, "xlsx": Format.XLSX, "xls": Format.XLSX, "excel": Format.XLSX, "csv": Format.CSV}


@feature.command(
    "stats exporter",
    help="Recevoir vos statistiques en fichier",
    hint="[pdf | xlsx | csv] [période]",
    roles=CONSEILLERS,
)
async def export_line(ctx: Context, text: str) -> Replies:
    """A file of the period said; which form is asked in a window when it is not."""
    first, _, rest = text.strip().partition(" ")
    form = WORDS.get(fold(first))
    if form:
        return await order_file(ctx, read(ctx, rest), form)
    return _window(read(ctx, text))


@feature.button(Take, roles=CONSEILLERS, writes=False)
async def take(ctx: Context, click: Take) -> Replies:
    """« Exporter »: in which form?"""
    return _window(click)


@feature.submit(TakeAway, roles=CONSEILLERS, writes=False)
async def choose_form(ctx: Context, form: TakeAway) -> Replies:
    """The form was chosen."""
    asked = OwnQuery(start=form.period.start, end=form.period.end, percent=form.percent)
    return await order_file(ctx, asked, form.format)


async def order_file(ctx: Context, asked: OwnQuery, form: Format) -> Replies:
    """The file is on its way."""
    waiting = render("stats/waiting", format=form.value.upper(), period=asked.period.label)
    order = Export(**asked.same, format=form)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=order, waiting=waiting))


@feature.file(Export, name="stats.Export", roles=CONSEILLERS)
async def export(ctx: Context, order: Export, folder: Path) -> Parcel:
    """The file; a workbook has the reports themselves, read and written a page at a time."""
    name = await full_name(ctx.chat, ctx.user)
    page = await page_of(ctx, order, await figures_of(ctx, order), name)
    count = await queries.count(ctx.db, ctx.user.id, order.start, order.end)
    path = folder / page.file(order.format.value)
    await write(ctx, order, page, path)
    told = plural(count, "compte rendu", "comptes rendus")
    text = render("stats/exported", period=order.period.label, told=told)
    done = render("stats/prepared", file=path.name)
    return Parcel(text, files=[path], done=done)


async def write(ctx: Context, order: Export, page: papers.Page, path: Path) -> None:
    """Write the file."""
    if order.format is Format.XLSX:
        book = await ctx.compute(partial(papers.Workbook, page, path))
        async for rows in own_rows(ctx.db, ctx.user.id, order.start, order.end):
            await ctx.compute(partial(book.add, rows))
        await ctx.compute(book.close)
        return
    await ctx.compute(partial(papers.write_paper, page, path))


def _window(asked: OwnQuery) -> Ask:
    return Ask(TakeAway.draft(format=Format.PDF, period=asked.period, percent=asked.percent))
