"""The arrows between the rooms, and the measures of the house, held by tests."""

import ast
import gc
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import grimp
import pytest

from config import libraries
from tests.wire.captures import VERSIONS, scenario

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("bot", "cli", "commands", "dialogs", "storage", "templates", "config", "sandbox")
CHECKED = (*ROOMS, "tests")
FILE_LINES, FUNCTION_LINES = 450, 25
DOCS = ROOT / "docs"
DECISIONS = [page for page in sorted((DOCS / "decisions").glob("*.md")) if page.name != "README.md"]
SECTION = r"§(\d+(?:\.\d+)?)"
CITED = re.compile(r"docs/([\w-]+\.md)((?:(?:,|\s+and|\s+to)?\s+§\d+(?:\.\d+)?)*)")
"""A page, and the sections of it that are meant."""
PAGE = re.compile(r"(?<![\w*/.-])([\w/.-]*\w\.(?:md|ya?ml))\b(?!\.\w)")
"""A page by its name, whatever is said of it."""
RECORDED = re.compile(r"recorded(?:\s+([\d., ]+))?:\s+(`[^`]+`(?:,\s+`[^`]+`)*)")
"""Versions (all if none is named), and captures."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*rooms: str) -> Iterator[Path]:
    """The Python files of some rooms; migrations are a history, not a house."""
    for room in rooms:
        yield from (p for p in sorted((ROOT / room).rglob("*.py")) if "versions" not in p.parent.name)


def told() -> list[Path]:
    """What is read by people: sources, and pages about them."""
    pages = (*sorted(DOCS.rglob("*.md")), *sorted((ROOT / "tests").rglob("*.md")))
    return [*modules(*CHECKED), ROOT / "README.md", *pages]


@cache
def tree(path: Path) -> ast.Module:
    """The syntax of a file, read once for all that is asked of it."""
    return ast.parse(path.read_text("utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All that a file’s syntax is made of."""
    return tuple(ast.walk(tree(path)))


@pytest.fixture(scope="module", autouse=True)
def _forgotten() -> Iterator[None]:
    """What was read takes hundreds of megabytes: other files’ tests need none of it, and looking through it for garbage
    meanwhile takes nearly as long as reading it."""
    gc.disable()
    yield
    gc.enable()
    nodes.cache_clear()
    tree.cache_clear()


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


TABLES_OF_THE_MACHINE = {
    *(
        "claims",
        "drafts",
        "journal",
        "outbox",
        "people",
        "programs",
        "rappels",
        "watchlist",
        "work",
    ),
}
HOW_TABLES_ARE_KEPT = {"database", "engines", "private_files", "round_trips"}
"""No tables, but what all of them are kept by."""


def test_the_machine_knows_its_own_tables_only() -> None:
    """Those of features are none of its business, whichever come."""
    own = TABLES_OF_THE_MACHINE | HOW_TABLES_ARE_KEPT
    known = {f"storage.{name}" for name in own} | {"storage"}
    strange = {
        f"{name(path)}: {taken}"
        for path in modules("bot")
        for taken in _imported(path)
        if taken.partition(".")[0] == "storage" and taken not in known
    }
    strange |= {
        f"{name(path)}: {alias.name}"
        for path in modules("bot")
        for alias in _taken_from(path, "storage")
        if _is_from_the_room(path, alias) and alias.name not in own
    }
    assert not strange


def test_only_the_room_of_mattermost_imports_its_driver() -> None:
    importing = {name(p) for p in modules(*CHECKED) if any(m.startswith("mattermostdriver") for m in _imported(p))}
    assert importing, "the driver is used"
    assert all(p.startswith(("bot/mattermost", "tests/")) for p in importing), importing


def test_the_bot_starts_without_what_it_never_needs() -> None:
    """Libraries bring others along; what is heavy and unused would cost each bot its memory and its start."""
    code = "import sys, cli.main, cli.serve; print(*[n for n, m in sys.modules.items() if m])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {module.partition(".")[0] for module in done.stdout.split()}
    assert {"aiohttp", "mattermostdriver", "structlog", "sqlalchemy"} <= loaded
    assert not loaded & {"rich", "requests", "urllib3", "websockets", "sandbox"}
    seldom = {place.partition(".")[0] for place in libraries.PLACES.values()}
    assert not loaded & seldom


def test_a_text_is_read_without_the_bot_and_rows_without_the_network() -> None:
    """The operator's commands start in a third of a second: each imports what it needs."""
    code = "import sys, cli.main, cli.command, {}; print(*sys.modules)"
    for command, without in (
        (
            "cli.guard, cli.understand, bot.clock",
            {"sqlalchemy", "pydantic", "asyncio", "structlog", "aiohttp", "jinja2"},
        ),
        ("cli.environment, cli.faults, cli.journal, cli.api", {"structlog", "aiohttp", "jinja2"}),
        ("cli.rdv, cli.figures, cli.work, cli.retention", {"structlog", "aiohttp", "jinja2", "commands"}),
    ):
        told = subprocess.check_output([sys.executable, "-c", code.format(command)], cwd=ROOT, text=True)
        assert not {module.partition(".")[0] for module in told.split()} & without


def test_libraries_of_first_use_are_there_and_all_of_them_are_typed() -> None:
    imports = (
        node for node in ast.walk(tree(ROOT / "config/libraries.py")) if isinstance(node, ast.Import | ast.ImportFrom)
    )
    typed = {alias.asname or alias.name for node in imports for alias in node.names}
    assert typed - {"import_module", "TYPE_CHECKING"} == libraries.PLACES.keys()
    assert all(find_spec(place) for place in libraries.PLACES.values())
    with pytest.raises(AttributeError):
        _ = libraries.nothing


def test_features_know_the_reading_half_of_mattermost_only() -> None:
    """What it is to write is a reply: ``Mattermost``, and whoever speaks to a server, are the machine’s."""
    known = {alias.name for p in modules("commands", "dialogs") for alias in _taken_from(p, "bot.mattermost")}
    assert known <= {"ChatReader", "ChatChannel", "ChatFile", "ChatMember", "ChatPost", "ChatReaction", "ChatUser"}


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = {name(p) for p in modules("bot", "cli", "commands", "dialogs", "storage", "config") if _asks_the_time(p)}
    assert asking <= {"bot/clock.py"}, asking


def test_handlers_compute_with_no_connection_in_hand() -> None:
    """What takes a while goes through Context.compute, which gives the connection back first."""
    threads = ("to_thread", "run_in_executor", "Thread", "ThreadPoolExecutor")
    used = {name(p) for p in modules("commands") if any(_says(node) in threads for node in nodes(p))}
    assert not used


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    silent = [name(p) for p in modules(*CHECKED) if not (ast.get_docstring(tree(p)) or "").strip()]
    assert not silent


def test_what_is_cited_can_be_read_here() -> None:
    """Pages and sections that sources name exist in the repository: « docs/mattermost.md §3.3 », « wire.md »."""
    missing = {f"{name(path)}: {what}" for path in told() for what in _not_here(path)}
    assert not missing


@pytest.mark.parametrize("page", ["architecture.md", *(f"decisions/{p.name}" for p in DECISIONS)])
def test_paths_named_in_the_guide_to_the_house_and_in_its_decisions_exist(page: str) -> None:
    named = re.findall(r"`((?:" + "|".join((*CHECKED, "docs")) + r")/[\w/.*-]*)`", (DOCS / page).read_text("utf-8"))
    assert not [path for path in named if not list(ROOT.glob(path.rstrip("/")))]


def test_links_of_the_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    texts = {page: re.sub(r"`[^`]*`", "", page.read_text("utf-8")) for page in pages}
    links = [(page, to) for page, text in texts.items() for to in re.findall(r"\]\(([^)#\s]+)", text)]
    assert links
    assert not [f"{name(p)}: {to}" for p, to in links if "://" not in to and not (p.parent / to).exists()]


def test_the_first_page_is_short_and_each_decision_can_be_found_from_it() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 120
    index = (DOCS / "decisions/README.md").read_text("utf-8")
    assert not [page.name for page in DECISIONS if f"]({page.name})" not in index]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_page_of_decisions_says_why_what_when_and_what_was_rejected(page: Path) -> None:
    titles = re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE)
    assert titles[:3] == ["Contexte", "Choix", "Écarté"]
    choices = page.read_text("utf-8").split("## Choix\n")[1].split("\n## ")[0]
    assert not [c for c in re.split(r"^- ", choices, flags=re.MULTILINE)[1:] if not re.search(r"\d\d/\d\d/\d{4}", c)]


def test_facts_name_captures_that_exist() -> None:
    """« recorded: `1088-length_16383.plain` » is a call, or a request to an integration, of the recorded servers."""
    facts = RECORDED.findall((DOCS / "mattermost.md").read_text("utf-8"))
    assert facts
    missing = {
        f"{version} {capture}"
        for versions, captures in facts
        for version in (versions.split(", ") if versions else VERSIONS)
        for capture in re.findall(r"`([^`]+)`", captures)
        if capture not in _captures(version)
    }
    assert not missing


def test_files_stay_short() -> None:
    long = {name(p): lines for p in modules(*ROOMS) if (lines := len(p.read_text("utf-8").splitlines())) > FILE_LINES}
    assert not long


IN_TWO_LAYERS = {
    "Channel": "a channel as Mattermost sends it, and a planned one as it is stored",
    "Edition": "an edition of the table, and the same with what was chosen in chat",
}


def test_a_class_has_a_name_of_its_own() -> None:
    """Two classes share a name only where they are the same thing in two layers; the sandbox is another program."""
    house = modules(*(room for room in ROOMS if room != "sandbox"))
    classes = [node.name for path in house for node in nodes(path) if isinstance(node, ast.ClassDef)]
    assert {called for called in classes if classes.count(called) > 1} == set(IN_TWO_LAYERS)


NO_NOUN = re.compile(
    r"(?!feed$|seed$).*ed|about|again|apart|begun|done|elsewhere|found|gone|here|held|how|in|inside|it|known|left|lost|many|"
    r"mine|more|much|none|others?|our|out|outside|own|said|seen|seldom|some|somebody|taken|theirs?|them|there|told|what|when|"
    r"where|which|who|whom|whose|why|your"
)
"""Participles, pronouns and adverbs, as names of modules."""
NOUNS_IN_ING: Mapping[str, str] = {}
"""Modules whose name ends as a gerund does, and why it is a noun all the same."""


def test_modules_are_named_by_nouns() -> None:
    """A file is found by what it is about."""
    names = {name(p): p.stem for p in modules(*CHECKED) if not p.stem.startswith("test_")}
    doubtful = {
        path: stem
        for path, stem in names.items()
        if NO_NOUN.fullmatch(stem) or (stem.endswith("ing") and path not in NOUNS_IN_ING)
    }
    assert not doubtful
    assert not NOUNS_IN_ING.keys() - names.keys()


@pytest.mark.parametrize("room", ["commands", "storage"])
def test_no_package_hides_a_module_of_its_own(room: str) -> None:
    """``from commands.membres import arrivals`` is that module, and not what the package took from elsewhere by this
    name; only a feature may stand in a module that is called as it is."""
    hidden = {
        f"{name(package)}: {own}"
        for package in (ROOT / room).rglob("__init__.py")
        for node in tree(package).body
        if isinstance(node, ast.ImportFrom) and node.module != ".".join(package.parent.relative_to(ROOT).parts)
        for own in (alias.asname or alias.name for alias in node.names)
        if own != "feature" and (package.with_name(f"{own}.py").exists() or package.parent.joinpath(own).is_dir())
    }
    assert not hidden


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


def test_tests_reach_for_no_private_names() -> None:
    """Ruff refuses ``thing._name`` (SLF001); imports and patches by name are told here."""
    reached = {f"{name(p)}:{line}" for p in modules("tests") for line in _private(p)}
    assert not reached


@pytest.mark.parametrize("room", ROOMS)
def test_no_distribution_shadows_a_room(room: str) -> None:
    owners = set(packages_distributions().get(room, []))
    assert owners <= {"coop-bot"}


def _not_here(path: Path) -> Iterator[str]:
    """What a file cites that the repository does not have."""
    text = path.read_text("utf-8")
    yield from (
        page for page in PAGE.findall(text) if not any((at / page).is_file() for at in (ROOT, path.parent, DOCS))
    )
    for page, sections in CITED.findall(text):
        yield from (f"{page} §{number}" for number in re.findall(SECTION, sections) if number not in _sections(page))
    own = path.name if path.parent == DOCS else ""
    yield from (f"§{number}" for number in re.findall(SECTION, CITED.sub("", text)) if number not in _sections(own))


@cache
def _sections(page: str) -> frozenset[str]:
    """The numbers of a page’s sections; none of a page that is not there."""
    path = DOCS / page
    text = path.read_text("utf-8") if page and path.is_file() else ""
    return frozenset(re.findall(r"^#+ (\d+(?:\.\d+)?)\.? ", text, re.MULTILINE))


@cache
def _captures(version: str) -> frozenset[str]:
    scenarios = [scenario(version, name) for name in ("commands", "rooms")]
    return frozenset(
        name for found in scenarios for name in [c.name for c in found.calls] + [s.name for s in found.sent]
    )


def _imported(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _private(path: Path) -> Iterator[int]:
    """Lines that import a private name, or set one by its text."""
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and any(a.name.startswith("_") for a in node.names):
            yield node.lineno
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"setattr", "object", "patch"}:
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if any(text.rpartition(".")[2].startswith("_") for text in texts):
                yield node.lineno


def _says(node: ast.AST) -> str:
    """The name that a piece of code uses, of a thing or of a part of it."""
    if isinstance(node, ast.alias):
        return node.name
    return str(getattr(node, "attr", None) or getattr(node, "id", ""))


def _is_from_the_room(path: Path, alias: ast.alias) -> bool:
    """Whether a name is taken from « storage » itself: a module of it."""
    froms = (n for n in nodes(path) if isinstance(n, ast.ImportFrom) and alias in n.names)
    return any(n.module == "storage" for n in froms)


def _taken_from(path: Path, room: str) -> Iterator[ast.alias]:
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(room):
            yield from node.names
        elif isinstance(node, ast.Import):
            yield from (alias for alias in node.names if alias.name.startswith(room))


def _asks_the_time(path: Path) -> bool:
    asked = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    calls = (n.func for n in nodes(path) if isinstance(n, ast.Call))
    return any(
        isinstance(f, ast.Attribute) and (getattr(f.value, "attr", None) or getattr(f.value, "id", ""), f.attr) in asked
        for f in calls
    )


def _functions(path: Path) -> list[Function]:
    return [n for n in nodes(path) if isinstance(n, Function)]


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
