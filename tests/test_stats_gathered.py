"""Territories read from the database are what counting reports one by one makes of them, on both databases."""

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from storage.database import Database
from storage.stats.territories import NATIONAL, gathered, masked
from tests.masked import counted_by_place, some_reports
from tests.reports import file, registered, someone
from tests.test_stats_figures import AGAIN, database, emptied

__all__ = ["database"]

PLACES = ("69", "38", "75", "971", "975", "")
START, END = date(2026, 9, 1), date(2026, 11, 1)


@AGAIN
@given(st.integers(0, 10**6), st.lists(st.sampled_from(PLACES), max_size=4, unique=True))
async def test_territories_are_gathered(database: Database, seed: int, places: list[str]) -> None:
    """A few conseillers moved from one département to another: in the nation they are one each."""
    filed = list(some_reports(Random(seed), places, 4, 3))
    async with database.transaction() as db:
        await emptied(db)
        for name, code, said in filed:
            author = someone(name, code or None)
            await registered(db, author)
            await file(db, author, said)
        found = await gathered(db, START, END)
    expected = counted_by_place(f for f in filed if START <= f[2].date < END)
    assert found.keys() == expected.keys()
    for key, (crowd, months) in found.items():
        known, known_months = expected[key]
        assert (crowd.conseillers, months) == (known.conseillers, known_months)
        assert crowd.figures.personnes == known.figures.personnes
        assert {n: k for n, k in crowd.behind.items() if k and not n.startswith("mois_")} == {
            n: k for n, k in known.behind.items() if n in crowd.behind and k and not n.startswith("mois_")
        }
    assert masked(found) == masked(expected)
    assert bool(found) == (NATIONAL in found)
