"""How « make test » tells: what goes together, what is told twice, which tests are a room’s."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.__main__ import MOST, ROOT, Told, files_of, main, rooms, tell
from tests.measured import unmeasured
from tests.spread import group, ports

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
SPREAD = ("-p", "xdist", "-n", "2")
HELD_UP = ["test_it.py::test_that_was_held_up[deux]", "test_it.py::test_that_was_held_up[un]"]


@pytest.fixture
def few_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all that pytest finds installed only what is asked for, in the processes that a test begins."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.mark.usefixtures("few_plugins")
def test_what_failed_and_then_passed_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FLAKY)
    told = tell(tmp_path, *SPREAD)
    assert told == Told(0, HELD_UP, [])
    assert str(told).splitlines() == [f"Raconté deux fois (échec, puis réussite) : {name}" for name in HELD_UP]
    assert tell(tmp_path) == Told(0, never=[]), "what was forgiven once is not named again"


@pytest.mark.usefixtures("few_plugins")
def test_what_fails_twice_fails(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FLAKY + BROKEN)
    told = tell(tmp_path)
    assert told == Told(1, HELD_UP, ["test_it.py::test_that_is_broken"])
    assert str(told).endswith("\nEn échec : test_it.py::test_that_is_broken")


@pytest.mark.usefixtures("few_plugins")
@pytest.mark.parametrize(
    ("content", "code", "failed"),
    [("import nothing_like_that", 2, ["test_it.py"]), ("", 5, [])],
    ids=["broken", "none"],
)
def test_what_cannot_be_told_is_not_forgiven(tmp_path: Path, content: str, code: int, failed: list[str]) -> None:
    (tmp_path / "test_it.py").write_text(content)
    assert tell(tmp_path) == Told(code, never=failed)


CHANCE = """
import os
import pytest

@pytest.mark.parametrize("name", [os.getpid()])
def test_whose_name_is_another_in_each_process(name): ...
"""
MANY = "".join(f"def test_{number}():\n    raise AssertionError\n" for number in range(MOST + 1))


@pytest.mark.usefixtures("few_plugins")
@pytest.mark.parametrize("content", [CHANCE, MANY], ids=["names of chance", "too many"])
def test_what_is_no_accident_is_not_told_again(tmp_path: Path, content: str) -> None:
    (tmp_path / "test_it.py").write_text(content)
    told = tell(tmp_path, *SPREAD)
    assert told.code == 1
    assert told.never
    assert not told.twice


def test_a_room_has_the_tests_that_have_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    found = [path.name for path in files_of("forms")]
    assert {"test_forms.py", "test_properties_forms.py"} <= set(found)
    assert all("forms" in name for name in found)
    assert {"cra", "stats", "outbox", "people", "sandbox"} <= set(rooms())
    assert all(files_of(room) for room in rooms())
    assert main(["grenier"]) == 2
    assert "ROOM=grenier : aucun test de ce nom. Il y a : " in capsys.readouterr().err


def test_a_room_is_told_once_quickly() -> None:
    """Neither another server nor another database."""
    options = ["--collect-only", "--mode", "11.2", "--database", "sqlite"]
    files = [f"tests/test_{name}.py" for name in ("outbox", "websocket", "cra_once")]
    command = [sys.executable, "-m", "pytest", *options, *files]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    names = [line for line in done.stdout.splitlines() if "[" in line]
    assert names
    assert not [name for name in names if "postgres" in name or "5.37" in name or "9.4" in name]


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        ("tests/test_stats.py::test_a[11.2-sqlite-x]", "11.2-sqlite"),
        ("tests/test_cra.py::test_a[x-5.37-sqlite]", "5.37-sqlite"),
        ("tests/test_cra.py::test_a[real-postgres]", "real-postgres"),
        ("tests/test_outbox.py::test_a[sqlite-answer1]", "tests/test_outbox.py"),
        ("tests/test_forms.py::test_a", "tests/test_forms.py"),
        ("tests/browser/test_axe.py::test_a[11.2-sqlite-wide]", "browser"),
        ("tests/browser/test_fields.py::test_a", "browser"),
    ],
)
def test_what_shares_a_house_or_a_browser_is_told_by_one_process(nodeid: str, expected: str) -> None:
    assert group(nodeid) == expected


def test_processes_have_ports_of_their_own() -> None:
    everybodys = range(20_000, 32_000)
    given = [set(ports(everybodys, f"gw{number}", 3)) for number in range(3)]
    assert all(len(some) == 4_000 for some in given)
    assert set().union(*given) == set(everybodys) == set(ports(everybodys, "", 1))


STORIES = """
import pytest
from it import said

@pytest.fixture
def old(request):
    yield
    said("at the end" if request.node.name.endswith("[5.37-sqlite]") else "")

@pytest.mark.parametrize("place", ["11.2-sqlite", "5.37-sqlite"])
def test_a_story(place, old):
    said(place)

@pytest.mark.parametrize("mode", ["11.2", "9.11"])
def test_of_forms(mode):
    said(mode)
"""
PRODUCT = """
def said(where):
    if where == "11.2-sqlite":
        return "told first"
    if where == "5.37-sqlite":
        return "told again"
    if where == "at the end":
        return "by a fixture"
    if where == "9.11":
        return "a form"
    return "nowhere"
"""
MEASURING = """
from tests.measured import note_what_is_unmeasured, pytest_runtest_protocol

def pytest_collection_modifyitems(items):
    note_what_is_unmeasured(items)
"""


def test_a_story_is_measured_where_it_is_told_first(tmp_path: Path) -> None:
    for name, content in (("conftest.py", MEASURING), ("it.py", PRODUCT), ("test_it.py", STORIES)):
        (tmp_path / name).write_text(content)
    written = tmp_path / "written.json"
    command = [sys.executable, "-m", "pytest", "-q", "--cov=it", f"--cov-report=json:{written}"]
    paths = {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | paths, text=True, capture_output=True, check=False, timeout=60
    )
    assert "4 passed" in done.stdout, done.stdout
    lines = PRODUCT.splitlines()
    missing = json.loads(written.read_text())["files"]["it.py"]["missing_lines"]
    assert [lines[number - 1].strip() for number in missing] == ['return "told again"', 'return "by a fixture"']


def test_what_is_unmeasured_was_told_elsewhere_or_is_not_of_the_product() -> None:
    told = {
        "tests/test_a.py::test_one[11.2-sqlite]": False,
        "tests/test_a.py::test_one[11.2-postgres]": True,
        "tests/test_a.py::test_one[x-11.2-sqlite]": False,
        "tests/test_a.py::test_one[x-5.37-sqlite]": True,
        "tests/test_b.py::test_one[11.2-sqlite]": False,
        "tests/test_b.py::test_two[postgresql-10.5]": False,
        "tests/test_b.py::test_two[sqlite-9.4]": True,
        "tests/test_b.py::test_kinds[sqlite]": False,
        "tests/test_b.py::test_kinds[postgresql]": True,
        "tests/test_b.py::test_forms[11.2]": False,
        "tests/test_b.py::test_forms[5.37]": False,
        "tests/browser/test_axe.py::test_a": True,
        "tests/test_sandbox_rules.py::test_a": True,
        "tests/test_wire.py::test_a": True,
        "tests/test_wired.py::test_a": False,
    }
    assert dict(zip(told, unmeasured([*told]), strict=True)) == told
