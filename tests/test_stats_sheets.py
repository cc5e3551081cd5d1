"""CSV and workbooks of « Mes statistiques » and of territories, opened again and read."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.papers import FigureSection, LabelledValue, sheets
from commands.stats import papers, queries
from commands.stats.papers import TerritoryRow, TerritoryTable
from commands.stats.queries import Presentation
from tests.golden import FIGURES, page
from tests.support.stats import EMPTY, is_harmless, make_row, naive_time, read_csv, write_workbook

# CSV


def test_the_csv_opens_in_a_french_spreadsheet(tmp_path: Path) -> None:
    sheets.write_csv_page(page(), path := tmp_path / "s.csv")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    lines = read_csv(path)
    assert lines[0] == ["Statistiques Juliette Martin 69120 Vaulx-en-Velin 01/01/2026-24/11/2026"]
    titles = [lines[n + 1][0] for n, line in enumerate(lines) if not line]
    assert titles[:-1] == [
        "Général",
        "Thèmes des accompagnements",
        "Canaux d’accompagnements",
        "Temps en accompagnements",
        "Durée des accompagnements",
        "Tranches d’âge des usagers",
        "Statut des usagers",
        "Évolution des comptes rendus d’activité",
        "Communes",
    ]
    for line in (
        ["Personnes totales accompagnées durant cette période", "2102"],
        ["Pourcentage du total des usagers accompagnés sur cette période", "17"],
        ["Courriels", "88", "15"],
        ["Total d’heures", "1054,75"],
        ["Collectifs", "168"],
        ["Moins de 12 ans", "33", "2"],
    ):
        assert line in lines


@given(st.text(), st.text())
def test_no_cell_of_a_csv_runs(tmp_path_factory: pytest.TempPathFactory, name: str, label: str) -> None:
    section = FigureSection("autre", name, label, (LabelledValue(label, 1, 100), LabelledValue(name, 2)))
    said = replace(page(), name=name, structure=label, title=label, place=label, notes=(label,), sections=(section,))
    folder = tmp_path_factory.mktemp("csv")
    sheets.write_csv_page(said, folder / "s.csv")
    sheets.write_csv_page(replace(said, name=None), folder / "t.csv")
    papers.write_table_csv(
        TerritoryTable(name, (label,), (TerritoryRow(name, label, (3,)),), (label,)), folder / "u.csv"
    )
    assert all(is_harmless(path) for path in folder.iterdir())


@pytest.mark.parametrize("told", [EMPTY, Presentation(FIGURES)], ids=["none", "many"])
def test_every_general_label_has_its_word_in_the_exports(told: Presentation) -> None:
    """Whether singular or plural; a change of labels in sections.py must be followed here."""
    lines = (*queries.make_general(told).lines, *queries.make_suites(told).lines)
    assert {line.label for line in lines} <= papers.LABELS.keys()
    labels = [
        line.label for line in papers.label_sections([queries.make_general(told), queries.make_suites(told)])[0].lines
    ]
    assert len(set(labels)) == len(labels), "no label twice"


# Workbooks


def test_the_workbook_has_figures_and_rows(tmp_path: Path) -> None:
    stored = [make_row(7, recurrents=None, created_at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC)), make_row(8)]
    path = tmp_path / "s.xlsx"
    assert write_workbook(page(), [stored[:1], [], stored[1:]], path) == 2
    book = load_workbook(path)
    assert book.sheetnames == ["Statistiques", "CRA"]
    figures = list(book["Statistiques"].iter_rows(max_col=3, values_only=True))
    assert figures[0][0] == "Mes statistiques"
    assert ("Structure", page().structure, None) in figures
    assert ("Du", naive_time("2026-01-01"), None) in figures
    assert ("Courriels", 88, 0.15) in figures
    assert book["CRA"].page_setup.orientation == "landscape"
    assert book["CRA"].sheet_properties.pageSetUpPr.fitToPage
    head, first, second = book["CRA"].iter_rows(values_only=True)
    row = dict(zip(head, first, strict=True))
    assert row["Numéro"] == 7
    assert row["Date"] == naive_time("2026-11-24")
    assert (row["Commune"], row["Code postal"]) == ("Vaulx-en-Velin", "69120")
    assert (row["Canal"], row["Activité"], row["Source"]) == ("Lieu de rattachement", "Atelier Collectif", "Fenêtre")
    assert (row["Participants"], row["dont récurrents"]) == (8, None)
    assert (row["Âge : Plus de 60 ans"], row["Statut : Retraité"], row["Suite : En atelier"]) == (8, 8, 3)
    assert (row["Thèmes"], row["Durée (minutes)"]) == ("Naviguer sur Internet; Courriels", 90)
    assert row["Enregistré le"] == naive_time("2026-11-25T00:30")
    assert dict(zip(head, second, strict=True))["dont récurrents"] == 2


def test_times_are_the_reader_s(tmp_path: Path) -> None:
    there = replace(page(), zone=ZoneInfo("America/Martinique"))
    write_workbook(
        there, [[make_row(1, created_at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC))]], path := tmp_path / "s.xlsx"
    )
    assert load_workbook(path)["CRA"].cell(2, 25).value == naive_time("2026-11-23T22:00")


def test_the_head_of_rows_stands_still_and_filters(tmp_path: Path) -> None:
    write_workbook(page(), [[make_row(1), make_row(2)]], path := tmp_path / "s.xlsx")
    sheet = load_workbook(path)["CRA"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:Z3"
    assert sheet["B2"].number_format == "dd/mm/yyyy"


def test_rows_that_do_not_fit_a_sheet_go_to_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "ROWS_MAX", 3)
    write_workbook(page(), [[make_row(n) for n in range(7)]], path := tmp_path / "s.xlsx")
    book = load_workbook(path)
    found = {
        name: [row[0] for row in book[name].iter_rows(min_row=2, values_only=True)] for name in book.sheetnames[1:]
    }
    assert found == {"CRA": [0, 1, 2], "CRA 2": [3, 4, 5], "CRA 3": [6]}
    assert [book[name].auto_filter.ref for name in found] == ["A1:Z4", "A1:Z4", "A1:Z2"]


async def test_rows_that_come_by_and_by_are_written_in_threads(tmp_path: Path) -> None:
    book = await asyncio.to_thread(papers.Workbook, page(), tmp_path / "s.xlsx")
    for number in range(3):
        await asyncio.to_thread(book.add, [make_row(number)])
    await asyncio.to_thread(book.close)
    assert book.rows == 3
    assert load_workbook(tmp_path / "s.xlsx")["CRA"].max_row == 4


@pytest.mark.slow
def test_memory_stays_flat(tmp_path: Path) -> None:
    """In a process of its own, whose most memory so far nobody else has raised."""
    asked = "import sys; from tests.support.stats import measure_memory; print(*measure_memory(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", asked, tmp_path], capture_output=True, text=True, check=True)
    few, many = map(int, done.stdout.split())
    assert many < few * 1.1


def test_a_territory_has_no_sheet_of_rows(tmp_path: Path) -> None:
    write_workbook(page(), None, path := tmp_path / "s.xlsx")
    assert load_workbook(path).sheetnames == ["Statistiques"]


# Territories


def test_territories_are_a_row_each(tmp_path: Path) -> None:
    rows = (TerritoryRow("01", "Ain", (1200, 5)), TerritoryRow("2A", "Corse-du-Sud", (7, 0)))
    table = TerritoryTable("Territoires", ("Personnes accompagnées", "Ateliers"), rows, ("Arrondis à 5.",))
    papers.write_table_csv(table, tmp_path / "t.csv")
    head, ain, corse, _, note = read_csv(tmp_path / "t.csv")
    assert head == ["Code", "Nom", "Personnes accompagnées", "Ateliers"]
    assert (ain, corse) == (["01", "Ain", "1200", "5"], ["2A", "Corse-du-Sud", "7", "0"])
    assert note == ["Arrondis à 5."]
    papers.write_table_xlsx(table, tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    assert list(book["Territoires"].values) == [
        tuple(head),
        ("01", "Ain", 1200, 5),
        ("2A", "Corse-du-Sud", 7, 0),
    ]
    assert [row[0] for row in book["À lire"].values] == ["Territoires", "Arrondis à 5."]


def test_no_territory_is_a_table_too(tmp_path: Path) -> None:
    papers.write_table_xlsx(TerritoryTable("Rien", ("CRA",), ()), tmp_path / "t.xlsx")
    assert load_workbook(tmp_path / "t.xlsx")["Territoires"].max_row == 1
