"""What a list shows, line by line: what « le 2e » or « celui de 14h » said after it chooses."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LINE_KEPT = 300
"""Characters of a line by which it is known again."""
_LINE = re.compile(r"^- (.+)$", re.MULTILINE)
_NUMBER = re.compile(r"n°\s?(\d+)")
_NUMBER_WITHIN = 12
"""Characters of a line within which its number begins: a number further on is that of something else."""
_USERNAME = re.compile(r"/messages/@([a-z0-9._-]+)")
_BOLD = re.compile(r"^\*\*(.+?)\*\*")
_HEAD = 2
"""Lines of a card among which its number is."""


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A line of a list: the number or the name by which a command shows it, and what it says."""

    handle: str
    said: str


def read_listing(text: str, cards: Sequence[str] = ()) -> Sequence[ListedLine]:
    """Read the lines of a list that have a number, or else its people and contacts, or else its numbered cards."""
    lines = _LINE.findall(text)
    numbered = [ListedLine(found[1], line[:LINE_KEPT]) for line in lines if (found := _find_number(line))]
    return numbered or _read_people(lines) or list(_read_cards(cards))


def _find_number(line: str) -> re.Match[str] | None:
    found = _NUMBER.search(line)
    return found if found and found.start() <= _NUMBER_WITHIN else None


def _read_people(lines: Sequence[str]) -> Sequence[ListedLine]:
    """Read people by their usernames, and contacts among them by their names; nothing where nobody has a username."""
    if not any(_USERNAME.search(line) for line in lines):
        return []
    found = [(_USERNAME.search(line), _BOLD.search(line), line) for line in lines]
    return [
        ListedLine(f"@{user[1]}" if user else bold[1] if bold else "", line[:LINE_KEPT]) for user, bold, line in found
    ]


def _read_cards(cards: Sequence[str]) -> Iterator[ListedLine]:
    for card in cards:
        found = _NUMBER.search("\n".join(card.split("\n")[:_HEAD]))
        if found:
            yield ListedLine(found[1], card[:LINE_KEPT])
