"""A sentence in words: as typed, and as it is compared, its abbreviations written out and its slips mended."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate

from bot.french import MONTH_NUMBERS, NUMBER_WORDS, read_count
from config import tables
from config.text import find_nearest, fold

READ_MAX = 1000
"""Characters that are looked at: who tells a longer story has said what it is about by then."""
TEXT_MAX = 1900
"""Characters that are kept of a text: a command takes hardly more."""
MENDED_MIN = 5
"""Letters of a word that may be mistyped; a shorter one is too much like others."""
LONG = 8
"""Letters from which two slips are forgiven."""
SPLIT_MIN = 4
"""Letters of a word that may be mended: one that is known has MENDED_MIN at least."""
ELIDED = "cdjlmnst"
"""What people write together with the word that follows: « lagenda », « jarrive »."""
ENDING_MIN = 4
"""Letters of a word that may have an ending."""
_ENDINGS = (
    *(("erait", 8), ("aient", 8), ("erai", 7), ("ent", 8), ("ant", 7), ("ait", 6), ("ais", 6), ("ons", 6)),
    *(("era", 6), ("ees", 6), ("ee", 4), ("ez", 5), ("er", 5), ("e", 4)),
)
"""Endings, with the letters that a word has at least that ends so."""
_NUMBERED = frozenset(
    (
        *("aide", "assistance", "numero", "n", "cra", "rendu", "ticket", "demande", "fiche", "ressource", "sondage"),
        *("rdv", "vous", "idee", "evenement", "webinaire", "saisie", "actu", "actus", "news", "suggestion"),
        *("requete", "commande"),
    )
)
"""What is called by a number, which people write in letters, too: « ticket quatre »."""
_ONES = frozenset({"un", "une", "onze"})
"""What « et » goes on with: « vingt et un »."""
_PART = re.compile(r"\S+")
_WORD = re.compile(r"[^\W_]+|\?")


@dataclass(frozen=True, slots=True)
class Word:
    """A word: where it stands in the text, and how it is compared; « rdv » is one word, « mdp » is three."""

    start: int
    end: int
    folded: str

    def typed(self, text: str) -> tuple[str, str]:
        """The word as typed, and as it is compared; without a letter that belongs before it: « doctobre »."""
        typed, (letter, _, rest) = text[self.start : self.end], self.folded.partition(" ")
        is_joined = rest and len(letter) == 1 and fold(typed).startswith(letter)
        return (typed[1:], rest) if is_joined else (typed, self.folded)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and its words. ``plain`` has them between single spaces, ``places`` where each begins in it; ``stems`` and
    ``stem_places`` are the same of the words without their endings."""

    text: str
    words: Sequence[Word]
    plain: str
    places: Sequence[int]
    stems: str
    stem_places: Sequence[int]

    @property
    def parts(self) -> Iterator[int]:
        """Where the stem of each word begins, and that of each of those that it stands for."""
        return (match.start() for match in _PART.finditer(self.stems))

    def typed(self, first: int, end: int) -> str:
        """Some words as they were typed, with what stands between them."""
        if first >= end:
            return ""
        return " ".join(self.text[self.words[first].start : self.words[end - 1].end].split())

    def gap(self, index: int) -> str:
        """All that stands between a word and the next one."""
        following = self.words[index + 1].start if index + 1 < len(self.words) else len(self.text)
        return self.text[self.words[index].end : following]

    def between(self, index: int) -> str:
        """The signs that stand between a word and the next one; a space for any that have one, "" after the last."""
        if index + 1 >= len(self.words):
            return ""
        signs = self.text[self.words[index].end : self.words[index + 1].start]
        return " " if not signs or any(map(str.isspace, signs)) else signs


def read_sentence(text: str, mend: Callable[[str], str] = lambda word: word) -> Sentence:
    """Read a text; ``mend`` says what a word is meant to be."""
    text = text[:TEXT_MAX]
    typed = [Word(*match.span(), _write_out(match, mend)) for match in _WORD.finditer(text[:READ_MAX])]
    words = list(_join_numbers(typed))
    plain = [word.folded for word in words]
    return Sentence(text, words, *_join(plain), *_join([stem_words(word) for word in plain]))


def _join_numbers(words: Sequence[Word]) -> Iterator[Word]:
    """The words, a number in letters in figures behind what is called by it, before a month, and where it is a year:
    « ticket vingt-trois », « le vingt novembre », « deux mille vingt-cinq »."""
    index = 0
    while index < len(words):
        end = _end_number(words, index)
        if end > index and _is_figure(words, index, end):
            number = read_count(" ".join(word.folded for word in words[index:end]))
            yield Word(words[index].start, words[end - 1].end, str(number))
        else:
            end = index + 1
            yield words[index]
        index = end


def _is_figure(words: Sequence[Word], index: int, end: int) -> bool:
    """Whether a number in letters is what people write in figures elsewhere."""
    is_year = [word.folded for word in words[index : index + 2]] == ["deux", "mille"]
    is_named = index > 0 and words[index - 1].folded.split()[-1] in _NUMBERED
    is_named = is_named or (index > 1 and end - index > 1 and words[index - 1].folded in ("la", "le"))
    return is_year or is_named or (end < len(words) and words[end].folded in MONTH_NUMBERS)


def _end_number(words: Sequence[Word], index: int) -> int:
    """The word after the number in letters that begins at one; the same one where none begins."""
    end = index
    while end < len(words) and (end == index or words[end].start - words[end - 1].end == 1):
        word, before = words[end].folded, words[end - 1].folded if end > index else ""
        following = words[end + 1].folded if end + 1 < len(words) else ""
        is_and = word == "et" and end > index and following in _ONES
        is_one = word in _ONES and before in ("et", "vingt", "vingts")
        if not (word in NUMBER_WORDS or is_and or is_one or (word, before) == ("mille", "deux")):
            break
        end += 1
    return end


def _join(words: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """Words between single spaces, and where each begins."""
    return f" {' '.join(words)} ", tuple(accumulate((len(word) + 1 for word in words[:-1]), initial=1))


def stem_words(text: str) -> str:
    """Words without the endings that only say who, when and how many: « changez » and « changé » are « chang »."""
    return " ".join(map(_stem, text.split()))


_SURNAMES = frozenset({"mercier"})
"""Names that look like another word with an ending: « Paul Mercier » is no thanks."""


@lru_cache(4096)
def _stem(word: str) -> str:
    if word in _SURNAMES:
        return word
    if len(word) >= ENDING_MIN and word[-1] in "sx":
        word = word[:-1]
    ending = next((each for each, shortest in _ENDINGS if word.endswith(each) and len(word) >= shortest), "")
    return word.removesuffix(ending)


_AS_HEARD = {"mé": "mes", "lé": "les", "dé": "des", "sé": "ses", "cé": "c est", "é": "et", "jé": "j ai"}
"""Small words as they sound, told from others by their accent alone."""


def _write_out(match: re.Match[str], mend: Callable[[str], str]) -> str:
    """A word as it is compared; one letter before an apostrophe is no abbreviation: « c’est », but « c bon »."""
    word = fold(match[0])
    if _is_name(match) or _is_initial(match) or match.string[match.end() : match.end() + 2] in ("++", "#"):
        return word
    if len(word) == 1 and match.string[match.end() : match.end() + 1] in ("'", "’"):
        return word
    return _AS_HEARD.get(match[0].lower()) or read_abbreviations().get(word) or mend(word)


_BEFORE_SENTENCE = frozenset({"", ".", "!", "?", "…", "\n", ":", "«", "-"})


def _is_name(match: re.Match[str]) -> bool:
    """Whether a word has a capital in the middle of a sentence: « Lens » is no mistyped word then."""
    if len(match[0]) < SPLIT_MIN or not (match[0][0].isupper() and match[0][1:].islower()):
        return False
    return match.string[max(match.start() - 3, 0) : match.start()].strip(" ")[-1:] not in _BEFORE_SENTENCE


def _is_initial(match: re.Match[str]) -> bool:
    """Whether a word is the first letter of somebody’s name: « Mme G. » speaks of nobody as « j’ai »."""
    if len(match[0]) > 1 or not match[0].isupper():
        return False
    before = match.string[max(match.start() - 4, 0) : match.start()].strip(" .").casefold()
    return before.split(" ")[-1] in ("m", "mr", "mme", "mlle", "eur", "ame")


@cache
def read_abbreviations() -> dict[str, str]:
    """Read how words are written out that people shorten as they type."""
    return {row["abrege"]: row["mots"] for row in tables.read("plain_abbreviations.tsv")}


@dataclass(frozen=True, slots=True)
class Spelling:
    """Words that are known, by their first letters: people mistype the middle and the end of a word."""

    known: frozenset[str]
    by_letter: dict[str, list[str]]
    stems: tuple[str, ...]
    names: frozenset[str] = frozenset()
    """Words of names, which no letter is written together with: « lille » is a town."""
    spared: frozenset[str] = frozenset()
    """Words that are none of the known ones mistyped."""

    @classmethod
    def of(
        cls,
        words: Sequence[str],
        stems: tuple[str, ...] = (),
        names: Collection[str] = (),
        spared: frozenset[str] = frozenset(),
    ) -> "Spelling":
        """Know these words; short ones are never what a mistyped one is meant to be."""
        known, by_letter = frozenset(words), dict[str, list[str]]()
        for word in sorted(known):
            if len(word) >= MENDED_MIN and word.isalpha():
                by_letter.setdefault(word[0], []).append(word)
        return cls(known, by_letter, stems, frozenset(names), spared)

    def mend(self, word: str) -> str:
        """What a word is meant to be: itself where it is known, or like none."""
        if (
            len(word) < SPLIT_MIN
            or word in self.known
            or word in self.spared
            or not word.isalpha()
            or word.startswith(self.stems)
        ):
            return word
        if word[0] in ELIDED and len(word) > SPLIT_MIN and word[1:] in self.known and word[1:] not in self.names:
            return f"{word[0]} {word[1:]}"
        sounding = (f"{start}{word[1:]}" for start in ("qu", "c") if word[0] == "k")
        if said := next((each for each in sounding if each in self.known), ""):
            return said
        near, _ = find_nearest(word, self.by_letter.get(word[0], ()), 2 if len(word) >= LONG else 1, limit=1)
        return near[0] if near else word
