"""What somebody finds out who is there when comptes rendus are filed, and asks after each: nothing of most figures.

She knows how many conseillers there were, and what each did at least. By a figure that each has a least of, who files
for herself alone finds nothing: all cases are looked through. What several figures tell together is measured, and said
in docs/animateur.md: something, where next to nothing was done, the more she filed, or knows of what others did.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import combinations_with_replacement as multisets
from random import Random

import pytest

from storage.stats.privacy import CELLS, draw_offset
from tests import fewer
from tests.support.stats import MONTHS, Bounds, MonthTotal, Where, bound_figures, draw_totals, narrow_bounds

MOST, OWN, WORDS = 14, 12, range(10)
"""How much others may have done, and she; all chances there are."""
HERSELF = 1000
DEPARTEMENTS = fewer(250, 500)
"""How many are looked at."""


def unevenness(each: Collection[int], least: int) -> int:
    """As storage.stats.privacy wants it, of one figure of everybody."""
    return sum(max(0, min(n % 5, 2) - least) for n in each)


def rounded_as(kept: Callable[[int, int, int], int], others: tuple[int, ...], least: int) -> Iterator[tuple[int, ...]]:
    """All that may be told of others as she files, from nothing to OWN."""
    for word in WORDS:
        everybody = [(*others, own) for own in range(OWN)]
        yield tuple((sum(each) + kept(word, least, unevenness(each, least))) // 5 for each in everybody)


def seen_through(kept: Callable[[int, int, int], int], least: int) -> set[int]:
    """What others have, whenever something is told that only one number can be."""
    found: set[int] = set()
    for count in range(1, 6):
        fitting: dict[tuple[int, ...], set[int]] = defaultdict(set)
        for others in multisets(range(least, MOST + 1), count):
            if sum(others) <= MOST:
                for told in rounded_as(kept, others, least):
                    fitting[told].add(sum(others))
        found |= {next(iter(numbers)) for numbers in fitting.values() if len(numbers) == 1}
    return {number for number in found if number <= MOST - 5}  # beyond, the numbers that fit as well are not tried


@pytest.mark.parametrize("least", [0, 1])
def test_who_files_for_herself_finds_no_figure_of_which_each_has_a_least(least: int) -> None:
    """Whatever up to five others have, however much of it she files, and though she knows how offsets are made."""
    assert seen_through(draw_offset, least) == set()


def test_who_looks_through_all_cases_finds_what_there_is_to_find() -> None:
    """Any offset for everybody: with the lowest, one compte rendu of each is found."""
    assert seen_through(lambda word, *_: word % 5, 1) == {1, 2, 3, 4, 5}
    assert seen_through(lambda word, *_: word % 3 + 1, 0) == {0}


def watched(heap: MonthTotal, where: Where, files: Callable[[], int]) -> Iterator[Bounds]:
    """What is known of the figures of a heap as comptes rendus are added that somebody knows: after none, one, two …"""
    random, before = Random(7), heap.counts()
    known = bound_figures(heap.told(where), conseillers := len(heap.authors))
    while True:
        yield known
        heap.add(random, files())
        added = {name: n - before[name] for name, n in heap.counts().items()}
        later = bound_figures(heap.told(where), conseillers)
        known = known | {
            name: (max(known[name][0], later[name][0] - n), min(known[name][1], later[name][1] - n))
            for name, n in added.items()
        }


def found_after(known: Iterator[Bounds], times: Collection[int]) -> set[int]:
    """After which of so many comptes rendus a figure from 1 to 4 is found."""
    seen = [next(known) for _ in range(max(times) + 1)]
    return {n for n in times if any(low == high and 1 <= low <= 4 for low, high in narrow(seen[n]).values())}


def narrow(known: Bounds) -> Mapping[str, tuple[int, int]]:
    """What follows, of figures that are told."""
    found = narrow_bounds(known)
    return {name: found[name] for name in CELLS}


def barely(count: int) -> Iterator[tuple[Where, MonthTotal, Random]]:
    """Départements of one compte rendu for each conseiller, as bad as can be."""
    for number in range(count):
        random, heap = Random(number), MonthTotal()
        for author in range(random.choice((1, 2, 3, 4, 4, 5, 8))):
            heap.add(random, author)
        yield (f"insider {number}", MONTHS[0]), heap, random


def shares(found: Sequence[Collection[int]], times: Collection[int]) -> dict[int, float]:
    """Of a hundred départements, in how many something is found after so many comptes rendus."""
    told = {n: 100 * sum(n in after for after in found) / len(found) for n in times}
    print(told)
    return told


def test_who_files_for_herself_where_each_other_filed_one() -> None:
    """Any offset for everybody would tell something in 7 of a hundred after two of hers, in 33 after ten."""
    times = (0, 1, 2, 10)
    found = [found_after(watched(heap, where, lambda: HERSELF), times) for where, heap, _ in barely(DEPARTEMENTS)]
    share = shares(found, times)
    assert share[0] == 0
    assert share[1] <= 2
    assert share[2] <= 3
    assert share[10] <= 7


def test_who_knows_all_that_is_filed_where_each_filed_one() -> None:
    """She knows every change since: from her no least can be hidden while what is told is less than 5 off and stays."""

    def found(where: Where, heap: MonthTotal, random: Random) -> Collection[int]:
        people = len(heap.authors)
        return found_after(watched(heap, where, lambda: random.randrange(people)), (1, 2, 10))

    share = shares([found(*each) for each in barely(DEPARTEMENTS)], (1, 2, 10))
    assert share[1] <= 3
    assert share[2] <= 6
    assert share[10] <= 25


@pytest.mark.slow
def test_who_files_for_herself_among_a_hundred_thousand() -> None:
    """In the smallest départements and months of them, eight comptes rendus at most."""
    little = [(where, heap) for where, heap in draw_totals(1, 100_000).items() if heap.sums["accompagnements"] <= 8]
    assert len(little) > 200
    share = shares([found_after(watched(heap, where, lambda: HERSELF), (0, 5)) for where, heap in little], (0, 5))
    assert share[0] == 0
    assert share[5] <= 4


def test_who_asks_every_week_of_the_open_month() -> None:
    """Without knowing what was filed, but for how many conseillers joined, each with one at least."""
    weeks = 0
    found = []
    for number in range(DEPARTEMENTS):
        random, heap, seen = Random(10**6 + number), MonthTotal(), list[Bounds]()
        for _ in range(5):
            for _ in range(random.choice((1, 1, 2, 3))):
                heap.add(random, random.randrange(len(heap.authors) + 1))
            seen.append(bound_figures(heap.told((f"week {number}", MONTHS[0])), len(heap.authors)))
        weeks += len(seen)
        for week in range(5):
            known = narrow(between(seen, week))
            found += [(number, week) for low, high in known.values() if low == high and 1 <= low <= 4]
    assert len(found) <= weeks / 1000, found


def between(seen: list[Bounds], week: int) -> Bounds:
    """What is known of a week by all weeks: figures grow, comptes rendus by as many as conseillers join at least."""
    known = dict(seen[week])
    for other, told in enumerate(seen):
        joined = told["conseillers"][0] - seen[week]["conseillers"][0]
        for name in CELLS:
            (low, high), (least, most) = known[name], told[name]
            more = joined if name in ("accompagnements", "personnes", "temps") else 0
            known[name] = (max(low, least - more), high) if other < week else (low, min(high, most - more))
    return known
