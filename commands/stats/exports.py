"""A conseiller’s figures as a file: « /stats exporter » at once, « /stats rapport » each month."""

from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.destinations import is_in_direct_channel, send_file
from bot.errors import UserError
from bot.french.periods import months_after
from bot.french.words import plural
from bot.replies import Ask, Button, Parcel, Replies, Reply, SendFile
from bot.texts import render
from commands.stats import papers
from commands.stats.conseiller import find_full_name, make_own_page, make_reply, read_own_figures
from commands.stats.feature import CONSEILLERS, feature
from commands.stats.queries import Export, OwnQuery, Take, read_own_query
from config.text import fold
from dialogs.stats import Format, TakeAway
from storage.cra import queries
from storage.cra.search import Sheet, read_search
from storage.stats import subscriptions
from storage.stats.figures import iterate_own_rows

FORMATS_BY_WORD = {"pdf": Format.PDF, "xlsx": Format.XLSX, "xls": Format.XLSX, "excel": Format.XLSX, "csv": Format.CSV}


@feature.command(
    "stats exporter",
    help="Recevoir vos statistiques en fichier",
    hint="[pdf | xlsx | csv] [période] [#étiquette]",
    roles=CONSEILLERS,
)
async def export_by_line(ctx: ReadingContext, text: str) -> Replies:
    """Send a file of the period said; its form is asked in a window when it is not said."""
    first, _, rest = text.strip().partition(" ")
    form = FORMATS_BY_WORD.get(fold(first))
    if form:
        return await order_file(ctx, read_own_query(ctx, rest), form)
    return _make_window(read_own_query(ctx, text))


@feature.button(Take, roles=CONSEILLERS, writes=False)
async def ask_form(ctx: Context, click: Take) -> Replies:
    """Ask in which form the figures are wanted."""
    return _make_window(click)


@feature.submit(TakeAway, roles=CONSEILLERS, writes=False)
async def choose_form(ctx: ReadingContext, form: TakeAway) -> Replies:
    """Order the file in the form that was chosen."""
    asked = OwnQuery(start=form.period.start, end=form.period.end, percent=form.percent, tag=form.tag)
    return await order_file(ctx, asked, form.format)


async def order_file(ctx: ReadingContext, asked: OwnQuery, form: Format) -> Replies:
    """Send the order of a file, and say that it is on its way."""
    waiting = render("stats/waiting", format=form.value.upper(), period=asked.label)
    order = Export(**asked.same, format=form)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=order, waiting=waiting))


@feature.file(Export, name="stats.Export", roles=CONSEILLERS)
async def make_file(ctx: ReadingContext, order: Export, folder: Path) -> Parcel:
    """Make the file; a workbook has the reports themselves, read and written a page at a time."""
    name = await find_full_name(ctx.chat, ctx.user)
    page = await make_own_page(ctx, order, await read_own_figures(ctx, order), name)
    sheet, words = Sheet(ctx.user.id), f"#{order.tag}" if order.tag else ""
    count = await queries.count_reports(ctx.db, sheet, await read_search(ctx.db, sheet, words, order.start, order.end))
    path = folder / page.file(order.format.value)
    await write_file(ctx, order, page, path)
    told = plural(count, "compte rendu", "comptes rendus")
    text = render("stats/exported", period=order.label, told=told)
    done = render("stats/prepared", file=path.name)
    return Parcel(text, files=[path], done=done)


async def write_file(ctx: ReadingContext, order: Export, page: papers.Page, path: Path) -> None:
    """Write the file."""
    if order.format is Format.XLSX:
        book = await ctx.compute(partial(papers.Workbook, page, path))
        async for rows in iterate_own_rows(ctx.db, ctx.user.id, order.start, order.end, order.tag):
            await ctx.compute(partial(book.add, rows))
        await ctx.compute(book.close)
        return
    await ctx.compute(partial(papers.write_paper, page, path))


def _make_window(asked: OwnQuery) -> Ask:
    return Ask(TakeAway.draft(format=Format.PDF, period=asked.period, percent=asked.percent, tag=asked.tag))


HOUR = 8
"""When the report leaves on the 1st, where the person is."""
YES, NO = {"oui", "recevoir", "activer"}, {"non", "arreter", "desactiver", "stop"}


class Receive(BaseModel):
    """« Recevoir » the report, or « Ne plus recevoir »; ``direct`` where the button stands in the direct channel."""

    wanted: bool
    direct: bool = False


async def read_report_setting(ctx: ReadingContext, text: str) -> Receive | Reply:
    """Show whether the monthly report is sent, and the button to change that; « oui » and « non » change it at once."""
    answer = fold(text)
    if answer not in YES | NO | {""}:
        raise UserError("Tapez /stats rapport oui pour le recevoir chaque mois, /stats rapport non pour l’arrêter.")
    direct = await is_in_direct_channel(ctx)
    if answer:
        return Receive(wanted=answer in YES, direct=direct)
    sent = await subscriptions.is_subscribed(ctx.db, ctx.user.id)
    click = Receive(wanted=not sent, direct=direct)
    button = Button("Ne plus recevoir" if sent else "Recevoir", click, "default" if sent else "primary")
    return make_reply(ctx, render("stats/report", sent=sent), [button], direct=direct)


@feature.button(Receive, roles=CONSEILLERS)
@feature.command(
    "stats rapport",
    help="Recevoir chaque mois vos statistiques en PDF",
    hint="[oui | non]",
    roles=CONSEILLERS,
    asks=read_report_setting,
)
async def set_report(ctx: Context, click: Receive) -> Replies:
    """Send the monthly report from now on, or no more."""
    if click.wanted:
        await subscriptions.subscribe(ctx.db, ctx.user.id, ctx.now, months_after(ctx.today.replace(day=1), -1))
    else:
        await subscriptions.unsubscribe(ctx.db, ctx.user.id)
    return make_reply(ctx, render("stats/report_changed", wanted=click.wanted), direct=click.direct)


# Every morning: a bot that was away, or somebody who moved to another zone on the 1st, makes up for it.
@feature.job(f"hour={HOUR} minute=0", name="stats.monthly", local=True, writes=True)
async def send_monthly_reports(ctx: Context) -> Replies:
    """Send the report of the month that is over to those where it is eight o’clock; none of an empty month."""
    month = months_after(month_at(ctx.now, ctx.zone), -1)
    due = await subscriptions.find_waiting(ctx.db, month, ctx.zone.key)
    active = await subscriptions.mark_dealt_with(ctx.db, due, month)
    order = Export(start=month, end=months_after(month, 1), format=Format.PDF)
    return [SendFile(user_id=person_id, order=order) for person_id in due if person_id in active]


def month_at(now: datetime, zone: ZoneInfo) -> date:
    """Return the first day of the month in a zone, where it begins at eight o’clock: what is made up for at night
    waits."""
    return (now.astimezone(zone) - timedelta(hours=HOUR)).date().replace(day=1)
