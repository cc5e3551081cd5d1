"""What is told of territories: right on average, nearly the sum of its parts, and nobody finds out more from it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.stats.privacy import CELLS, GROUPS, KIND_CELLS, LEAST, STEPS, SUMS, MonthCount, round_counts
from storage.stats.territories import RoundedFigures, find_told_until
from tests import examples, fewer
from tests.support.stats import MONTHS, SECRET, MonthTotal, Where, draw_small_totals, draw_totals, find_exact

Heaps = Mapping[Where, MonthTotal]
Tables = Mapping[Where, Mapping[str, int]]
RHONE = ("69", MONTHS[0])


@pytest.fixture(scope="module")
def filed() -> Heaps:
    """A hundred thousand comptes rendus."""
    return draw_totals(1, 100_000)


@pytest.fixture(scope="module")
def tables(filed: Heaps) -> Tables:
    """What is told of each département and month of them."""
    return {where: heap.told(where) for where, heap in filed.items()}


def test_a_figure_is_told_as_the_multiple_of_five_below_or_above(filed: Heaps, tables: Tables) -> None:
    for where, heap in filed.items():
        for name, n in heap.counts().items():
            assert tables[where][name] % 5 == 0
            assert abs(tables[where][name] - n) < 5, name


def test_asking_again_tells_the_same_and_another_secret_something_else(filed: Heaps, tables: Tables) -> None:
    assert all(heap.told(where) == tables[where] for where, heap in filed.items())
    assert sum(heap.told(where, b"other") == tables[where] for where, heap in filed.items()) < len(filed) / 10


def test_one_more_never_tells_less_and_tells_more_once_in_five() -> None:
    """A total, which is drawn once: nothing else may be read from its change than that it crossed a multiple."""
    place, nothing = CELLS.index("poursuivis"), [0] * len(CELLS)
    for number in range(50):
        counts = [[*nothing[:place], n, *nothing[place + 1 :]] for n in range(60)]
        months = [MonthCount(f"{number}", MONTHS[0], 0, (9,) * len(LEAST), row) for row in counts]
        line = [round_counts(SECRET, month)[place] for month in months]
        assert line[0] == 0
        assert all(more - less in (0, 1) for less, more in pairwise(line))
        assert all(line[n + 5] == line[n] + 1 for n in range(55))


def test_it_is_right_on_average() -> None:
    """Four thousand small départements: none of their figures is wrong by more than chance explains."""
    wrong, count = Counter[str](), 4000
    for where, heap in draw_small_totals(2, count):
        told = heap.told(where)
        wrong.update({name: told[name] - n for name, n in heap.counts().items()})
    assert {name: n / count for name, n in wrong.items() if abs(n) / count > 0.15} == {}


def test_the_year_of_the_nation_is_within_one_percent(filed: Heaps, tables: Tables) -> None:
    real, said = Counter[str](), Counter[str]()
    for where, heap in filed.items():
        real.update(heap.counts())
        said.update(tables[where])
    large = [name for name, n in real.items() if n > 20_000]
    assert {"accompagnements", "personnes", "nouveaux", "poursuivis", "temps", "participants"} <= {*large}
    assert not {name: (said[name], real[name]) for name in large if abs(said[name] - real[name]) > real[name] / 100}


def test_totals_and_codes_are_at_most_ten_apart(tables: Tables) -> None:
    for (total, parts), table in product(SUMS, tables.values()):
        assert abs(sum(table[name] for name in parts) - table[total]) <= 10, total


def test_no_figure_from_one_to_four_is_found_out(filed: Heaps, tables: Tables) -> None:
    """By whoever puts sums, habits and the number of conseillers together."""
    found = {where: find_exact(tables[where], len(heap.authors)) for where, heap in filed.items()}
    assert not {where: figures for where, figures in found.items() if figures}


def test_none_is_found_out_where_next_to_nothing_was_done() -> None:
    for where, heap in draw_small_totals(3, fewer(600, 3000)):
        assert not find_exact(heap.told(where), len(heap.authors)), (where, heap)


def test_who_looks_finds_what_there_is_to_find() -> None:
    """Four conseillers and not five comptes rendus; « 2 h et plus » in less than four hours: drawn once, it is told."""
    heap = MonthTotal()
    for author in range(4):
        heap.add(Random(author), author)
    below = {name: n // 5 * 5 for name, n in heap.counts().items()}
    assert find_exact(below, 4)["accompagnements"] == 4
    assert find_exact(heap.told(RHONE), 4) == {}
    apart = dict.fromkeys(CELLS, 0) | {"temps": 10, "minutes_individuel": 5, "personnes": 5, "duree_des_120": 5}
    assert find_exact(apart | {"minutes_ponctuel": 5}, 1)["duree_des_120"] == 1
    long = dict.fromkeys(CELLS, 0) | {"temps": 10, "minutes_individuel": 10, "duree_des_120": 5, "personnes": 5}
    assert find_exact(long, 1)["duree_des_120"] == 1


@examples(40)
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_who_knows_every_change_still_finds_nothing_out(seed: int, size: int) -> None:
    """Somebody files one compte rendu after another, knows all of each, and asks after each: what was there before
    stays open, though codes are drawn again along the way."""
    random = Random(seed)
    heap, where = MonthTotal(), (f"{seed}", MONTHS[0])
    for author in range(size):
        heap.add(random, author)
    before = heap.counts()
    open_ = dict.fromkeys(CELLS, (0, 10**6))
    for _ in range(60):
        added = {name: n - before[name] for name, n in heap.counts().items()}
        for name, n in heap.told(where).items():
            low, high = open_[name]
            open_[name] = max(low, n - 4 - added[name]), min(high, n + 4 - added[name])
        heap.add(random, random.randrange(size))
    assert not {name: (low, before[name]) for name, (low, high) in open_.items() if low == high and before[name]}


def test_whatever_is_subtracted_from_whatever_is_a_sum_of_the_same_figures(filed: Heaps) -> None:
    """January, February + March and the quarter; a département and its neighbours; all periods that overlap."""
    fives = {where: [n // 5 for n in heap.told(where).values()] for where, heap in filed.items()}
    table, random = RoundedFigures(fives), Random(4)
    for _ in range(200):
        a, b, c = sorted(random.sample([*MONTHS, date(2027, 1, 1)], 3))
        code = random.choice([code for code, _ in filed])
        for where in (None, code):
            whole, first, last = (table.measures(*span, where) for span in ((a, c), (a, b), (b, c)))
            assert whole == added([first, last])
    one = filed[RHONE].in_minutes(RHONE)
    assert table.measures(MONTHS[0], MONTHS[1], "69") == one
    every = [table.measures(MONTHS[0], MONTHS[3], code) for code in {code for code, _ in filed}]
    assert table.measures(MONTHS[0], MONTHS[3]) == added(every)
    assert {name: n % STEPS[name] for name, n in added(every).items()} == dict.fromkeys(CELLS, 0)


def added(tables: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sums, by name."""
    found = Counter[str]()
    for table in tables:
        found.update(table)
    return {name: found[name] for name in CELLS}


@pytest.mark.parametrize("group", [group for group in GROUPS if group != KIND_CELLS], ids=lambda group: group[0])
def test_a_group_drawn_again_will_do_soon(group: tuple[str, ...]) -> None:
    """Whatever was counted, and however its total was rounded: each fails once in ten at most, and there are 63."""
    for rests in product(range(5), repeat=len(group)):
        for total in {-(sum(rests) % 5), -(sum(rests) % 5) % 5}:
            assert will_do(rests, total) > 0.9, (rests, total)


def test_the_kinds_drawn_again_will_do_soon() -> None:
    """They add up to two totals at once."""
    for rests in product(range(5), repeat=4):
        totals = [sum(rests[:3]) % 5, sum(rests[1:]) % 5]
        for ups in product((False, True), repeat=2):
            reports, persons = (5 - r if up and r else -r for r, up in zip(totals, ups, strict=True))
            assert will_do(rests[:3], reports) + will_do(rests[1:], persons) - 1 > 0.8, (rests, reports, persons)


def will_do(rests: Iterable[int], total: int) -> float:
    """The chance that codes with these remainders, drawn again, add up to within ten of a total that is so far off."""
    chances = {-total: 1.0}
    for rest in rests:
        more = Counter[int]()
        for off, chance in chances.items():
            for offset in (1, 2, 3):
                more[off + (rest + offset) // 5 * 5 - rest] += chance / 3  # type: ignore[assignment]
        chances = dict(more)
    return sum(chance for off, chance in chances.items() if abs(off) <= 10)


@pytest.mark.parametrize(
    ("today", "until"),
    [
        (date(2026, 11, 25), date(2026, 11, 23)),
        (date(2026, 11, 22), date(2026, 11, 16)),
        (date(2026, 11, 23), date(2026, 11, 23)),
        (date(2026, 12, 3), date(2026, 12, 1)),
        (date(2026, 12, 6), date(2026, 12, 1)),
        (date(2026, 12, 7), date(2026, 12, 7)),
        (date(2027, 2, 28), date(2027, 2, 22)),
    ],
)
def test_a_month_in_progress_is_told_as_of_its_last_sunday(today: date, until: date) -> None:
    assert find_told_until(today) == until
