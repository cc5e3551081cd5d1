"""Reports told in one’s own words: what the line reader makes of them is what was meant, field by field."""

from pathlib import Path

import pytest

from dialogs.cra.line.batch import cut_line, read_parts
from tests import one_in
from tests.bench.plain_words import COMMANDS, DATA, read
from tests.support.cra import CLUES, USUAL

SAID = ("date", "canal", "commune", "activite", "participants", "age", "statut", "duree")


def read_told() -> list[tuple[str, ...]]:
    lines = (Path(DATA) / "told_reports.tsv").read_text("utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines[2:]]


def list_fields(text: str) -> list[tuple[object, ...]]:
    """What each report of a line says; the report that one is like, too."""
    parts = cut_line(text, CLUES)
    likes = [part.like for part in parts for _ in range(part.times)]
    lines = read_parts(parts, {}, CLUES, USUAL)
    return [
        (like, sorted(line.raw.get("themes", ())), *(line.raw.get(element) for element in SAID))
        for like, line in zip(likes, lines, strict=True)
    ]


@pytest.mark.parametrize(("sentence", "line"), one_in(3, read_told()))
def test_a_report_told_in_words_reads_as_the_line_that_says_the_same(sentence: str, line: str) -> None:
    command, told = COMMANDS.find(read(sentence).line)
    assert command == "cra"
    assert list_fields(told) == list_fields(line)


@pytest.mark.parametrize(
    ("told", "same"),
    [
        ("2 personnes mail 1h chacune", "2 individuels mail 1h"),
        ("5 personnes, une demi-heure chacune, ants", "5 individuels 30 min ants"),
        ("atelier 2h mail, ils étaient 7 hier", "atelier 2h mail 7p hier"),
        ("on a trié ses photos 1h", "photos 1h"),
        ("tablette de ses enfants 1h", "tablette 1h"),
        ("idem mais on était que 3", "idem mais 3 personnes"),
    ],
)
def test_how_people_are_told_of(told: str, same: str) -> None:
    assert list_fields(told) == list_fields(same)


def test_a_length_is_no_number_of_people() -> None:
    assert list_fields("on était 2 h, mail, individuel") == list_fields("2 h, mail, individuel")
