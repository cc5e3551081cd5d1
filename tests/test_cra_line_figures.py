"""How the lines of tests/data/lignes_cra.tsv are read: nothing that was not meant is a click away from being stored
without being said; the figures are printed (`pytest -s`)."""

from collections import Counter

import pytest

from dialogs.cra.line.batch import read_lines
from tests.support.cra import CLUES, USUAL
from tests.support.cra_lines import LabelledLine, is_whole, judge_report, list_labelled, show_meant

LEAST_READY = 0.75
"""Of the reports of which everything was said, how many one click stores."""


@pytest.mark.parametrize("labelled", list(list_labelled()), ids=lambda one: one.text)
def test_nothing_wrong_is_one_click_from_being_stored(labelled: LabelledLine) -> None:
    lines = read_lines(labelled.text, CLUES, USUAL)
    sure = [line.judge(CLUES).sure is not None for line in lines]
    if len(lines) != len(labelled.meant):
        assert not any(sure), "reports that were not meant, or too few"
        return
    for line, meant, is_sure in zip(lines, labelled.meant, sure, strict=True):
        verdict = judge_report(line, show_meant(meant), is_sure)
        assert not (is_sure and verdict.silent), verdict.silent


@pytest.mark.parametrize("moment", ["avant", "apres"])
def test_most_lines_that_say_all_are_ready(moment: str) -> None:
    figures: Counter[str] = Counter()
    for labelled in list_labelled():
        if labelled.moment != moment:
            continue
        lines = read_lines(labelled.text, CLUES, USUAL)
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
    assert figures["lines"] >= 80
    assert figures["ready"] >= LEAST_READY * figures["whole"]
    assert not figures["wrong, silent"]
