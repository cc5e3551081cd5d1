"""A digest as it is read: its title, its edito, and its parts with what is in them; what each format is made of."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import category

from bot.french.dates import say_date
from bot.schedules import ZONE
from commands.actus.places import Edition
from storage.actus.digests import Digest, Entry
from storage.actus.items import TITLES, Section

_ADDRESS = re.compile(r"https?://[^\s<>\"\\`\x00-\x1f\x7f]+")
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n\s*\n+")
_OF_MONTH = "Chiffres du mois"


@dataclass(frozen=True, slots=True)
class Piece:
    """Something in a digest, in plain words without any sign that hides or turns text; ``rank`` is its place, counted
    from 1, ``entry`` its id."""

    rank: int
    entry: int
    item: int
    title: str
    text: str
    url: str
    credit: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a digest that has something in it."""

    section: Section
    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A digest. ``on`` is the day, in Paris, on which it comes out; ``edito`` is Markdown as its editor wrote it;
    ``figures`` are what the picture of its month is drawn from, where nobody changed what is said of them."""

    name: str
    number: int
    on: date
    edito: str
    chapters: tuple[Chapter, ...]
    figures: Mapping[str, Any] | None = None

    @property
    def heading(self) -> str:
        """« Les actus du vendredi n° 42 »."""
        return f"{self.name} n° {self.number}"

    @property
    def day(self) -> str:
        """« Vendredi 27 novembre 2026 »."""
        said = say_date(self.on)
        return said[:1].upper() + said[1:]

    @property
    def pieces(self) -> Sequence[Piece]:
        """All that is in it, in order."""
        return [piece for chapter in self.chapters for piece in chapter.pieces]


def lay_out(digest: Digest, entries: Iterable[Entry], edition: Edition | None) -> Sheet:
    """A digest with its entries, in order."""
    monthly = edition is not None and edition.rhythm.is_monthly
    rank, chapters = 0, []
    kept = [entry for entry in entries if not entry.dropped]
    for section in Section:
        theirs = [entry for entry in kept if entry.section is section]
        pieces = tuple(_piece(entry, rank + n) for n, entry in enumerate(theirs, 1))
        rank += len(pieces)
        if pieces:
            chapters.append(Chapter(section, title_of(section, monthly=monthly), pieces))
    return Sheet(name_of(digest, edition), digest.number, day_of(digest), clean(digest.edito), tuple(chapters))


def name_of(digest: Digest, edition: Edition | None) -> str:
    """What its edition is called, or was: it may be in the operator’s table no more."""
    return edition.name if edition else digest.edition.capitalize()


def day_of(digest: Digest) -> date:
    """The day, in Paris, on which it comes out, or came out."""
    return (digest.published_at or digest.at).astimezone(ZONE).date()


def title_of(section: Section, *, monthly: bool = False) -> str:
    """What a part is called."""
    return _OF_MONTH if monthly and section is Section.FIGURES else TITLES[section]


def _piece(entry: Entry, rank: int) -> Piece:
    title, credit = (" ".join(clean(words).split()) for words in (entry.title, entry.credit))
    url = entry.url if _ADDRESS.fullmatch(entry.url) else ""
    return Piece(rank, entry.number, entry.item, title or "Sans titre", clean(entry.text), url, credit)


def clean(text: str) -> str:
    """Somebody’s words without signs that are not seen, or turn what follows; empty lines are one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or category(c) not in {"Cc", "Cf", "Cs", "Co"})
    return _EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", kept)).strip()


def addresses(line: str) -> Sequence[tuple[str, bool]]:
    """A line of an edito in pieces: words, and addresses (True) that lead somewhere."""
    found: list[tuple[str, bool]] = []
    at = 0
    for match in _ADDRESS.finditer(line):
        address = match[0].rstrip(".,;:!?)»’'")
        found += [(line[at : match.start()], False), (address, "@" not in address)]
        at = match.start() + len(address)
    return [(words, leads) for words, leads in (*found, (line[at:], False)) if words]
