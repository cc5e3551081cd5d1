"""The paper of a number: a band, two pages at most, codes for telephones, no command, and words for who cannot see."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.papers import page, typeset
from bot.papers.page import Brand, Logo
from cli.checks import check_paths
from cli.errors import OperatorError
from commands.actus import formats
from commands.actus.editions import Chapter, DigestPiece, DigestSheet
from config.programme import contrast, read_colours
from config.settings import Settings
from storage.actus.items import TITLES, NewsSection
from tests import examples
from tests.support.stats import HOSTILE, list_tags

PLAIN = Brand(("#000091", "#c9191e"), home="https://chat.exemple.fr/cnum")
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'
FIGURES = {
    "totals": [["accompagnements", 48250], ["ateliers", 1280]],
    "mois": [["oct.", 42100], ["nov.*", 48250]],
    "themes": [["Courriels", 9100]],
}


def piece(n: int, title: str, text: str = "", url: str = "", credit: str = "") -> DigestPiece:
    return DigestPiece(n, n, n, title, text, url, credit)


def chapter(section: NewsSection, *pieces: DigestPiece) -> Chapter:
    return Chapter(section, TITLES[section], pieces)


def sheet(*chapters: Chapter, words: str = "", figures: Any = None, name: str = "Les actus") -> DigestSheet:
    return DigestSheet(name, 42, date(2026, 11, 27), words, chapters, figures)


def many(section: NewsSection, count: int, **more: str) -> Chapter:
    said = {"text": "Quelques phrases assez longues. " * 8, "url": "https://exemple.fr/articles/une-page"} | more
    return chapter(section, *(piece(n, f"Une actu n° {n} dont le titre est assez long", **said) for n in range(count)))


def read(made: DigestSheet, look: Brand = PLAIN) -> PdfReader:
    return PdfReader(BytesIO(formats.write_pdf(made, look)))


def text_of(found: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text().replace("\u200b", "").split()) for page in found.pages)


def pictured(found: PdfReader) -> list[str]:
    root: Any = found.trailer["/Root"]
    return [str(tag["/Alt"]) for tag in list_tags(root["/StructTreeRoot"]) if tag["/S"] == "/Figure"]


def test_one_page_says_what_it_is_and_describes_its_pictures() -> None:
    made = sheet(
        chapter(NewsSection.TOP, piece(1, "Un guide paraît", url="https://exemple.fr/guides/aidants?utm=1")),
        chapter(NewsSection.AGENDA, piece(2, "Café en visio")),
        chapter(NewsSection.FIGURES, piece(3, "En novembre : 48 250 accompagnements")),
        figures=FIGURES,
    )
    found = read(made, Brand(PLAIN.colours, Logo("svg", DRAWING), PLAIN.home))
    assert len(found.pages) == 1
    for said in (
        "Les actus",
        "Vendredi 27 novembre 2026",
        "À la une",
        "Agenda",
        "exemple.fr/guides/aidants",
        "1 280",
    ):
        assert said in text_of(found), said
    assert "utm" not in text_of(found)
    told = pictured(found)
    assert "Logo du programme" in told
    assert "Code QR vers exemple.fr/guides/aidants" in told
    assert any("nov.* : 48\u202f250" in one and "Courriels" in one for one in told)
    root: Any = found.trailer["/Root"]
    assert {"/H1", "/H2", "/Link"} <= {tag["/S"] for tag in list_tags(root["/StructTreeRoot"])}


@pytest.mark.parametrize("count", [0, 1, 12, 40, 60])
def test_two_pages_at_most_and_what_is_cut_is_told(count: int) -> None:
    made = sheet(
        many(NewsSection.TOP, min(count, 6)), many(NewsSection.PRESS, count), words="Bonjour.\n\n" * bool(count)
    )
    found = read(made)
    assert len(found.pages) <= 2
    shown = len(set(re.findall(r"Une actu n° [0-9]+ dont", text_of(found))))
    left = re.search(r"pour la suite \(([0-9]+)\)", text_of(found))
    assert bool(left) is (count == 60), "forty have room"
    assert count in {0, 60} or shown == count


LONG = ("Anticonstitutionnellement" * 8, "mot " * 50)
SHOWN_TOO = tuple(pytest.param(words, marks=pytest.mark.slow) for words in HOSTILE[2:])
"""tests/test_stats_papers.py shows at each of « make test » that the typesetter obeys none of these."""


@pytest.mark.parametrize("words", [*HOSTILE[:2], *SHOWN_TOO, *LONG])
def test_any_words_make_a_paper(words: str) -> None:
    line = " ".join(words.split())[:200] or "x"
    far = f"https://exemple.fr/{'x' * 900}"
    one = chapter(NewsSection.TOP, *(piece(n, line, words * 9, far, line[:120]) for n in range(6)))
    found = read(
        sheet(one, many(NewsSection.COMMUNITY, 54, text=words * 5, credit=line[:120]), words=(words + "\n\n") * 20)
    )
    assert len(found.pages) == 2
    assert "pour la suite" in text_of(found)


def test_pictographs_are_drawn_and_flags_are_letters() -> None:
    assert typeset.to_drawable("🎉 Merci 🙏🏽 👨‍👩‍👧 🇫🇷 1️⃣ ☎️") == "🎉 Merci 🙏 👨👩👧 FR 1 ☎"
    found = read(
        sheet(chapter(NewsSection.COMMUNITY, piece(1, "🎉 Bravo à Nantes", "Et merci 🙏🏽 :sunflower: :inconnu:")))
    )
    for said in ("🎉", "🌻", ":inconnu:"):
        assert said in text_of(found)
    assert all(typeset.to_drawable(sign) == sign for sign in typeset.read_shortcodes().values()), "each has a shape"
    assert "\ufffd" not in text_of(found)


def test_nobody_is_told_to_type_on_paper() -> None:
    told = (
        ("Rennes. /agenda 13 : en savoir plus, y venir.", "Rennes."),
        ("Chiffres arrondis. Le détail : /stats.", "Chiffres arrondis."),
        ("Tapez /cra puis « /stats moi », et/ou 1/2.", "Tapez « cra » puis « « stats » moi », et/ou 1/2."),
    )
    for said, shown in told:
        assert formats.strip_commands(said) == shown
    made = sheet(chapter(NewsSection.PRESS, piece(1, "Essayez /cra", "Puis /stats.")), words="Dites /actus proposer")
    assert not re.search(r"(?<!\S)/[a-z]", text_of(read(made)))


def test_the_edito_keeps_its_markdown_and_calls_nobody() -> None:
    words = "# Bonjour @all\n\nUn **grand** *merci* à [Léa](https://e.fr/x) :tada:\n- un\n- deux <b>\n\n> @channel"
    said = "\n\n".join(formats.draw_edito(words))
    assert "Un **grand** *merci* à [Léa](<https://e.fr/x>) :tada:\n\n- un\n- deux \\<b\\>" in said
    assert said.startswith("**Bonjour @\u200ball**")
    assert "> @\u200bchannel" in said
    assert "Léa (https://e.fr/x)" in formats.write_edito(words)
    found = text_of(read(sheet(words=words)))
    assert "Un grand merci à Léa" in found
    assert "**" not in found


@given(st.text(st.one_of(st.characters(), st.sampled_from("@#*_[]()<>|`~\\\u202e\n:!->1. ")), max_size=160))
@examples(200)
def test_no_edito_calls_heads_or_leads_astray(words: str) -> None:
    for post in formats.draw_edito(words):
        assert not re.search(r"@(?!\u200b)[\w]", post)
        assert not re.search(r"^\s*#", post, re.MULTILINE)
        assert not re.search(r"\]\(<(?!https?://)", post)


def test_a_code_is_large_enough_to_be_read_or_not_there() -> None:
    near, far = page.draw_qr_code("https://e.fr/a"), page.draw_qr_code(f"https://e.fr/{'x' * 150}")
    assert near
    assert far
    assert page.SMALLEST_MM == near.size < far.size <= page.LARGEST_MM
    assert page.draw_qr_code(f"https://e.fr/{'x' * 900}") is None
    assert page.draw_qr_code(f"https://e.fr/{'x' * 9000}") is None


def test_a_logo_that_cannot_be_drawn_is_told_at_start_and_left_out_later(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    set_so = Settings.model_validate({"logo": logo})
    with pytest.raises(OperatorError, match="n’existe pas") as refused:
        check_paths(set_so, "logo")
    assert refused.value.code == 2
    logo.write_bytes(b"%PDF-1.7")
    with pytest.raises(OperatorError, match="ni SVG, ni PNG, ni JPEG"):
        check_paths(set_so, "logo")
    assert page.read_brand(set_so).logo is None
    logo.write_bytes(DRAWING)
    check_paths(set_so, "logo")
    assert page.read_brand(set_so).logo == Logo("svg", DRAWING)
    broken = Brand(PLAIN.colours, Logo("png", b"\x89PNG\r\n\x1a\nnothing"))
    assert "Logo du programme" not in pictured(read(sheet(many(NewsSection.PRESS, 1)), broken))


def test_colours_are_dark_enough_for_white_words() -> None:
    assert read_colours("#000091, #E1000F") == ("#000091", "#e1000f")
    assert contrast("#000000") == pytest.approx(21)
    for said, fault in (("bleu", "deux couleurs"), ("#000091", "deux couleurs"), ("#000091 #ffcc00", "trop claire")):
        with pytest.raises(ValueError, match=fault):
            read_colours(said)
