"""The drill: its checker finds what is planted; its short form, in which nothing is lost or doubled."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drill.__main__ import find_folder_fault, main, missing
from tests.drill.checker import (
    Answer,
    Expected,
    Patience,
    Verdict,
    Window,
    judge,
    number_alike,
    number_found,
    outside,
    recovery,
    slope,
    wait_for_none,
)
from tests.drill.measures import CONNECTIONS_MAX
from tests.drill.report import count_connections, show_verdict

ASKED = [Expected("a", "1", 0, 1), Expected("b", "1", 2, 3), Expected("c", "2", 2.5, 3.5), Expected("d", "1", 4, 5)]
STANDS = [("a", "1"), ("b", "1"), ("c", "2"), ("d", "1")]


def test_a_folder_of_another_drill_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What lies there would be taken for part of this one; a new folder is made."""
    new = tmp_path / "new" / "one"
    assert find_folder_fault(new) == ""
    (new / "mattermost.db").touch()
    monkeypatch.setattr("tests.drill.__main__.missing", lambda: "")
    monkeypatch.setattr("sys.argv", ["drill", "--short", "--folder", str(new)])
    assert main() == 2
    assert capsys.readouterr().err == f"Le dossier « {new} » n’est pas vide : donnez-en un autre, ou videz-le.\n"
    assert "ne convient pas" in find_folder_fault(new / "mattermost.db")


def test_what_stands_once_in_order_is_clean() -> None:
    assert judge(ASKED, STANDS) == Verdict(4, 0, 0, 0)
    assert judge(ASKED, STANDS).is_clean
    assert judge([], []).is_clean


@pytest.mark.parametrize(
    ("stands", "verdict"),
    [
        (STANDS[1:], Verdict(4, 1, 0, 0)),
        ([], Verdict(4, 4, 0, 0)),
        ([*STANDS, ("b", "1")], Verdict(4, 0, 1, 0)),
        ([*STANDS, ("b", "1"), ("b", "1")], Verdict(4, 0, 2, 0)),
        ([*STANDS, ("z", "1")], Verdict(4, 0, 1, 0)),
        ([*STANDS[:2], ("c", "1"), STANDS[3]], Verdict(4, 1, 1, 0)),
        ([STANDS[1], STANDS[0], *STANDS[2:]], Verdict(4, 0, 0, 1)),
        ([STANDS[3], *STANDS[:3]], Verdict(4, 0, 0, 2)),
        ([STANDS[2], *STANDS[:2], STANDS[3]], Verdict(4, 0, 0, 0)),
    ],
    ids=["lost", "all-lost", "doubled", "thrice", "nobodys", "elsewhere", "turned", "last-first", "other-place"],
)
def test_what_is_planted_is_found(stands: list[tuple[str, str]], verdict: Verdict) -> None:
    assert judge(ASKED, stands) == verdict
    assert not verdict.is_clean or verdict == Verdict(4, 0, 0, 0)


async def test_what_is_on_its_way_is_waited_for_as_long_as_there_is_less_of_it() -> None:
    """A machine that does not keep up loses nothing: on a starved one, lines that waited were taken for lost."""
    for counts, left in (([0], 0), ([3, 4, 3, 2, 2, 1, 0], 0), ([5, 5, 4, 5, 4, 5], 4)):
        said = iter(counts)
        last = counts[-1]

        async def count(said: Iterator[int] = said, last: int = last) -> int:
            return next(said, last)

        patience = Patience(still=0.2 if left else 60.0, pause=0.01)
        assert (await wait_for_none(count, patience) > 0) is (left > 0)
    still = show_verdict("lignes", Verdict(4, 2, 0, 0), left=3)
    assert (still.measured, still.met) == ("2 pas encore là, 0 en double, 0 en désordre", False)
    assert show_verdict("lignes", Verdict(4, 2, 0, 0), left=0).measured.startswith("2 perdus")


def test_acts_of_the_same_time_have_no_order() -> None:
    together = [Expected("a", "1", 0, 3), Expected("b", "1", 2, 4)]
    assert judge(together, [("b", "1"), ("a", "1")]).is_clean


def test_what_nobody_was_told_of_may_stand_or_not() -> None:
    unsure = [*ASKED, Expected("e", "1", 6, 7, sure=False)]
    assert judge(unsure, STANDS) == judge(unsure, [*STANDS, ("e", "1")]) == Verdict(4, 0, 0, 0)
    assert judge(unsure, [*STANDS, ("e", "1"), ("e", "1")]).doubled == 1


def test_alike_acts_are_counted() -> None:
    clicks = number_alike([Expected("take", "7", sure=False), Expected("take", "7"), Expected("take", "7")])
    for times, lost, doubled in ((1, 1, 0), (2, 0, 0), (3, 0, 0), (4, 0, 1)):
        verdict = judge(clicks, number_found([("take", "7")] * times), ordered=False)
        assert (verdict.lost, verdict.doubled) == (lost, doubled), times


def test_a_blow_is_felt_until_the_last_who_was_not_answered() -> None:
    blow = Window("coup", 10, 12, 30)
    answers = [Answer(5, 6, False), Answer(11, 14, False), Answer(15, 16, True), Answer(31, 32, False)]
    assert recovery(blow, answers) == 2
    assert recovery(blow, answers[2:]) == 0
    calm = outside([blow], [*answers, Answer(1, 1.5, True), Answer(26, 28, True)], longest=5)
    assert (calm.done, calm.failed, sorted(calm.latencies)) == (2, 2, [0.5, 2])


def test_a_slope_is_told_by_the_hour() -> None:
    assert slope([(0, 10), (1800, 11), (3600, 12)]) == pytest.approx(2)
    assert slope([(0, 10), (60, 10)]) == slope([(0, 5)]) == slope([]) == 0


ROOT = Path(__file__).resolve().parents[1]
VERDICTS = 7
"""Kinds of things that are accepted."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("how", [("--blows", "kill1,upgrade,failover"), ("--soak", "10")], ids=["blows", "soak"])
def test_nothing_that_was_accepted_is_lost_or_doubled(how: tuple[str, ...]) -> None:
    """How long things take on a crowded machine, and lines of a conversation that cross while the database moves, are
    printed, and judged by who reads them (docs/performance.md)."""
    if lacks := missing():
        pytest.skip(f"the drill needs {lacks}")
    command = [sys.executable, "-m", "tests.drill", "--short", "--forked", *how]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=560)
    verdicts = re.findall(r"^.*\d+ perdus, \d+ en double, \d+ en désordre.*$", done.stdout, re.MULTILINE)
    assert len(verdicts) == VERDICTS, done.stderr[-3000:]
    wrong = [line for line in verdicts if " 0 perdus, 0 en double, " not in line]
    wrong += re.findall(r"^consigne.*$", done.stdout, re.MULTILINE)
    assert not wrong, done.stdout


def test_connections_of_a_killed_process_count_in_its_blow_only() -> None:
    windows = [Window("kill1", 10, 14, 40)]
    counted = [(5.0, CONNECTIONS_MAX), (12.0, CONNECTIONS_MAX + 2), (35.0, CONNECTIONS_MAX)]
    assert count_connections(counted, windows).met
    assert not count_connections([*counted, (36.0, CONNECTIONS_MAX + 1)], windows).met
    assert not count_connections([*counted, (12.0, 2 * CONNECTIONS_MAX)], windows).met
