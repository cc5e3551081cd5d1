"""What the pieces of a line have said so far."""

from dataclasses import dataclass, field
from typing import Any

from dialogs.cra.line.choose import Piece
from dialogs.cra.line.words import Meaning


@dataclass
class Gathering:
    """Values by element, as said; then, as they are settled, the parts of a `Line`."""

    said: dict[str, list[str]] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    unread: list[Piece] = field(default_factory=list)

    def values(self, element: str) -> list[str]:
        """The different values said for an element, in the order typed."""
        return list(dict.fromkeys(self.said.get(element, ())))

    def add(self, meaning: Meaning) -> None:
        """One more value for an element."""
        self.said.setdefault(meaning[0], []).append(meaning[1])
