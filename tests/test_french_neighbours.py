"""The periods beside a period."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.french import Period, period_after, period_before, period_to_compare, read_period
from config.programme import FIRST_DAY

TODAY = date(2026, 11, 24)


def period(text: str) -> Period:
    """A period as people write it, today."""
    found = read_period(text, TODAY)
    assert found, text
    return found


@pytest.mark.parametrize(
    ("said", "earlier", "same_days", "later"),
    [
        ("mois", "octobre 2026", "du 1er au 24 octobre 2026", None),
        ("octobre", "septembre 2026", "septembre 2026", "du 1er au 24 novembre 2026"),
        ("février 2026", "janvier 2026", "janvier 2026", "mars 2026"),
        ("trimestre", "3e trimestre 2026", "du 1er juillet au 24 août 2026", None),
        ("année", "année 2025", "du 1er janvier au 24 novembre 2025", None),
        ("2025", "année 2024", "année 2024", "du 1er janvier au 24 novembre 2026"),
        ("semaine", "du 16 au 22 novembre 2026", "du 16 au 17 novembre 2026", None),
        ("semaine dernière", "du 9 au 15 novembre 2026", "du 9 au 15 novembre 2026", "du 23 au 24 novembre 2026"),
        ("hier", "22 novembre 2026", "22 novembre 2026", "24 novembre 2026"),
        ("du 05/09/2026 au 14/09/2026", "du 26 août au 4 septembre 2026", "du 26 août au 4 septembre 2026", None),
    ],
)
def test_neighbours(said: str, earlier: str, same_days: str, later: str | None) -> None:
    found = period_before(period(said), TODAY)
    assert found
    assert found.label.endswith(earlier)
    assert period_to_compare(period(said), TODAY).label.endswith(same_days)
    if later:
        following = period_after(period(said), TODAY)
        assert following
        assert following.label.endswith(later)


@pytest.mark.parametrize(
    ("said", "earlier", "same_days"),
    [
        ("mois", "octobre 2026", "octobre 2026"),
        ("trimestre", "3e trimestre 2026", "du 1er juillet au 30 août 2026"),
        ("année", "année 2025", "du 1er janvier au 30 novembre 2025"),
        ("de septembre à novembre", "du 1er juin au 31 août 2026", "du 1er juin au 31 août 2026"),
        ("septembre", "août 2026", "août 2026"),
    ],
)
def test_what_is_in_progress_on_the_last_day_of_a_month(said: str, earlier: str, same_days: str) -> None:
    today = date(2026, 11, 30)
    here = read_period(said, today)
    assert here
    found = period_before(here, today)
    assert found
    assert found.label == earlier
    assert period_to_compare(here, today).label == same_days


def test_nothing_comes_before_the_first_day_nor_after_today() -> None:
    assert period_before(Period(FIRST_DAY, FIRST_DAY + timedelta(days=31)), TODAY) is None
    assert period_after(period("mois"), TODAY) is None
    assert period_after(period("aujourd’hui"), TODAY) is None


@given(st.dates(date(2021, 6, 1), TODAY), st.integers(1, 400))
def test_neighbours_touch(start: date, days: int) -> None:
    here = Period(start, min(start + timedelta(days=days), TODAY + timedelta(days=1)))
    earlier, same = period_before(here, TODAY), period_to_compare(here, TODAY)
    assert earlier
    assert earlier.end == here.start
    assert same.start < same.end <= here.start
    later = period_after(here, TODAY)
    assert later is None or ((later.start >= here.end or later.start > here.start) and later.last <= TODAY)
