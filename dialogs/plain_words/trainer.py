"""`python -m dialogs.plain_words.trainer`: learn the model from the examples, then what stands around lines, and write
their files anew."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

from bot.command_lines import CommandIndex
from config import tables
from config.commands import read_commands
from dialogs.plain_words import model, surroundings
from dialogs.plain_words.cues import read_cues
from dialogs.plain_words.interpreter import understand
from dialogs.plain_words.model import SCALE, Model, make_likely, read_examples, weigh_features
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.sentences import read_sentence
from dialogs.plain_words.utterance import Utterance
from dialogs.plain_words.weights import hear

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
    lines = (f"{feature}\t{row}\n" for feature in sorted(weights) if (row := _write_row(weights[feature])))
    return Model(labels, tables.PackedTable("".join(lines)))


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


def _write_row(row: list[float]) -> str:
    return " ".join(f"{label} {_round(weight)}" for label, weight in enumerate(row) if _round(weight))


def name_version(examples: Sequence[Example]) -> str:
    """What tells one table of examples from another."""
    return sha256("\n".join(f"{phrase}\t{intention}" for phrase, intention in examples).encode()).hexdigest()[:12]


def write(learnt: Model, version: str, to: Path) -> None:
    """Write a model as a file: the version of its examples and its intentions, then a line for each feature."""
    to.write_text(f"{version}\t{' '.join(learnt.labels)}\n{learnt.weights.lines}", "utf-8")


def read_all(examples: Sequence[Example]) -> Iterator[tuple[Utterance, Reading]]:
    """Read the examples; those that are read otherwise teach nothing."""
    commands, today = CommandIndex.know(read_commands()), date(2026, 11, 28)
    for phrase, intention in examples:
        found = understand(phrase, today, commands)
        if found.intention is intention:
            yield hear(phrase, today, commands), found


def write_surroundings(learnt: Mapping[str, Collection[str]], to: Path) -> None:
    """Write what stands around lines as a table."""
    lines = [f"{name}\t{' '.join(sorted(words))}" for name, words in sorted(learnt.items()) if words]
    to.write_text("\n".join([SURROUNDINGS_HEAD, *lines]) + "\n", "utf-8")


SURROUNDINGS_HEAD = (
    "# Les racines des mots que des phrases ont autour de ce que dit leur ligne (« + » : avec des détails) ;\n"
    "# « - » : de ceux qui n’en sont presque jamais un détail.\n"
    "# Appris de plain_examples.tsv par make plain-words. Source : les nôtres.\n"
    "ligne\tmots"
)

if __name__ == "__main__":
    known, folder = read_examples(), Path(tables.__file__).parent
    write(learn(known), name_version(known), folder / model.FILE)
    told = surroundings.learn(read_all(known), CommandIndex.know(read_commands()))
    write_surroundings(told, folder / surroundings.FILE)
