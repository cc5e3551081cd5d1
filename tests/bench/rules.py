"""Measure (s): a day of messages through all automatic rules, beside a loop that only looks where they were said."""

import gc
import random
import time
from collections.abc import Callable, Sequence

from bot.events import Posted
from commands.moderation.rules import SPECS, RuleName, Tuning
from commands.moderation.rules.engine import Engine, RuleTable
from storage.moderation import RuleMode
from tests.bench.figures import Figure
from tests.bench.plan import Plan
from tests.bench.stub import user_id

CHANNELS, PEOPLE = 100, 2000
DAY_MS = 86_400_000
GOAL_S = 0.0001
"""Seconds that a message may cost."""
SENTENCES = (
    "Bonjour à toutes et tous, l’atelier de mardi 12 mars à 14 h est déplacé en salle 3.",
    "Merci de prévenir vos participants !",
    "Quelqu’un a déjà utilisé https://www.exemple.gouv.fr/demarches?page=2 avec un groupe de débutants ?",
    "Oui, ça marche très bien chez nous (accès par FranceConnect), mais pas sur téléphone.",
    "@lea @paul vous l’aviez testé, non ?",
    "Je vous envoie la fiche ce soir : 8 pages, 2 exercices, 1 h 30 en tout.",
    "Appelez-moi au 06 12 34 56 78 si besoin.",
    "👍",
)


def measure(plan: Plan) -> Figure:
    """Measure all rules together, in processor time, which the rest of the machine does not change."""
    events = _day(plan.messages)
    channels = frozenset(f"c{number:025d}" for number in range(CHANNELS))
    theirs, _ = _seconds(lambda event: event.channel_id in channels, events)
    engine = Engine()
    engine.tune("bench", channels, RuleTable.of(_tuned()))
    mine, slowest = _seconds(engine.wants, events)
    measured = f"{mine * 1e6:.0f} µs = {mine / theirs:.0f}, 99,9 % en {slowest * 1e6:.0f} µs"
    what = f"(s) {plan.messages} messages par les sept règles"
    return Figure(what, measured, f"{theirs * 1e6:.2f} µs", "≤ 100 µs par message", mine <= GOAL_S)


def _seconds(look: Callable[[Posted], bool], events: Sequence[Posted]) -> tuple[float, float]:
    """Measure the seconds for one message, and for the slowest of a thousand."""
    gc.collect()
    each, began = list[float](), time.thread_time()
    for event in events:
        before = time.thread_time()
        look(event)
        each.append(time.thread_time() - before)
    taken = time.thread_time() - began
    return taken / len(events), sorted(each)[min(len(each) - 1, len(each) * 999 // 1000)]


def _tuned() -> dict[RuleName, Tuning]:
    """Return the rules with their usual settings, and word lists of some length."""
    tuned = {
        name: Tuning(RuleMode.PROPOSE, *spec.usual, tuple(map(str, spec.items)))
        for name, spec in SPECS.items()
    }  # fmt: skip
    tuned[RuleName.WORDS] = Tuning(RuleMode.PROPOSE, items=tuple(f"interdit{n}" for n in range(50)))
    tuned[RuleName.LINKS] = Tuning(RuleMode.PROPOSE, items=tuple(f"site{n}.example" for n in range(50)))
    return tuned


def _day(count: int) -> Sequence[Posted]:
    """Make a day of messages as people write: some write much, most a few sentences, some a page."""
    chance = random.Random(20261126)
    return [_message(chance, number, number * DAY_MS // count) for number in range(count)]


def _message(chance: random.Random, number: int, at: int) -> Posted:
    length = min(40, 1 + int(chance.paretovariate(1.2)))
    return Posted(
        channel_id=f"c{chance.randrange(CHANNELS):025d}",
        post_id=f"p{number:025d}",
        user_id=user_id(int(PEOPLE * chance.random() ** 2)),
        text=f"{number} {' '.join(chance.choice(SENTENCES) for _ in range(length))}",
        at=at,
    )
