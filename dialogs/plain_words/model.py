"""The model: how likely each intention is by the words and letters of a sentence, learnt from examples by `trainer`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import exp, sqrt

from config import tables
from dialogs.plain_words.readings import Intention
from dialogs.plain_words.sentences import Sentence

FILE = "plain_model.tsv"
SCALE = 32
"""What a weight of one is in the file, where weights are whole numbers."""
LENGTH = 3.0
"""How long the features of a sentence are together, whatever their number."""
LETTERS = (3, 4, 5)
"""Letters of the pieces into which words are cut."""
_WEIGHTS = {"=": 20, "+": 12, "^": 16, "<": 7, "#": 6}
"""How much a feature counts, by its first sign: a stem, two of them, the first one, a piece, the length."""
LONGEST = 8
"""Words from which sentences are of one length."""


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of features: beside each, the number of an intention and its weight, one after the other."""

    labels: tuple[Intention, ...]
    weights: tables.PackedTable

    def judge(self, sentence: Sentence) -> dict[Intention, float]:
        """How likely each intention is; together they are 1."""
        features = _list_features(sentence)
        packed = sum(
            _WEIGHTS[sign] * sum(map(_pack, filter(None, map(self.weights.find, each))))
            for sign, each in features.items()
        )
        scale = LENGTH / _measure(features) / SCALE
        sums = [scale * weight for weight in _unpack(packed, len(self.labels))]
        return dict(zip(self.labels, make_likely(sums), strict=True))


_BITS = 32
"""Of a weight in the number that has those of all intentions: those of a whole sentence add up to less."""
_HALF = 1 << _BITS - 1


@lru_cache(2048)
def _pack(row: str) -> int:
    """The weights of a feature as one number, so that those of all intentions are added up at once."""
    numbers = map(int, row.split())
    return sum(weight << label * _BITS for label, weight in zip(numbers, numbers, strict=True))


def _unpack(packed: int, count: int) -> Iterator[int]:
    """The weight of each intention, which may be below 0."""
    shifted = packed + sum(_HALF << label * _BITS for label in range(count))
    return ((shifted >> label * _BITS) % (2 * _HALF) - _HALF for label in range(count))


def make_likely(sums: list[float]) -> list[float]:
    """Turn sums into shares of one (softmax)."""
    most = max(sums)
    found = [exp(each - most) for each in sums]
    total = sum(found)
    return [each / total for each in found]


def weigh_features(sentence: Sentence) -> dict[str, float]:
    """The features of a sentence and what each counts in it."""
    features = _list_features(sentence)
    scale = LENGTH / _measure(features)
    return {feature: _WEIGHTS[sign] * scale for sign, each in features.items() for feature in each}


def _measure(features: Mapping[str, Collection[str]]) -> float:
    """How long features are together, by what each counts."""
    return sqrt(sum(_WEIGHTS[sign] ** 2 * len(each) for sign, each in features.items())) or 1.0


def _list_features(sentence: Sentence) -> dict[str, set[str]]:
    """The features of a sentence, by their first sign."""
    stems = ["0" if stem.isdigit() else stem for stem in sentence.stems.split()]
    framed = {f"({word})" for word in sentence.plain.split()}
    return {
        "=": {f"={stem}" for stem in stems},
        "+": {f"+{first} {second}" for first, second in zip(["^", *stems], [*stems, "$"], strict=True)},
        "^": {f"^{stem}" for stem in stems[:1]},
        "<": {f"<{word[at : at + size]}" for word in framed for size in LETTERS for at in range(len(word) - size + 1)},
        "#": {f"#{min(len(stems), LONGEST)}"},
    }


@cache
def read_model() -> Model:
    """Read the weights."""
    head, _, lines = (files("config") / FILE).read_text("utf-8").partition("\n")
    labels = tuple(map(Intention, head.split("\t")[1].split()))
    return Model(labels, tables.PackedTable(lines))


def read_examples() -> list[tuple[str, Intention]]:
    """The examples from which the model is learnt."""
    return [(row["phrase"], Intention(row["intention"])) for row in tables.read("plain_examples.tsv")]
