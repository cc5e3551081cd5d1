"""The tagger: which words of a sentence are the details of its command, and which are said around them, learnt from
sentences of which it is known (`trainer`)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from config import tables
from config.text import fold
from dialogs.plain_words.cues import list_theme_words, read_cues
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.readings import Intention
from dialogs.plain_words.sentences import Sentence

FILE = "plain_tagger.tsv"
EXAMPLES = "plain_details.tsv"
TAGGED = frozenset(
    (
        *(Intention.RESSOURCES, Intention.ANNUAIRE, Intention.CANAUX),
        *(Intention.AGENDA, Intention.RDV, Intention.CRA_LISTE),
    )
)
"""What has details that are some words of the sentence."""
_FRAMES = (
    *("petits", "demande", "sortes", "sujet", "contact", "canal", "evenement", "genres", "publics", "periode"),
    *("savoir", "lieu", "apres"),
)
"""Lists of words that tell what a word is."""
_STEM, _ENDING, _EDGE, _LENGTH, _MEASURE = 5, 3, 5, 6, 4
"""Letters of the beginning and of the end of a word; words from an edge of the sentence, letters of a word, and fives
of words, from which all are alike."""
_SIGNS = frozenset(",;.:!?…")
BEGIN = 2
"""What stands before the first word: neither kept (1) nor left out (0)."""

Features = Sequence[Sequence[str]]
"""What is known of each word."""


@dataclass(frozen=True, slots=True)
class Tagger:
    """Weights of what is known of a word, for its being kept; and of keeping it after the one before it was, or was
    not."""

    weights: Mapping[str, float]

    def tag(self, features: Features) -> list[int]:
        """Find the likeliest sequence: 1 for a word that is kept, 0 for one that is left out (Viterbi)."""
        best: list[list[float]] = []
        came: list[list[int]] = []
        for word in features:
            kept = sum(self.weights.get(feature, 0) for feature in word)
            before = range(2) if best else (BEGIN,)
            last = best[-1] if best else [0.0, 0.0, 0.0]
            ways = [[(last[one] + self.weights.get(f">{one}{tag}", 0), one) for one in before] for tag in range(2)]
            chosen = [max(way, key=lambda pair: pair[0]) for way in ways]
            best.append([chosen[0][0], chosen[1][0] + kept])
            came.append([one for _, one in chosen])
        tags = [int(best[-1][1] > best[-1][0])] if best else []
        for origins in reversed(came[1:]):
            tags.append(origins[tags[-1]])
        return tags[::-1]


def list_features(sentence: Sentence, intention: Intention) -> Features:
    """List what is known of each word of a sentence that wants this."""
    words = ["^", "^", *(word.folded for word in sentence.words), "$", "$"]
    return [
        [*_list_pairs(words, at + 2), *_mark(f"{intention}|", own := [*_list_own(sentence, words, at)]), *own]
        for at in range(len(sentence.words))
    ]


def _mark(mark: str, features: Sequence[str]) -> Iterator[str]:
    return (mark + feature for feature in features)


def _list_pairs(words: Sequence[str], at: int) -> Iterator[str]:
    """A word with those around it."""
    yield f"pw{words[at - 1]} {words[at]}"
    yield f"wn{words[at]} {words[at + 1]}"
    yield f"pp{words[at - 2]} {words[at - 1]}"
    yield f"nn{words[at + 1]} {words[at + 2]}"


def _list_own(sentence: Sentence, words: Sequence[str], at: int) -> Iterator[str]:
    """A word alone, of which kinds it and those around it are, and where it stands."""
    before, word, after = words[at + 1 : at + 4]
    yield from (f"w{word}", f"s{word[:_STEM]}", f"p{before}", f"n{after}", f"e{word[-_ENDING:]}")
    yield from (f"l{min(len(word), _LENGTH)}", f"k{word in read_cues().spelling.known:d}", "i")
    yield from (f"f{sign}{kind}" for sign, each in (("", word), ("p", before), ("n", after)) for kind in _kinds(each))
    first = sentence.text[sentence.words[at].start]
    yield from (sign for sign, is_so in (("cap", at and first.isupper()), ("digit", word[0].isdigit())) if is_so)
    yield from ["aft"] * bool(at and not _SIGNS.isdisjoint(sentence.gap(at - 1)))
    yield from ["bef"] * (not _SIGNS.isdisjoint(sentence.gap(at)))
    count = len(sentence.words)
    yield from (f"pos{min(at, _EDGE)}", f"end{min(count - at, _EDGE)}", f"L{min(count // 5, _MEASURE)}")


@lru_cache(maxsize=4096)
def _kinds(word: str) -> tuple[str, ...]:
    """The kinds of words that a word is of: those of lists, and those of themes."""
    kinds = [name for name in _FRAMES if word in read_frame(name)]
    return (*kinds, *["theme"] * (word in list_theme_words()))


def find_details(sentence: Sentence, intention: Intention) -> list[int]:
    """Find which words of a sentence are the details of its command, by their numbers."""
    tags = read_tagger().tag(list_features(sentence, intention))
    return [index for index, tag in enumerate(tags) if tag]


@cache
def read_tagger() -> Tagger:
    """Read the weights."""
    _, *lines = (files("config") / FILE).read_text("utf-8").splitlines()
    rows = (line.rsplit("\t", 1) for line in lines)
    return Tagger({feature: int(weight) for feature, weight in rows})


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """A sentence, what it wants, and its details in one way or several, each as a text."""

    phrase: str
    intention: Intention
    details: Sequence[str]


def read_told() -> list[TaggedSentence]:
    """Read the sentences from which the tagger is learnt."""
    rows = tables.read(EXAMPLES)
    return [TaggedSentence(row["phrase"], Intention(row["intention"]), row["details"].split(" | ")) for row in rows]


def align(sentence: Sentence, details: str) -> list[int] | None:
    """Tag the words of a sentence that are these details, in their order and as near together as they are; None where
    they are not all there."""
    typed = [fold(sentence.text[word.start : word.end]) for word in sentence.words]
    wanted = [fold(each) for each in details.split()]
    found = [span for first in range(len(typed)) if (span := _follow(typed, wanted, first))] if wanted else [[]]
    if not found:
        return None
    kept = min(found, key=lambda span: span[-1] - span[0] if span else 0)
    return [int(index in kept) for index in range(len(typed))]


def _follow(typed: Sequence[str], wanted: Sequence[str], first: int) -> list[int]:
    """Follow words that are wanted from one on that is the first of them; none where they are not all there."""
    if typed[first] != wanted[0]:
        return []
    kept: list[int] = []
    for index in range(first, len(typed)):
        if len(kept) < len(wanted) and typed[index] == wanted[len(kept)]:
            kept.append(index)
    return kept if len(kept) == len(wanted) else []
