"""`python -m dialogs.plain_words.trainer`: learn the model and the tagger from their examples, and write their files
anew."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from config import tables
from dialogs.plain_words import model, tagger
from dialogs.plain_words.cues import read_cues
from dialogs.plain_words.model import SCALE, Model, make_likely, read_examples, weigh_features
from dialogs.plain_words.readings import Intention
from dialogs.plain_words.sentences import Sentence, read_sentence
from dialogs.plain_words.tagger import BEGIN, Features, TaggedSentence, Tagger, align, list_features, read_told

ROUNDS, STEP, FADING = 12, 0.25, 0.3
"""How often all examples are gone through, how far a mistake moves the weights, and how fast that grows less."""
LEAST = 1e-3
"""Mistakes that move nothing."""
SMALLEST = 0.12
"""Weights that are worth keeping."""
RARE = 2
"""In how many examples a piece of a word must be to be kept."""

Example = tuple[str, Intention]


def learn(examples: Sequence[Example]) -> Model:
    """Learn weights by going through the examples in random order (multinomial logistic regression)."""
    mend = read_cues().spelling.mend
    found = [(weigh_features(read_sentence(phrase, mend)), intention) for phrase, intention in examples]
    times = Counter(feature for features, _ in found for feature in features)
    kept = {feature for feature, count in times.items() if count >= RARE or feature[0] != "<"}
    labels = tuple(sorted({intention for _, intention in examples}))
    weights = {feature: [0.0] * len(labels) for feature in kept}
    rows = [
        ([(weights[f], value) for f, value in features.items() if f in kept], labels.index(intention))
        for features, intention in found
    ]
    for number in range(ROUNDS):
        for index in _shuffle(len(rows), number):
            _correct(*rows[index], len(labels), STEP / (1 + number * FADING))
    return Model(labels, {feature: _compress(row) for feature, row in sorted(weights.items()) if any(map(_round, row))})


def _shuffle(count: int, number: int) -> list[int]:
    """The numbers up to a count in an order that looks random, and is another each round, the same each time."""
    return sorted(range(count), key=lambda index: sha256(f"{number} {index}".encode()).digest())


def _correct(features: list[tuple[list[float], float]], right: int, count: int, step: float) -> None:
    """Move the weights of an example’s features by how wrong they are about it."""
    sums = [0.0] * count
    for row, value in features:
        for label, weight in enumerate(row):
            if weight:
                sums[label] += weight * value
    likely = make_likely(sums)
    likely[right] -= 1
    wrong = [(label, step * mistake) for label, mistake in enumerate(likely) if abs(mistake) > LEAST]
    for row, value in features:
        for label, move in wrong:
            row[label] -= move * value


def _round(weight: float) -> int:
    return round(weight * SCALE) if abs(weight) >= SMALLEST else 0


def _compress(row: list[float]) -> tuple[int, ...]:
    return tuple(number for label, weight in enumerate(row) if _round(weight) for number in (label, _round(weight)))


TAG_ROUNDS, TAG_SCALE, TAG_SMALLEST = 10, 8, 4
"""How often the sentences of the tagger are gone through; what a weight of one is in its file, and weights worth
keeping there."""


def learn_tags(told: Sequence[TaggedSentence]) -> Tagger:
    """Learn which words are details: weights move by each mistake, and those of all rounds are averaged (a structured
    perceptron). Of several ways that are right, the one that is likeliest by then counts."""
    sentences = [(read_sentence(one.phrase, read_cues().spelling.mend), one) for one in told]
    known = [(list_features(sentence, one.intention), _align_all(sentence, one)) for sentence, one in sentences]
    times = Counter(feature for features, _ in known for word in features for feature in word)
    rows = [([[f for f in word if times[f] >= RARE] for word in features], right) for features, right in known if right]
    weights, moved = defaultdict[str, float](float), defaultdict[str, float](float)
    learnt, step = Tagger(weights), 1
    for number in range(TAG_ROUNDS):
        for index in _shuffle(len(rows), number):
            features, right = rows[index]
            if (tags := learnt.tag(features)) not in right:
                better = max(right, key=lambda one: _weigh_tags(learnt, features, one))
                _add(_list_moves(features, better, tags), step, weights, moved)
            step += 1
    averaged = {feature: round((weights[feature] - moved[feature] / step) * TAG_SCALE) for feature in sorted(weights)}
    return Tagger({feature: weight for feature, weight in averaged.items() if abs(weight) >= TAG_SMALLEST})


def _add(moves: Iterable[tuple[str, int]], step: int, weights: dict[str, float], moved: dict[str, float]) -> None:
    """Move weights, and note how far and when, for their average."""
    for feature, move in moves:
        weights[feature] += move
        moved[feature] += move * step


def _align_all(sentence: Sentence, told: TaggedSentence) -> list[list[int]]:
    """Tag the words of a sentence in each way that is right."""
    ways = (align(sentence, details) for details in told.details)
    return [way for way in ways if way is not None]


def _list_used(features: Features, tags: Sequence[int]) -> Iterator[str]:
    """List what counts in a sequence."""
    yield from (f">{before}{tag}" for before, tag in zip([BEGIN, *tags], tags, strict=False))
    yield from (feature for word, tag in zip(features, tags, strict=True) if tag for feature in word)


def _weigh_tags(learnt: Tagger, features: Features, tags: Sequence[int]) -> float:
    return sum(learnt.weights.get(feature, 0) for feature in _list_used(features, tags))


def _list_moves(features: Features, right: Sequence[int], wrong: Sequence[int]) -> Iterable[tuple[str, int]]:
    moves = Counter(_list_used(features, right))
    moves.subtract(_list_used(features, wrong))
    return [(feature, move) for feature, move in moves.items() if move]


def name_version(examples: Sequence[Example]) -> str:
    """What tells one table of examples from another."""
    return sha256("\n".join(f"{phrase}\t{intention}" for phrase, intention in examples).encode()).hexdigest()[:12]


def name_told(told: Sequence[TaggedSentence]) -> str:
    """What tells one table of the tagger’s examples from another."""
    return name_version([(f"{one.phrase}\t{'|'.join(one.details)}", one.intention) for one in told])


def write(learnt: Model, version: str, to: Path) -> None:
    """Write a model as a file: the version of its examples and its intentions, then a line for each feature."""
    lines = [f"{version}\t{' '.join(learnt.labels)}"]
    lines += [f"{feature}\t{' '.join(map(str, row))}" for feature, row in learnt.weights.items()]
    to.write_text("\n".join(lines) + "\n", "utf-8")


def write_tagger(learnt: Tagger, version: str, to: Path) -> None:
    """Write a tagger as a file: the version of its examples, then a line for each feature."""
    lines = (f"{feature}\t{weight}" for feature, weight in learnt.weights.items())
    to.write_text("\n".join((version, *lines)) + "\n", "utf-8")


if __name__ == "__main__":
    config, known, told = Path(tables.__file__).parent, read_examples(), read_told()
    write(learn(known), name_version(known), config / model.FILE)
    write_tagger(learn_tags(told), name_told(told), config / tagger.FILE)
