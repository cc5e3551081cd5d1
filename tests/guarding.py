"""The labelled sentences of tests/data/garde.tsv, and how well the guard does on them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.guard import DataKind, Detection, find

SENTENCES = Path(__file__).with_name("data") / "garde.tsv"


def labelled() -> Iterator[tuple[str, set[Detection]]]:
    """Each sentence with what is to be found in it."""
    for line in SENTENCES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            wanted, sentence = line.split("\t")
            yield sentence, set(_spans(wanted, sentence))


def _spans(wanted: str, sentence: str) -> Iterator[Detection]:
    at = 0
    for label in () if wanted == "-" else wanted.split("|"):
        kind, _, value = label.partition("=")
        start = sentence.index(value, at)
        at = start + len(value)
        yield Detection(DataKind(kind), start, at)


@dataclass
class Score:
    """What was found rightly, found wrongly and missed, by kind; ``faults`` shows the last two."""

    right: Counter[DataKind] = field(default_factory=Counter)
    wrong: Counter[DataKind] = field(default_factory=Counter)
    missed: Counter[DataKind] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, sentence: str, wanted: set[Detection]) -> None:
        found = set(find(sentence))
        for counter, those in (
            (self.right, found & wanted),
            (self.wrong, found - wanted),
            (self.missed, wanted - found),
        ):
            counter.update(one.kind for one in those)
        self.faults += [f"+ {one.kind}: {sentence}" for one in found - wanted]
        self.faults += [f"- {one.kind}: {sentence}" for one in wanted - found]

    def recall(self, *kinds: DataKind) -> float:
        right = sum(self.right[kind] for kind in kinds)
        return right / (right + sum(self.missed[kind] for kind in kinds))

    def precision(self, *kinds: DataKind) -> float:
        right = sum(self.right[kind] for kind in kinds)
        return right / (right + sum(self.wrong[kind] for kind in kinds))

    def __str__(self) -> str:
        lines = [("toutes", tuple(DataKind)), *((kind.value, (kind,)) for kind in DataKind)]
        rows = [f"{name:14}{self.recall(*kinds):7.3f}{self.precision(*kinds):7.3f}" for name, kinds in lines]
        return "\n".join([f"{'':14} rappel précision", *rows, *self.faults])


def measured() -> Score:
    """All sentences."""
    score = Score()
    for sentence, wanted in labelled():
        score.add(sentence, wanted)
    return score
