"""How the lines of tests/data/lignes_rdv*.tsv are read: nothing that was not meant is a click away from being noted,
and the line that stands for one is read as the same again."""

import re
from pathlib import Path

import pytest

from dialogs.rdv.line import read_rdv_line
from dialogs.rdv.parts import RdvLine, UsualRdv
from dialogs.rdv.short_form import arrange_command
from storage.communes import find_place_exactly
from tests import one_in
from tests.support.cra import CLUES, LINE_DAY

NAMES = ("jour", "heure", "duree", "themes", "commune", "places", "ou", "revient")
ASKED = "?"


def list_labelled(name: str) -> list[tuple[str, dict[str, str]]]:
    rows = (Path(__file__).parent / "data" / name).read_text("utf-8").splitlines()[2:]
    return [(text, _read_meant(meant)) for text, meant in (row.split("\t") for row in rows)]


def _read_meant(text: str) -> dict[str, str]:
    cut = re.split(rf" ?\b({'|'.join(NAMES)})=", text)[1:]
    return dict(zip(cut[::2], cut[1::2], strict=True))


def list_said(line: RdvLine) -> dict[str, str]:
    """What is read of a line, in the words of the labels; what goes without saying is left out."""
    raw = line.raw
    place = find_place_exactly(str(raw.get("commune", ""))).place
    said = {
        "jour": line.day.isoformat() if line.day else "",
        "heure": f"{line.hour:%H:%M}" if line.hour else "",
        "duree": str(raw.get("duree", "")),
        "themes": ",".join(sorted(raw.get("themes", ()))),
        "commune": place.commune.code if place else "",
        "places": str(raw.get("places", "")),
        "ou": str(raw.get("ou", "")),
        "revient": "oui" if "repetition" in raw else "",
    }
    return {name: value for name, value in said.items() if value}


USUAL = list_labelled("lignes_rdv.tsv")
LABELLED = [*USUAL, *list_labelled("lignes_rdv_pieges.tsv")]


@pytest.mark.parametrize(("text", "meant"), LABELLED, ids=[text for text, _ in LABELLED])
def test_nothing_wrong_is_one_click_from_being_noted(text: str, meant: dict[str, str]) -> None:
    line = read_rdv_line(text, CLUES, UsualRdv())
    is_sure = line.judge(CLUES) is not None and not line.unread
    said = list_said(line)
    wrong = {name: value for name, value in meant.items() if value != ASKED and said.get(name) != value}
    added = {name for name in ("themes", "commune", "places") if name in said and name not in meant}
    assert not (is_sure and (wrong or ASKED in meant.values() or added)), said


@pytest.mark.parametrize("text", one_in(4, [text for text, _ in LABELLED]))
def test_the_line_that_stands_for_one_is_read_as_the_same(text: str) -> None:
    arranged = arrange_command(f"/rdv {text}", LINE_DAY)
    assert list_said(read_rdv_line(arranged[5:], CLUES, UsualRdv())) == list_said(
        read_rdv_line(text, CLUES, UsualRdv())
    )
    assert arrange_command(arranged, LINE_DAY) == arranged


def test_most_lines_are_ready() -> None:
    lines = [read_rdv_line(text, CLUES, UsualRdv()) for text, meant in USUAL if ASKED not in meant.values()]
    ready = sum(line.judge(CLUES) is not None and not line.unread for line in lines)
    assert ready >= 0.85 * len(lines)


@pytest.mark.parametrize("text", ["lundi dernier 10h mail", "mardi passé 10h mail"])
def test_a_day_that_is_said_to_be_past_is_no_coming_one(text: str) -> None:
    line = read_rdv_line(text, CLUES, UsualRdv())
    assert "est passé" in line.mistakes["quand"]
    assert (line.day, line.unread) == (None, ())
    assert "commune" not in line.mistakes


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er lundi de décembre 10h mail", "07/12/2026 10h00"),
        ("le premier lundi de janvier 10h mail", "04/01/2027 10h00"),
        ("le dernier vendredi de décembre 14h mail", "25/12/2026 14h00"),
        ("dernier lundi du mois 14h mail", "30/11/2026 14h00"),
        ("le 1er lundi du mois prochain 10h mail", "07/12/2026 10h00"),
    ],
)
def test_a_weekday_of_a_month_is_one_day(text: str, day: str) -> None:
    """« le 1er lundi du mois » recurs; that of one month does not."""
    found = read_rdv_line(text, CLUES, UsualRdv())
    assert found.raw["quand"] == day
    assert "repetition" not in found.raw
    assert not found.unread


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("mardi 14h pardon vendredi mail", "vendredi", "mardi"),
        ("mardi 14h non plutôt vendredi mail", "vendredi", "mardi"),
        ("le mardi plutôt vendredi 14h mail", "vendredi", "mardi"),
        ("demain en fait lundi 14h mail", "lundi", "demain"),
    ],
)
def test_a_day_that_is_put_right_is_the_second_and_is_mentioned(text: str, right: str, wrong: str) -> None:
    found = read_rdv_line(text, CLUES, UsualRdv())
    alone = read_rdv_line(f"{right} 14h mail", CLUES, UsualRdv())
    assert found.raw["quand"] == alone.raw["quand"]
    assert found.notes == [f"J’ai lu {right}, et non {'le ' * text.startswith('le ')}{wrong}\u00a0: vérifiez le jour."]
