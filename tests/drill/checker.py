"""The check of what was accepted: each thing exists once, where it belongs, in the order in which it was done."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.load import Run


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing that should exist once: ``mark`` tells it from all others, ``place`` is where (a channel, a ticket).

    It was asked for from ``begun`` to ``ended`` (seconds of one clock). Where it was not answered (not ``sure``),
    nobody was told that it was done: it may exist once, or not at all.
    """

    mark: str
    place: str = ""
    begun: float = 0.0
    ended: float = 0.0
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The counts of a check: things accepted; those that are missing; those too many (twice, elsewhere, or asked for by
    nobody); and those out of order, which stand before something that had ended when they were begun."""

    accepted: int
    lost: int
    doubled: int
    disordered: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.doubled or self.disordered)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: how long to wait while nothing less is left than before, in all, and between two counts."""

    still: float
    most: float = 1800
    pause: float = 0.5


async def wait_for_none(count: Callable[[], Awaitable[int]], patience: Patience) -> int:
    """Wait until nothing is left, since what is still on its way is not lost; return how much is left where that takes
    too long. A slow machine is given time as long as there is less and less."""
    begun = moved = time.perf_counter()
    least = left = await count()
    while left and time.perf_counter() < min(begun + patience.most, moved + patience.still):
        await asyncio.sleep(patience.pause)
        left = await count()
        if left < least:
            least, moved = left, time.perf_counter()
    return left


def judge(expected: Iterable[Expected], found: Sequence[tuple[str, str]], *, ordered: bool = True) -> Verdict:
    """Compare what was asked for with what exists: marks and places, in their order."""
    asked = {each.mark: each for each in expected}
    times = Counter(mark for mark, place in found if mark in asked and asked[mark].place == place)
    lost = sum(each.sure and not times[mark] for mark, each in asked.items())
    doubled = len(found) - len(times)
    accepted = sum(each.sure for each in asked.values())
    return Verdict(accepted, lost, doubled, _disordered(asked, found) if ordered else 0)


def _disordered(asked: Mapping[str, Expected], found: Sequence[tuple[str, str]]) -> int:
    """Count the things that stand behind something that was begun only after they had ended."""
    latest: dict[str, float] = defaultdict(lambda: float("-inf"))
    wrong = 0
    for mark, place in dict.fromkeys(found):
        if (each := asked.get(mark)) is None:
            continue
        wrong += each.ended < latest[place]
        latest[place] = max(latest[place], each.begun)
    return wrong


def number_alike(expected: Iterable[Expected]) -> list[Expected]:
    """Number the things asked for that are alike, those surely accepted first, since they have no mark of their own."""
    seen: Counter[tuple[str, str]] = Counter()
    named = []
    for each in sorted(expected, key=lambda one: not one.sure):
        seen[each.mark, each.place] += 1
        named.append(
            Expected(
                f"{each.mark} {seen[each.mark, each.place]} {each.place}", each.place, each.begun, each.ended, each.sure
            )
        )
    return named


def number_found(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Number the things found that are alike, in order."""
    seen: Counter[tuple[str, str]] = Counter()
    named = []
    for mark, place in found:
        seen[mark, place] += 1
        named.append((f"{mark} {seen[mark, place]} {place}", place))
    return named


@dataclass(frozen=True, slots=True)
class Answer:
    """When somebody’s act began and ended, and whether it was answered as it should be."""

    begun: float
    ended: float
    good: bool


@dataclass(frozen=True, slots=True)
class Window:
    """The seconds of a blow: people may feel it from ``begun``; at ``over`` its cause is removed."""

    name: str
    begun: float
    over: float
    until: float
    """When the next blow comes: what is felt then is that one’s."""


def recovery(window: Window, answers: Iterable[Answer]) -> float:
    """Return how many seconds after the end of a blow somebody still was not answered."""
    felt = [a.ended for a in answers if not a.good and window.begun <= a.begun < window.until]
    return max(0.0, max(felt, default=0.0) - window.over)


def outside(windows: Sequence[Window], answers: Iterable[Answer], longest: float) -> Run:
    """Select the acts that no blow concerns: none fell in their time, or less than ``longest`` seconds before."""
    calm = [a for a in answers if not any(w.begun <= a.ended and a.begun <= w.over + longest for w in windows)]
    good = [a.ended - a.begun for a in calm if a.good]
    return Run(len(good), len(calm) - len(good), 0.0, good)


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Compute how much a measure grows an hour: the slope of a least-squares line through moments (seconds) and
    values."""
    count = len(samples)
    if count < 2:
        return 0.0
    mean_at, mean = sum(at for at, _ in samples) / count, sum(value for _, value in samples) / count
    spread = sum((at - mean_at) ** 2 for at, _ in samples)
    return 3600 * sum((at - mean_at) * (value - mean) for at, value in samples) / spread if spread else 0.0
