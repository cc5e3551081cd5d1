"""Choices beside the list of a declaration: circles side by side, and a list made while the bot runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.forms.kinds import Choice, Clues, Element, FieldKind, Question, Raw


@dataclass(frozen=True)
class Radio(Choice):
    """One of a few ``options``, all in sight, none of them chosen beforehand.

    With something to show already it is a list, as web clients from 11.0 on send a radio’s default without showing it;
    so it is where it may stay blank, which older ones never allow a radio (docs/mattermost.md §3.4).
    """

    def draw(self, question: Question, known: object, clues: Clues) -> list[Element]:
        (element,) = super().draw(question, known, clues)
        return [element if element["default"] or question.optional else element | {"type": "radio"}]


@dataclass(frozen=True)
class Offered(FieldKind):
    """One of what the form ``offers`` for this field, each time anew: ``first``, and what travels in the hidden field
    ``among`` (value → text), unless the form says otherwise."""

    among: str = ""
    first: Mapping[str, str] = field(default_factory=dict)
    missing: ClassVar[str] = Choice.missing

    def draw(self, question: Question, known: object, clues: Clues) -> list[Element]:
        return self._among(question, clues).draw(question, known, clues)

    def read(self, question: Question, raw: Raw, clues: Clues) -> Any:
        return self._among(question, clues).read(question, raw, clues)

    def _among(self, question: Question, clues: Clues) -> Choice:
        return Choice(clues.offers.get(question.name, {}))
