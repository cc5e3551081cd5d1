"""Cues: what turns of phrase say of what somebody wants, from a table, each with its weight."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from bot.french import NUMBER_WORDS
from config import tables
from config.territories import DEPARTEMENTS, REGION_NAMES
from config.text import fold, split_words
from config.themes import THEMES
from dialogs.plain_words.frames import list_frame_words, read_frame
from dialogs.plain_words.readings import Intention
from dialogs.plain_words.sentences import Sentence, Spelling, stem_words

_GAP = r"(?:\S+ ){0,4}?"
POLITE = "poli"
"""The class of what people say around what they want."""
THEME_WEIGHT = 1.5
AGAIN = 0.3
"""What a cue counts beside a heavier one for the same intention."""


@dataclass(frozen=True)
class Cue:
    """A turn of phrase: whose row of the table it is, as what pattern it is written, and where in a sentence it may
    stand."""

    row: int
    written: str
    opens: bool = False
    closes: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern, compiled once a sentence has its first word: for all of them it takes a third of a second."""
        return re.compile(self.written)

    def match(self, stems: str, place: int, stop: int) -> re.Match[str] | None:
        """Return where the cue stands at a place; one that closes a sentence reaches up to its end."""
        found = self.pattern.match(stems, place)
        if found and self.closes and found.end() < stop:
            return self.pattern.fullmatch(stems, place, stop)
        return found


@dataclass(frozen=True)
class Cues:
    """All of them: what each row is for and how much it weighs, and the cues by the word they begin with."""

    rows: tuple[tuple[Intention, float], ...]
    by_key: Mapping[str, tuple[Cue, ...]]
    """Those of config/plain_acts.tsv among them, with their rows there counted down from -1."""
    polite: Mapping[str, tuple[Cue, ...]]
    spelling: Spelling

    def weigh(self, found: Iterable[int]) -> dict[Intention, float]:
        """How much the rows of which a cue is said say for each intention."""
        weights: dict[Intention, list[float]] = {intention: [] for intention in Intention}
        for intention, weight in (self.rows[row] for row in found if row >= 0):
            weights[intention].append(weight)
        return {intention: _add_up(each) for intention, each in weights.items()}

    def find_rows(self, sentence: Sentence, first: int, end: int) -> Iterator[tuple[int, int]]:
        """The rows of which a cue is said, and where in the stems it ends; politeness stands before ``first`` and from
        ``end``."""
        places = (*sentence.stem_places, len(sentence.stems))
        opening, stop = places[first], places[end]
        for place in sentence.parts:
            for cue in _at(self.by_key, sentence.stems, place):
                if (place == opening or not cue.opens) and (match := cue.match(sentence.stems, place, stop)):
                    yield cue.row, match.end()

    def find_core(self, sentence: Sentence) -> tuple[int, int]:
        """Find the words that are not politeness around the others: the first, and the end."""
        polite = [self._measure_politeness(sentence, index) for index in range(len(sentence.words))]
        first, end = 0, len(sentence.words)
        while first < end and polite[first]:
            first += polite[first]
        for index in range(first, end):
            if _is_polite_to_end(polite, index):
                end = index
                break
        return min(first, end), end

    def _measure_politeness(self, sentence: Sentence, index: int) -> int:
        """How many words of politeness begin at one."""
        if sentence.words[index].folded == "?":
            return 1
        place = sentence.stem_places[index]
        found = (cue.pattern.match(sentence.stems, place) for cue in _at(self.polite, sentence.stems, place))
        longest = max((match.end() for match in found if match), default=0)
        return sum(1 for place in sentence.stem_places[index:] if place < longest)


def _add_up(weights: list[float]) -> float:
    """The heaviest counts whole, the others for less: they often say the same once more."""
    for_it, against = [each for each in weights if each > 0], [each for each in weights if each < 0]
    most = max(for_it, default=0.0)
    return most + AGAIN * (sum(for_it) - most) + sum(against)


def _is_polite_to_end(polite: list[int], index: int) -> bool:
    while index < len(polite) and polite[index]:
        index += polite[index]
    return index >= len(polite)


def _at(by_key: Mapping[str, tuple[Cue, ...]], plain: str, place: int) -> Iterator[Cue]:
    """The cues whose first word stands at a place, or the letters of it that they give, the fewest first."""
    for end in range(place + 1, plain.index(" ", place) + 2):
        yield from by_key.get(plain[place:end], ())


@cache
def read_cues() -> Cues:
    """Read the table, and the words of the themes, which say that a resource may be looked for."""
    return _Table().read()


class _Table:
    """The table while it is read."""

    def __init__(self) -> None:
        self.rows: list[tuple[Intention, float]] = []
        self.cues: dict[str, list[Cue]] = {}
        self.polite: dict[str, list[Cue]] = {}
        self.words: set[str] = set()
        self.stems: set[str] = set()

    @cached_property
    def lines(self) -> list[dict[str, str]]:
        """The lines of the table."""
        return tables.read("plain_words.tsv")

    @cached_property
    def classes(self) -> dict[str, list[str]]:
        """Words that stand for each other, by the name of their class."""
        return {row["intention"][1:]: _split(row["mots"]) for row in self.lines if row["intention"][0] == "="}

    def read(self) -> Cues:
        for word in (word for words in self.classes.values() for word in words):
            self.words.update(split_words(word))
        self.words.update(read_frame("periode", "periode_liens") | NUMBER_WORDS)
        for phrase in self.classes[POLITE]:
            self._add(phrase, -1, self.polite)
        for row in self.lines:
            if row["intention"][0] != "=":
                self._add_row(Intention(row["intention"]), float(row["poids"]), _split(row["mots"]))
        self._add_row(Intention.RESSOURCES, THEME_WEIGHT, list_theme_words())
        for number, row in enumerate(tables.read("plain_acts.tsv")):
            for phrase in _split(row["mots"]):
                self._add(phrase, ~number, self.cues)
        territories = (*(place.nom for place in DEPARTEMENTS.values()), *REGION_NAMES.values())
        names = {word for name in territories for word in split_words(name)} - self.words
        by_key, polite = ({key: tuple(cues) for key, cues in each.items()} for each in (self.cues, self.polite))
        spelling = Spelling.of(sorted(self.words | names), tuple(sorted(self.stems)), names, _read_intact_words())
        return Cues(tuple(self.rows), by_key, polite, spelling)

    def _add_row(self, intention: Intention, weight: float, phrases: list[str]) -> None:
        self.rows.append((intention, weight))
        for phrase in phrases:
            self._add(phrase, len(self.rows) - 1, self.cues)

    def _add(self, phrase: str, row: int, to: dict[str, list[Cue]]) -> None:
        """Add a turn of phrase under each word that it may begin with: « mail » with its space, « mail* » without."""
        elements = phrase.split()
        opens, closes = elements[0] == "^", elements[-1] == "$"
        elements = elements[opens : len(elements) - closes]
        cue = Cue(row, "".join(map(self._write, elements)), opens, closes)
        for word in {option.split()[0] for option in self._list_options(elements[0])}:
            to.setdefault(_stem_option(word.rstrip("*")) + " " * (word[-1] != "*"), []).append(cue)
        self.stems.update(stem for element in elements for stem in re.findall(r"([a-z]{6,})\*", element))
        self.words.update(word for element in elements for word in re.findall(r"(?<![a-z<])[a-z]+(?![a-z*>])", element))

    def _write(self, element: str) -> str:
        if element == "~":
            return _GAP
        return f"(?:{'|'.join(map(_write_option, self._list_options(element)))}) "

    def _list_options(self, element: str) -> list[str]:
        options = element.replace("_", " ").split("|")
        return [each for option in options for each in (self.classes[option[1:-1]] if option[0] == "<" else [option])]


def _split(cell: str) -> list[str]:
    return [phrase.strip() for phrase in cell.split(",")]


def _write_option(option: str) -> str:
    """Write an option as a pattern over stems; « * » is any ending, or any word."""
    return " ".join(re.escape(_stem_option(word.rstrip("*"))) + r"\S*" * word.endswith("*") for word in option.split())


def _stem_option(word: str) -> str:
    return stem_words(word) if word else ""


def _read_intact_words() -> frozenset[str]:
    """The words that are no other ones mistyped."""
    return list_frame_words().union(*(row["mots"].split() for row in tables.read("plain_intacts.tsv")))


@cache
def list_theme_words() -> list[str]:
    """The words by which themes and what is near them are called."""
    synonyms = [word for row in tables.read("synonymes.tsv") for word in row["mots"].split(",")]
    named = [word for theme in THEMES.values() for word in theme.mots]
    return sorted({" ".join(split_words(word)) for word in (*named, *synonyms)} - {""} - _TOO_COMMON)


_TOO_COMMON = frozenset(map(fold, ("autre", "divers", "site", "web", "portable", "texte", "libre", "entretien")))
