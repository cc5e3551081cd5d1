"""What was found in a line, element by element, while it is being settled."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from bot.texts import quote
from dialogs.cra.line.parser import LinePiece
from dialogs.cra.line.readers import BESIDE, WITHOUT, Meaning


@dataclass
class LineValues:
    """The values by element, as said; then, as they are settled, the parts of a `Line`. ``left_out`` are the themes
    that are said not to have been: « comme hier mais sans mail »."""

    said: dict[str, list[str]] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)
    unread: list[LinePiece] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def copy(self) -> "LineValues":
        """Copy the values, to settle them in another way."""
        return deepcopy(self)

    def values(self, element: str) -> list[str]:
        """Return the distinct values said for an element, in the order typed."""
        return list(dict.fromkeys(self.said.get(element, ())))

    def add(self, meaning: Meaning) -> None:
        """Add a value for an element."""
        self.said.setdefault(meaning[0], []).append(meaning[1])

    def leave_out(self, nothing: str, text: str) -> None:
        """Mention a text that says something which is not of the report."""
        without, element = nothing.partition(WITHOUT)[2], nothing.partition(BESIDE)[2]
        self.left_out += [without] if without else []
        if without or element:
            self.note(element or "themes", f"J’ai laissé de côté « {quote(text)} ».")

    def note(self, element: str, sentence: str) -> None:
        """Note how something typed was read otherwise."""
        self.notes[element] = f"{self.notes[element]} {sentence}" if element in self.notes else sentence

    def tells(self, element: str) -> bool:
        """Return whether something was said for an element, be it in doubt."""
        return bool(self.raw.get(element)) or element in self.mistakes

    def take(self, element: str, other: "LineValues", say: Callable[[str, object], str]) -> None:
        """Take what another line says for an element: as assumed, or asked where it is in doubt there."""
        if element in other.raw:
            self.raw[element] = other.raw[element]
        if element not in other.mistakes:
            self.assumed[element] = say(element, other.raw[element])
            return
        self.mistakes[element] = other.mistakes[element]
        if offered := other.choices.get(element):
            self.choices[element] = offered
