"""How the lines of tests/data/lignes_cra.tsv are read: nothing that was not meant is a click away from being stored
without being said; the figures are printed (`pytest -s`)."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dialogs.cra.line import Line
from dialogs.cra.line.batch import read_lines
from storage.communes import find_place_exactly
from tests.support.cra import CLUES, USUAL

LINES_FILE = Path(__file__).parent / "data" / "lignes_cra.tsv"
ELEMENTS = {
    **{"a": "activite", "p": "participants", "d": "duree", "t": "themes", "c": "commune", "j": "date"},
    **{"age": "age", "st": "statut", "can": "canal", "su": "suite", "r": "recurrents"},
}
ASKED = "?"


@dataclass(frozen=True)
class LabelledLine:
    """A line, and the fields meant of each report in it; ``moment`` says when it was written."""

    moment: str
    text: str
    meant: Sequence[dict[str, str]]


@cache
def read_labelled(text: str) -> Sequence[Line]:
    """What is read of a line, once for all that is asked of it."""
    return read_lines(text, CLUES, USUAL)


def list_labelled() -> Iterator[LabelledLine]:
    with LINES_FILE.open(encoding="utf-8") as file:
        rows = csv.DictReader((row for row in file if not row.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in rows:
            yield LabelledLine(row["moment"], row["ligne"], [_read_meant(text) for text in row["sens"].split(" | ")])


def _read_meant(text: str) -> dict[str, str]:
    """« a=individuel st=sans emploi »: a value goes on to the next name."""
    found: dict[str, str] = {}
    name = ""
    for word in text.split(" "):
        before, sign, after = word.partition("=")
        if sign and before in ELEMENTS:
            name = ELEMENTS[before]
            found[name] = after
        else:
            found[name] += f" {word}"
    return found


@dataclass
class Verdict:
    """One report of a line: whether one click stores it, and the fields that differ from what was meant, silently or
    said as unsure."""

    is_sure: bool
    silent: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)


def judge_report(line: Line, meant: dict[str, str], is_sure: bool) -> Verdict:
    """Compare what would be stored with what was meant, field by field."""
    verdict = Verdict(is_sure)
    for element in ELEMENTS.values():
        stored, wanted = _show(line.raw, element), meant.get(element)
        if _is_as_meant(element, stored, wanted, line):
            continue
        known = element in line.assumed or element in line.notes or element in line.mistakes or bool(line.unread)
        (verdict.said if known else verdict.silent)[element] = f"{stored!r} pour {wanted!r}"
    return verdict


def _is_as_meant(element: str, stored: str, wanted: str | None, line: Line) -> bool:
    if wanted is None:
        if element == "participants" and stored == "1":
            return True
        return not stored or element in line.assumed
    if wanted == ASKED or element in line.mistakes:
        return element in line.mistakes or not stored
    return stored == wanted


def _show(raw: dict[str, Any], element: str) -> str:
    value = raw.get(element, "")
    if element == "themes":
        return ",".join(sorted(value)) if value else ""
    if element == "commune" and value:
        place = find_place_exactly(str(value)).place
        return place.commune.code if place else str(value)
    return str(value)


def show_meant(meant: dict[str, str]) -> dict[str, str]:
    """The same in the words of the form."""
    shown = dict(meant)
    if shown.get("themes", ASKED) != ASKED:
        shown["themes"] = ",".join(sorted(shown["themes"].split(",")))
    return shown


Figures = Counter[str]


def is_whole(meant: dict[str, str]) -> bool:
    """Whether everything that a report needs was said, and can be known."""
    return ASKED not in meant.values() and {"age", "themes", "duree"} <= meant.keys()


LEAST_READY = {
    "avant": 0.75,
    "apres": 0.75,
    "troisieme": 0.75,
    "autre": 0.75,
    "cinquieme": 0.7,
    "sixieme": 0.5,
    "septieme": 0.2,
}
"""Of the reports of which everything was said, how many one click stores; many of the last three sets are traps."""


@pytest.mark.parametrize("labelled", list(list_labelled()), ids=lambda one: one.text)
def test_nothing_wrong_is_one_click_from_being_stored(labelled: LabelledLine) -> None:
    lines = read_labelled(labelled.text)
    sure = [line.judge(CLUES).sure is not None for line in lines]
    if len(lines) != len(labelled.meant):
        assert not any(sure), "reports that were not meant, or too few"
        return
    for line, meant, is_sure in zip(lines, labelled.meant, sure, strict=True):
        verdict = judge_report(line, show_meant(meant), is_sure)
        assert not (is_sure and verdict.silent), verdict.silent


@pytest.mark.parametrize("moment", LEAST_READY)
def test_most_lines_that_say_all_are_ready(moment: str) -> None:
    figures: Counter[str] = Counter()
    for labelled in list_labelled():
        if labelled.moment != moment:
            continue
        lines = read_labelled(labelled.text)
        figures["lines"] += 1
        figures["reports"] += len(labelled.meant)
        figures["cut otherwise"] += len(lines) != len(labelled.meant)
        for line, meant in zip(lines, labelled.meant, strict=False):
            is_sure = line.judge(CLUES).sure is not None
            verdict = judge_report(line, show_meant(meant), is_sure)
            figures["whole"] += is_whole(meant)
            figures["ready"] += is_whole(meant) and is_sure
            figures["wrong, said"] += is_sure and bool(verdict.said)
            figures["wrong, silent"] += is_sure and bool(verdict.silent)
    print(f"\n{moment}: {dict(figures)}")
    assert figures["lines"] >= 60
    assert figures["ready"] >= LEAST_READY[moment] * figures["whole"]
    assert not figures["wrong, silent"]
