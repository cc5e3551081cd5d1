"""The bench works: a glance at it, without any value as a measure."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import statistics
from tests.bench.__main__ import PARTS
from tests.bench.figures import Figure, table
from tests.bench.load import closed, open_loop
from tests.bench.plan import QUICK
from tests.browser.chrome import executable
from tests.support.databases import find_binaries

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]


ROWS = {"a": 3, "b": 11, "c": 7, "d": 1, "e": 3 if executable() else 1, "f": 10, "g": 2, "l": 3, "v": 5}
"""How many figures the parts have that have not one."""
SAID = {
    "abcd": "24 reçus pour 24 CRA",
    "efgh": "",
    "ijklm": "10 accueillies une fois, 0 autrement",
    "nopqrstuvwx": ", 0 perdus",
    "yz": ", 0 de trop",
}
"""The parts that are measured in one go, and what the table says of them."""


@pytest.mark.timeout(500)
@pytest.mark.parametrize("parts", SAID)
def test_a_quick_bench_measures_all_of_its_parts_and_prints_a_table(parts: str) -> None:
    command = [sys.executable, "-m", "tests.bench", "--quick", *parts]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=480)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [line for line in done.stdout.splitlines() if line.startswith("(")]
    assert [row[1] for row in rows] == [part for part in parts for _ in range(ROWS.get(part, 1))], done.stdout
    assert SAID[parts] in done.stdout, done.stdout
    assert all(row.endswith("tenu") for row in rows if row.startswith("(l) channels check")), done.stdout
    assert "échecs" not in done.stdout, done.stdout


def test_no_part_is_left_out() -> None:
    assert "".join(SAID) == "".join(PARTS)


@pytest.mark.timeout(500)
async def test_statistics_are_measured_on_postgresql_too(tmp_path: Path) -> None:
    """Each answer of the bot’s is compared with DuckDB’s to the same question: a difference fails the measure."""
    if find_binaries() is None:
        pytest.skip("no PostgreSQL binaries on this machine")
    found = [figure async for figure in statistics.measure(replace(QUICK, postgres=True), tmp_path)]
    assert len([figure for figure in found if "PostgreSQL" in figure.what]) == 7


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


def test_an_act_is_run_through() -> None:
    command = [sys.executable, "-m", "tests.bench.run_through", "--list"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    for act in ("channels sync: ", "masquer: ", "a hotline line: "):
        assert act in done.stdout
    assert "  commands/hotline/mirror.py: " in done.stdout
