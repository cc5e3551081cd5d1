"""The model: how likely each intention is by the words and letters of a sentence, learnt from examples by `trainer`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
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
_WEIGHTS = {"=": 1.0, "+": 0.6, "^": 0.8, "<": 0.35, "#": 0.3}
"""How much a feature counts, by its first sign: a stem, two of them, the first one, a piece, the length."""
LONGEST = 8
"""Words from which sentences are of one length."""


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of features: for each, the number of an intention and its weight, one after the other."""

    labels: tuple[Intention, ...]
    weights: Mapping[str, tuple[int, ...]]

    def judge(self, sentence: Sentence) -> dict[Intention, float]:
        """How likely each intention is; together they are 1."""
        sums = [0.0] * len(self.labels)
        for feature, value in weigh_features(sentence).items():
            row = self.weights.get(feature, ())
            for label, weight in zip(row[::2], row[1::2], strict=True):
                sums[label] += weight * value
        return dict(zip(self.labels, make_likely([each / SCALE for each in sums]), strict=True))


def make_likely(sums: list[float]) -> list[float]:
    """Turn sums into shares of one (softmax)."""
    most = max(sums)
    found = [exp(each - most) for each in sums]
    total = sum(found)
    return [each / total for each in found]


def weigh_features(sentence: Sentence) -> dict[str, float]:
    """The features of a sentence and what each counts in it."""
    found = {feature: _WEIGHTS[feature[0]] for feature in set(_list_features(sentence))}
    length = sqrt(sum(weight * weight for weight in found.values())) or 1.0
    return {feature: weight * LENGTH / length for feature, weight in found.items()}


def _list_features(sentence: Sentence) -> Iterator[str]:
    stems = ["0" if stem.isdigit() else stem for stem in sentence.stems.split()]
    yield from (f"={stem}" for stem in stems)
    yield from (f"+{first} {second}" for first, second in zip(["^", *stems], [*stems, "$"], strict=True))
    yield from (f"^{stem}" for stem in stems[:1])
    yield from _cut_words(word.folded for word in sentence.words)
    yield f"#{min(len(stems), LONGEST)}"


def _cut_words(texts: Iterable[str]) -> Iterator[str]:
    for word in chain.from_iterable(text.split() for text in texts):
        framed = f"({word})"
        yield from (f"<{framed[at : at + size]}" for size in LETTERS for at in range(len(framed) - size + 1))


@cache
def read_model() -> Model:
    """Read the weights."""
    head, *lines = (files("config") / FILE).read_text("utf-8").splitlines()
    labels = tuple(map(Intention, head.split("\t")[1].split()))
    rows = (line.split("\t") for line in lines)
    return Model(labels, {feature: tuple(map(int, weights.split())) for feature, weights in rows})


def read_examples() -> list[tuple[str, Intention]]:
    """The examples from which the model is learnt."""
    return [(row["phrase"], Intention(row["intention"])) for row in tables.read("plain_examples.tsv")]
