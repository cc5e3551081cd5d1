"""Pictures and the PDF of « Mes statistiques », opened again and read."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.papers import FigureSection, LabelledValue, sheets, typeset
from commands.stats import papers, queries
from commands.stats.queries import Presentation
from tests import examples
from tests.golden import FIGURES, HERE, nation, page
from tests.support.stats import (
    EMPTY,
    HOSTILE,
    NOTHING,
    is_harmless,
    list_cells,
    list_tags,
    make_row,
    read_csv,
    read_size,
    write_workbook,
)

# Pictures


@pytest.mark.parametrize("place", [0, 1])
def test_pictures_have_not_changed(tmp_path: Path, place: int) -> None:
    """After a change on purpose: .venv/bin/python -m tests.golden, and look at them."""
    drawn = papers.draw_charts(page(), tmp_path)[place]
    assert drawn.read_bytes() == (HERE / drawn.name).read_bytes()


def test_pictures_are_named_and_sized_for_phones(tmp_path: Path) -> None:
    drawn = [*papers.draw_charts(page(), tmp_path), papers.draw_carte(nation(), tmp_path)]
    assert [path.name for path in drawn] == [
        "Mes_statistiques_Juliette_Martin_01-01-2026_24-11-2026_activite.png",
        "Mes_statistiques_Juliette_Martin_01-01-2026_24-11-2026_usagers.png",
        "Statistiques_nationales_01-01-2026_24-11-2026_carte.png",
    ]
    assert {read_size(path)[0] for path in drawn} == {1080}


def test_the_bars_of_departements_go_from_the_largest() -> None:
    lines = typeset.describe_page(nation())["sections"]["departements"]["lines"]
    values = [line["value"] for line in lines]
    assert len(values) == 101
    assert values == sorted(values, reverse=True)


def test_months_too_many_to_draw_are_years() -> None:
    months = {date(2020 + m // 12, m % 12 + 1, 1): 2 for m in range(30)}
    lines = typeset.describe_page(replace(page(), sections=(queries.make_evolution(months),)))["sections"]["evolution"][
        "lines"
    ]
    assert [(line["short"], line["value"], line["total"]) for line in lines] == [
        ("2020", 24, "24"),
        ("2021", 24, "48"),
        ("2022", 12, "60"),
    ]


# PDF


def test_the_document_says_whose_when_and_how_much(tmp_path: Path) -> None:
    papers.write_pdf(page(), path := tmp_path / page().file("pdf"))
    read = PdfReader(path)
    texts = [sheet.extract_text() for sheet in read.pages]
    assert path.name == "Mes_statistiques_Juliette_Martin_01-01-2026_24-11-2026.pdf"
    assert len(texts) == 2, "no page with hardly anything on it"
    for part in ("Juliette Martin", "Médiathèque Léonard-de-Vinci", "69120 Vaulx-en-Velin", "01/01/2026", "24/11/2026"):
        assert part in texts[0]
    for figure in ("2\u202f102", "1\u202f284", "112", "Courriels", "de temps en tout"):
        assert figure in texts[0]
    assert "Tous les chiffres" in "".join(texts)
    assert "Document établi le 25/11/2026" in texts[0]
    for number, text in enumerate(texts, 1):
        assert f"{number}/{len(texts)}" in text


def test_the_document_is_made_for_everyone(tmp_path: Path) -> None:
    papers.write_pdf(page(), path := tmp_path / "p.pdf")
    read = PdfReader(path)
    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is not None
    assert root["/Lang"] == "fr"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert read.metadata is not None
    assert read.metadata.title == "Mes statistiques — du 1er janvier au 24 novembre 2026"
    found = list(list_tags(root["/StructTreeRoot"]))
    kinds = {tag["/S"] for tag in found}
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= kinds
    alternatives = [str(tag["/Alt"]) for tag in found if tag["/S"] == "/Figure"]
    assert len(alternatives) == 6
    assert any("Courriels : 88 (" in alternative for alternative in alternatives)


def test_the_same_page_gives_the_same_document(tmp_path: Path) -> None:
    made = []
    for name in ("a.pdf", "b.pdf"):
        papers.write_pdf(page(), tmp_path / name)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_the_longest_document_has_three_pages(tmp_path: Path) -> None:
    told = Presentation(replace(FIGURES, themes=dict.fromkeys(FIGURES.themes, 1234)))
    months = queries.make_evolution({date(2024 + m // 12, m % 12 + 1, 1): 100 + m for m in range(24)})
    towns = FigureSection(
        "communes", "Communes", "comptes rendus", tuple(LabelledValue(f"Commune {n}", 90 - n) for n in range(60))
    )
    kept = tuple(s for s in page(told).sections if s.key not in ("evolution", "communes"))
    papers.write_pdf(replace(page(), sections=(*kept, months, towns)), path := tmp_path / "p.pdf")
    read = PdfReader(path)
    assert len(read.pages) == 3
    assert "40 autres communes" in "".join(sheet.extract_text() for sheet in read.pages)


def test_an_empty_page_says_so_everywhere(tmp_path: Path) -> None:
    nothing = replace(
        page(EMPTY),
        sections=(queries.make_general(EMPTY), *queries.make_chart_sections(EMPTY), queries.make_evolution({})),
    )
    papers.write_pdf(nothing, path := tmp_path / "p.pdf")
    assert NOTHING in PdfReader(path).pages[0].extract_text()
    assert [read_size(drawn)[0] for drawn in papers.draw_charts(nothing, tmp_path)] == [1080, 1080]
    sheets.write_csv_page(nothing, tmp_path / "s.csv")
    assert ["Ateliers réalisés", "0"] in read_csv(tmp_path / "s.csv")
    assert write_workbook(nothing, [], tmp_path / "s.xlsx") == 0
    bare = replace(page(), sections=())
    papers.draw_charts(bare, tmp_path)
    papers.write_pdf(bare, tmp_path / "bare.pdf")


def test_an_empty_month_after_others_keeps_its_past(tmp_path: Path) -> None:
    papers.write_pdf(page(EMPTY), path := tmp_path / "p.pdf")
    text = PdfReader(path).pages[0].extract_text()
    assert "Rien sur cette période." in text
    assert NOTHING not in text


# Words of people


@pytest.mark.parametrize("words", HOSTILE)
def test_words_are_shown_and_never_obeyed(tmp_path: Path, words: str) -> None:
    said = replace(page(), name=words, structure=words, place=words, title=words, stem=words, notes=(words,))
    papers.write_pdf(said, path := tmp_path / said.file("pdf"))
    papers.draw_charts(said, tmp_path)
    text = "".join(PdfReader(path).pages[0].extract_text().replace("\u200b", "").split())
    assert "".join(typeset.to_drawable(words).replace("\u200b", "").split())[:40] in text
    sheets.write_csv_page(said, tmp_path / "s.csv")
    write_workbook(said, None, tmp_path / "s.xlsx")
    assert is_harmless(tmp_path / "s.csv")
    assert {cell.data_type for cell in list_cells(tmp_path / "s.xlsx")} <= {"s", "n", "d", "inlineStr"}


def test_letters_the_fonts_have_are_all_drawn(tmp_path: Path) -> None:
    """PDF/UA refuses a letter without a shape, in either weight: the list of letters is the fonts’."""
    letters = "".join(sorted(map(chr, typeset.drawn_code_points())))
    said = replace(page(), name=letters, title=letters, notes=(letters,))
    papers.write_pdf(said, path := tmp_path / "p.pdf")
    text = PdfReader(path).pages[0].extract_text()
    assert all(letter in text for letter in "œŒ€…’«»éÿ")


@given(st.text(max_size=60))
def test_any_text_is_made_of_letters_the_fonts_have(text: str) -> None:
    drawable = typeset.to_drawable(text)
    assert {ord(letter) for letter in drawable} <= typeset.drawn_code_points()
    assert typeset.to_drawable(drawable) == drawable or "\u200b" in drawable


@given(st.text(max_size=60), st.text(max_size=60))
@examples(25)
def test_any_words_make_a_document(tmp_path_factory: pytest.TempPathFactory, name: str, structure: str) -> None:
    said = replace(page(), name=name, structure=structure, title=name, sections=page().sections[:1])
    papers.write_pdf(said, path := tmp_path_factory.mktemp("any") / said.file("pdf"))
    assert len(PdfReader(path).pages) in (1, 2)


# Around


def test_a_folder_that_is_gone_is_an_error_to_tell(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(OSError, match="gone"):
        papers.write_pdf(page(), gone / "p.pdf")
    with pytest.raises(OSError, match="gone"):
        papers.draw_charts(page(), gone)
    with pytest.raises(OSError, match="gone"):
        sheets.write_csv_page(page(), gone / "s.csv")
    with pytest.raises(OSError, match="gone"):
        write_workbook(page(), [[make_row(1)]], gone / "s.xlsx")
