"""The bot’s texts: templates rendered so that nobody’s words become Markdown, a mention or a link."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TypeVar

from jinja2 import Environment, FunctionLoader, StrictUndefined

from bot.errors import UserError
from bot.french.words import NBSP, group, join, plural, say_delay, say_minutes
from config import text
from config.text import cut

T = TypeVar("T")
quote = text.quote
BREAK = "\u200b"
"""A zero-width space: after @ it keeps a name from being a mention (docs/mattermost.md §6)."""

_STRUCTURE = re.compile(r"([\\`*_\[\]<>|~#])")
_EMOJI = re.compile(r":(?=[\w+-]+:)")
_LINK = re.compile(r"(://|\bwww(?=\.)|\bmailto(?=:))", re.IGNORECASE)
_TURN = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of all that follows on the line, ours too."""
_CALL = re.compile(rf"(?<![A-Za-z0-9])@(?!{BREAK})")
_REFERENCE = re.compile(r"&(?=(?:#0*64|#x0*40|commat);)", re.IGNORECASE)
"""An @ that is written as a character reference."""
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")
_BLANK = re.compile(r"\s+")

_HARMLESS = re.compile(r"[^\W_](?:[^\W_]|[ ’',/-])*")
"""Text without any sign that Markdown gives a meaning to, as most words are: it needs no escaping."""
_UNBREAKABLE = re.compile(r"(?<=\S) (?=[:;!?»])|(?<=«) (?=\S)|(?<=n°) (?=\d)")


_BLOCK = re.compile(r"^\{% block (\w+) %\}(.*?)\{% endblock %\}$", re.MULTILINE | re.DOTALL)
"""Each stands alone: what one sets, another does not see. A sentence may stand on one line with its marks."""


class Markdown(str):
    """Text that is Markdown on purpose, and so is not escaped."""

    __slots__ = ()


def escape(text: str) -> str:
    """Escape somebody’s words so that Mattermost shows them literally: no structure, mention, link, tag or emoji."""
    if _HARMLESS.fullmatch(text):
        return text
    text = _STRUCTURE.sub(r"\\\1", _BLANK.sub(_on_one_line, _TURN.sub("", text)))
    text = neutralize_mentions(text.replace("@", f"@{BREAK}"))
    text = _EMOJI.sub(f":{BREAK}", text)
    text = _LINK.sub(lambda found: f"{found[0][0]}{BREAK}{found[0][1:]}", text)
    return _LINE_START.sub(rf"\1{BREAK}\2", text)


def neutralize_mentions(text: str) -> str:
    """Disarm the mentions in a text, but leave e-mail addresses.

    A word begins after any character but an ASCII letter or digit, as in the server’s rule. A character reference
    counts as its character, as on the server.
    """
    return _REFERENCE.sub(f"&{BREAK}", _CALL.sub(f"@{BREAK}", text))


def _on_one_line(blank: re.Match[str]) -> str:
    return " " if "\n" in blank[0] or "\r" in blank[0] else blank[0]


def typeset(text: str) -> str:
    """Put no-break spaces into a French text: before : ; ! ? », after «, in « n° 12 »; code is left alone."""
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(p if p.startswith("`") else _UNBREAKABLE.sub(NBSP, p) for p in pieces)


def mention(username: str) -> Markdown:
    """Return an account’s name as a mention; "" for a name that cannot be an account’s."""
    return Markdown(f"@{username}" if re.fullmatch(r"[a-z0-9._-]{1,64}", username) else "")


def link(words: str, address: str) -> Markdown:
    """Link words (escaped, unless they are Markdown) to an address; return the words alone if there is none."""
    shown = words if isinstance(words, Markdown) else escape(words)
    return Markdown(f"[{shown}](<{address}>)" if address else shown)


def quotation(text: str, most: int) -> Markdown:
    """Quote somebody’s words, line by line, shortened if they are long."""
    return Markdown("\n".join(f"> {escape(line)}" for line in cut(text, most).splitlines() if line.strip()))


def _lower_first(text: str) -> str:
    return _keep_markdown(text, text[:1].lower() + text[1:])


def _upper_first(text: str) -> str:
    return _keep_markdown(text, text[:1].upper() + text[1:])


def _keep_markdown(before: str, changed: str) -> str:
    """Return a changed text as Markdown if it was Markdown before, so that it is not escaped twice."""
    return Markdown(changed) if isinstance(before, Markdown) else changed


def _quoted(text: str, most: int = 40) -> Markdown:
    """Quote somebody’s words so that they read alike as Markdown and as plain text."""
    return Markdown(quote(text, most))


def _finalize(value: object) -> object:
    return escape(value) if isinstance(value, str) and not isinstance(value, Markdown) else value


@cache
def _blocks(feature: str) -> Mapping[str, str]:
    """Return the blocks of templates/<feature>.md.j2 by name; empty if there is no such file."""
    file = files("templates") / f"{feature}.md.j2"
    return dict(_BLOCK.findall(file.read_text("utf-8"))) if file.is_file() else {}


def _source(name: str) -> str | None:
    feature, _, block = name.partition("/")
    return _blocks(feature).get(block)


@cache
def _environment() -> Environment:
    # Not HTML: escaping is for Markdown, done by finalize.
    environment = Environment(  # noqa: S701
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "mention": mention,
        "quoted": _quoted,
        "enumerated": join,
        "grouped": group,
        "minutes": say_minutes,
        "delay": say_delay,
        "plural": plural,
        "ours": Markdown,
        "lower_first": _lower_first,
        "upper_first": _upper_first,
    }
    return environment


_BLANK_LINES = re.compile(r"\n{3,}")


def render(name: str, /, **values: object) -> Markdown:
    """Render a block: « hotline/opened » is the block « opened » of templates/hotline.md.j2, with these values.

    Parts of a block that say nothing leave one blank line at most; code that somebody wrote stays as it is. Raises
    TemplateNotFound for an unknown block, UndefinedError for a missing value.
    """
    text = _environment().get_template(name).render(values).strip()
    return Markdown(text if "```" in text else _BLANK_LINES.sub("\n\n", text))


def require(found: T | None, block: str, **said: object) -> T:
    """Return what was looked for. Raises UserError, with what a block of the templates says, where nothing was
    found."""
    if found is None:
        raise UserError(render(block, **said))
    return found


_ADDRESS = re.compile(r"(https?://[^\s`]+)")


def relay_markdown(text: str) -> Markdown:
    """Return somebody’s Markdown unchanged but for its mentions, which notify nobody."""
    return Markdown(neutralize_mentions(text.strip()))


def relay_plain_text(text: str) -> Markdown:
    """Return somebody’s words line by line, escaped; addresses can be copied but not clicked."""
    return Markdown("\n".join(_plain_line(line) for line in text.strip().splitlines()))


def _plain_line(line: str) -> str:
    pieces = _ADDRESS.split(line)
    return "".join(f"`{piece}`" if at % 2 else escape(piece) for at, piece in enumerate(pieces))
