"""Masks: the rule holds, and nobody computes what it hides from anything that is shown."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.cra import Age, Canal, Report
from storage.stats.territories import NATIONAL, Shown, cells, departement, masked, month_name, region
from tests.masked import (
    Cell,
    Filed,
    bounded,
    computed,
    counted_by_place,
    habits,
    possible,
    published,
    real,
    some_reports,
    sums,
    told,
)
from tests.reports import report

PLACES = ("69", "38", "01", "75", "77", "971", "975", "")
MANY = settings(max_examples=60, deadline=None)

COUNT_OF = {
    "temps": "accompagnements",
    "minutes_collectif": "ateliers",
    "minutes_individuel": "individuels",
    "minutes_ponctuel": "ponctuelles",
}


def ruled(filed: list[Filed]) -> set[Cell]:
    """The cells that the rule masks, written down again from its sentence."""
    found = set()
    for where, (crowd, months) in counted_by_place(filed).items():
        behind = {**crowd.behind, **{month_name(m): who for m, (_, who) in months.items()}}
        counts = cells(crowd.figures, crowd.conseillers)
        for name, n in counts.items():
            persons = 5 if name == "conseillers" else counts[COUNT_OF.get(name, name)]
            conseillers = n if name == "conseillers" else behind[name]
            if n and (persons < 5 or conseillers < 3):
                found.add((where, name))
    return found


@st.composite
def tables(draw: st.DrawFn, most: int = 8) -> list[Filed]:
    """Reports of a few places."""
    places = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=6, unique=True))
    random = Random(draw(st.integers(0, 10**6)))
    return list(some_reports(random, places, draw(st.integers(1, most)), draw(st.integers(1, 3))))


def masked_in(table: dict[str, Shown]) -> set[Cell]:
    """What is masked."""
    return {cell for cell, n in told(table).items() if n is None}


@MANY
@given(tables())
def test_all_that_the_rule_masks_is_masked_and_no_zero_is(filed: list[Filed]) -> None:
    table = published(filed)
    assert ruled(filed) <= masked_in(table)
    assert all(real(table)[cell] for cell in masked_in(table))


@MANY
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_territories_does_not_matter(filed: list[Filed], random: Random) -> None:
    """Two answers that masked different cells of one table could be put together."""
    counted = [*counted_by_place(filed).items()]
    before = masked(dict(counted))
    random.shuffle(counted)
    assert masked(dict(counted)) == before


@MANY
@given(tables())
def test_nothing_masked_follows_by_linear_algebra(filed: list[Filed]) -> None:
    assert not computed(published(filed)) & ruled(filed)


@MANY
@given(tables())
def test_nothing_masked_follows_by_narrowing(filed: list[Filed]) -> None:
    """Masked cells are at least 1, so a known sum of few of them may leave each but one value."""
    table = published(filed)
    found = bounded(table, [*sums(table), *habits(table)])
    assert found
    assert not {cell for cell in ruled(filed) if found[cell][0] == found[cell][1]}


@settings(max_examples=10, deadline=None)
@given(tables(most=3), st.randoms(use_true_random=False))
def test_each_masked_cell_may_be_another_number(filed: list[Filed], random: Random) -> None:
    """Found by trying: whole tables, different in that cell, that agree with all that is shown."""
    table = published(filed)
    knowledge = [*sums(table), *habits(table)]
    found = bounded(table, knowledge)
    assert found
    for cell in random.sample(sorted(ruled(filed)), min(3, len(ruled(filed)))):
        n = real(table)[cell]
        others = [(low, high) for low, high in ((found[cell][0], n - 1), (n + 1, found[cell][1])) if low <= high]
        assert any(possible({**found, cell: other}, knowledge, [4000]) for other in others), cell


def by_three(place: str, *reports: Report) -> list[Filed]:
    """Each of three conseillers of a place filed all these reports."""
    return [(f"{place} {i}", place, said) for i in range(3) for said in reports]


OLD, YOUNG = report(), report(ages={Age.MOINS_12: 1, Age.PLUS_60: 7})
RHONE, AIN, PARIS = by_three("69", *[OLD] * 6, YOUNG), by_three("01", *[OLD] * 5), by_three("75", *[OLD] * 9)


def test_three_conseillers_and_five_persons_are_shown() -> None:
    table = published([*RHONE, *AIN, *PARIS, *by_three("69", YOUNG)])
    assert not masked_in(table)


def test_a_few_persons_are_masked_with_what_would_tell_of_them() -> None:
    """Three children in the Rhône: another age there, and the same two in another département of the région."""
    ain = by_three("01", *[OLD] * 5, *[YOUNG] * 2)
    table = published([*RHONE, *ain, *PARIS])
    children, old = "age_moins_12", "age_plus_60"
    assert masked_in(table) == {(departement(c), age) for c in ("69", "01") for age in (children, old)}
    assert table[region("84")].count(children) == 9
    assert (table[departement("69")].count("personnes"), table[departement("69")].count(children)) == (168, None)


def test_two_conseillers_are_masked_however_much_they_do() -> None:
    table = published([*(f for f in RHONE if f[0] != "69 0"), *AIN, *PARIS, *by_three("38", *[OLD] * 7)])
    rhone = table[departement("69")]
    assert {name for name, n in cells(rhone.figures, rhone.conseillers).items() if n} <= rhone.hidden
    assert table[NATIONAL].count("conseillers") == 11


def test_an_only_departement_is_masked_as_its_region_is() -> None:
    table = published([*RHONE, *PARIS, *by_three("971", *[OLD] * 3, YOUNG), *by_three("75", *[YOUNG] * 2)])
    for place in (departement("971"), region("01")):
        assert table[place].count("age_moins_12") is None
        assert table[place].count("personnes") == 96


def test_those_who_look_see_what_the_rule_alone_would_leave() -> None:
    """The looking that finds nothing above finds what it should."""
    filed = [*RHONE, *AIN, *PARIS]
    counted = counted_by_place(filed)
    bare = {w: replace(s, hidden=frozenset(n for v, n in ruled(filed) if v == w)) for w, s in masked(counted).items()}
    assert (departement("69"), "age_moins_12") in computed(bare)
    narrow = bounded(bare, sums(bare))
    assert narrow
    assert narrow[departement("69"), "age_moins_12"] == (3, 3)


def test_nothing_to_mask_where_nothing_was_done() -> None:
    assert published([]) == {}


def test_those_of_no_departement_are_not_what_is_left_of_the_nation() -> None:
    """One visit at home by somebody without a structure, who is in no département and no région."""
    table = published([*RHONE, *AIN, *PARIS, ("sans", "", report(canal=Canal.DOMICILE))])
    assert table[NATIONAL].count("canal_domicile") is None
    assert table[departement("")].count("accompagnements") is None
    assert not computed(table)
