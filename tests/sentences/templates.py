"""What templates say: each block several times over, with stand-ins for all that it is given."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import Environment, Template, Undefined, nodes
from jinja2.visitor import NodeVisitor

from bot import texts
from bot.french.words import group, join, plural, say_delay, say_minutes
from tests import PROFILE
from tests.sentences.sentence import Sentence, say_variable

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
COUNTS = (2, 40, 1, 0)
"""How many there are of whatever is counted."""
LISTED_MAX = 12
"""How many of them a list holds, which may be fewer than are counted."""
TURNS = 12 if PROFILE == "quick" else 24
"""How often a block is said with each count, its conditions another way each time; more where it has many."""
IDENTIFIERS = frozenset({"entry", "id", "incident", "number", "page", "pages", "ticket", "version"})
COUNTED = frozenset({"count", "left", "more", "most", "total", "waiting"})


class Anything(Undefined):
    """Stands for any value: true or not, equal to one of the words that it is compared with, as many as the count."""

    turn: ClassVar[int] = 0
    count: ClassVar[int] = 2
    numbers: ClassVar[frozenset[str]] = COUNTED
    words: ClassVar[Mapping[str, Sequence[str]]] = {}
    __slots__ = ()

    @property
    def _last(self) -> str:
        return str(self._undefined_name).rpartition(".")[2]

    def draw(self, what: str, among: int) -> int:
        """One of so many, for a question about this value: the same for the rest of this turn."""
        said = f"{self.turn} {self.count} {self._undefined_name} {what}"
        return int.from_bytes(blake2b(said.encode(), digest_size=4).digest()) % among

    def __str__(self) -> str:
        if self._last in IDENTIFIERS:
            return "12"
        if self._last in self.numbers:
            return group(self.count)
        return say_variable(self._last)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name=f"{self._undefined_name}.{name}")

    def __getitem__(self, key: object) -> Any:
        return self if isinstance(key, slice) else Anything(name=self._undefined_name)

    def __call__(self, *_: object, **__: object) -> Any:
        return texts.Markdown("12/09/2026") if self._last == "strftime" else self

    def __iter__(self) -> Iterator[Any]:
        return iter([Anything(name=self._last.removesuffix("s")) for _ in range(len(self))])

    def __len__(self) -> int:
        return min(self.count, LISTED_MAX)

    def __bool__(self) -> bool:
        return self.count > 0 if self._last in self.numbers else bool(self.draw("is", 2))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            known = self.words.get(self._last, (other,))
            return [*known, None][self.draw("which", len(known) + 1)] == other
        return self.count == other if isinstance(other, int) else bool(self.draw("same", 2))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._last)

    def __contains__(self, what: object) -> bool:
        return bool(self.draw(f"has {what}", 2))

    def __int__(self) -> int:  # type: ignore[override]
        return 12

    __index__ = __int__

    def __abs__(self) -> int:
        return self.count

    def _compare(self, other: Any) -> int:
        return self.count - (other.count if isinstance(other, Anything) else other)

    def __lt__(self, other: object) -> bool:  # type: ignore[override]
        return self._compare(other) < 0

    def __le__(self, other: object) -> bool:  # type: ignore[override]
        return self._compare(other) <= 0

    def __gt__(self, other: object) -> bool:  # type: ignore[override]
        return self._compare(other) > 0

    def __ge__(self, other: object) -> bool:  # type: ignore[override]
        return self._compare(other) >= 0

    def __add__(self, other: Any) -> Any:
        return self.count + int(other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self.count - int(other)


class _StandIns(NodeVisitor):
    """Collects which names are counts, and which words each name is compared with."""

    def __init__(self) -> None:
        self.numbers: set[str] = set(COUNTED)
        self.words: dict[str, list[str]] = {}
        self.branches = 0

    def visit_Filter(self, node: nodes.Filter) -> None:
        if node.name in ("plural", "grouped") and node.node is not None:
            self.numbers.add(_last_name(node.node))
        self.generic_visit(node)

    def visit_If(self, node: nodes.If) -> None:
        self.branches += 1
        self.generic_visit(node)

    def visit_CondExpr(self, node: nodes.CondExpr) -> None:
        self.branches += 1
        self.generic_visit(node)

    def visit_Compare(self, node: nodes.Compare) -> None:
        for operand in node.ops:
            values = operand.expr.items if isinstance(operand.expr, nodes.List | nodes.Tuple) else [operand.expr]
            for value in values:
                if isinstance(value, nodes.Const) and isinstance(value.value, str):
                    known = self.words.setdefault(_last_name(node.expr), [])
                    known.extend([value.value] if value.value not in known else [])
                elif isinstance(value, nodes.Const):
                    self.numbers.add(_last_name(node.expr))
        self.generic_visit(node)


def _last_name(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return node.attr
        case nodes.Filter() if node.node is not None and node.name != "length":
            return _last_name(node.node)
    return ""


class _Loops(NodeVisitor):
    """A loop over several names at once is given as many; what is chosen by its name when it is said is left out."""

    def visit_For(self, node: nodes.For) -> None:
        if isinstance(node.target, nodes.Tuple):
            names = nodes.Const([_last_name(item) for item in node.target.items])
            node.iter = nodes.Filter(node.iter, "_as_tuples", [names], [], None, None, lineno=node.lineno)
        self.generic_visit(node)

    def visit_Include(self, node: nodes.Include) -> None:
        if not isinstance(node.template, nodes.Const):
            node.template = nodes.Const("aide/near")


class _Stage(Environment):
    """The bot's own environment, in which whatever is missing is a stand-in."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _Loops().visit(tree)
        return tree

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, dict) and isinstance(argument, Anything):
            return list(obj.values())[argument.draw("key", len(obj))]
        return super().getitem(obj, argument)


def _as_tuples(value: Any, names: Sequence[str]) -> list[Any]:
    return [tuple(Anything(name=name) for name in names) for _ in value]


def _plural(n: Any, one: object, many: object = None) -> str:
    return plural(n.count if isinstance(n, Anything) else n, str(one), None if many is None else str(many))


def _enumerated(items: Any, last: str = "et") -> texts.Markdown:
    return texts.Markdown(join([str(item) for item in items] or ["⟨mots⟩"], last))


@cache
def _stage() -> Environment:
    usual = texts._environment()  # noqa: SLF001
    stage = _Stage(loader=usual.loader, undefined=Anything, trim_blocks=True, lstrip_blocks=True)
    stage.filters |= {
        **usual.filters,
        "_as_tuples": _as_tuples,
        "mention": lambda _: texts.Markdown("@nina.roux"),
        "enumerated": _enumerated,
        "grouped": lambda n: group(n.count if isinstance(n, Anything) else n),
        "minutes": lambda _: say_minutes(Anything.count * 60),
        "delay": lambda _: say_delay(timedelta(minutes=Anything.count)),
        "plural": _plural,
        "quoted": lambda value, *_: value,
        "ours": lambda value: value if isinstance(value, Anything) else texts.Markdown(value),
        "lower_first": lambda value: texts.Markdown(str(value)[:1].lower() + str(value)[1:]),
        "upper_first": lambda value: texts.Markdown(str(value)[:1].upper() + str(value)[1:]),
        "truncate": lambda value, *_, **__: str(value),
    }
    stage.tests["none"] = lambda value: value is None or (isinstance(value, Anything) and not value.draw("none", 3))
    return stage


def read_templates() -> Iterator[Sentence]:
    """Every block of every template, as it is said: each different text once."""
    for file in sorted(TEMPLATES.glob("*.md.j2")):
        feature = file.name.split(".")[0]
        for block in list_blocks(feature):
            for said, count in say_block(f"{feature}/{block}").items():
                yield Sentence(feature, "messages", f"{file.name} › {block}", said, is_empty=not count)


@cache
def say_block(name: str) -> Mapping[str, int]:
    """What a block says, in each way, with how many were counted then; two first, as a reader will see it."""
    stage = _stage()
    source = texts._source(name)  # noqa: SLF001
    assert source is not None
    found = _StandIns()
    found.visit(stage.parse(source))
    Anything.numbers, Anything.words = frozenset(found.numbers - {""}), found.words
    template = stage.from_string(source)
    turns = min(20 * TURNS, 4 + TURNS * found.branches // 3)
    return {_say(template, turn, count): count for count in COUNTS for turn in range(turns)}


def _say(template: Template, turn: int, count: int) -> str:
    Anything.turn, Anything.count = turn, count
    return template.render().strip()


def find_unsaid(feature: str) -> Iterator[str]:
    """The words of a feature’s templates that no block said in any turn."""
    for block in list_blocks(feature):
        said = "\n".join(say_block(f"{feature}/{block}"))
        yield from (f"{feature}/{block} : {piece}" for piece in _pieces(f"{feature}/{block}") if piece not in said)


def choose_lines(name: str) -> Iterator[str]:
    """As few lines of a block as have all of its words, each as it is said."""
    left = [piece for piece in _pieces(name) if re.search(r"\w", piece)]
    for line in (line for said in say_block(name) for line in said.splitlines()):
        if shown := [piece for piece in left if piece in line]:
            left = [piece for piece in left if piece not in shown]
            yield line


def _pieces(name: str) -> Sequence[str]:
    """The words of a block, as they stand between what is filled in and its conditions."""
    tree = _stage().parse(texts._source(name) or "")  # noqa: SLF001
    written = {data.data for data in tree.find_all(nodes.TemplateData)}
    chosen = {value for one in tree.find_all(nodes.CondExpr) for value in _constants(one.expr1, one.expr2)}
    return sorted({line.strip() for data in written | chosen for line in data.splitlines()})


def _constants(*chosen: nodes.Node | None) -> Iterator[str]:
    yield from (one.value for one in chosen if isinstance(one, nodes.Const) and isinstance(one.value, str))


def list_blocks(feature: str) -> Sequence[str]:
    """The names of the blocks of a feature’s template, in their order."""
    return re.findall(r"{% block (\w+) %}", (TEMPLATES / f"{feature}.md.j2").read_text("utf-8"))
