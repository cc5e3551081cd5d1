"""Somebody of the server, or a channel of the team, found by the client while a name is typed."""

import re
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from bot.forms.kinds import Clues, Element, FieldKind, Question, Raw

Source = Literal["users", "channels"]
"""Where a client looks, by Mattermost’s own word."""

ID = re.compile(r"[a-z0-9]{26}")


class Reference(NamedTuple):
    """Somebody or a channel, as a client names them."""

    source: Source
    id: str


@dataclass(frozen=True)
class Picker(FieldKind):
    """An id, read only if Mattermost knows it (``Clues.names``): what a client sends may be anything.

    What is known already is shown by its name, as the only one of a list: without it web clients show nothing, and
    new ones send nothing (docs/mattermost.md §3.4).
    """

    source: ClassVar[Source]

    def draw(self, question: Question, known: object, clues: Clues) -> list[Element]:
        if known is None or not ID.fullmatch(str(known)):
            return [question.element(type="select", data_source=self.source)]
        options = [{"text": clues.names.get(str(known), str(known)), "value": str(known)}]
        return [question.element(known, type="select", data_source=self.source, options=options)]

    def reference(self, question: Question, raw: Raw) -> Reference | None:
        """Who or what was picked, if it can be anybody or anything at all."""
        text = self._text(question, raw)
        return Reference(self.source, text) if ID.fullmatch(text) else None

    def value(self, text: str, clues: Clues) -> str:
        if text not in clues.names:
            raise ValueError(self.missing)
        return text


@dataclass(frozen=True)
class PersonPicker(Picker):
    """Somebody with an account in use; bots are none."""

    source = "users"
    missing: ClassVar[str] = "Choisissez une personne dans la liste."


@dataclass(frozen=True)
class ChannelPicker(Picker):
    """A channel of the team that this person and the bot both see."""

    source = "channels"
    missing: ClassVar[str] = "Choisissez un canal dans la liste ; s’il est privé, invitez-y d’abord le bot."
