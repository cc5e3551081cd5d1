"""« Graphique », « Excel » and « CSV » of the figures of the hotline, made when their turn comes."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from bot.context import Context
from bot.direct import send_file
from bot.papers import Page, csv, typeset, xlsx
from bot.papers.csv import Cell
from bot.replies import Button, Parcel, Replies, SendFile
from bot.texts import render
from commands.hotline.feature import feature
from commands.hotline.figures.asking import Days, figures_of, must_serve
from commands.hotline.figures.page import Row, page_of, rows
from storage.hotline.delays import Delays

Form = Literal["png", "xlsx", "csv"]
LABELS: dict[Form, str] = {"png": "Graphique", "xlsx": "Excel", "csv": "CSV"}
PREPARING, DONE = "Préparation de votre fichier…", "✅ Votre fichier est prêt, juste en dessous."
HEAD = (
    *("Par", "Nom", "Reçues", "Premières réponses", "Réponse, une sur deux", "Réponse, neuf sur dix"),
    *("Résolues", "Résolution, une sur deux", "Résolution, neuf sur dix"),
)
_TIMED = {4, 5, 7, 8}
"""Which of these columns are delays."""


class TakeFigures(Days):
    """« Graphique », « Excel », « CSV »."""

    format: Form


class FiguresFile(Days):
    """A file of these figures."""

    format: Form


def buttons(days: Days) -> list[Button]:
    """What may be taken away of these days."""
    return [Button(label, TakeFigures(start=days.start, end=days.end, format=form)) for form, label in LABELS.items()]


@feature.button(TakeFigures, writes=False)
async def take(ctx: Context, click: TakeFigures) -> Replies:
    """The file is on its way."""
    await must_serve(ctx)
    order = FiguresFile(**click.model_dump())
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=order, waiting=PREPARING))


@feature.file(FiguresFile, name="hotline.FiguresFile")
async def make(ctx: Context, order: FiguresFile, folder: Path) -> Parcel:
    """The file, of the figures as they are then, of the queues in which its reader answers then."""
    queues = await must_serve(ctx)
    figures = await figures_of(ctx, order, queues)
    page, parts = page_of(ctx, order, figures, queues), list(rows(ctx, figures))
    path = await ctx.compute(lambda: _write(page, parts, order.format, folder))
    return Parcel(render("hotline/figures_file", page=page), files=[path], done=DONE)


def _write(page: Page, parts: Sequence[Row], form: Form, folder: Path) -> Path:
    if form == "png":
        return typeset.picture(page, "hotline", folder)
    path = folder / page.file(form)
    if form == "csv":
        csv.write(path, [*csv.lines(page), [], *_table(parts)])
        return path
    with xlsx.open_book(path, page.title) as book:
        _sheets(book, page, parts)
    return path


def _table(parts: Sequence[Row]) -> Iterator[Sequence[Cell]]:
    """Delays in hours, to the hundredth."""
    yield [f"{name} (heures)" if place in _TIMED else name for place, name in enumerate(HEAD)]
    yield from ([_in_hours(cell) for cell in _cells(row)] for row in parts)


def _cells(row: Row) -> list[str | int | timedelta | None]:
    part = row.part
    return [row.kind, row.name, part.received, *_of(part.answers), *_of(part.resolutions)]


def _of(delays: Delays) -> list[int | timedelta | None]:
    return [delays.count, delays.median, delays.p90]


def _in_hours(cell: str | int | timedelta | None) -> Cell:
    return round(cell / timedelta(hours=1), 2) if isinstance(cell, timedelta) else cell


def _sheets(book: Any, page: Page, parts: Sequence[Row]) -> None:
    """The page, and a sheet of its parts with a filter; spreadsheets count time in days."""
    formats = xlsx.Formats(book)
    xlsx.write_page(book.add_worksheet("Statistiques"), page, formats)
    sheet = book.add_worksheet("Détail")
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 32)
    sheet.set_column(2, len(HEAD) - 1, 14)
    sheet.freeze_panes(1, 2)
    xlsx.cells(sheet, 0, HEAD, [formats.head] * len(HEAD))
    looks = [None, None, *(formats.duration if n in _TIMED else formats.number for n in range(2, len(HEAD)))]
    for place, row in enumerate(parts, 1):
        told = [cell / timedelta(days=1) if isinstance(cell, timedelta) else cell for cell in _cells(row)]
        xlsx.cells(sheet, place, told, looks)
    sheet.autofilter(0, 0, max(len(parts), 1), len(HEAD) - 1)
