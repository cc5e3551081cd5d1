"""The bench works: a glance at it, without any value as a measure."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.__main__ import PARTS, figures
from tests.bench.children import use_forks
from tests.bench.figures import Figure, table
from tests.bench.load import closed, open_loop
from tests.bench.plan import QUICK
from tests.browser.chrome import executable
from tests.support.databases import find_binaries

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]


ROWS = {"a": 3, "b": 11, "c": 7, "d": 1, "e": 3 if executable() else 1, "f": 10, "g": 2, "l": 3, "v": 5}
"""How many figures the parts have that have not one."""
SAID = {"b": "24 reçus pour 24 CRA", "l": "10 accueillies une fois, 0 autrement", "n": ", 0 perdus", "y": ", 0 de trop"}
"""What the table says of some of them."""
ELSEWHERE = "f"
"""Measured below, with both databases."""


@pytest.fixture(scope="module")
def told() -> str:
    """The table of a glance at all parts, in one go: several would each read the whole code first."""
    parts = [part for part in PARTS if part not in ELSEWHERE]
    command = [sys.executable, "-m", "tests.bench", "--quick", *parts]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1_700)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("part", [part for part in PARTS if part not in ELSEWHERE])
def test_a_quick_bench_measures_all_of_its_parts_and_prints_a_table(part: str, told: str) -> None:
    rows = [line for line in told.splitlines() if line.startswith(f"({part})")]
    assert len(rows) == ROWS.get(part, 1), told
    assert SAID.get(part, "") in "".join(rows), told
    assert "échecs" not in "".join(rows), told
    assert all(row.endswith("tenu") for row in rows if row.startswith("(l) channels check")), told


@pytest.mark.timeout(1_800)
def test_nothing_else_is_in_the_table(told: str) -> None:
    rows = [line[1] for line in told.splitlines() if line.startswith("(")]
    assert rows == [part for part in PARTS if part not in ELSEWHERE for _ in range(ROWS.get(part, 1))], told


@pytest.mark.timeout(900)
async def test_statistics_are_measured_on_both_databases() -> None:
    """Each answer of the bot’s is compared with DuckDB’s to the same question: a difference fails the measure."""
    use_forks()
    has_postgres = find_binaries() is not None
    found = [figure.what async for figure in figures(replace(QUICK, postgres=has_postgres), ELSEWHERE)]
    assert all(what.startswith("(f) ") for what in found)
    on_postgres = [what for what in found if "PostgreSQL" in what]
    assert (len(found) - len(on_postgres), len(on_postgres)) == (ROWS["f"], 7 if has_postgres else 0)


async def test_a_closed_run_counts_what_failed() -> None:
    async def send(number: int) -> bool:
        return number % 4 != 0

    run = await closed(send, 40)
    assert (run.done, run.failed, len(run.latencies)) == (30, 10, 40)


async def test_an_open_run_sends_as_many_as_are_due() -> None:
    sent: list[int] = []

    async def send(number: int) -> bool:
        sent.append(number)
        raise OSError

    run = await open_loop(send, 1000, 20)
    assert (sent, run.failed, len(run.latencies)) == (list(range(20)), 20, 20)


def test_a_table_says_what_was_met_and_what_was_missed() -> None:
    shown = table([Figure("a", "1", "2", "≥ 1", True), Figure("b", "0", "2", "≥ 1", False)])
    assert [line.rstrip().rpartition(" ")[2] for line in shown.splitlines()[2:]] == ["tenu", "MANQUÉ"]


@pytest.mark.timeout(400)  # it reads all tests by itself, beside everything else
def test_an_act_is_run_through() -> None:
    command = [sys.executable, "-m", "tests.bench.run_through", "--list"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=380)
    assert done.returncode == 0, done.stdout[-2000:]
    for act in ("channels sync: ", "masquer: ", "a hotline line: "):
        assert act in done.stdout
    assert "  commands/hotline/mirror.py: " in done.stdout
