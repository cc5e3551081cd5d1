"""« /stats »: statistics of reports, for conseillers themselves and for territories.

This module is « /stats coordination », which counts a coordinateur’s own reports by kind and by month, and exports
them.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.destinations import READY_FILES, send_file
from bot.french import Period, period_after, period_before, say_minutes, say_month
from bot.papers import sheets
from bot.papers.sheets import Cell
from bot.replies import Button, DaysPayload, Parcel, Replies, SendFile, Whisper
from bot.texts import render
from commands.stats import shared_pages, territories
from commands.stats.queries import feature, read_period_of
from storage.cra.coordination import (
    SORTS,
    AnimationTheme,
    CoordinationKind,
    CoordinationReport,
    Organisation,
    list_reports,
)
from storage.people import Role

COORDINATEURS = (Role.COORDINATEUR,)


class CoordinationFigures(DaysPayload):
    """Button « Voir octobre »: the statistics of these days."""


class CoordinationSheet(CoordinationFigures):
    """Button « Exporter »: sends the reports of these days as files."""


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """The totals of some reports; hours are those that were entered."""

    label: str
    count: int
    hours: str
    participants: int


@feature.command(
    "stats coordination",
    help="Voir les chiffres de vos comptes rendus de coordination",
    hint="[mois dernier | septembre | 2026]",
    roles=COORDINATEURS,
)
async def show_own_coordination(ctx: ReadingContext, text: str) -> Replies:
    """Show the statistics of a period, by default this month’s."""
    period = read_period_of(ctx, text)
    return await show_coordination(ctx, CoordinationFigures(start=period.start, end=period.end))


@feature.button(CoordinationFigures, roles=COORDINATEURS, writes=False)
async def show_coordination(ctx: Context, asked: CoordinationFigures) -> Replies:
    """Show the statistics of these days, with buttons to those before and after."""
    found = await list_reports(ctx.db, ctx.user.id, asked.start, asked.end)
    kinds = [_add_up(kind.label, some) for kind in CoordinationKind if (some := [r for r in found if r.kind is kind])]
    if len(kinds) > 1:
        kinds.append(_add_up("Total", found))
    text = render(
        "coordination/figures",
        period=asked.period.label,
        kinds=kinds,
        months=list(_add_up_by(found, lambda row: say_month(row.date))),
        untimed=sum(1 for row in found if row.minutes is None),
    )
    beside = [period_before(asked.period, ctx.today), period_after(asked.period, ctx.today)]
    turn = [Button(f"Voir {p.label}", CoordinationFigures(start=p.start, end=p.end)) for p in beside if p]
    export = [Button("Exporter", CoordinationSheet(start=asked.start, end=asked.end))] if found else []
    return Whisper(text, [*turn, *export])


def _add_up_by(found: Sequence[CoordinationReport], name: Callable[[CoordinationReport], str]) -> Iterator[TotalsRow]:
    for label in dict.fromkeys(map(name, found)):
        yield _add_up(label, [row for row in found if name(row) == label])


def _add_up(label: str, found: Sequence[CoordinationReport]) -> TotalsRow:
    minutes = sum(row.minutes or 0 for row in found)
    return TotalsRow(label, len(found), say_minutes(minutes), sum(row.said.participants for row in found))


HEAD = (
    *("numero", "date", "type", "detail", "objet", "minutes", "mediateurs", "structures", "autres", "participants"),
    *("themes", "organisateurs_ou_partenaires", "echelon", "initiative"),
)
_WIDTHS = (9, 12, 14, 34, 40, 9, 12, 12, 9, 12, 50, 40, 16, 34)


@feature.button(CoordinationSheet, roles=COORDINATEURS, writes=False)
async def export_coordination(ctx: ReadingContext, click: CoordinationSheet) -> Replies:
    """Order the files."""
    waiting = render("coordination/waiting", period=click.period.label)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=click, waiting=waiting))


@feature.file(CoordinationSheet, name="stats.CoordinationSheet", roles=COORDINATEURS)
async def write_coordination(ctx: ReadingContext, order: CoordinationSheet, folder: Path) -> Parcel:
    """Write one’s own reports of these days as a CSV and as a workbook."""
    found = await list_reports(ctx.db, ctx.user.id, order.start, order.end)
    lines = [HEAD, *list_lines(found)]
    files = await ctx.compute(lambda: sheets.write_both(folder / "Coordination", "Coordination", lines, _WIDTHS))
    text = render("coordination/exported", count=len(found), period=order.period.label)
    return Parcel(text, files=files, done=READY_FILES)


def list_lines(found: Iterable[CoordinationReport]) -> Iterator[Sequence[Cell]]:
    """Return each report as a row of the file, in words."""
    for row in found:
        said = row.said
        about = (row.number, f"{said.date:%d/%m/%Y}", said.kind.label, SORTS[said.sort].label, said.subject)
        people = (said.mediateurs, said.structures, said.autres, said.participants)
        themes = "; ".join(AnimationTheme(code).label for code in said.themes)
        organisations = "; ".join(Organisation(code).label for code in said.organisations)
        ends = [each.label if each else "" for each in (said.echelon, said.initiative)]
        yield (*about, said.minutes, *people, themes, organisations, *ends)
