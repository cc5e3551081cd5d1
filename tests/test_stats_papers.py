"""Papers of « Mes statistiques », opened again and read: pictures, PDF, workbooks and CSV."""

import asyncio
import csv
import resource
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from commands.stats import papers, sections
from commands.stats.papers import Row, Table, glyphs, labels, typeset, xlsx
from commands.stats.sections import Line, Section, Told
from storage.cra.table import AGES, STATUTS, SUITES
from storage.cra.values import Activite, Canal, Source
from storage.stats import Figures
from tests.golden import FIGURES, HERE, nation, page

EMPTY = Told(Figures())
NOTHING = "Il n’y a aucune statistique pour le moment."
HOSTILE = (
    '=HYPERLINK("http://x.fr";"ici")',
    '#panic("x") #import "@preview/x:0.1.0"',
    "$ x $ *gras* _ita_ `c` <a> @b \\",
    "\u202egauche\u202c à\u200e\u2066droite\u2069\u0000",
    "日本 العربية 😀",
    "Très longue structure " * 10,
    "X" * 200,
    "@SUM(1)\tcmd|' /C calc'!A0\r\n+1",
)
DANGEROUS = set("=+-@|%\t\r＝＋－＠")


# Pictures


@pytest.mark.parametrize("place", [0, 1])
def test_pictures_have_not_changed(tmp_path: Path, place: int) -> None:
    """After a change on purpose: .venv/bin/python -m tests.golden, and look at them."""
    drawn = papers.charts(page(), tmp_path)[place]
    assert drawn.read_bytes() == (HERE / drawn.name).read_bytes()


def test_pictures_are_named_and_sized_for_phones(tmp_path: Path) -> None:
    drawn = [*papers.charts(page(), tmp_path), papers.carte(nation(), tmp_path)]
    assert [path.name for path in drawn] == [
        "Mes_statistiques_01-01-2026_24-11-2026_activite.png",
        "Mes_statistiques_01-01-2026_24-11-2026_usagers.png",
        "Statistiques_nationales_01-01-2026_24-11-2026_carte.png",
    ]
    assert {size(path)[0] for path in drawn} == {1440}


def test_the_bars_of_departements_go_from_the_largest_to_the_masked() -> None:
    lines = typeset.told(nation())["sections"]["departements"]["lines"]
    known = [line["value"] for line in lines if line["value"] is not None]
    assert len(lines) == 101
    assert known == sorted(known, reverse=True)
    assert {line["said"] for line in lines[len(known) :]} == {"masqué"}


def test_a_masked_value_is_not_drawn(tmp_path: Path) -> None:
    """Two pages that differ in what they hide only look the same."""
    made = []
    for internet in (1, 90):
        told = Told(replace(FIGURES, themes={**FIGURES.themes, "internet": internet}), hidden={"theme_1"})
        made.append(papers.charts(page(told), tmp_path)[0].read_bytes())
    assert made[0] == made[1]
    assert made[0] != papers.charts(page(), tmp_path)[0].read_bytes()


def test_months_too_many_to_draw_are_years() -> None:
    months = {date(2020 + m // 12, m % 12 + 1, 1): 2 for m in range(30)}
    lines = typeset.told(replace(page(), sections=(sections.evolution(months),)))["sections"]["evolution"]["lines"]
    assert [(line["short"], line["value"], line["total"]) for line in lines] == [
        ("2020", 24, "24"),
        ("2021", 24, "48"),
        ("2022", 12, "60"),
    ]


def test_from_a_masked_month_on_nothing_is_added_up() -> None:
    months = {date(2026, 1, 1): 1234, date(2026, 2, 1): None, date(2026, 3, 1): 5}
    lines = typeset.told(replace(page(), sections=(sections.evolution(months),)))["sections"]["evolution"]["lines"]
    assert [(line["said"], line["total"]) for line in lines] == [
        ("1\u202f234", "1\u202f234"),
        ("masqué", ""),
        ("5", ""),
    ]


# PDF


def test_the_document_says_whose_when_and_how_much(tmp_path: Path) -> None:
    papers.pdf(page(), path := tmp_path / page().file("pdf"))
    read = PdfReader(path)
    texts = [sheet.extract_text() for sheet in read.pages]
    assert path.name == "Mes_statistiques_01-01-2026_24-11-2026.pdf"
    assert len(texts) in (2, 3)
    for part in ("Juliette Martin", "Médiathèque Léonard-de-Vinci", "69120 Vaulx-en-Velin", "01/01/2026", "24/11/2026"):
        assert part in texts[0]
    for figure in ("2\u202f102", "1\u202f284", "112", "Courriels"):
        assert figure in texts[0]
    assert "Tous les chiffres" in "".join(texts)
    assert "Document établi le 25/11/2026" in texts[0]
    for number, text in enumerate(texts, 1):
        assert f"{number}/{len(texts)}" in text


def test_the_document_is_made_for_everyone(tmp_path: Path) -> None:
    papers.pdf(page(), path := tmp_path / "p.pdf")
    read = PdfReader(path)
    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is not None
    assert root["/Lang"] == "fr"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert read.metadata is not None
    assert read.metadata.title == "Mes statistiques — du 1er janvier au 24 novembre 2026"
    found = list(tagged(root["/StructTreeRoot"]))
    kinds = {tag["/S"] for tag in found}
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= kinds
    alternatives = [str(tag["/Alt"]) for tag in found if tag["/S"] == "/Figure"]
    assert len(alternatives) == 6
    assert any("Courriels : 88 (" in alternative for alternative in alternatives)


def test_the_same_page_gives_the_same_document(tmp_path: Path) -> None:
    made = []
    for name in ("a.pdf", "b.pdf"):
        papers.pdf(page(), tmp_path / name)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_the_longest_document_has_three_pages(tmp_path: Path) -> None:
    told = Told(replace(FIGURES, themes=dict.fromkeys(FIGURES.themes, 1234)))
    months = sections.evolution({date(2024 + m // 12, m % 12 + 1, 1): 100 + m for m in range(24)})
    towns = Section("communes", "Communes", "comptes rendus", tuple(Line(f"Commune {n}", 90 - n) for n in range(60)))
    kept = tuple(s for s in page(told).sections if s.key not in ("evolution", "communes"))
    papers.pdf(replace(page(), sections=(*kept, months, towns)), path := tmp_path / "p.pdf")
    read = PdfReader(path)
    assert len(read.pages) == 3
    assert "40 autres communes" in "".join(sheet.extract_text() for sheet in read.pages)


def test_an_empty_page_says_so_everywhere(tmp_path: Path) -> None:
    nothing = replace(page(EMPTY), sections=(sections.general(EMPTY), *sections.charts(EMPTY), sections.evolution({})))
    papers.pdf(nothing, path := tmp_path / "p.pdf")
    assert NOTHING in PdfReader(path).pages[0].extract_text()
    assert [size(drawn)[0] for drawn in papers.charts(nothing, tmp_path)] == [1440, 1440]
    papers.statistiques_csv(nothing, tmp_path / "s.csv")
    assert ["Ateliers réalisés", "0"] in read_csv(tmp_path / "s.csv")
    assert papers.workbook(nothing, [], tmp_path / "s.xlsx") == 0
    bare = replace(page(), sections=())
    papers.charts(bare, tmp_path)
    papers.pdf(bare, tmp_path / "bare.pdf")


def test_an_empty_month_after_others_keeps_its_past(tmp_path: Path) -> None:
    papers.pdf(page(EMPTY), path := tmp_path / "p.pdf")
    text = PdfReader(path).pages[0].extract_text()
    assert "Rien sur cette période." in text
    assert NOTHING not in text


# Words of people


@pytest.mark.parametrize("words", HOSTILE)
def test_words_are_shown_and_never_obeyed(tmp_path: Path, words: str) -> None:
    said = replace(page(), name=words, structure=words, place=words, title=words, stem=words, notes=(words,))
    papers.pdf(said, path := tmp_path / said.file("pdf"))
    papers.charts(said, tmp_path)
    text = "".join(PdfReader(path).pages[0].extract_text().replace("\u200b", "").split())
    assert "".join(glyphs.drawable(words).replace("\u200b", "").split())[:40] in text
    papers.statistiques_csv(said, tmp_path / "s.csv")
    papers.workbook(said, None, tmp_path / "s.xlsx")
    assert is_harmless(tmp_path / "s.csv")
    assert {cell.data_type for cell in every_cell(tmp_path / "s.xlsx")} <= {"s", "n", "d", "inlineStr"}


def test_letters_the_fonts_have_are_all_drawn(tmp_path: Path) -> None:
    """PDF/UA refuses a letter without a shape, in either weight: the list of letters is the fonts’."""
    letters = "".join(sorted(map(chr, glyphs.drawn())))
    said = replace(page(), name=letters, title=letters, notes=(letters,))
    papers.pdf(said, path := tmp_path / "p.pdf")
    text = PdfReader(path).pages[0].extract_text()
    assert all(letter in text for letter in "œŒ€…’«»éÿ")


@given(st.text(max_size=60))
def test_any_text_is_made_of_letters_the_fonts_have(text: str) -> None:
    drawable = glyphs.drawable(text)
    assert {ord(letter) for letter in drawable} <= glyphs.drawn()
    assert glyphs.drawable(drawable) == drawable or "\u200b" in drawable


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=25, deadline=None)
def test_any_words_make_a_document(tmp_path_factory: pytest.TempPathFactory, name: str, structure: str) -> None:
    said = replace(page(), name=name, structure=structure, title=name, sections=page().sections[:1])
    papers.pdf(said, path := tmp_path_factory.mktemp("any") / said.file("pdf"))
    assert len(PdfReader(path).pages) in (1, 2)


# CSV


def test_the_csv_opens_in_a_french_spreadsheet(tmp_path: Path) -> None:
    papers.statistiques_csv(page(), path := tmp_path / "s.csv")
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


def test_a_masked_value_is_not_written(tmp_path: Path) -> None:
    told = Told(FIGURES, hidden={"personnes", "canal_autre", "temps"})
    papers.statistiques_csv(page(told), path := tmp_path / "s.csv")
    lines = read_csv(path)
    assert ["Personnes totales accompagnées durant cette période", "masqué"] in lines
    assert ["Autre lieu", "masqué"] in lines
    assert ["Total d’heures", "masqué"] in lines
    papers.workbook(page(told), None, tmp_path / "s.xlsx")
    sheet = load_workbook(tmp_path / "s.xlsx")["Statistiques"]
    assert ("Autre lieu", "masqué", None) in sheet.iter_rows(max_col=3, values_only=True)


@given(st.text(), st.text())
def test_no_cell_of_a_csv_runs(tmp_path_factory: pytest.TempPathFactory, name: str, label: str) -> None:
    section = Section("autre", name, label, (Line(label, 1, 100), Line(name, None)))
    said = replace(page(), name=name, structure=label, title=label, place=label, notes=(label,), sections=(section,))
    folder = tmp_path_factory.mktemp("csv")
    papers.statistiques_csv(said, folder / "s.csv")
    papers.statistiques_csv(replace(said, name=None), folder / "t.csv")
    papers.table_csv(Table(name, (label,), (Row(name, label, (None,)),), (label,)), folder / "u.csv")
    assert all(is_harmless(path) for path in folder.iterdir())


@pytest.mark.parametrize("told", [EMPTY, Told(FIGURES)], ids=["none", "many"])
def test_every_general_label_has_its_word_in_the_exports(told: Told) -> None:
    """Whether singular or plural; a change of labels in sections.py must be followed here."""
    lines = (*sections.general(told).lines, *sections.suites(told).lines)
    assert {line.label for line in lines} <= labels.LABELS.keys()


# Workbooks


def test_the_workbook_has_figures_and_rows(tmp_path: Path) -> None:
    stored = [cra(7, recurrents=None, created_at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC)), cra(8)]
    path = tmp_path / "s.xlsx"
    assert papers.workbook(page(), [stored[:1], [], stored[1:]], path) == 2
    book = load_workbook(path)
    assert book.sheetnames == ["Statistiques", "CRA"]
    figures = list(book["Statistiques"].iter_rows(max_col=3, values_only=True))
    assert figures[0][0] == "Mes statistiques"
    assert ("Structure", page().structure, None) in figures
    assert ("Du", naive("2026-01-01"), None) in figures
    assert ("Courriels", 88, 0.15) in figures
    head, first, second = book["CRA"].iter_rows(values_only=True)
    row = dict(zip(head, first, strict=True))
    assert row["Numéro"] == 7
    assert row["Date"] == naive("2026-11-24")
    assert (row["Commune"], row["Code postal"]) == ("Vaulx-en-Velin", "69120")
    assert (row["Canal"], row["Activité"], row["Source"]) == ("Lieu de rattachement", "Atelier Collectif", "Fenêtre")
    assert (row["Participants"], row["dont récurrents"]) == (8, None)
    assert (row["Âge : Plus de 60 ans"], row["Statut : Retraité"], row["Suite : En atelier"]) == (8, 8, 3)
    assert (row["Thèmes"], row["Durée (minutes)"]) == ("Naviguer sur Internet; Courriels", 90)
    assert row["Enregistré le"] == naive("2026-11-25T00:30")
    assert dict(zip(head, second, strict=True))["dont récurrents"] == 2


def test_times_are_the_reader_s(tmp_path: Path) -> None:
    there = replace(page(), zone=ZoneInfo("America/Martinique"))
    papers.workbook(there, [[cra(1, created_at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC))]], path := tmp_path / "s.xlsx")
    assert load_workbook(path)["CRA"].cell(2, 25).value == naive("2026-11-23T22:00")


def test_the_head_of_rows_stands_still_and_filters(tmp_path: Path) -> None:
    papers.workbook(page(), [[cra(1), cra(2)]], path := tmp_path / "s.xlsx")
    sheet = load_workbook(path)["CRA"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:Y3"
    assert sheet["B2"].number_format == "dd/mm/yyyy"


def test_rows_that_do_not_fit_a_sheet_go_to_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS", 3)
    papers.workbook(page(), [[cra(n) for n in range(7)]], path := tmp_path / "s.xlsx")
    book = load_workbook(path)
    found = {
        name: [row[0] for row in book[name].iter_rows(min_row=2, values_only=True)] for name in book.sheetnames[1:]
    }
    assert found == {"CRA": [0, 1, 2], "CRA 2": [3, 4, 5], "CRA 3": [6]}
    assert [book[name].auto_filter.ref for name in found] == ["A1:Y4", "A1:Y4", "A1:Y2"]


async def test_rows_that_come_by_and_by_are_written_in_threads(tmp_path: Path) -> None:
    book = await asyncio.to_thread(papers.Workbook, page(), tmp_path / "s.xlsx")
    for number in range(3):
        await asyncio.to_thread(book.add, [cra(number)])
    await asyncio.to_thread(book.close)
    assert book.rows == 3
    assert load_workbook(tmp_path / "s.xlsx")["CRA"].max_row == 4


def test_memory_stays_flat(tmp_path: Path) -> None:
    """In a process of its own, whose most memory so far nobody else has raised."""
    asked = "import sys; from tests.test_stats_papers import grown; print(*grown(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", asked, tmp_path], capture_output=True, text=True, check=True)
    few, many = map(int, done.stdout.split())
    assert many < few * 1.1


def test_a_territory_has_no_sheet_of_rows(tmp_path: Path) -> None:
    papers.workbook(page(), None, path := tmp_path / "s.xlsx")
    assert load_workbook(path).sheetnames == ["Statistiques"]


# Territories


def test_territories_are_a_row_each(tmp_path: Path) -> None:
    rows = (Row("01", "Ain", (1200, None)), Row("2A", "Corse-du-Sud", (7, 0)))
    table = Table("Territoires", ("Personnes accompagnées", "Ateliers"), rows, ("Masqué : moins de 5 personnes.",))
    papers.table_csv(table, tmp_path / "t.csv")
    head, ain, corse, _, note = read_csv(tmp_path / "t.csv")
    assert head == ["Code", "Nom", "Personnes accompagnées", "Ateliers"]
    assert (ain, corse) == (["01", "Ain", "1200", "masqué"], ["2A", "Corse-du-Sud", "7", "0"])
    assert note == ["Masqué : moins de 5 personnes."]
    papers.table_xlsx(table, tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    assert list(book["Territoires"].values) == [
        tuple(head),
        ("01", "Ain", 1200, "masqué"),
        ("2A", "Corse-du-Sud", 7, 0),
    ]
    assert [row[0] for row in book["À lire"].values] == ["Territoires", "Masqué : moins de 5 personnes."]


def test_no_territory_is_a_table_too(tmp_path: Path) -> None:
    papers.table_xlsx(Table("Rien", ("CRA",), ()), tmp_path / "t.xlsx")
    assert load_workbook(tmp_path / "t.xlsx")["Territoires"].max_row == 1


# Around


def test_a_folder_that_is_gone_is_an_error_to_tell(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(OSError, match="gone"):
        papers.pdf(page(), gone / "p.pdf")
    with pytest.raises(OSError, match="gone"):
        papers.charts(page(), gone)
    with pytest.raises(OSError, match="gone"):
        papers.statistiques_csv(page(), gone / "s.csv")
    with pytest.raises(OSError, match="gone"):
        papers.workbook(page(), [[cra(1)]], gone / "s.xlsx")


def test_starting_the_bot_loads_no_typesetter() -> None:
    asked = "import sys, bot.app, commands.stats.papers; print({'typst', 'xlsxwriter'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def size(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its head."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height


def tagged(tag: Any) -> Iterator[Any]:
    """Every tag of a PDF’s structure."""
    below = tag.get("/K", [])
    for child in below if isinstance(below, list) else [below]:
        found = child.get_object()
        if isinstance(found, dict) and "/S" in found:
            yield found
            yield from tagged(found)


def read_csv(path: Path) -> list[list[str]]:
    """The cells of a CSV."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def is_harmless(path: Path) -> bool:
    """Whether no cell of a CSV begins as a formula does."""
    firsts = {cell.lstrip(" \n")[:1] for line in read_csv(path) for cell in line}
    return not firsts & DANGEROUS


def every_cell(path: Path) -> Iterator[Any]:
    """The cells of a workbook that hold something."""
    for sheet in load_workbook(path):
        yield from (cell for row in sheet.iter_rows() for cell in row if cell.value is not None)


def cra(number: int, **changes: Any) -> dict[str, Any]:
    """A workshop as the table of comptes rendus holds it."""
    counts = dict.fromkeys([*AGES.values(), *STATUTS.values(), *SUITES.values()], 0)
    stored = {
        "id": number,
        "date": date(2026, 11, 24),
        "canal": Canal.RATTACHEMENT,
        "commune": "69256",
        "code_postal": "69120",
        "activite": Activite.COLLECTIF,
        "participants": 8,
        "recurrents": 2,
        "themes": 0b110,
        "minutes": 90,
        "source": Source.DIALOG,
        "created_at": datetime(2026, 11, 24, 17, 0, tzinfo=UTC),
    }
    return counts | stored | {"age_plus_60": 8, "statut_retraite": 8, "suite_atelier": 3} | changes


def grown(folder: str) -> tuple[int, int]:
    """The most memory that this process took after a workbook of 500 rows, and after one of 20,000."""
    most = []
    for pages in (1, 40):
        papers.workbook(page(), ([cra(n) for n in range(500)] for _ in range(pages)), Path(folder) / f"{pages}.xlsx")
        most.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return most[0], most[1]


def naive(moment: str) -> datetime:
    """A moment as a spreadsheet knows it, without a zone."""
    return datetime.fromisoformat(moment)
