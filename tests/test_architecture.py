"""The arrows between the rooms, and the measures of the house, held by tests."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("bot", "commands", "dialogs", "storage", "templates", "config", "sandbox")
CHECKED = (*ROOMS, "tests")
FILE_LINES, FUNCTION_LINES = 250, 25

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*rooms: str) -> Iterator[Path]:
    """The Python files of some rooms; migrations are a history, not a house."""
    for room in rooms:
        yield from (p for p in sorted((ROOT / room).rglob("*.py")) if "versions" not in p.parent.name)


def tree(path: Path) -> ast.Module:
    """The syntax of a file."""
    return ast.parse(path.read_text("utf-8"))


def name(path: Path) -> str:
    """A file as a reader calls it."""
    return str(path.relative_to(ROOT))


def test_imports_follow_the_arrows() -> None:
    lint = [Path(sys.executable).with_name("lint-imports")]
    done = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_nobody_reads_in_a_circle() -> None:
    """Of no two modules each needs the other, be it for a type only: there is an order in which all can be read."""
    graph = grimp.build_graph(*ROOMS, cache_dir=None)
    needs = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(reversed(circle.args[1])))


def test_only_the_room_of_mattermost_imports_its_driver() -> None:
    importing = {name(p) for p in modules(*CHECKED) if any(m.startswith("mattermostdriver") for m in _imported(p))}
    assert importing, "the driver is used"
    assert all(p.startswith(("bot/mattermost", "tests/")) for p in importing), importing


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = {name(p) for p in modules("bot", "commands", "dialogs", "storage", "config") if _asks_the_time(p)}
    assert asking <= {"bot/clock.py"}, asking


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    silent = [name(p) for p in modules(*CHECKED) if not (ast.get_docstring(tree(p)) or "").strip()]
    assert not silent


def test_files_stay_short() -> None:
    long = {name(p): lines for p in modules(*ROOMS) if (lines := len(p.read_text("utf-8").splitlines())) > FILE_LINES}
    assert not long


def test_functions_stay_short() -> None:
    long = {
        f"{name(p)}:{f.lineno} {f.name}": lines
        for p in modules(*ROOMS)
        for f in _functions(p)
        if (lines := _lines(f)) > FUNCTION_LINES
    }
    assert not long


def test_nothing_is_nested_deeply() -> None:
    deep = {f"{name(p)}:{f.lineno} {f.name}" for p in modules(*ROOMS) for f in _functions(p) if _depth(f) > 4}
    assert not deep


@pytest.mark.parametrize("room", ROOMS)
def test_no_distribution_shadows_a_room(room: str) -> None:
    owners = set(packages_distributions().get(room, []))
    assert owners <= {"coop-bot"}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _asks_the_time(path: Path) -> bool:
    asked = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    calls = (n.func for n in ast.walk(tree(path)) if isinstance(n, ast.Call))
    return any(
        isinstance(f, ast.Attribute) and (getattr(f.value, "attr", None) or getattr(f.value, "id", ""), f.attr) in asked
        for f in calls
    )


def _functions(path: Path) -> list[Function]:
    return [n for n in ast.walk(tree(path)) if isinstance(n, Function)]


def _lines(function: Function) -> int:
    """Lines of the body, without the docstring and without functions inside (they count for themselves)."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    inner = [n for s in body for n in ast.walk(s) if isinstance(n, Function)]
    whole = (body[-1].end_lineno or 0) - body[0].lineno + 1
    return whole - sum((f.end_lineno or 0) - f.lineno + 1 for f in inner)


def _depth(node: ast.AST) -> int:
    """How deep blocks lie in each other, the function itself counted."""
    nested = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            continue
        chained = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        deepest = max(deepest, _depth(child) - (1 if chained else 0))
    return deepest + (1 if isinstance(node, (*nested, ast.FunctionDef, ast.AsyncFunctionDef)) else 0)
