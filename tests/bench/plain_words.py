"""Measure (v): plain words read in several ways, side by side, on sentences that none of them was tuned on;
and labelled sentences, with how many of them are read right."""

import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from pathlib import Path

from bot.command_lines import CommandIndex
from commands import FEATURES
from config.text import fold
from dialogs.plain_words import Intention, Reading, understand
from dialogs.plain_words.cues import read_cues
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.model import make_likely, read_examples, read_model, weigh_features
from dialogs.plain_words.sentences import Sentence, read_sentence
from tests.bench.figures import Figure
from tests.bench.plan import Plan

DATA = Path(__file__).parent.parent / "data"
TODAY = date(2026, 11, 28)
COMMANDS = CommandIndex.of(trigger for feature in FEATURES for trigger in feature.commands)
_SMALL = read_frame("petits")


@dataclass(frozen=True)
class Labelled:
    """A sentence, with what it wants and the command line that stands for it."""

    sentence: str
    intention: str
    line: str


@dataclass(frozen=True)
class Score:
    """Shares of the sentences: intention right, command right to the letter and in its words, sure, and sure of an
    intention or a command that is wrong."""

    intention: float
    command: float
    words: float
    sure: float
    sure_of_wrong_intention: float
    sure_of_wrong_command: float


def read_labelled(name: str) -> list[Labelled]:
    """The sentences of a set; what stands for one may be a command that is to come, and is none until then."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in [line for line in lines if not line.startswith("#")][1:]]
    return [Labelled(sentence, intention, line if COMMANDS.call(line) else "") for sentence, intention, line in rows]


def read(sentence: str) -> Reading:
    """What a sentence is taken for, on the day of the sets."""
    return understand(sentence, TODAY, COMMANDS)


def score(labelled: Sequence[Labelled], read: Callable[[str], Reading] = read) -> Score:
    """How many of the sentences are read right."""
    pairs = [(one, read(one.sentence)) for one in labelled]
    right = [(found.intention == one.intention, _is_same(one, found), found.sure) for one, found in pairs]
    return Score(
        _share(intention for intention, _, _ in right),
        _share(intention and line for intention, line, _ in right),
        _share(found.intention == one.intention and _words(found.line) == _words(one.line) for one, found in pairs),
        _share(sure for _, _, sure in right),
        _share(sure and not intention for intention, _, sure in right),
        _share(sure and not (intention and line) for intention, line, sure in right),
    )


def _is_same(one: Labelled, read: Reading) -> bool:
    return " ".join(read.line.casefold().split()) == " ".join(one.line.casefold().split())


def _words(line: str) -> list[str]:
    """The words of a line that say something, however they are written."""
    return [word for word in fold(line).replace("’", " ").split() if word not in _SMALL]


def _share(right: Iterable[bool]) -> float:
    found = list(right)
    return sum(found) / len(found)


HELD_OUT = "plain_words_fourth.tsv"
GOAL_MS, GOAL_BYTES = 5.0, 10_000_000
SMOOTH = 0.1
"""What a word counts that an intention was never said with (naive Bayes)."""
Judge = Callable[[Sentence], dict[Intention, float]]
"""How likely each intention is, by one way of reading."""


def measure(plan: Plan) -> Iterator[Figure]:
    """Each way alone, then what the bot does, which is cues and model together; then what that takes."""
    labelled = read_labelled(HELD_OUT)
    for name, judge, certain in (
        ("mots pesés", _judge_by_cues, 0.98),
        ("Bayes naïf", _make_bayes(plan.examples), 0.999),
        ("modèle appris", read_model().judge, 0.9),
    ):
        right, wrong, sure, ms = _judge_all(labelled, judge, certain)
        told = f"intention {right:.3f}, sûr {sure:.2f}, faux et sûr {wrong:.3f}, {ms:.2f} ms"
        yield Figure(f"(v) {len(labelled)} phrases, {name}", told, "", "")
    reached = score(labelled)
    told = f"intention {reached.intention:.3f}, commande {reached.command:.3f}, sûr {reached.sure:.2f}, "
    told += f"faux et sûr {reached.sure_of_wrong_intention:.3f}"
    met = reached.intention >= 0.92 and reached.command >= 0.88 and reached.sure_of_wrong_intention <= 0.01
    yield Figure(f"(v) {len(labelled)} phrases, le bot", told, "", "≥ 0,92, ≥ 0,88, ≤ 0,01", met)
    yield _measure_cost(labelled)


def _measure_cost(labelled: list[Labelled]) -> Figure:
    read_cues.cache_clear()
    read_model.cache_clear()
    tracemalloc.start()
    for one in labelled:
        read(one.sentence)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    began = time.thread_time()
    for one in labelled:
        read(one.sentence)
    ms = (time.thread_time() - began) / len(labelled) * 1000
    told = f"{ms:.2f} ms par phrase, {taken / 1e6:.1f} Mo"
    return Figure("(v) lire une phrase", told, "", "≤ 5 ms, ≤ 10 Mo", ms <= GOAL_MS and taken <= GOAL_BYTES)


def _judge_all(labelled: list[Labelled], judge: Judge, certain: float) -> tuple[float, float, float, float]:
    """Shares that are right, wrong and sure, and sure, and milliseconds a sentence."""
    mend, right, wrong, sure = read_cues().spelling.mend, 0, 0, 0
    began = time.thread_time()
    for one in labelled:
        likely = judge(read_sentence(one.sentence, mend))
        best = max(likely, key=lambda intention: likely[intention])
        right += best == one.intention
        sure += likely[best] >= certain
        wrong += likely[best] >= certain and best != one.intention
    count = len(labelled)
    return right / count, wrong / count, sure / count, (time.thread_time() - began) / count * 1000


def _judge_by_cues(sentence: Sentence) -> dict[Intention, float]:
    """By the weight of cues alone; without a cue a sentence is not for the bot."""
    cues = read_cues()
    first, end = cues.find_core(sentence)
    if first == end:
        return {Intention.POLITESSE: 1.0}
    weights = cues.weigh({row for row, _ in cues.find_rows(sentence, first, end)})
    weights[Intention.HORS_SUJET] += SMOOTH
    return dict(zip(weights, make_likely(list(weights.values())), strict=True))


def _make_bayes(most: int) -> Judge:
    """Learn from the same examples, or so many of them, by counting which words and letters each intention has."""
    mend = read_cues().spelling.mend
    counts: dict[Intention, Counter[str]] = defaultdict(Counter)
    examples = read_examples()
    for phrase, intention in examples[:: len(examples) // most + 1]:
        counts[intention].update(weigh_features(read_sentence(phrase, mend)))
    known = {feature for each in counts.values() for feature in each}
    totals = {intention: sum(each.values()) + SMOOTH * len(known) for intention, each in counts.items()}

    def judge(sentence: Sentence) -> dict[Intention, float]:
        features = {f: value for f, value in weigh_features(sentence).items() if f in known}
        sums = [
            sum(value * log((each[f] + SMOOTH) / totals[intention]) for f, value in features.items())
            for intention, each in counts.items()
        ]
        return dict(zip(counts, make_likely(sums), strict=True))

    return judge
