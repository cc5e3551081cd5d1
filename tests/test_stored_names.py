"""Every name that lies in a database or in a posted card; one that changes makes a running installation lose something,
or do it twice."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel
from sqlmodel import SQLModel

from bot import actions
from bot.context import Context
from bot.errors import Refusal
from bot.events import DirectMessage
from bot.features import Feature
from bot.forms import Form, name_of, store_as
from bot.menus import Choosing
from bot.outbox.actions import MARK
from bot.quotas import Quota
from bot.registry import index_triggers
from bot.replies import Progress, Replies, Step
from commands import FEATURES
from commands.actus.publication import PublicationPlan
from commands.agenda import cards
from commands.canaux.checks import Cursor
from commands.moderation.rules.engine import TrialProgress
from commands.ressources import cards as ressources
from config.charte import MeasureKind
from storage.database import Code
from storage.journal import AuditAct
from storage.moderation import MeasureRecord
from storage.personal_data import PERSONAL_DATA
from storage.ressources.feedback import Fault

FILE = Path(__file__).parent / "data" / "stored_names.txt"
ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "cli", "commands", "storage")
FOREIGN = ("bot/mattermost/", "bot/errors.py", "cli/demo", "storage/data/", "storage/migrations/")
"""Where words of that look are Mattermost’s, or are not kept."""
PREFIX, DOTTED = re.compile(r"[a-z_]+([.-][a-z_]+)*:([a-z]+:?)?"), re.compile(r"[a-z_]+(\.[a-z_]+)+")
FILE_NAME = re.compile(r".*\.(json|tsv|xz|log|org)")
BAR = " | "
WITH_FIELDS = {"button", "submit", "work", "file"}
RECORDS: Mapping[str, type[BaseModel]] = {
    "actus.Publish:cursor": PublicationPlan,
    "canaux.Check:cursor": Cursor,
    "moderation.Try:cursor": TrialProgress,
    "moderation_measure.before": MeasureRecord,
}
"""What stands as JSON in a column: how far long work is, what undoing a measure needs."""
VALUES: Mapping[str, type[Enum]] = {
    "agenda.More": cards.EventAction,
    "ressources.More": ressources.MoreAction,
    "resource_link_check.fault": Fault,
    "charter": MeasureKind,
}
"""What columns, menus and settings hold as plain words."""
Names = set[tuple[str, str]]
"""What a name is of, and the name; after a bar, a part that is stored with it: a field, a value."""
TRIGGERS = index_triggers(FEATURES)


def test_stored_names_stay() -> None:
    kept, found = _read(FILE.read_text("utf-8")), _found()
    assert not (kept - found), (
        "A stored name must not change: these lie in databases and posted cards of running installations, and the code "
        f"knows them no more. Give the old name back (name=…, or the value): {_say(kept - found)}"
    )
    assert not (found - kept), f"These names are new: add them to tests/data/{FILE.name}: {_say(found - kept)}"


async def _one(_: Context) -> Replies:
    return None


async def _other(_: Context) -> Replies:
    return None


def test_functions_may_be_renamed() -> None:
    before, after = Feature("essai"), Feature("essai")
    before.job("hour=4", name="essai.nightly")(_one)
    after.job("hour=4", name="essai.nightly")(_other)
    assert index_triggers([before]).keys() == index_triggers([after]).keys() == {("job", "essai.nightly")}


def test_classes_may_be_renamed() -> None:
    class Renamed(Form):
        title = "Essai"

    async def handler(_: Context, __: Renamed) -> Replies:
        return None

    feature = Feature("essai")
    feature.submit(Renamed, name="essai.BeforeThat")(handler)
    assert index_triggers([feature]).keys() == {("submit", "essai.BeforeThat")}
    assert name_of(Renamed) == "essai.BeforeThat"
    assert Form.find("essai.BeforeThat") is Renamed


def test_a_payload_is_stored_under_one_name() -> None:
    class Count(BaseModel):
        pass

    async def count(_: Context, __: Count, ___: Progress) -> Step:
        return Step()

    feature = Feature("essai")
    feature.work(Count, name="essai.Count", title="Compter")(count)
    with pytest.raises(ValueError, match=r"is stored as « essai\.Count »"):
        feature.stopped(Count, name="essai.Counting")(count)


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_what_is_claimed_has_a_name_that_fits(name: str) -> None:
    feature = Feature("essai")
    for declare in (lambda: feature.job("hour=4", name=name), lambda: feature.event(DirectMessage, name=name)):
        with pytest.raises(ValueError, match="can be claimed by"):
            declare()
    with pytest.raises(ValueError, match="is stored as"):
        store_as(Choosing, name)


def _read(text: str) -> Names:
    """« [job] » is what the names below it are of, a name a line, with its parts; a « # » begins a remark."""
    kind, names = "", Names()
    for line in text.splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            name, *parts = line.split(BAR)
            names |= {(kind, name)} | {(kind, f"{name}{BAR}{part}") for part in parts}
    return names


def _say(names: Names) -> str:
    return ", ".join(f"{kind} « {name} »" for kind, name in sorted(names))


def _found() -> Names:
    claims = set(_claims())
    known = {name for _, name in TRIGGERS} | set(AuditAct) | claims
    sets: dict[str, Iterable[str]] = {
        "feature": [feature.name for feature in FEATURES if any(t.key[0] == "event" for t in feature.triggers)],
        "act": _acts(),
        "refusal": Refusal,
        "quota": Quota,
        "journal": AuditAct,
        "holding": [holding.name for holding in PERSONAL_DATA],
        "record": [part for name, model in RECORDS.items() for part in _fields(name, model)],
        "value": [part for name, members in VALUES.items() for part in _values(name, members)],
        "column": _columns(),
        "claim or cursor": claims,
        "link": _links(),
        "mark of a post": [MARK],
        "topic or key": set(_words()) - known,
    }
    return {(kind, str(name)) for kind, names in sets.items() for name in names} | _triggers()


def _triggers() -> Names:
    """What triggers are stored as, with the fields of payloads; commands are in the catalogue."""
    names = Names()
    for (kind, name), trigger in TRIGGERS.items():
        if kind in {"command", "stopped"}:
            continue
        names.add((kind, name))
        if trigger.payload and kind in WITH_FIELDS:
            names |= {(kind, part) for part in _fields(name, trigger.payload)}
    return names


def _values(name: str, members: type[Enum]) -> Iterator[str]:
    yield name
    yield from (f"{name}{BAR}{member.value}" for member in members)


def _fields(name: str, model: type[BaseModel]) -> Iterator[str]:
    yield name
    for field, of in model.model_fields.items():
        yield from (f"{name}{BAR}{part}" for part in _parts(field, of.annotation))


def _parts(field: str, annotation: Any) -> Iterator[str]:
    """The field, and what it may hold where that is one of a few."""
    yield field
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from (f"{field}={member.value}" for member in annotation)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for inner, of in annotation.model_fields.items():
            yield from _parts(f"{field}.{inner}", of.annotation)
    elif get_origin(annotation) is Literal:
        yield from (f"{field}={value}" for value in get_args(annotation))
    else:
        for inner in get_args(annotation):
            yield from _parts(field, inner)


def _acts() -> Iterator[str]:
    for kind in get_args(actions.ChatAction):
        yield kind.__name__
        yield from (f"{kind.__name__}{BAR}{field.name}" for field in fields(kind) if field.name != "topic")


def _columns() -> Iterator[str]:
    """The columns that hold a member of an enumeration, and its values."""
    for table in SQLModel.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, Code):
                yield from _values(f"{table.name}.{column.name}", column.type.members)


@cache
def _modules() -> Sequence[tuple[str, ast.Module]]:
    paths = {file.relative_to(ROOT).as_posix(): file for room in ROOMS for file in (ROOT / room).rglob("*.py")}
    return [(name, ast.parse(file.read_text("utf-8"))) for name, file in paths.items() if not name.startswith(FOREIGN)]


def _claims() -> Iterator[str]:
    """What is claimed under, and what is read up to some instant, where the call says it."""
    for name, tree in _modules():
        if any(isinstance(node, ast.ImportFrom) and _imports_claims(node) for node in tree.body):
            module = import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
            scopes = [_value(node, module) for call in _calls(tree) for node in _scopes(call, module)]
            yield from (scope for scope in scopes if isinstance(scope, str))


def _links() -> Iterator[str]:
    """What signed links are for."""
    for call in (call for _, tree in _modules() for call in _calls(tree)):
        match call:
            case ast.Call(ast.Attribute(_, "seal"), [ast.Constant(str(kind)), *_]):
                yield kind


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _scopes(call: ast.Call, module: ModuleType) -> Iterator[ast.expr]:
    yield from (keyword.value for keyword in call.keywords if keyword.arg == "scope")
    if getattr(_value(call.func, module), "__module__", "") in {"storage.claims"}:
        yield from call.args[1:2]


def _imports_claims(node: ast.ImportFrom) -> bool:
    modules = {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return bool(modules & {"storage.claims"})


def _value(node: ast.expr, module: ModuleType) -> object:
    """What an expression is where it is a constant, a name of the module, or an attribute of one; else nothing."""
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return getattr(module, name, None)
        case ast.Attribute(of, name):
            return getattr(_value(of, module), name, None)
    return None


def _words() -> Iterator[str]:
    """What topics and keys begin with, by the look of it: « actus:{number} », « garde.turn: », and the like."""
    rooms = {feature.name for feature in FEATURES} | {path.stem for path in (ROOT / "commands").iterdir()}
    for _, tree in _modules():
        for node in ast.walk(tree):
            first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
            if isinstance(first, ast.Constant) and isinstance(text := first.value, str):
                is_ours = DOTTED.fullmatch(text) and text.split(".")[0] in rooms and not FILE_NAME.fullmatch(text)
                if is_ours or (PREFIX.fullmatch(text) and not text.startswith("cli.")):
                    yield text
