"""No reader of what people write takes time that grows faster than the text: one line must not freeze everybody.

All readers are found by walking the rooms where people’s words are read; a new one is tried without being named here.
"""

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any, get_type_hints

import pytest

import commands
import dialogs
from bot import forms, french, guard, mattermost, papers, texts
from bot.context import Context
from bot.errors import ChatError, UserError
from bot.forms import Clues, Form
from config import text, themes
from config import text as config_text
from config.settings import Settings
from config.territories import TerritoryKind
from dialogs.cra.line.parser import TypedLine, split_line
from dialogs.cra.line.readers import Span
from storage import annuaire, communes, people
from tests.modes import FORM_MODES, clues
from tests.support.cra import CLUES, LINE_AUTHOR, LINE_DAY
from tests.test_properties_forms import EVERY_FORM, HIDDEN

pytestmark = pytest.mark.slow

SHORT, TIMES = 2_000, 4
"""Characters of the shorter text, and how many times longer the other one is."""
STEEPEST = 9.0
"""How many times longer the longer text may take: four times would be linear, sixteen quadratic."""
SLOWEST_S = 1.0
"""Seconds of processor time after which a text is too slow, whatever its length; no other one is tried then."""
NOISE_S = 0.003
"""Seconds of processor time below which nothing is told of growth: nobody waits for that."""
ROOMS = (
    *(forms, french, guard, texts, papers, mattermost, text, text, themes, annuaire, communes, people),
    *(dialogs, commands),
)
PIECES = {
    **{"spaces": " ", "tabs": "\t", "breaks": " \n", "hyphens": " -", "nbsp": "\u00a0", "nul": "\0"},
    **{"digits": "1", "zeros": "1.0", "slashes": "/", "points": "1.", "dates": "1/1/", "hours": "1h", "plus": "+"},
    **{"range": "du 1 au 1 ", "since": "depuis ", "de": "de ", "coop": "comme la coop ", "numbers": "vingt et un "},
    **{"accents": "é", "marks": "a\u0301\u0316", "run of marks": "\u0316\u0301", "hebrew": "\u05b0\u05bc\u05b7"},
    **{"quotes": "'", "apostrophes": "l’", "guillemets": "« ", "ticks": "`", "stars": "*_", "colons": ":a"},
    **{"tags": " #1", "tag": "#1-", "ats": "@a", "brackets": "[(", "pipes": "| ", "url": "http://", "commas": "a,"},
    **{
        "secret": "mdp : ",
        "secrets": "mot de passe ",
        "born": "née à ",
        "birth": "naissance ",
        "said": " arobase a point ",
    },
    **{"mails": "a@a.", "iban": "fr76", "nir": "1841276451089", "phone": "06 ", "abroad": "+33"},
    **{"words": "saint ", "names": "vaulx en ", "st": "s/s ", "cedex": "cedex 1 "},
}
"""What hostile texts repeat."""


def hostile(piece: str, length: int) -> tuple[str, str]:
    """A text of a repeated piece: one that begins with it, and one where a word keeps it from being stripped."""
    many = (piece * (length // len(piece) + 1))[:length]
    return f"{many}!", f"a{many}b"


def seconds(work: Callable[[str], object], text: str, times: int = 1) -> float:
    """This thread’s processor time, the least of some tries: what else the machine does is not counted."""
    tries = []
    for _ in range(times):
        began = time.thread_time()
        with suppress(ValueError, LookupError, UserError, ChatError):  # whether it is read is another test’s matter
            work(text)
        tries.append(time.thread_time() - began)
    return min(tries)


def is_steep(work: Callable[[str], object], short: str, long: str, later: float) -> bool:
    """Whether the longer text, which took so many seconds, takes more than its share; what seems so is measured again,
    and of what nobody waits for the shorter one is not tried."""
    return later >= max(NOISE_S, STEEPEST * seconds(work, short)) and (
        seconds(work, long, 3) >= max(NOISE_S, STEEPEST * seconds(work, short, 3))
    )


def steep(work: Callable[[str], object], pieces: Mapping[str, str] = PIECES) -> list[str]:
    """The pieces whose repetition takes more than its share, until one of them takes far too long."""
    found: list[str] = []
    for name, piece in pieces.items():
        for short, long in zip(hostile(piece, SHORT), hostile(piece, SHORT * TIMES), strict=True):
            if (later := seconds(work, long)) > SLOWEST_S:
                return [*found, f"{name}, after {short[0]!r}: too slow"]
            if is_steep(work, short, long, later):
                found.append(f"{name}, after {short[0]!r}")
    return found


def modules() -> Iterator[ModuleType]:
    """Every file of the rooms where people’s words are read."""
    for room in ROOMS:
        yield room
        for found in pkgutil.walk_packages(getattr(room, "__path__", []), f"{room.__name__}."):
            yield importlib.import_module(found.name)


def span(text: str) -> Span:
    """Some words of a line, as its readers see them."""
    return Span(text, config_text.fold(text), themes.key(text), 1, numbered=True)


CONTEXT = SimpleNamespace(clues=CLUES, today=LINE_DAY, user=CLUES.user, settings=Settings())
FROM_TEXT: dict[Any, Callable[[str], object]] = {str: str, Span: span, TypedLine: split_line}
GIVEN: dict[Any, object] = {Clues: CLUES, date: LINE_DAY, Context: CONTEXT, TerritoryKind: TerritoryKind.DEPARTEMENT}


def caller(function: Callable[..., object]) -> Callable[[str], object] | None:
    """How to give a function a text; None for what takes none, or needs what only the machine has."""
    hints = get_type_hints(function)
    needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    kinds = [hints.get(p.name) for p in needed]
    if not set(kinds) & FROM_TEXT.keys() or not set(kinds) <= FROM_TEXT.keys() | GIVEN.keys():
        return None
    return lambda text: function(*(FROM_TEXT[k](text) if k in FROM_TEXT else GIVEN[k] for k in kinds))


def readers() -> dict[str, Callable[[str], object]]:
    """Every public function that takes a text, and every pattern."""
    found: dict[str, Callable[[str], object]] = {}
    for module in modules():
        for name, value in vars(module).items():
            call: Callable[[str], object] | None = partial(matched, value) if isinstance(value, re.Pattern) else None
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                call = None if inspect.iscoroutinefunction(value) else caller(value)
            if call:
                found[f"{module.__name__}.{name}"] = call
    return found


def matched(pattern: re.Pattern[str], text: str) -> None:
    """A pattern in every way it is used."""
    pattern.sub("", text)
    pattern.fullmatch(text)
    pattern.match(text)


READERS = readers()


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_no_more_than_its_share_for_a_longer_text(name: str) -> None:
    assert steep(READERS[name]) == []


@EVERY_FORM
def test_a_dialog_is_read_in_no_more_than_its_share(form: type[Form]) -> None:
    hidden = HIDDEN.get(form.__name__, ({},))[0]
    drawn = form.recall({}, hidden)
    names = [str(e["name"]) for mode in FORM_MODES for e in drawn.elements(clues(mode, LINE_AUTHOR, LINE_DAY))]

    def read(text: str) -> None:
        raw = dict.fromkeys(names, text)
        form.trim(raw)
        form.recall(raw, hidden)
        form.tell(raw)
        form.parse(raw, hidden, CLUES)

    assert steep(read) == []


def test_the_readers_are_found() -> None:
    """Lest the walk finds nothing and says that all is well."""
    assert len(READERS) > 90
    for name in ("bot.french.periods.read_period", "commands.stats.queries.read_territory_name", "bot.texts.escape"):
        assert name in READERS
    short, long = (hostile(" ", length)[1] for length in (500, 2_000))

    def read(text: str) -> None:
        re.sub(r"\s*\bcomme coop", "", text)

    assert is_steep(read, short, long, seconds(read, long))


def test_a_reader_that_is_far_too_slow_is_left_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only after hours, once all is tried on it."""
    monkeypatch.setattr(f"{__name__}.SLOWEST_S", 0.001)
    tried: list[str] = []

    def read(text: str) -> None:
        tried.append(text)
        sum(range(1_000_000))

    assert steep(read) == ["spaces, after ' ': too slow"]
    assert len(tried) == 1
