"""The search in memory that ressources, annuaire and communes share: which words are known and where they lead; and an
index kept in a file, so that a process that starts need not make it again: parts of bytes, read where they lie.

A feature declares what it reads of its rows as tokens with weights, and adds what is its own: which words are worth
what, who may see what, and how scores come together. What is in such a file can be made again from the database at any
time: one that is missing, torn or of another version is no fault, and nothing says so.
"""

import hashlib
import json
import mmap
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, TypeVar

from config import libraries
from config.text import find_near, find_nearest
from storage.private_files import make_private_folder

INDEX_FOLDER = "index"
"""The folder of these files in the data folder."""
_ALIGNED = 8
"""Every part begins at a multiple of so many bytes: its numbers may be as long."""
_HEAD = 16
"""The number of digits that give the length of the head, in bytes."""


@dataclass(frozen=True, slots=True)
class IndexFile:
    """The content of a file: what its owner ``said`` of it when it was written, and its parts by name."""

    said: Mapping[str, Any]
    parts: Mapping[str, memoryview]

    def text(self, name: str) -> Sequence[str]:
        """Read a part of lines; an empty part has none."""
        said = bytes(self.parts[name]).decode()
        return said.split("\n") if said else ()

    def numbers(self, name: str, kind: Literal["I", "q", "Q"]) -> memoryview:
        """Read a part of numbers, of a kind of ``array``."""
        return self.parts[name].cast(kind)


def locate_index(folder: Path, name: str, address: str) -> Path:
    """Locate the file of an index of the database at an address."""
    return folder / INDEX_FOLDER / f"{name}-{hashlib.sha256(address.encode()).hexdigest()[:16]}"


def write_index(path: Path, said: Mapping[str, Any], parts: Mapping[str, bytes]) -> None:
    """Write a file in place of the present one, atomically, readable by nobody else on the machine.

    Raises OSError.
    """
    head = json.dumps({"said": said, "parts": {name: len(part) for name, part in parts.items()}}).encode()
    make_private_folder(path.parent)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            for part in (f"{len(head):0{_HEAD}}".encode(), head, *parts.values()):
                file.write(part + bytes(-len(part) % _ALIGNED))
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def read_index(path: Path) -> IndexFile | None:
    """Open the file, whose parts are read into memory when they are used; None where it is missing or damaged."""
    try:
        with path.open("rb") as file:
            lies = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return _read_parts(lies)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read_parts(lies: memoryview) -> IndexFile:
    size = int(bytes(lies[:_HEAD]))
    head, at = json.loads(bytes(lies[_HEAD : _HEAD + size])), _HEAD + size + -size % _ALIGNED
    parts: dict[str, memoryview] = {}
    for name, size in head["parts"].items():
        parts[name] = lies[at : at + size]
        at += size + -size % _ALIGNED
    if at != len(lies):
        raise ValueError("torn")
    return IndexFile(head["said"], parts)


PREFIX_MIN = 3
"""The fewest letters of a word’s beginning that stand for the word."""
ONE_SLIP_MIN, TWO_SLIPS_MIN = 4, 8
"""The fewest letters of a word that may have one wrong letter, and two."""
HEAVIEST = 255
"""The highest weight of a token in a place."""
_LAST_SIGN = chr(0x10FFFF)

Worth = TypeVar("Worth", int, float)


def count_slips_allowed(word: str) -> int:
    """Count the slips with which a word is still taken for another."""
    return (len(word) >= ONE_SLIP_MIN) + (len(word) >= TWO_SLIPS_MIN)


class Vocabulary:
    """The known words, searched by beginning, by spelling mistakes of a letter or two, or by likeness."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = dict.fromkeys(words)
        self._sorted: Sequence[str] = ()

    def __iter__(self) -> Iterator[str]:
        return iter(self._alphabet())

    def add(self, words: Iterable[str]) -> None:
        """Take in more words."""
        known = len(self._words)
        self._words.update(dict.fromkeys(words))
        if len(self._words) > known:
            self._sorted = ()

    def begin_with(self, start: str) -> Sequence[str]:
        """List the words that begin with a text, alphabetically."""
        words = self._alphabet()
        return words[bisect_left(words, start) : bisect_left(words, start + _LAST_SIGN)]

    def find_near(self, word: str) -> list[tuple[str, int]]:
        """Find the known words within the slips allowed for the length of a word, each with its number of slips."""
        return find_near(word, self._alphabet(), count_slips_allowed(word))

    def find_nearest(self, word: str, slips: int, limit: int) -> tuple[list[str], int]:
        """Find the known words with the fewest slips, within a limit, and that number."""
        return find_nearest(word, self._alphabet(), slips, limit)

    def find_alike(self, text: str, least: float, limit: int | None = None) -> list[tuple[str, float]]:
        """Find the words that are at least so similar to a text (of 100), each with its similarity, the most similar
        first."""
        found = libraries.fuzz_process.extract(
            text, self._words.keys(), scorer=libraries.fuzz.ratio, score_cutoff=least, limit=limit
        )
        return [(word, likeness) for word, likeness, _ in found]

    def _alphabet(self) -> Sequence[str]:
        if not self._sorted:
            self._sorted = sorted(self._words)
        return self._sorted


class Postings:
    """The places that a token leads to, and its weight in each."""

    __slots__ = ("places", "weights")

    def __init__(self, places: Iterable[int] = (), weights: Iterable[int] = ()) -> None:
        self.places = array("I", places)
        self.weights = bytearray(weights)


class PackedPostings:
    """Postings as they lie in a file: the offset of each token’s, then all of them."""

    def __init__(self, file: IndexFile) -> None:
        self.tokens = file.text("tokens")
        self.numbers = {token: number for number, token in enumerate(self.tokens)}
        self._starts, self._places = file.numbers("starts", "I"), file.numbers("places", "I")
        self._weights = file.parts["weights"]

    def __getitem__(self, token: str) -> Postings:
        number = self.numbers[token]
        of_token = slice(self._starts[number], self._starts[number + 1])
        return Postings(self._places[of_token], self._weights[of_token])


class InvertedIndex:
    """An index from tokens to places; its owner knows what is at each place.

    An index loaded from a file reads the postings of a token when they are first needed.
    """

    def __init__(self, file: IndexFile | None = None) -> None:
        self._postings: dict[str, Postings] = {}
        """The postings by token; an empty one hides a token of the file that leads nowhere any more."""
        self._file = PackedPostings(file) if file else None
        self._packed: Mapping[str, int] = self._file.numbers if self._file else {}

    def __contains__(self, token: str) -> bool:
        known = self._postings.get(token)
        return token in self._packed if known is None else bool(known.places)

    def add(self, token: str, place: int, weight: int) -> None:
        """Let a token lead to a place, with a weight."""
        known = self._postings.get(token) or self._find(token)
        if known is None:
            known = self._postings[token] = Postings()
        known.places.append(place)
        known.weights.append(weight if weight < HEAVIEST else HEAVIEST)

    def drop(self, token: str, place: int) -> None:
        """Remove a place from a token, which must lead there."""
        known = self._find(token)
        assert known is not None, token
        at = known.places.index(place)
        del known.places[at], known.weights[at]
        if not known.places and token not in self._packed:
            del self._postings[token]

    def list_places(self, token: str) -> Sequence[int]:
        """List the places to which a token leads."""
        known = self._find(token)
        return known.places if known else ()

    def follow(self, worths: Mapping[str, Worth]) -> Iterator[tuple[int, Worth]]:
        """Yield the places to which tokens lead, each with the token’s weight there times the token’s worth.

        What the tokens of least worth say comes first.
        """
        for token, worth in sorted(worths.items(), key=itemgetter(1)):
            if known := self._find(token):
                yield from zip(known.places, [weight * worth for weight in known.weights], strict=True)

    def _find(self, token: str) -> Postings | None:
        known = self._postings.get(token)
        if known is None and self._file and token in self._packed:
            known = self._postings[token] = self._file[token]
        return known

    def pack(self, move: Callable[[int], int]) -> tuple[Sequence[str], dict[str, bytes]]:
        """Pack all postings for a file, each place moved; the tokens in their order there, and the parts.

        Another thread may search meanwhile, none may add or drop.
        """
        tokens = sorted(token for token in {*self._packed, *list(self._postings)} if token in self)
        lengths, places, weights = array("I"), array("I"), bytearray()
        for token in tokens:
            known = self._postings.get(token) or (self._file and self._file[token])
            assert known
            lengths.append(len(known.places))
            places.extend(map(move, known.places))
            weights += known.weights
        starts = array("I", accumulate(lengths, initial=0))
        parts = {"starts": starts.tobytes(), "places": places.tobytes(), "weights": bytes(weights)}
        return tokens, {"tokens": "\n".join(tokens).encode(), **parts}
