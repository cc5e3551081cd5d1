"""What papers take: the pictures, the PDF, and a workbook of many reports with its peak of memory."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

from commands.stats.papers import StatsPage, draw_charts, write_pdf
from commands.stats.queries import Presentation, make_evolution, make_general, make_suites, make_temps
from commands.stats.queries import make_chart_sections as drawn
from config.territories import NATION
from storage.database import Database
from storage.stats import read_exact_figures
from tests.bench.figures import Figure, ms
from tests.bench.history import FIRST, LAST, Run, coop_bot, made
from tests.bench.plan import Plan

GROWTH_MB = 30
FEWER = 20
"""A workbook of so many times fewer rows tells what the rows cost."""


async def papers(plan: Plan, folder: Path) -> list[Figure]:
    """Measure the documents of one conseiller who made all of those reports."""
    url = f"sqlite:///{folder}/papers.db"
    await made(url, plan.sheet_rows, 1)
    page = await _page(url)
    pictures = _median(plan, lambda: draw_charts(page, folder))
    paper = _median(plan, lambda: write_pdf(page, folder / "page.pdf"))
    many = await _workbook(url, folder)
    small = f"sqlite:///{folder}/fewer.db"
    await made(small, max(1, plan.sheet_rows // FEWER), 1)
    few = await _workbook(small, folder)
    growth = many.peak - few.peak
    return [
        Figure("(f) les images des chiffres", ms(pictures), "", ""),
        Figure("(f) le PDF", ms(paper), "", ""),
        Figure(
            f"(f) classeur de {plan.sheet_rows} CRA, la commande entière",
            f"{many.seconds:.1f} s, {many.peak:.0f} Mo",
            f"{plan.sheet_rows // FEWER} CRA : {few.seconds:.1f} s, {few.peak:.0f} Mo",
            f"croissance ≤ {GROWTH_MB} Mo",
            growth <= GROWTH_MB,
        ),
    ]


async def _page(url: str) -> StatsPage:
    """Make the page of all figures, as an export of everything shows them."""
    database = Database(url)
    try:
        async with database.transaction(writes=False) as db:
            figures = await read_exact_figures(db, NATION, FIRST, date(2026, 11, 1))
    finally:
        await database.close()
    told = Presentation(figures)
    sections = (make_general(told), make_suites(told), *drawn(told), make_temps(told), make_evolution(figures.mois))
    return StatsPage(title="Mes statistiques", period="tout", start=FIRST, last=LAST, today=LAST, sections=sections)


def _median(plan: Plan, draw: Callable[[], object]) -> float:
    seconds = []
    # The first one loads the engine and its fonts.
    for _ in range(plan.rounds + 1):
        begun = time.perf_counter()
        draw()
        seconds.append(time.perf_counter() - begun)
    return median(seconds[1:])


async def _workbook(url: str, folder: Path) -> Run:
    days = ("--from", FIRST.isoformat(), "--to", LAST.isoformat())
    return await coop_bot(
        url, "export", "stats", "--user", "demo-0001", *days, "--format", "xlsx", "--output", f"{folder}/classeur.xlsx"
    )
