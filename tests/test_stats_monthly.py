"""What is read of the summary for territories is what counting reports one by one makes of it, on both databases."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import DEPARTEMENTS, NATION, departement, region
from storage.cra import Report
from storage.database import Database
from storage.stats.privacy import CELLS, LEAST, QUARTER, TIMES
from storage.stats.territories import (
    MonthSpan,
    count_conseillers,
    count_conseillers_of_each,
    count_months,
    read_figures,
)
from tests.support.cra import count_figures as counted_by_hand
from tests.support.cra import draw_report, make_conseiller, make_report, register_all, store_reports
from tests.support.databases import database
from tests.test_stats_figures import AGAIN, emptied

__all__ = ["database"]

pytestmark = pytest.mark.postgres_too


Filed = tuple[str, str | None, Report]
"""By whom, in which département, what."""
AURA = region("84")
SEPTEMBER, DECEMBER = date(2026, 9, 1), date(2026, 12, 1)


async def stored(db: AsyncSession, filed: list[Filed]) -> None:
    """Forget every report, and file these."""
    await emptied(db)
    for name, code, said in filed:
        author = make_conseiller(name, code)
        await register_all(db, author)
        await store_reports(db, author, said)


@AGAIN
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["69", "38", "75", None]), draw_report()), max_size=12),
    st.dates(date(2026, 10, 31), DECEMBER),
)
async def test_months_are_counted_up_to_a_day(database: Database, filed: list[Filed], until: date) -> None:
    """Some conseillers moved from one département to another: in the nation they are one each."""
    span = MonthSpan(SEPTEMBER, DECEMBER, until)
    inside = [each for each in filed if SEPTEMBER <= each[2].date < min(until, DECEMBER)]
    by_hand: dict[tuple[str, date], list[Filed]] = defaultdict(list)
    for each in inside:
        by_hand[each[1] or "", each[2].date.replace(day=1)].append(each)
    async with database.transaction() as db:
        await stored(db, filed)
        rows = {(row.departement, row.month): row for row in await count_months(db, NATION, span) if row.conseillers}
        assert rows.keys() == by_hand.keys()
        for where, row in rows.items():
            assert dict(zip(CELLS, row.counts, strict=True)) == cells(by_hand[where])
            assert row.conseillers == len({name for name, _, _ in by_hand[where]})
            assert dict(zip(LEAST, row.uneven, strict=True)) == uneven(by_hand[where])
        for territory, codes in (
            (NATION, {"69", "38", "75", None}),
            (departement("69"), {"69"}),
            (AURA, {"69", "38"}),
        ):
            there = {name for name, code, _ in inside if code in codes}
            assert await count_conseillers(db, territory, span) == len(there)
        each_of = {code or "": len({n for n, c, _ in inside if c == code}) for _, code, _ in inside}
        assert await count_conseillers_of_each(db, span) == each_of


def uneven(filed: list[Filed]) -> dict[str, int]:
    """What each has above a multiple of 5 and the least, of 2 at most, counted by hand."""
    each = [cells([one for one in filed if one[0] == name]) for name in {name for name, _, _ in filed}]
    return {name: sum(max(0, min(c[name] % 5, 2) - least) for c in each) for name, least in LEAST.items()}


def cells(filed: list[Filed]) -> dict[str, int]:
    """All that is told of, counted by hand; times in quarter hours."""
    f = counted_by_hand(said for _, _, said in filed)
    found = [f.accompagnements, f.personnes, f.poursuivis, f.temps, *f.minutes.values()]
    found += [f.ateliers, f.individuels, f.ponctuelles, f.participants, *f.canaux.values(), *f.durees.values()]
    found += [*f.ages.values(), *f.statuts.values(), f.nouveaux, f.recurrents, *f.suites.values(), *f.themes.values()]
    return {name: n // QUARTER if name in TIMES else n for name, n in zip(CELLS, found, strict=True)}


@pytest.mark.parametrize("later", [date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 30)])
async def test_what_is_done_after_the_last_sunday_changes_nothing(database: Database, later: date) -> None:
    """Whoever asks before and after a compte rendu of the week sees the same."""
    span = MonthSpan(SEPTEMBER, DECEMBER, date(2026, 11, 23))
    async with database.transaction() as db:
        await stored(db, [("a", "69", make_report(date=date(2026, 11, 22))), ("b", "69", make_report())])
        before = await read_figures(db, NATION, span), await count_conseillers(db, NATION, span)
        await store_reports(db, make_conseiller("a"), make_report(date=later))
        await register_all(db, make_conseiller("c"))
        await store_reports(db, make_conseiller("c"), make_report(date=later))
        assert (await read_figures(db, NATION, span), await count_conseillers(db, NATION, span)) == before


async def test_territories_tell_sums_of_the_same_figures(database: Database) -> None:
    """The région and the nation, a quarter and its months: whatever is read, the same is told."""
    where = ("69", "38", "01", "75", "971", None)
    filed = [
        (f"{code} {i}", code, make_report(date=SEPTEMBER + timedelta(days=9 * i))) for code in where for i in range(9)
    ]
    filed += [(f"{code} 0", code, replace(said, minutes=15)) for _, code, said in filed[::2]]
    span = MonthSpan(SEPTEMBER, DECEMBER, DECEMBER)
    async with database.transaction() as db:
        await stored(db, filed)
        nation = (await read_figures(db, NATION, span)).round()
        region = (await read_figures(db, AURA, span)).round()
        alone = {code: (await read_figures(db, departement(code), span)).round() for code in ("69", "38", "01")}
        november = (await read_figures(db, AURA, MonthSpan(date(2026, 11, 1), DECEMBER, DECEMBER))).round()
    assert {w: list(row) for table in alone.values() for w, row in table.rows.items()} == dict(region.rows)
    assert dict(region.rows).items() <= dict(nation.rows).items()
    assert november.rows.items() <= region.rows.items()
    figures = nation.figures(SEPTEMBER, DECEMBER)
    assert sum(figures.mois.values()) == figures.accompagnements
    codes = [*DEPARTEMENTS, ""]
    each = [nation.measures(SEPTEMBER, DECEMBER, code)["personnes"] for code in codes]
    assert figures.personnes == sum(each)


async def test_the_secret_stays_and_every_process_has_the_same(database: Database) -> None:
    """It is made with the table, and nothing else ever makes one."""
    span = MonthSpan(SEPTEMBER, DECEMBER, DECEMBER)
    async with database.transaction(writes=False) as db:
        first = (await read_figures(db, NATION, span)).secret
    other = Database(database.url.render_as_string(hide_password=False))
    async with other.transaction(writes=False) as db:
        assert (await read_figures(db, NATION, span)).secret == first
    await other.close()
    assert len(first) == 32
