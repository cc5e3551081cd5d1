"""What a line calls, and what is near to what somebody said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command_lines import CommandIndex, read_typed_number

NAMES = ("aide", "cra", "cra liste", "cra rétablir", "stats", "stats rapport", "actus cherche")
TITLES = {"Compte rendu": "cra"}


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Stats !", "Stats"),
        ("`/cra liste`", "cra liste"),
        ("/STATS Année", "STATS Année"),
        ("CRA RETABLIR 12.", "CRA RETABLIR 12"),
        ("statistiques", ""),
        ("craquer", ""),
        ("", ""),
    ],
)
def test_words_that_call_a_command(said: str, line: str) -> None:
    assert CommandIndex(NAMES).call(said) == line


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("stast mois dernier", ["stats mois dernier"]),
        ("retablir 12", ["cra rétablir 12"]),
        ("bonjour, je veux faire un cra", ["cra"]),
        ("cherche un tutoriel", []),
        ("je cherche une fiche", []),
        ("actus cherch ateliers", ["actus cherche ateliers"]),
        ("comptes rendus", ["cra"]),
        ("comment ça marche ?", []),
        ("merci", []),
        ("aide-moi", ["aide"]),
    ],
)
def test_commands_that_are_near(said: str, lines: list[str]) -> None:
    assert CommandIndex(NAMES).near(said, TITLES) == lines


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("/cra aide", ("aide", "cra")),
        ("/cra rétablir AIDE", ("aide", "cra rétablir")),
        ("/stats aide", ("stats aide", "")),
        ("/cra aide 12", ("cra", "aide 12")),
        ("/cra bonjour\n\n**jeudi** à  8 h", ("cra", "bonjour\n\n**jeudi** à  8 h")),
        ("/aide aide", ("aide", "aide")),
        ("/cra liste aide", ("cra liste", "aide")),
        ("/cra liste de tous", ("cra liste de tous", "")),
        ("/cra liste de tous 2026", ("cra liste de tous", "2026")),
        ("/cra liste de mai", ("cra liste", "de mai")),
        ("/cra à rétablir", ("cra rétablir", "")),
        ("/cra a liste", ("cra liste", "")),
        ("/cra à lister", ("cra", "à lister")),
    ],
)
def test_help_after_a_command_is_about_it_and_longer_names_come_first(line: str, called: tuple[str, str]) -> None:
    assert CommandIndex([*NAMES, "stats aide", "cra liste de tous"], ("cra liste",)).find(line) == called


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("/cra nouveau", ("cra", "")),
        ("cra Créer !", ("cra", "")),
        ("/cra nouveau pc", ("cra", "nouveau pc")),
        ("/stats nouveau", ("stats", "nouveau")),
        ("/stats liste", ("stats", "")),
        ("/stats liste de mai", ("stats", "liste de mai")),
        ("/cra liste", ("cra liste", "")),
        ("/hotline liste", ("hotline", "liste")),
    ],
)
def test_what_only_begins_something_is_no_content(line: str, called: tuple[str, str]) -> None:
    assert CommandIndex([*NAMES, "hotline"], telling=("cra",), worded=("hotline liste",)).find(line) == called


SLIPS = CommandIndex(
    [
        *(*NAMES, "cra modifier", "annonce", "annonce liste", "annuaire", "annuaire qui"),
        *("canaux", "canaux creer", "canaux creer departements"),
    ],
    ["annuaire qui"],
    ["cra", "annonce", "annuaire"],
)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("/cra modifer 12", "cra modifier 12"),
        ("/cra retabilr n° 12", "cra rétablir n° 12"),
        ("cra lsite", "cra liste"),
        ("/craa modifer 12", "cra modifier 12"),
        ("/annonse listes", "annonce liste"),
        ("/annonce listes des permanences", ""),
        ("/annonce liste", ""),
        ("/annuiare dupont", "annuaire dupont"),
        ("/canaux creer departments", "canaux creer departements"),
        ("/annuaire qui liste", ""),
        ("/stats septembre", ""),
        ("bonjour", ""),
        ("", ""),
    ],
)
def test_a_mistyped_command_is_mended_and_what_is_told_is_not(line: str, meant: str) -> None:
    assert SLIPS.mend(line) == meant


@given(st.text(max_size=60))
def test_what_is_mended_is_a_command_without_a_slip(line: str) -> None:
    meant = SLIPS.mend(line)
    assert not meant or (SLIPS.call(meant) and not SLIPS.mend(meant))


@given(st.text(max_size=300))
def test_any_words_are_near_to_few_commands_that_exist(words: str) -> None:
    lines = CommandIndex(NAMES)
    near = lines.near(words, TITLES)
    assert len(set(near)) == len(near) <= 3
    for line in [*near, *filter(None, [lines.call(words)])]:
        assert lines.find(line)[0] in NAMES


@given(st.sampled_from(NAMES), st.text("abcé 0123456789/", max_size=30), st.sampled_from(["", "/", " /", "`"]))
def test_a_command_is_found_however_it_is_written(name: str, rest: str, before: str) -> None:
    lines = CommandIndex(NAMES)
    assert lines.find(lines.call(f"{before}{name.upper()} {rest} !"))[0].startswith(name)


NUMBERS = """\
12|n° 12|n°12|N° 12|n°\u00a012|n 12|no 12|numéro 12|num. 12|#12| 12 |\
sondage n° 12|le sondage 12|Sondage12|le n° 12|l’idée n 12"""
NO_NUMBERS = "|douze|12 outils|n°|1.2|-12|12345678901|nord 12|le 12|fiche 12|sondage|le"


@pytest.mark.parametrize("text", NUMBERS.split("|"))
def test_a_thing_is_called_by_its_number(text: str) -> None:
    assert read_typed_number(text, "sondage", "idée") == 12


@pytest.mark.parametrize("text", NO_NUMBERS.split("|"))
def test_other_words_are_no_number(text: str) -> None:
    assert read_typed_number(text, "sondage") is None
