"""« /stats »: one’s own statistics for any period, in words, pictures and files, and the monthly PDF."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context, ReadingContext
from bot.destinations import is_in_direct_channel, send_file
from bot.errors import ChatError, UserError
from bot.french import Period, months_after, of, period_after, period_before, period_to_compare, plural, say_month
from bot.mattermost import ChatReader
from bot.papers import FigureSection
from bot.replies import Ask, Button, Direct, Parcel, Perform, Replies, Reply, SendFile, Whisper
from bot.texts import Markdown, render
from commands.stats import papers, queries
from commands.stats.papers import StatsPage, draw_charts
from commands.stats.queries import CONSEILLERS, feature
from config.text import fold
from dialogs.stats import Format, SeePeriod, TakeAway, period_of
from storage.cra import queries as reports
from storage.cra.queries import read_last_commune
from storage.cra.report import is_training
from storage.cra.search import AuthorSheet, read_search
from storage.people import Person, Role
from storage.stats import (
    Figures,
    Percent,
    count_own_communes,
    count_own_months,
    iterate_own_rows,
    read_own,
    read_own_days,
    read_practice,
    recipients,
)

MONTHS_SHOWN = 12
NOTES = {
    Percent.JUSTE: "Pourcentages arrondis à l’entier. Ceux d’un groupe font 100 ensemble ; « environ » : des nombres "
    "égaux ne le permettent pas.",
    Percent.COOP: "Pourcentages tronqués à l’entier, comme sur l’ancienne plateforme Coop.",
}


class PageContext(Protocol):
    """What a page of statistics needs: its person, a database session and the time. A request has them, and so has a
    command of the operator."""

    @property
    def user(self) -> Person: ...

    @property
    def db(self) -> AsyncSession: ...

    @property
    def today(self) -> date: ...


@dataclass(frozen=True, slots=True)
class FiguresAnswer:
    """Statistics in words, and their page; ``drawn`` if there is something to draw."""

    text: Markdown
    buttons: list[Button]
    page: StatsPage
    drawn: bool


async def find_full_name(chat: ChatReader, person: Person) -> str:
    """Return somebody’s full name from their account; the user name if it has none, or Mattermost does not answer."""
    try:
        account = await chat.user(person.id)
    except ChatError:
        return person.username
    return account.full_name or person.username


async def read_own_figures(ctx: PageContext, asked: queries.OwnQuery) -> Figures:
    """Read one’s own figures."""
    return await read_own(ctx.db, ctx.user.id, asked.start, asked.end, asked.tag)


async def answer_own(ctx: Context, asked: queries.OwnQuery) -> FiguresAnswer:
    """Answer with one’s own statistics in words, compared with the period before, and buttons to go on."""
    figures = await read_own_figures(ctx, asked)
    earlier = period_to_compare(asked.period, ctx.today)
    then = await read_own(ctx.db, ctx.user.id, earlier.start, earlier.end, asked.tag)
    told = queries.Presentation(figures, asked.percent)
    text = render(
        "stats/answer",
        period=asked.label,
        tag=asked.tag,
        f=figures,
        goes_on=told.goes_on,
        drawn=queries.make_chart_sections(told),
        earlier=earlier.label,
        compared=_compare_periods(figures, then),
    )
    page = await make_own_page(ctx, asked, figures)
    return FiguresAnswer(text, _own_buttons(ctx, asked, figures), page, figures.accompagnements > 0)


async def make_own_page(
    ctx: PageContext, asked: queries.OwnQuery, figures: Figures, name: str | None = None
) -> StatsPage:
    """Make the page of one’s statistics for pictures and files."""
    user, last = ctx.user, min(asked.period.last, ctx.today)
    return StatsPage(
        title="Mes statistiques",
        period=asked.label,
        start=asked.start,
        last=max(last, asked.start),
        today=ctx.today,
        sections=await make_own_sections(ctx, asked, figures, last),
        name=name,
        structure=user.structure,
        place=await read_last_commune(ctx.db, user.id) or None,
        notes=(NOTES[asked.percent],),
        zone=user.zone,
    )


async def make_own_sections(
    ctx: PageContext, asked: queries.OwnQuery, figures: Figures, last: date
) -> tuple[FigureSection, ...]:
    """Make all sections of one’s page; the evolution covers the twelve months up to the period’s last day."""
    told = queries.Presentation(figures, asked.percent)
    first = months_after(last.replace(day=1), 1 - MONTHS_SHOWN)
    counts = await count_own_months(ctx.db, ctx.user.id, first, last + timedelta(days=1), asked.tag)
    months = {month: counts.get(month, 0) for month in (months_after(first, n) for n in range(MONTHS_SHOWN))}
    places = await count_own_communes(ctx.db, ctx.user.id, asked.start, asked.end, asked.tag)
    return (*queries.make_period_sections(told), queries.make_evolution(months), queries.make_communes(places))


SATURDAY = 5
BARS = "▁▂▃▄▅▆▇█"
"""The bars of a small chart in text, lowest first; the lowest one stands for 0."""


def draw_bars(counts: Mapping[date, int], start: date, last: date) -> str:
    """Draw days as bars, in weeks; Saturdays and Sundays only if something was done."""
    weeks: dict[tuple[int, int], str] = {}
    highest = max(counts.values(), default=0)
    for day in (start + timedelta(days=n) for n in range((last - start).days + 1)):
        count = counts.get(day, 0)
        if count or day.weekday() < SATURDAY:
            week = day.isocalendar()[:2]
            weeks[week] = weeks.get(week, "") + BARS[-(-count * (len(BARS) - 1) // highest) if count else 0]
    return " ".join(weeks.values())


ELIDED_MONTHS = frozenset({4, 8, 10})
"""The months before which « de » is elided: « d’avril », « d’août », « d’octobre »."""


@feature.at_home
async def tell_month(ctx: Context) -> Sequence[Markdown]:
    """Show a conseiller their month in a line, with its days as small bars."""
    if ctx.user.role is not Role.CONSEILLER:
        return []
    start, tomorrow = ctx.today.replace(day=1), ctx.today + timedelta(days=1)
    days = await read_own_days(ctx.db, ctx.user.id, start, tomorrow)
    bars = draw_bars({day: each.reports for day, each in days.items()}, start, ctx.today)
    totals = {name: sum(getattr(each, name) for each in days.values()) for name in ("persons", "reports")}
    of_month = f"{'d’' if start.month in ELIDED_MONTHS else 'de '}{say_month(start)}"
    return [render("stats/at_home", of_month=of_month, bars=bars, **totals)] if days else []


def _own_buttons(ctx: Context, asked: queries.OwnQuery, figures: Figures) -> list[Button]:
    beside = [period_before(asked.period, ctx.today), period_after(asked.period, ctx.today)]
    buttons = [Button(f"Voir {_shorten_period(p)}", queries.SeeFigures(**asked.about(p))) for p in beside if p]
    buttons.append(Button("Choisir une autre période", queries.Other(**asked.same)))
    if figures.accompagnements:
        details = Button("Détails", queries.Details(**asked.same))
        buttons += [details, Button("Exporter", queries.TakeOwnFigures(**asked.same))]
    return buttons


def _shorten_period(period: Period) -> str:
    """Name a period for a button."""
    if (period.end - period.start).days == 1 or not period.label.startswith("du "):
        return period.label.removeprefix("année ")
    return f"du {period.start:%d/%m} au {period.last:%d/%m}"


def _compare_periods(now: Figures, then: Figures) -> list[str]:
    """Describe the difference to the period before; nothing if that is empty."""
    if not then.accompagnements:
        return []
    return [
        say_difference(now.personnes, then.personnes, "personne", "personnes"),
        say_difference(now.accompagnements, then.accompagnements, "compte rendu", "comptes rendus"),
    ]


def say_difference(now: int, then: int, one: str, many: str) -> str:
    """Write a difference: « 3 comptes rendus de plus », « 1 personne de moins », « autant de comptes rendus »."""
    if now == then:
        return f"autant {of(many)}"
    return f"{plural(abs(now - then), one, many)} de {'plus' if now > then else 'moins'}"


def make_reply(ctx: Context, text: Markdown, buttons: Sequence[Button] = (), *, direct: bool) -> Reply:
    """Make a direct message in the direct channel, and a whisper anywhere else."""
    return Direct(text, buttons, user_id=ctx.user.id) if direct else Whisper(text, buttons)


async def show_answer(
    ctx: ReadingContext, answer: Callable[[], Awaitable[FiguresAnswer]], order: BaseModel, waiting: str = ""
) -> Replies:
    """Show statistics where they were asked for; their pictures, which ``order`` makes, only where nobody else sees
    them."""
    pictures = SendFile(user_id=ctx.user.id, order=order)
    if await is_in_direct_channel(ctx):
        return replace(pictures, waiting=waiting)
    said = await answer()
    if not said.drawn:
        return Whisper(said.text, said.buttons)
    note = Markdown(f"{said.text}\n\nLes graphiques vous attendent dans notre conversation privée.")
    return [Whisper(note, said.buttons), pictures]


async def draw_answer(ctx: ReadingContext, said: FiguresAnswer, folder: Path, done: str = "") -> Parcel:
    """Put statistics and their charts into one message."""
    files = await ctx.compute(lambda: draw_charts(said.page, folder)) if said.drawn else []
    return Parcel(said.text, said.buttons, files=files, done=done)


ELSEWHERE = {
    "hotline": "hotline stats",
    "employeur": "stats partager",
    **dict.fromkeys(("territoire", "territoires"), "stats departement"),
    **dict.fromkeys(("programmer", "mensuel", "mensuelles", "recevoir", "abonnement"), "stats rapport"),
}
"""The commands that a first word stands for, folded."""


@feature.command(
    "stats",
    help="Voir vos statistiques, en mots et en graphiques",
    hint="[semaine | mois dernier | septembre | 2025] [#étiquette]",
    roles=queries.COMMUNITY,
)
async def show_own(ctx: ReadingContext, text: str) -> Replies:
    """Show one’s own statistics of a period, by default this month’s; or what some words stand for."""
    first, _, rest = text.strip().partition(" ")
    if line := ELSEWHERE.get(fold(first)):
        return Perform(f"{line} {rest}".strip())
    if ctx.user.role is not Role.CONSEILLER:
        return queries.lead_elsewhere(coordinates=ctx.user.role is Role.COORDINATEUR)
    asked = queries.read_own_query(ctx, text)
    if await is_training(ctx.db, ctx.user.id):
        return Whisper(await describe_practice(ctx, asked))
    return await show_figures(ctx, asked)


async def describe_practice(ctx: Context, asked: queries.OwnQuery) -> Markdown:
    """Describe the practice sheet of a trainee, in words only."""
    if asked.tag:
        raise UserError(render("stats/practice_without_tags"))
    figures = await read_practice(ctx.db, ctx.user.id, asked.start, asked.end)
    told = queries.Presentation(figures, asked.percent)
    said = {"drawn": queries.make_chart_sections(told), "earlier": "", "compared": (), "tag": ""}
    text = render("stats/answer", period=asked.period.label, f=figures, goes_on=told.goes_on, **said)
    return render("stats/practice", text=text)


@feature.button(queries.SeeFigures, name="stats.See", roles=CONSEILLERS, writes=False)
async def show_other_period(ctx: ReadingContext, click: queries.SeeFigures) -> Replies:
    """Show the statistics of the period before or after."""
    return await show_figures(ctx, click)


@feature.button(queries.Other, roles=CONSEILLERS, writes=False)
async def ask_other_period(ctx: Context, click: queries.Other) -> Replies:
    """Open the window of a period."""
    return Ask(SeePeriod.draft(percent=click.percent, tag=click.tag))


@feature.submit(SeePeriod, roles=CONSEILLERS, writes=False)
async def choose_period(ctx: ReadingContext, form: SeePeriod) -> Replies:
    """Show the statistics of the chosen or typed period."""
    period = form.written or period_of(form.usual or "", ctx.clues)
    wanted = queries.OwnQuery(start=period.start, end=period.end, percent=form.percent, tag=form.tag)
    return await show_figures(ctx, wanted)


@feature.button(queries.Details, roles=CONSEILLERS, writes=False)
async def show_details(ctx: ReadingContext, click: queries.Details) -> Replies:
    """Show all values of a period."""
    page = await make_own_page(ctx, click, await read_own_figures(ctx, click))
    direct = await is_in_direct_channel(ctx)
    return make_reply(ctx, render("stats/details", page=page), direct=direct)


@feature.command("stats aide", help="Ce que comptent les statistiques", roles=queries.COMMUNITY)
async def explain_figures(ctx: Context, _: str) -> Replies:
    """Explain what each value counts."""
    return Whisper(render("stats/aide"))


async def show_figures(ctx: ReadingContext, asked: queries.OwnQuery) -> Replies:
    """Show one’s own figures."""
    return await show_answer(ctx, partial(answer_own, ctx, asked), queries.Pictured(**asked.same))


@feature.file(queries.Pictured, name="stats.Pictured", roles=CONSEILLERS)
async def draw_figures(ctx: ReadingContext, order: queries.Pictured, folder: Path) -> Parcel:
    """Draw the statistics with their charts."""
    return await draw_answer(ctx, await answer_own(ctx, order), folder)


FORMATS_BY_WORD = {"pdf": Format.PDF, "xlsx": Format.XLSX, "xls": Format.XLSX, "excel": Format.XLSX, "csv": Format.CSV}


@feature.command(
    "stats exporter",
    help="Recevoir vos statistiques en fichier",
    hint="[pdf | xlsx | csv] [période] [#étiquette]",
    roles=CONSEILLERS,
    instead=dict.fromkeys((Role.COORDINATEUR, Role.ANIMATEUR), "stats departement"),
)
async def export_by_line(ctx: ReadingContext, text: str) -> Replies:
    """Send a file of the typed period; open a window if the format is not typed."""
    first, _, rest = text.strip().partition(" ")
    form = FORMATS_BY_WORD.get(fold(first))
    if form:
        return await order_file(ctx, queries.read_own_query(ctx, rest), form)
    return _make_window(queries.read_own_query(ctx, text))


@feature.button(queries.TakeOwnFigures, name="stats.Take", roles=CONSEILLERS, writes=False)
async def ask_form(ctx: Context, click: queries.TakeOwnFigures) -> Replies:
    """Open the window of a file’s format."""
    return _make_window(click)


@feature.submit(TakeAway, roles=CONSEILLERS, writes=False)
async def choose_form(ctx: ReadingContext, form: TakeAway) -> Replies:
    """Order the file in the chosen format."""
    asked = queries.OwnQuery(start=form.period.start, end=form.period.end, percent=form.percent, tag=form.tag)
    return await order_file(ctx, asked, form.format)


async def order_file(ctx: ReadingContext, asked: queries.OwnQuery, form: Format) -> Replies:
    """Order a file, and say that it is on its way."""
    waiting = render("stats/waiting", format=form.value.upper(), period=asked.label)
    order = queries.Export(**asked.same, format=form)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=order, waiting=waiting))


@feature.file(queries.Export, name="stats.Export", roles=CONSEILLERS)
async def make_file(ctx: ReadingContext, order: queries.Export, folder: Path) -> Parcel:
    """Make the file; a workbook also has the reports, read and written a page at a time."""
    name = await find_full_name(ctx.chat, ctx.user)
    page = await make_own_page(ctx, order, await read_own_figures(ctx, order), name)
    sheet, words = AuthorSheet(ctx.user.id), f"#{order.tag}" if order.tag else ""
    count = await reports.count_reports(ctx.db, sheet, await read_search(ctx.db, sheet, words, order.start, order.end))
    path = folder / page.file(order.format.value)
    await write_file(ctx, order, page, path)
    told = plural(count, "compte rendu", "comptes rendus")
    text = render("stats/exported", period=order.label, told=told, count=count, format=order.format.value)
    done = render("stats/prepared", file=path.name)
    return Parcel(text, files=[path], done=done)


async def write_file(ctx: ReadingContext, order: queries.Export, page: papers.StatsPage, path: Path) -> None:
    """Write the file."""
    if order.format is Format.XLSX:
        book = await ctx.compute(partial(papers.Workbook, page, path))
        async for rows in iterate_own_rows(ctx.db, ctx.user.id, order.start, order.end, order.tag):
            await ctx.compute(partial(book.add, rows))
        await ctx.compute(book.close)
        return
    await ctx.compute(partial(papers.write_paper, page, path))


def _make_window(asked: queries.OwnQuery) -> Ask:
    return Ask(TakeAway.draft(format=Format.PDF, period=asked.period, percent=asked.percent, tag=asked.tag))


HOUR = 8
"""The hour of the 1st, in the person’s time zone, at which the report is sent."""
YES, NO = {"oui", "recevoir", "activer"}, {"non", "arreter", "desactiver", "stop"}


class Receive(BaseModel):
    """Button « Recevoir » or « Ne plus recevoir » for the monthly report; ``direct`` if it stands in the direct
    channel."""

    wanted: bool
    direct: bool = False


async def read_report_setting(ctx: ReadingContext, text: str) -> Receive | Reply:
    """Show whether the monthly report is sent, with a button to change it; « oui » and « non » change it at once."""
    answer = fold(text)
    if answer not in YES | NO | {""}:
        raise UserError(render("stats/report_usage"))
    direct = await is_in_direct_channel(ctx)
    if answer:
        return Receive(wanted=answer in YES, direct=direct)
    sent = await recipients.is_subscribed(ctx.db, ctx.user.id)
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
    """Switch the monthly report on or off."""
    if click.wanted:
        await recipients.subscribe(ctx.db, ctx.user.id, ctx.now, months_after(ctx.today.replace(day=1), -1))
    else:
        await recipients.unsubscribe(ctx.db, ctx.user.id)
    return make_reply(ctx, render("stats/report_changed", wanted=click.wanted), direct=click.direct)


# Every morning: a bot that was away, or somebody who moved to another zone on the 1st, makes up for it.
@feature.job(f"hour={HOUR} minute=0", name="stats.monthly", local=True, writes=True)
async def send_monthly_reports(ctx: Context) -> Replies:
    """Send the report of the last month where it is eight o’clock, unless the month was empty."""
    month = months_after(month_at(ctx.now, ctx.zone), -1)
    due = await recipients.find_waiting_subscribers(ctx.db, month, ctx.zone.key, ctx.today)
    active = await recipients.mark_dealt_with(ctx.db, due, month)
    order = queries.Export(start=month, end=months_after(month, 1), format=Format.PDF)
    return [SendFile(user_id=person_id, order=order) for person_id in due if person_id in active]


def month_at(now: datetime, zone: ZoneInfo) -> date:
    """Return the first day of the current month in a time zone, where a month begins at eight o’clock, so that nothing
    is sent at night."""
    return (now.astimezone(zone) - timedelta(hours=HOUR)).date().replace(day=1)
