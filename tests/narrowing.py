"""Somebody who puts together all that is told of a département and month with what everybody knows, to find more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from storage.cra.months import DUREE_NAMES, MINUTES, THEME_BITS
from storage.stats.privacy import KIND_CELLS, QUARTER, SUMS

Bounds = dict[str, tuple[int, int]]
"""Between what each figure must be; times in quarter hours."""


@dataclass(frozen=True)
class Known:
    """Figures, each so many times, that add up to between ``low`` and ``high`` (None: no bound)."""

    terms: Mapping[str, int]
    low: int | None = 0
    high: int | None = 0


def knowledge() -> Iterator[Known]:
    """What holds of the figures of any comptes rendus: sums, and what one compte rendu may be."""
    for total, parts in SUMS:
        yield Known({total: -1, **dict.fromkeys(parts, 1)})
    themes = tuple(THEME_BITS.values())
    yield from (_at_least("accompagnements", theme) for theme in (*themes, "conseillers"))
    yield Known({"accompagnements": -1, **dict.fromkeys(themes, 1)}, 0, None)
    yield from (_at_least(*pair) for pair in (("participants", "ateliers"), ("personnes", "accompagnements")))
    yield Known({"participants": 1, "ateliers": -100}, None, 0)
    yield _at_least("personnes", "poursuivis")
    for time, count in (*zip(MINUTES.values(), KIND_CELLS, strict=False), ("temps", "accompagnements")):
        yield _at_least(time, count)
        yield Known({time: 1, count: -480 // QUARTER}, None, 0)
    yield Known({"temps": 1, **_times(-15, -45, -60, -120)}, 0, None)
    yield Known({"temps": 1, **_times(-30, -45, -105, -480)}, None, 0)


def _at_least(more: str, less: str) -> Known:
    return Known({more: 1, less: -1}, 0, None)


def _times(*minutes: int) -> dict[str, int]:
    return {name: n // QUARTER for name, n in zip(DUREE_NAMES.values(), minutes, strict=True)}


KNOWLEDGE = (*knowledge(),)


def bounds(told: Mapping[str, int], conseillers: int) -> Bounds:
    """What follows from each figure by itself; all know how many conseillers there were."""
    return {name: (max(0, n - 4), n + 4) for name, n in told.items()} | {"conseillers": (conseillers, conseillers)}


def narrowed(found: Bounds, known: Sequence[Known] = KNOWLEDGE, most: int = 60) -> Bounds:
    """Bounds that follow from others, again and again."""
    found = dict(found)
    for _ in range(most):
        before = dict(found)
        for each in known:
            _narrow(found, each)
        _pack(found)
        if before == found:
            break
    return found


def found_out(told: Mapping[str, int], conseillers: int) -> dict[str, int]:
    """The figures from 1 to 4 that only one number can be."""
    known = narrowed(bounds(told, conseillers))
    return {name: low for name, (low, high) in known.items() if low == high and 1 <= low <= 4 and name in told}


def _pack(found: Bounds) -> None:
    """No compte rendu is of two kinds: into each one’s time goes a whole number of those that last so long."""
    durations = tuple(DUREE_NAMES.values())
    for place, shortest in enumerate((15, 45, 60, 120)):
        longer = durations[place:]
        left = sum(found[minutes][1] // (shortest // QUARTER) for minutes in MINUTES.values())
        left -= sum(found[name][0] for name in longer)
        assert left >= 0, "what is told contradicts itself"
        for name in longer:
            low, high = found[name]
            found[name] = low, min(high, low + left)


def _narrow(found: Bounds, known: Known) -> None:
    ends = {
        c: (k * found[c][0], k * found[c][1]) if k > 0 else (k * found[c][1], k * found[c][0])
        for c, k in known.terms.items()
    }
    low, high = sum(e[0] for e in ends.values()), sum(e[1] for e in ends.values())
    for cell, k in known.terms.items():
        least, most = found[cell]
        if known.high is not None:
            rest = known.high - (low - ends[cell][0])
            least, most = (least, min(most, rest // k)) if k > 0 else (max(least, -(rest // -k)), most)
        if known.low is not None:
            rest = known.low - (high - ends[cell][1])
            least, most = (max(least, -(-rest // k)), most) if k > 0 else (least, min(most, -rest // -k))
        assert least <= most, f"{cell}: what is told contradicts itself"
        found[cell] = (least, most)
