"""« /hotline stats » and its files, and Monday’s summary in each room: statistics of the hotline for its agents."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.calendar import OfficeHours, is_working_day
from bot.command_lines import UnreadablePeriodError, require_period
from bot.context import Context, ReadingContext
from bot.destinations import PREPARING, READY, send_file
from bot.errors import UserError
from bot.french import whole_minutes
from bot.papers import FigurePage, FigureSection, LabelledValue, sheets, typeset
from bot.replies import Button, DaysPayload, Parcel, Replies, Reply, Say, SendFile, Whisper
from bot.texts import Markdown, render
from commands.hotline import service
from commands.hotline.cards import say_state
from commands.hotline.requests import draft_request
from commands.hotline.service import feature
from config.hotline import CATEGORIES
from config.territories import DEPARTEMENTS
from config.time import PARIS
from storage import claims, stats
from storage.hotline import OPEN, tickets
from storage.hotline.figures import DaySpan, FiguresPart, HotlineFigures, read_figures


class FigureDays(DaysPayload):
    """Payload with days in Paris."""


def get_today(ctx: Context) -> dt.date:
    """Return the current day in Paris, which is used for everybody so that the statistics are the same."""
    return ctx.now.astimezone(PARIS).date()


async def compute_figures(ctx: Context, days: FigureDays, queues: Collection[str]) -> HotlineFigures:
    """Compute the statistics of some queues; delays count opening hours only."""
    hours = OfficeHours.of(ctx.settings)
    return await read_figures(ctx.db, DaySpan(days.start, days.end), queues, hours.between)


FiguresRow = tuple[str, str, FiguresPart]
"""A row of the figures: the dimension (« File »…), the name of the part, and its figures."""


def make_page(ctx: Context, days: FigureDays, figures: HotlineFigures, queues: Collection[str]) -> FigurePage:
    """Make the page of the statistics for a picture or file."""
    names = ", ".join(service.say_queue(ctx, code) for code in queues)
    return FigurePage(
        title=f"Hotline — {names}",
        period=days.period.label,
        start=days.start,
        last=max(min(days.period.last, get_today(ctx)), days.start),
        today=get_today(ctx),
        sections=(_make_general(figures), _make_delays(figures), *_make_parts(ctx, figures), _make_reasons(figures)),
        notes=(render("hotline/figures_measured"), render("hotline/figures_open")),
        stem="Hotline",
    )


def list_rows(ctx: Context, figures: HotlineFigures) -> Iterator[FiguresRow]:
    """List the statistics of all tickets, then of each part."""
    yield "Toutes", "", figures.whole
    for kind, parts in name_parts(ctx, figures).items():
        yield from ((kind, name, part) for name, part in parts.items())


def name_parts(ctx: Context, figures: HotlineFigures) -> Mapping[str, Mapping[str, FiguresPart]]:
    """Return the parts of each dimension by their names, under the dimension’s name."""
    return {
        "File": {service.say_queue(ctx, code): part for code, part in figures.queues.items()},
        "Catégorie": {CATEGORIES.get(code, code): part for code, part in figures.categories.items()},
        "Département": {_name_place(code): part for code, part in figures.departements.items()},
    }


def _name_place(code: str) -> str:
    known = DEPARTEMENTS.get(code)
    return f"{known.nom} ({code})" if known else code or "Département inconnu"


def _make_general(figures: HotlineFigures) -> FigureSection:
    counted = {
        "Demandes reçues": figures.whole.received,
        "Demandes résolues": figures.whole.resolutions.count,
        "Demandes évitées": figures.avoided,
        "Demandes en cours": figures.open_now,
        "Avis favorables": figures.liked,
        "Avis défavorables": figures.disliked,
    }
    return FigureSection("general", "Général", "", tuple(LabelledValue(label, n) for label, n in counted.items()))


def _make_delays(figures: HotlineFigures) -> FigureSection:
    told = {"Première réponse": figures.whole.answers, "Résolution": figures.whole.resolutions}
    lines = [
        LabelledValue(f"{name}, {share}", whole_minutes(delay))
        for name, delays in told.items()
        for share, delay in (("la moitié en", delays.median), ("neuf sur dix en", delays.p90))
        if delay is not None
    ]
    return FigureSection("delais", "Délais", "minutes", tuple(lines))


def _make_parts(ctx: Context, figures: HotlineFigures) -> Iterator[FigureSection]:
    keys = {"File": "files", "Catégorie": "categories", "Département": "departements"}
    for kind, parts in name_parts(ctx, figures).items():
        counts = {name: part.received for name, part in parts.items() if part.received}
        yield _make_counted(keys[kind], f"Par {kind.lower()}", counts)


def _make_reasons(figures: HotlineFigures) -> FigureSection:
    counts = {reason.label.capitalize(): n for reason, n in figures.reasons.items()}
    return _make_counted("raisons", "Comment elles ont fini", counts)


def _make_counted(key: str, title: str, counts: Mapping[str, int]) -> FigureSection:
    percents, is_whole = stats.even_shares(counts)
    lines = (LabelledValue(name, n, percents[name]) for name, n in counts.items())
    return FigureSection(key, title, "demandes", tuple(lines), is_about=not is_whole)


FileFormat = Literal["png", "xlsx", "csv"]
LABELS: dict[FileFormat, str] = {
    "png": "Télécharger (image)",
    "xlsx": "Télécharger (Excel)",
    "csv": "Télécharger (CSV)",
}
HEAD = (
    *("Par", "Nom", "Reçues", "Premières réponses", "Réponse, la moitié en", "Réponse, neuf sur dix en"),
    *("Résolues", "Résolution, la moitié en", "Résolution, neuf sur dix en"),
)
_TIMED = {4, 5, 7, 8}
"""The places of the columns that are delays."""


class TakeHotlineFigures(FigureDays):
    """Buttons « Télécharger (image) », « (Excel) » and « (CSV) »: send a file of the statistics."""

    format: FileFormat


class HotlineFiguresFile(FigureDays):
    """Order of a file of the statistics."""

    format: FileFormat


def draw_buttons(days: FigureDays) -> list[Button]:
    """Draw the buttons of the files for these days."""
    about = {"start": days.start, "end": days.end}
    return [Button(label, TakeHotlineFigures(**about, format=form)) for form, label in LABELS.items()]


@feature.button(TakeHotlineFigures, name="hotline.TakeFigures", writes=False)
async def take_figures(ctx: ReadingContext, click: TakeHotlineFigures) -> Replies:
    """Order a file of the statistics."""
    await service.must_serve_some(ctx, "hotline/figures_for_agents")
    order = HotlineFiguresFile(**click.model_dump())
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=order, waiting=PREPARING))


@feature.file(HotlineFiguresFile, name="hotline.FiguresFile")
async def make_file(ctx: ReadingContext, order: HotlineFiguresFile, folder: Path) -> Parcel:
    """Make the file, with the statistics and the reader’s queues as they are then."""
    queues = await service.must_serve_some(ctx, "hotline/figures_for_agents")
    figures = await compute_figures(ctx, order, queues)
    page, parts = make_page(ctx, order, figures, queues), list(list_rows(ctx, figures))
    path = await ctx.compute(lambda: _write_file(page, parts, order.format, folder))
    return Parcel(render("hotline/figures_file", page=page), files=[path], done=READY)


def _write_file(page: FigurePage, parts: Sequence[FiguresRow], form: FileFormat, folder: Path) -> Path:
    if form == "png":
        return typeset.draw_picture(page, "hotline", folder)
    path = folder / page.file(form)
    if form == "csv":
        sheets.write_csv(path, [*sheets.list_csv_lines(page), [], *_make_table(parts)])
        return path
    with sheets.open_book(path, page.title) as book:
        _write_sheets(book, page, parts)
    return path


def _make_table(parts: Sequence[FiguresRow]) -> Iterator[Sequence[sheets.Cell]]:
    """Make the lines of the CSV; delays in hours, to two decimals."""
    yield [f"{name} (heures)" if place in _TIMED else name for place, name in enumerate(HEAD)]
    yield from (_make_cells(row, lambda delay: round(delay / timedelta(hours=1), 2)) for row in parts)


def _make_cells(row: FiguresRow, convert: Callable[[timedelta], float]) -> list[sheets.Cell]:
    """Make the cells of a part, with delays converted by ``convert``."""
    kind, name, part = row
    cells: list[sheets.Cell] = [kind, name, part.received]
    for delays in (part.answers, part.resolutions):
        cells += [delays.count, *(None if each is None else convert(each) for each in (delays.median, delays.p90))]
    return cells


def _write_sheets(book: Any, page: FigurePage, parts: Sequence[FiguresRow]) -> None:
    """Write a workbook: the page, and a sheet of the parts with a filter. Delays are in days, as spreadsheets count."""
    formats = sheets.CellFormats(book)
    sheets.write_sheet(book.add_worksheet("Statistiques"), page, formats)
    sheet = book.add_worksheet("Détail")
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 32)
    sheet.set_column(2, len(HEAD) - 1, 14)
    sheet.freeze_panes(1, 2)
    sheets.write_cells(sheet, 0, HEAD, [formats.head] * len(HEAD))
    looks = [None, None, *(formats.duration if n in _TIMED else formats.number for n in range(2, len(HEAD)))]
    for place, row in enumerate(parts, 1):
        sheets.write_cells(sheet, place, _make_cells(row, lambda delay: delay / timedelta(days=1)), looks)
    sheet.autofilter(0, 0, max(len(parts), 1), len(HEAD) - 1)


SHOWN = 5
"""How many parts of each dimension a message names; files have all."""


@feature.command(
    "hotline stats",
    help="Voir les chiffres de la hotline (pour ses agents)",
    hint="[semaine | mois dernier | septembre | 2026]",
)
async def show_stats(ctx: Context, text: str) -> Replies:
    """Show the statistics of a period, by default this month’s; for somebody who is no agent, other words are a request
    for help."""
    try:
        period = require_period(text, get_today(ctx))
    except UnreadablePeriodError as problem:
        if not await service.list_served(ctx, ctx.user):
            return await draft_request(ctx, f"stats {text}")
        raise UserError(str(problem)) from None
    return await show_figures(ctx, FigureDays(start=period.start, end=period.end))


async def show_figures(ctx: Context, days: FigureDays) -> Whisper:
    """Show the statistics in words, with the buttons of their files."""
    queues = await service.must_serve_some(ctx, "hotline/figures_for_agents")
    figures = await compute_figures(ctx, days, queues)
    return Whisper(_say_figures(ctx, days, figures, queues), [] if figures.is_empty else draw_buttons(days))


def _say_figures(ctx: Context, days: FigureDays, figures: HotlineFigures, queues: Collection[str]) -> Markdown:
    named = name_parts(ctx, figures).items()
    parts = {kind: _keep_first({name: part.received for name, part in parts.items()}) for kind, parts in named}
    parts["Fin"] = _keep_first({reason.label: n for reason, n in figures.reasons.items()})
    names = [service.say_queue(ctx, code) for code in queues]
    return render("hotline/figures", period=days.period.label, f=figures, queues=names, parts=parts)


def _keep_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Keep the largest counts, and add up the others in one."""
    counted = [(name, n) for name, n in counts.items() if n]
    rest = sum(n for _, n in counted[SHOWN:])
    return [*counted[:SHOWN], *([("autres", rest)] if rest else [])]


SCOPE = "hotline.weekly"
OLDEST = 5
_WEEK = timedelta(days=7)


@feature.job("day_of_week=mon-fri hour=8 minute=30", name="hotline.weekly", writes=True)
async def post_weekly(ctx: Context) -> Replies:
    """Post last week’s summary in each room once, on the first working day of the week."""
    day = get_today(ctx)
    monday = day - timedelta(days=day.weekday())
    if not is_working_day(day) or not await claims.claim(ctx.db, SCOPE, str(monday), ctx.now):
        return None
    return [reply for queue in service.read_queues(ctx) for reply in await _draw_summary(ctx, queue, monday)]


async def _draw_summary(ctx: Context, queue: str, monday: date) -> Sequence[Reply]:
    """Draw the summary for a queue’s room; nothing if nothing happened and nothing is open."""
    room = await service.find_room(ctx, queue)
    if not room:
        return []
    week = FigureDays(start=monday - _WEEK, end=monday)
    figures = await compute_figures(ctx, week, [queue])
    if figures.is_empty and not figures.open_now:
        return []
    oldest = await tickets.list_tickets(ctx.db, states=OPEN, queue=queue, limit=OLDEST)
    lines = [(ticket, say_state(ticket), await service.name_person(ctx, ticket.agent_id)) for ticket in oldest]
    names = {queue: service.say_queue(ctx, queue)}
    said = {"period": week.period.label, "f": figures, "lines": lines, "zone": ctx.zone}
    return [Say(render("hotline/weekly", queue=names[queue], queues=names, **said), channel_id=room)]
