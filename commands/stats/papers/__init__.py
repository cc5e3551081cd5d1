"""Papers of « Mes statistiques »: pictures, PDF, workbook and CSV, each a function that writes files, for a thread."""

from commands.stats.papers.csv import statistiques_csv
from commands.stats.papers.page import Page
from commands.stats.papers.territories import TerritoryRow, TerritoryTable, table_csv, table_xlsx
from commands.stats.papers.typeset import carte, charts, pdf
from commands.stats.papers.xlsx import Workbook, workbook

__all__ = [
    "Page",
    "TerritoryRow",
    "TerritoryTable",
    "Workbook",
    "carte",
    "charts",
    "pdf",
    "statistiques_csv",
    "table_csv",
    "table_xlsx",
    "workbook",
]
