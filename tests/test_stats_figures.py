"""The figures: by hand, on both databases, after whatever happened to the comptes rendus."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import NATION, departement
from storage.cra import Activite, Age, Canal, CraRow, Report, Statut, Suite, queries
from storage.cra.months import CRA_MONTH, MEASURE_NAMES
from storage.cra.queries import RESTORE_FOR
from storage.cra.report import Duree
from storage.database import Database
from storage.stats import Figures, Percent, count_own_communes, even_shares, read_exact_figures, read_own, share, shares
from tests import examples
from tests.support.cra import (
    NOON,
    count_figures,
    draw_report,
    make_conseiller,
    make_report,
    register_all,
    store_reports,
)
from tests.support.databases import database
from tests.support.stats import is_summary_right

__all__ = ["database"]

pytestmark = pytest.mark.postgres_too


NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
ALWAYS = (date(2020, 1, 1), date(2030, 1, 1))

VECTOR = (
    make_report(
        participants=8,
        ages={Age.PLUS_60: 8},
        statuts={Statut.RETRAITE: 8},
        themes=("internet", "courriel"),
        minutes=30,
        suite={Suite.ATELIER: 8},
    ),
    make_report(participants=5, ages={Age.DE_35_A_60: 5}, statuts={Statut.HETEROGENE: 5}, minutes=90),
    make_report(
        activite=Activite.INDIVIDUEL,
        ages={Age.DE_18_A_35: 1},
        statuts={Statut.SANS_EMPLOI: 1},
        themes=("demarche en ligne",),
        minutes=45,
        suite={Suite.REDIRECTION: 1},
    ),
    make_report(activite=Activite.PONCTUEL, themes=("smartphone",), minutes=120),
)
"""docs/domaine.md §3.2; 45 minutes stand for the class « 30-60 » of the old form."""


async def told(database: Database, *reports: Report) -> Figures:
    """What a conseiller’s November is after these reports."""
    juliette = make_conseiller("juliette")
    async with database.transaction() as db:
        await register_all(db, juliette)
        await store_reports(db, juliette, *reports)
        return await read_own(db, juliette.id, NOVEMBER, DECEMBER)


async def test_the_check_vector(database: Database) -> None:
    f = await told(database, *VECTOR)
    assert (f.personnes, f.accompagnements, f.ateliers, f.participants) == (15, 4, 2, 13)
    assert (f.individuels, f.ponctuelles, f.poursuivis) == (1, 1, 9)
    assert list(f.suites.values()) == [0, 8, 1]
    assert share(f.poursuivis, f.personnes, Percent.COOP) == 60
    assert {code: n for code, n in f.themes.items() if n} == {
        "internet": 2,
        "courriel": 1,
        "demarche en ligne": 1,
        "smartphone": 1,
    }
    assert list(f.durees.values()) == [1, 1, 1, 1]
    assert list(shares(f.ages, f.personnes, Percent.COOP).values()) == [0, 0, 6, 33, 60]
    assert list(shares(f.statuts, f.personnes, Percent.COOP).values()) == [0, 6, 0, 60, 33]
    assert list(shares(f.ages, f.personnes, Percent.JUSTE).values()) == [0, 0, 7, 33, 60]
    assert f.mois == {NOVEMBER: 4}


async def test_nothing_is_zero_everywhere(database: Database) -> None:
    assert await told(database) == Figures()


async def test_one_report(database: Database) -> None:
    f = await told(database, make_report(activite=Activite.PONCTUEL, canal=Canal.DISTANCE, minutes=15))
    assert (f.personnes, f.accompagnements, f.nouveaux, f.temps) == (1, 1, 1, 15)
    assert f.canaux == {Canal.RATTACHEMENT: 0, Canal.AUTRE: 0, Canal.DISTANCE: 1, Canal.DOMICILE: 0}


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        *((15, Duree.JUSQU_A_30), (30, Duree.JUSQU_A_30), (45, Duree.DE_30_A_60)),
        *((60, Duree.DE_60_A_120), (105, Duree.DE_60_A_120), (120, Duree.DES_120), (480, Duree.DES_120)),
    ],
)
async def test_the_classes_of_durations(database: Database, minutes: int, expected: Duree) -> None:
    f = await told(database, make_report(minutes=minutes))
    assert [d for d, n in f.durees.items() if n] == [expected]


async def test_the_theme_autre_is_not_the_place_autre(database: Database) -> None:
    """One code meant both on the old platform (docs/domaine.md §2.3)."""
    f = await told(
        database, make_report(canal=Canal.AUTRE), make_report(themes=("autre",)), make_report(themes=("autre",))
    )
    assert (f.themes["autre"], f.canaux[Canal.AUTRE]) == (2, 1)


async def test_periods_are_half_open(database: Database) -> None:
    days = (date(2026, 10, 31), NOVEMBER, date(2026, 11, 30), DECEMBER)
    f = await told(database, *(make_report(date=day) for day in days))
    assert f.accompagnements == 2


async def test_what_is_corrected_deleted_or_restored_counts_at_once(database: Database) -> None:
    juliette = make_conseiller("juliette")
    async with database.transaction() as db:
        await register_all(db, juliette)
        [number] = await store_reports(db, juliette, make_report())

        async def seen() -> tuple[int, int]:
            mine = await read_own(db, juliette.id, NOVEMBER, DECEMBER)
            rhone = await read_exact_figures(db, departement("69"), NOVEMBER, DECEMBER)
            return mine.personnes, rhone.personnes

        async def cra() -> CraRow:
            found = await queries.find_own(db, juliette.id, number)
            assert found
            await db.refresh(found)
            return found

        assert await seen() == (8, 8)
        await queries.revise_report(db, await cra(), make_report(participants=3), NOON)
        assert await seen() == (3, 3)
        await queries.delete_report(db, await cra(), NOON)
        assert await seen() == (0, 0)
        await queries.restore_report(db, await cra(), NOON + RESTORE_FOR)
        assert await seen() == (3, 3)
        await queries.revise_report(db, await cra(), make_report(date=date(2026, 10, 31)), NOON)
        assert await seen() == (0, 0)


async def test_communes_are_counted_the_most_frequent_first(database: Database) -> None:
    juliette = make_conseiller("juliette")
    async with database.transaction() as db:
        await register_all(db, juliette)
        lyon, vaulx = make_report(commune="69123"), make_report()
        await store_reports(db, juliette, lyon, vaulx, vaulx)
        assert await count_own_communes(db, juliette.id, *ALWAYS) == {"69256": 2, "69123": 1}


async def test_reports_stay_where_the_structure_was(database: Database) -> None:
    """Somebody who moved, or left, stays counted where the work was done (P13)."""
    here, moved = make_conseiller("juliette"), make_conseiller("juliette", "38", "Métropole")
    async with database.transaction() as db:
        await register_all(db, here)
        await store_reports(db, here, make_report(), make_report())
        await register_all(db, moved)
        await store_reports(db, moved, make_report())
        found = {code: await read_exact_figures(db, departement(code), NOVEMBER, DECEMBER) for code in ("69", "38")}
        assert {code: f.accompagnements for code, f in found.items()} == {"69": 2, "38": 1}
        assert (await read_exact_figures(db, NATION, NOVEMBER, DECEMBER)).accompagnements == 3


# Each example empties the tables first.
AGAIN = examples(12, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Step:
    """Somebody files a report, or the ``which``-th one filed is revised, deleted or restored."""

    what: str
    which: int
    who: tuple[str, str | None]
    said: Report


STEPS = st.builds(
    Step,
    st.sampled_from(["file", "file", "revise", "delete", "restore"]),
    st.integers(0, 9),
    st.sampled_from([("ada", "69"), ("ada", "38"), ("eve", "69"), ("bob", None)]),
    draw_report(),
)


@AGAIN
@given(st.lists(STEPS, max_size=12))
async def test_the_summary_is_what_the_rows_say_after_any_changes(database: Database, steps: list[Step]) -> None:
    async with database.transaction() as db:
        await emptied(db)
        filed: list[tuple[str, int]] = []
        for step in steps:
            if step.what == "file":
                author = make_conseiller(*step.who)
                await register_all(db, author)
                filed += [(author.id, number) for number in await store_reports(db, author, step.said)]
            elif filed:
                await change(db, step, *filed[step.which % len(filed)])
    assert await is_summary_right(database)


async def emptied(db: AsyncSession) -> None:
    """Forget every report."""
    for table in ("cra_month", "cra"):
        await db.execute(text(f"DELETE FROM {table}"))


async def change(db: AsyncSession, step: Step, author_id: str, number: int) -> None:
    """Revise, delete or restore a report."""
    cra = await queries.find_own(db, author_id, number)
    assert cra
    await db.refresh(cra)
    if step.what == "revise":
        await queries.revise_report(db, cra, step.said, NOON)
    else:
        await (queries.delete_report if step.what == "delete" else queries.restore_report)(db, cra, NOON)


@AGAIN
@given(st.lists(st.tuples(st.sampled_from("abc"), draw_report()), max_size=12), st.data())
async def test_figures_are_those_counted_by_hand(
    database: Database, filed: list[tuple[str, Report]], data: st.DataObject
) -> None:
    """Of one person, of a département and of the nation; whole months come from the summary, other days from rows."""
    start = data.draw(st.dates(date(2026, 8, 20), date(2026, 11, 30)))
    end = start + timedelta(days=data.draw(st.integers(0, 120)))
    where = {"a": "69", "b": "69", "c": None}
    async with database.transaction() as db:
        await emptied(db)
        await register_all(db, *(make_conseiller(name, code) for name, code in where.items()))
        for name, said in filed:
            await store_reports(db, make_conseiller(name, where[name]), said)
        inside = [(name, r) for name, r in filed if start <= r.date < end]
        assert await read_own(db, "a", start, end) == count_figures(r for name, r in inside if name == "a")
        rhone = await read_exact_figures(db, departement("69"), start, end)
        nation = await read_exact_figures(db, NATION, start, end)
    assert rhone == count_figures(r for name, r in inside if name in "ab")
    assert nation == count_figures(r for _, r in inside)


@given(st.lists(draw_report(), max_size=8), st.lists(draw_report(), max_size=8))
def test_figures_of_two_sets_together_are_the_sums(one: list[Report], other: list[Report]) -> None:
    assert count_figures(one) + count_figures(other) == count_figures([*one, *other])


@given(st.lists(st.integers(0, 50), min_size=5, max_size=5), st.sampled_from(Percent))
def test_shares(parts: list[int], percent: Percent) -> None:
    found = shares(dict(enumerate(parts)), sum(parts), percent)
    if percent is Percent.JUSTE:
        assert sum(found.values()) == (100 if any(parts) else 0)
    assert all(abs(n - part * 100 / max(sum(parts), 1)) < 1 for n, part in zip(found.values(), parts, strict=True))


@given(st.lists(st.integers(0, 50), max_size=8))
def test_equal_parts_have_equal_shares_and_larger_ones_no_smaller(parts: list[int]) -> None:
    found, is_whole = even_shares(dict(enumerate(parts)))
    told = sorted(zip(parts, found.values(), strict=True))
    assert len(set(told)) == len(set(parts))
    assert [percent for _, percent in told] == sorted(found.values())
    assert is_whole == (sum(found.values()) in (0, 100))
    assert all(abs(percent - part * 100 / max(sum(parts), 1)) < 1 for part, percent in told)


@pytest.mark.parametrize(
    ("parts", "percents", "is_whole"),
    [
        ([1, 1, 1], [33, 33, 33], False),
        ([1, 1, 1, 1], [25, 25, 25, 25], True),
        ([1, 1, 4], [17, 17, 66], True),
        ([3, 2, 2], [42, 29, 29], True),
        ([0, 0], [0, 0], True),
        ([7, 7, 1], [47, 47, 6], True),
    ],
)
def test_shares_are_said_to_be_about_right_where_equal_ones_do_not_make_100(
    parts: list[int], percents: list[int], is_whole: bool
) -> None:
    found, told = even_shares(dict(enumerate(parts)))
    assert (list(found.values()), told) == (percents, is_whole)


def test_shares_round_or_truncate() -> None:
    assert [share(n, 8, Percent.JUSTE) for n in (0, 1, 3, 8)] == [0, 13, 38, 100]
    assert [share(n, 8, Percent.COOP) for n in (0, 1, 3, 8)] == [0, 12, 37, 100]
    assert share(3, 0, Percent.JUSTE) == 0


def test_every_measure_is_a_column_of_the_summary() -> None:
    assert {c.name for c in CRA_MONTH.columns} == {"author_id", "month", "departement", *MEASURE_NAMES}
