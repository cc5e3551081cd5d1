"""How « make test » runs: what goes together, what is run again, which tests are a room’s."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.modes import MODES
from tests.parts import files_of, is_quick, rooms, superfluous
from tests.scheduler import HOUSES, first_alone, group, ports
from tests.support.databases import KINDS

ROOT = Path(__file__).resolve().parents[1]
FLAKY = """
from pathlib import Path
import pytest

def test_that_is_well(): ...

@pytest.mark.parametrize("word", ["un", "deux"])
def test_that_was_held_up(word):
    mark = Path(f"{word}.mark")
    if not mark.exists():
        mark.touch()
        raise AssertionError
"""
BROKEN = "\n\ndef test_that_is_broken():\n    raise AssertionError\n"
HELD_UP = ["test_it.py::test_that_was_held_up[deux]", "test_it.py::test_that_was_held_up[un]"]


def made(folder: Path, recipe: str, *variables: str) -> tuple[int, list[str]]:
    """What « make » does by a recipe of its Makefile’s variables, in a folder of other tests: its code and its lines.

    Of all that pytest finds installed only what is asked for: else they would take themselves for a part of this run.
    """
    own = ("PYTEST_", "SLIPCOVER_", "MAKE")
    there = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    plugins = "-p xdist -p slipcover.pytest_plugin"
    there |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": plugins}
    command = ["make", "--silent", "-f", str(ROOT / "Makefile"), f"BIN={Path(sys.executable).parent}", "PROCESSES=2"]
    command += [*variables, "--eval", f"tried:\n\t{recipe}", "tried"]
    done = subprocess.run(command, cwd=folder, env=there, text=True, capture_output=True, check=False)
    return done.returncode, done.stdout.splitlines()


@pytest.mark.slow
def test_what_failed_and_then_passed_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FLAKY)
    code, lines = made(tmp_path, "$(RUN) $(TESTS) $(AGAIN)")
    assert code == 0
    assert sorted(line for line in lines if line.startswith("PASSED")) == [f"PASSED {name}" for name in HELD_UP]
    code, lines = made(tmp_path, "$(RUN) $(TESTS) $(AGAIN)")
    assert code == 0
    assert not [line for line in lines if line.startswith("PASSED")], "what was forgiven once is not named again"


@pytest.mark.slow
def test_what_fails_twice_fails(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FLAKY + BROKEN)
    code, lines = made(tmp_path, "$(RUN) $(TESTS) $(AGAIN)")
    assert code
    assert sorted(line for line in lines if line.startswith("PASSED")) == [f"PASSED {name}" for name in HELD_UP]
    assert len([line for line in lines if line.startswith("FAILED test_it.py::test_that_is_broken")]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("content", ["import nothing_like_that", ""], ids=["broken", "none"])
def test_what_cannot_be_run_is_not_forgiven(tmp_path: Path, content: str) -> None:
    (tmp_path / "test_it.py").write_text(content)
    assert made(tmp_path, "$(RUN) $(TESTS) $(AGAIN)")[0]


def test_the_first_of_several_is_done_before_others_begin(tmp_path: Path) -> None:
    noted: list[tuple[str, int]] = []

    def work(number: int) -> None:
        with first_alone(tmp_path / "lock", 3):
            noted.append(("begun", number))
            noted.append(("done", number))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    first = noted[0][1]
    assert noted[:2] == [("begun", first), ("done", first)]
    assert len(noted) == 6
    assert not [*tmp_path.iterdir()], "the last one leaves nothing"


def test_a_room_has_the_tests_that_have_its_name() -> None:
    found = [path.name for path in files_of("forms")]
    assert {"test_forms.py", "test_properties_forms.py"} <= set(found)
    assert all("forms" in name for name in found)
    assert {"cra", "stats", "outbox", "people", "sandbox"} <= set(rooms())
    assert all(files_of(room) for room in rooms())


def collected(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", *options]
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)


@pytest.mark.slow
def test_a_room_that_is_not_there_is_said() -> None:
    done = collected("--room", "grenier")
    assert done.returncode
    assert "ROOM=grenier : aucun test de ce nom. Il y a : " in done.stderr


@pytest.mark.slow
def test_a_room_is_told_once_quickly() -> None:
    """Neither another server nor another database."""
    done = collected("--mode", "11.2", "--database", "sqlite", "--room", "outbox")
    assert done.returncode == 0, done.stdout
    names = [line for line in done.stdout.splitlines() if ".py" in line]
    assert names
    assert all(name.startswith("tests/test_outbox") for name in names)
    assert not [name for name in names if "postgres" in name or "5.37" in name or "9.4" in name]


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        ("tests/test_outbox.py::test_a[sqlite-answer1]", "tests/test_outbox.py"),
        ("tests/test_forms.py::test_a", "tests/test_forms.py"),
        ("tests/browser/test_axe.py::test_a[11.2-sqlite-wide]", "browser"),
        ("tests/browser/test_fields.py::test_a", "browser"),
    ],
)
def test_what_shares_a_file_or_a_browser_is_told_by_one_process(nodeid: str, expected: str) -> None:
    assert group(nodeid) == expected


def test_a_place_has_some_houses_and_a_room_is_told_in_one() -> None:
    assert group("tests/test_stats.py::test_a[11.2-sqlite-x]") == group(
        "tests/test_stats_more.py::test_b[x-11.2-sqlite]"
    )
    assert group("tests/test_stats.py::test_a[real-postgres]").startswith("real-postgres ")
    there = [f"tests/test_{room}_a.py::test_a" for room in rooms()]
    groups = {place: {group(f"{story}[{place}]") for story in there} for place in ("11.2-sqlite", "5.37-postgres")}
    assert {len(some) for some in groups.values()} == {HOUSES}
    assert not set.intersection(*groups.values())


def test_what_has_both_a_server_and_a_database_is_told_with_each_of_them_once() -> None:
    pairs = [(mode, kind) for mode in MODES for kind in KINDS]
    told = [
        (place, ok) for place, ok in zip(pairs, superfluous([("a", [*p, "x"]) for p in pairs]), strict=True) if not ok
    ]
    assert {mode for (mode, _), _ in told} == set(MODES)
    assert {kind for (_, kind), _ in told} == set(KINDS)
    assert len(told) == len(MODES)
    for alone in ([("11.2", kind) for kind in KINDS], [(mode, "sqlite") for mode in MODES], [("x", "y")]):
        assert not any(superfluous([("a", words) for words in alone]))
    assert not any(superfluous([("a", ["11.2", "sqlite"]), ("b", ["5.37", "sqlite"]), ("c", ["11.2", "postgresql"])]))


def test_processes_have_ports_of_their_own() -> None:
    everybodys = range(20_000, 32_000)
    given = [set(ports(everybodys, f"gw{number}", 3)) for number in range(3)]
    assert all(len(some) == 4_000 for some in given)
    assert set().union(*given) == set(everybodys) == set(ports(everybodys, "", 1))


PRODUCT = """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nothing_like_that

def said(where):
    if where == "here":
        return "told"
    return "nowhere"
"""


@pytest.mark.slow
def test_what_nothing_reaches_is_named(tmp_path: Path) -> None:
    """In several processes too, and of what no test begins to read."""
    (tmp_path / "product").mkdir()
    for name, content in (("__init__.py", ""), ("it.py", PRODUCT), ("unread.py", "import sys\n")):
        (tmp_path / "product" / name).write_text(content)
    story = "from product.it import said\n\ndef test_it():\n    assert said('here') == 'told'\n"
    (tmp_path / "test_it.py").write_text(story)
    code, _ = made(tmp_path, "$(RUN) $(MEASURED) $(TESTS)", "PRODUCT=product")
    assert code == 0
    judged = "$(RUN) -m slipcover --merge $(REACHED) --out $(REACHED) --branch --skip-covered --fail-under"
    code, lines = made(tmp_path, f"{judged} 50")
    assert code == 0
    missing = [line.split() for line in lines if line.startswith("product/")]
    assert {words[0]: words[-1] for words in missing} == {"product/it.py": "10", "product/unread.py": "1"}
    assert made(tmp_path, f"{judged} 95")[0]


@pytest.mark.parametrize(
    ("words", "marks", "place", "expected"),
    [
        (set(), set(), None, True),
        (set(), {"slow"}, None, False),
        (set(), set(), ("11.2", "sqlite"), True),
        (set(), set(), ("11.2", "postgres"), False),
        (set(), {"both_databases"}, ("11.2", "postgres"), False),
        (set(), {"both_databases", "postgres_too"}, ("11.2", "postgres"), True),
        (set(), {"both_databases", "replicas"}, ("11.2", "postgres"), True),
        (set(), {"both_databases", "replicas"}, ("11.2", "sqlite"), False),
        ({"sqlite"}, {"postgres_too", "replicas"}, None, False),
        ({"postgresql"}, {"replicas"}, None, True),
        (set(), {"browser"}, ("11.2", "sqlite"), False),
        (set(), set(), ("5.37", "postgres"), False),
        (set(), {"every_mode"}, ("5.37", "postgres"), True),
        (set(), {"every_mode"}, ("9.11", "sqlite"), False),
        ({"sqlite"}, set(), None, True),
        ({"postgresql"}, set(), None, False),
        ({"postgresql"}, {"postgres_too"}, None, True),
        ({"11.2", "sqlite"}, set(), None, True),
        ({"11.2", "postgresql"}, {"postgres_too"}, None, True),
        ({"5.37", "postgresql"}, set(), None, False),
        ({"5.37", "postgresql"}, {"postgres_too"}, None, True),
        ({"5.37"}, set(), None, True),
        ({"9.11"}, set(), None, False),
        ({"9.11"}, {"recorded"}, None, True),
        ({"11.0"}, set(), None, False),
    ],
)
def test_minutes_hold_what_tells_most(
    words: set[str], marks: set[str], place: tuple[str, str] | None, expected: bool
) -> None:
    assert is_quick(words, marks, place) is expected
