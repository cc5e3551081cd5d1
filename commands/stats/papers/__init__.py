"""Papers of « Mes statistiques »: pictures, PDF, workbook and CSV, each a function that writes files, for a thread."""

from pathlib import Path

from bot.papers import file_name
from bot.papers.csv import write_page as statistiques_csv
from commands.stats.papers.page import Page, territory_page
from commands.stats.papers.pictures import carte, charts, pdf
from commands.stats.papers.territories import TerritoryRow, TerritoryTable, table_csv, table_xlsx
from commands.stats.papers.xlsx import Workbook, workbook

__all__ = [
    "Page",
    "TerritoryRow",
    "TerritoryTable",
    "Workbook",
    "carte",
    "charts",
    "file_name",
    "pdf",
    "statistiques_csv",
    "table_csv",
    "table_xlsx",
    "territory_page",
    "workbook",
    "write_paper",
]


def write_paper(page: Page, path: Path) -> None:
    """A page as a PDF or a CSV, by the ending of the file’s name."""
    (pdf if path.suffix == ".pdf" else statistiques_csv)(page, path)
