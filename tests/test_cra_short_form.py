"""The shortest line of a told report: in the order of the help, and read as what was told."""

import pytest

from dialogs.cra.line.batch import read_lines
from dialogs.cra.line.short_form import shorten, shorten_command
from tests.support.cra import CLUES, LINE_DAY, USUAL
from tests.test_cra_line_figures import list_labelled

TOLD = {
    "hier j'ai fait un atelier mail à Bron, ils étaient neuf, une heure et demie": "atelier 9p 1h30 mail Bron hier",
    "une dame de 72 ans pour ses impots ce matin, 45 minutes": "individuel 45min impots aujourd’hui +60",
    "3 dames l'une après l'autre pour la caf à Maubeuge, 30 min chacune": "3 individuels 30min caf Maubeuge",
    "chez elle mardi pour whatsapp, 1h15": "individuel à domicile 1h15 whatsapp mardi",
    "un chomeur, son cv et sa lettre, 69120 Vaulx, 1h": "individuel 1h cv 69120 sans emploi",
    "ponctuel pour imprimer, 10 mn": "ponctuel 10min imprimer",
    "ce matin un atelier mail de 8 personnes, 2h puis 2 ponctuels caf 15 min": "atelier 8p 2h mail aujourd’hui puis "
    "2 ponctuels 15min caf",
    "un atelier linux à Crest avec 5 personnes, deux heures #fabrique": "atelier 5p 2h linux Crest #fabrique",
}


@pytest.mark.parametrize("told", TOLD)
def test_a_told_report_is_written_in_the_order_of_the_help(told: str) -> None:
    assert shorten(told, CLUES) == TOLD[told]


@pytest.mark.parametrize(
    "line",
    [
        "3 individuels de 30 min mail 69120 +60 retraités",
        "atelier 8p 1h30 mail, internet 69120 hier +60 retraités",
        "idem mais 1h",
        "comme hier avec 5 personnes",
        "que dire aussi",
        "",
    ],
)
def test_a_line_stays_as_it_is_and_what_says_nothing_too(line: str) -> None:
    assert shorten(line, CLUES) == line


def test_what_comes_back_each_week_keeps_its_words() -> None:
    weekly = "/cra tous les mardis je fais un atelier smartphone, 8 personnes"
    assert shorten_command(weekly, LINE_DAY) == weekly
    assert shorten_command("/cra", LINE_DAY) == "/cra"
    assert shorten_command("/cra hier un atelier mail de 4 personnes", LINE_DAY) == "/cra atelier 4p mail hier"


def list_values(text: str) -> list[tuple[object, ...]]:
    """What is read of a text: its values, themes in any order, and doubts. Who is alone is not counted."""
    lines = read_lines(text, CLUES, USUAL)
    values = [{e: value for e, value in line.raw.items() if e not in ("themes", "participants")} for line in lines]
    themes = [sorted(line.raw.get("themes", ())) for line in lines]
    return [*zip(values, themes, [sorted(line.mistakes) for line in lines], strict=True)]


@pytest.mark.parametrize("text", [labelled.text for labelled in list_labelled()])
def test_the_short_line_is_read_as_what_was_told(text: str) -> None:
    short = shorten(text, CLUES)
    assert list_values(short) == list_values(text)
    assert shorten(short, CLUES) == short, "and is a line itself"
