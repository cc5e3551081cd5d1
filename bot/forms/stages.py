"""A dialog of several steps: later submissions carry earlier values too, so each step has names of its own.

New web clients send what was left of an earlier step under a name that a later one uses, where that is blank
(docs/mattermost.md §3.9).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.forms.kinds import Element, Raw

OF_A_STEP = re.compile(r"\d{1,3}_")
"""How the names of elements begin from the second step on; no form begins a name of its own so."""


def name_in(step: int, name: str) -> str:
    """What an element is called in a step, counted from 1."""
    return name if step == 1 else f"{step}_{name}"


def draw_step(step: int, elements: Sequence[Element]) -> list[Element]:
    """The elements of a form, as a step shows them."""
    if step == 1:
        return list(elements)
    return [element | {"name": name_in(step, str(element["name"]))} for element in elements]


def sent_in(step: int, raw: Raw) -> dict[str, Any]:
    """What was sent in a step, by the form’s own names."""
    if step == 1:
        return dict(raw)
    start = name_in(step, "")
    return {name.removeprefix(start): value for name, value in raw.items() if name.startswith(start)}


def mistakes_in(step: int, mistakes: Mapping[str, str]) -> dict[str, str]:
    """Sentences by the names of the elements that are shown."""
    return {name_in(step, name): sentence for name, sentence in mistakes.items()}
