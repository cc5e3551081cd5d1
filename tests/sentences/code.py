"""What the code says: its French strings, each with what it is given to (a refusal, a button, a command …)."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from bot.french.words import plural
from tests.sentences.sentence import Sentence, say_variable

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "commands", "dialogs", "storage", "config", "cli")
KINDS = {
    "UserError": "refus",
    "ValueError": "refus",
    "Button": "boutons",
    "Choice": "boutons",
    "Menu": "boutons",
    "command": "commandes",
    "CommandLine": "commandes",
    "Front": "commandes",
    "Whisper": "messages",
    "Direct": "messages",
    "Say": "messages",
    "Update": "messages",
    "Option": "commandes",
}
"""What a string is, by the call that it is given to; in dialogs/ the rest are labels of windows."""
STYLES = frozenset({"primary", "danger", "success", "default", "warning"})
_FRENCH = re.compile(r"[àâçéèêëîïôûùœÀÉÈ’«»…]|\b(?:le|la|les|des|une|vous|votre|pas|pour|dans|sur|est|et|de|du)\b")
_NO_WORDS = re.compile(r"\(\?|\\[bsdw]|\bSELECT\b|\bWHERE\b|%[dm]|^[\w:/.-]*$|^\s|\n {4}|^coop-bot/")
_ENGLISH = re.compile(r"\b(?:the|is|of|by|not|than|as|at|what|this|these|takes?|needs?|says?|twice|with)\b")
_SAID_KEYWORDS = frozenset({"label", "title", "help", "hint", "missing", "placeholder"})


@cache
def read_code() -> Sequence[Sentence]:
    """Every text of the code that people read, where it stands."""
    return [
        said
        for room in ROOMS
        for file in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in file.parts and "guard" not in file.parts and not re.search("readers|lexicon", file.stem)
        for said in _read_file(room, file.relative_to(ROOT))
    ]


def _read_file(room: str, file: Path) -> Iterator[Sentence]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    feature = file.parts[1].removesuffix(".py") if room in ("commands", "dialogs") else room
    for node, kind in _strings(tree, ""):
        text = _say(node)
        if (kind and re.search(r"\w", text) and text not in STYLES and not _ENGLISH.search(text)) or _is_french(text):
            usual = "fenêtres" if room == "dialogs" else "autres mots"
            yield Sentence(feature, kind or usual, f"{file}:{node.lineno}", text)


def _is_french(text: str) -> bool:
    return bool(" " in text and _FRENCH.search(text) and not _NO_WORDS.search(text) and not _ENGLISH.search(text))


def _strings(node: ast.AST, kind: str) -> Iterator[tuple[ast.Constant | ast.JoinedStr, str]]:
    """The strings under a node that are no docstrings, each with its kind; « » where nothing tells it."""
    match node:
        case ast.JoinedStr():
            yield node, kind
        case ast.Constant(value=str()):
            yield node, kind
        case ast.Expr(value=ast.Constant()):
            return
        case ast.Call(func=ast.Name(id="render")):
            return
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            yield from _strings_of_call(node, KINDS.get(name, ""))
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _strings(child, "")


def _strings_of_call(call: ast.Call, kind: str) -> Iterator[tuple[ast.Constant | ast.JoinedStr, str]]:
    yield from _strings(call.func, "")
    for at, argument in enumerate(call.args):
        is_name = kind == "commandes" and at == 0  # A command's own name is no sentence.
        yield from _strings(argument, "" if is_name else kind)
    for keyword in call.keywords:
        said = kind or "fenêtres" if keyword.arg in _SAID_KEYWORDS else ""
        yield from _strings(keyword.value, said)


def _say(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(_say_piece(piece) for piece in node.values)


def _say_piece(piece: ast.expr) -> str:
    match piece:
        case ast.Constant(value=value):
            return str(value)
        case ast.FormattedValue(value=ast.Call(func=ast.Name(id="plural"), args=[_, *words])) if all(
            isinstance(word, ast.Constant) for word in words
        ):
            return plural(2, *(str(word.value) for word in words if isinstance(word, ast.Constant)))
        case ast.FormattedValue(value=value):
            return _say_value(value)
    return ""


def _say_value(value: ast.expr) -> str:
    match value:
        case ast.Constant(value=text):
            said = str(text)
        case ast.Call(func=ast.Name(id="len"), args=[counted]):
            said = "60" if ast.unparse(counted).isupper() else "1"
        case ast.Name(id="count" | "more"):
            said = "1"
        case ast.Name(id=name) | ast.Attribute(attr=name):
            said = "60" if name.isupper() and name.endswith(("MAX", "MIN")) else say_variable(name)
        case ast.Call(args=[inner, *_]) | ast.Await(value=inner) | ast.Subscript(value=inner):
            said = _say_value(inner)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            said = say_variable(name)
        case _:
            said = say_variable("words")
    return said
