"""Coming days, as people write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.french.dates import say_days
from bot.french.periods import Period, read_coming_day, read_coming_days, read_coming_period

TODAY = date(2026, 11, 26)
"""A Thursday."""


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("du 30/11 au 4/12", "2026-11-30", "2026-12-04"),
        ("du 30 au 4", "2026-11-30", "2026-12-04"),
        ("du lundi 30 au vendredi 4", "2026-11-30", "2026-12-04"),
        ("du lundi 30 novembre au vendredi 4 décembre", "2026-11-30", "2026-12-04"),
        ("du 30 novembre au 4 décembre 2026 inclus", "2026-11-30", "2026-12-04"),
        ("du 1er au 5 décembre", "2026-12-01", "2026-12-05"),
        ("du 28 décembre au 3 janvier", "2026-12-28", "2027-01-03"),
        ("30/11/2026 → 04/12/2026", "2026-11-30", "2026-12-04"),
        ("de lundi à vendredi", "2026-11-30", "2026-12-04"),
        ("du lundi au mercredi prochain", "2026-11-30", "2026-12-02"),
        ("aujourd’hui", "2026-11-26", "2026-11-26"),
        ("demain", "2026-11-27", "2026-11-27"),
        ("le 3", "2026-12-03", "2026-12-03"),
        ("3", "2026-12-03", "2026-12-03"),
        ("lundi prochain", "2026-11-30", "2026-11-30"),
        ("jeudi prochain", "2026-12-03", "2026-12-03"),
        ("le 1er lundi de décembre", "2026-12-07", "2026-12-07"),
        ("premier lundi de décembre", "2026-12-07", "2026-12-07"),
        ("le 2e mardi d’avril", "2027-04-13", "2027-04-13"),
        ("dernier lundi du mois", "2026-11-30", "2026-11-30"),
        ("le dernier vendredi du mois prochain", "2026-12-25", "2026-12-25"),
        ("jeudi en huit", "2026-12-03", "2026-12-03"),
        ("de lundi en 15", "2026-12-14", "2026-12-14"),
        ("jeudi", "2026-11-26", "2026-11-26"),
        ("cette semaine", "2026-11-26", "2026-11-29"),
        ("la semaine prochaine", "2026-11-30", "2026-12-06"),
        ("Semaine du 7 décembre", "2026-12-07", "2026-12-13"),
        ("semaine du 9/12", "2026-12-07", "2026-12-13"),
        ("jusqu’à vendredi", "2026-11-26", "2026-11-27"),
        ("jusqu'au 4/12", "2026-11-26", "2026-12-04"),
        ("du 24/11 au 30/11", "2026-11-24", "2026-11-30"),
        ("du lundi 23 au vendredi 27 novembre", "2026-11-23", "2026-11-27"),
        ("du 20/11 au 25/11", "2027-11-20", "2027-11-25"),
        ("du 4/12 au 30/11", "2026-12-04", "2027-11-30"),
    ],
)
def test_what_is_left_unsaid_is_the_nearest_to_come(text: str, first: str, last: str) -> None:
    read = read_coming_days(text, TODAY)
    assert read == Period(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))


@pytest.mark.parametrize(
    "text", ["", "hier", "du 23/11/2025 au 25/11/2025", "du au", "bientôt", "du 31/02 au 4/03", "du 1 au", "99", "9 9"]
)
def test_what_is_past_or_no_days_is_none(text: str) -> None:
    assert read_coming_days(text, TODAY) is None


@given(st.text(max_size=60), st.dates(date(2021, 1, 1), date(2090, 1, 1)))
def test_nothing_is_read_that_is_over(text: str, today: date) -> None:
    found = read_coming_days(text, today)
    assert found is None or (found.start < found.end and found.last >= today)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("décembre", "2026-12-01", "2026-12-31"),
        ("en novembre", "2026-11-01", "2026-11-30"),
        ("octobre", "2027-10-01", "2027-10-31"),
        ("oct 2026", "2026-10-01", "2026-10-31"),
        ("ce mois-ci", "2026-11-01", "2026-11-30"),
        ("le mois prochain", "2026-12-01", "2026-12-31"),
        ("2027", "2027-01-01", "2027-12-31"),
        ("1er trimestre", "2027-01-01", "2027-03-31"),
        ("semaine prochaine", "2026-11-30", "2026-12-06"),
        ("demain", "2026-11-27", "2026-11-27"),
    ],
)
def test_a_month_or_a_year_is_the_next_one(text: str, first: str, last: str) -> None:
    read = read_coming_period(text, TODAY)
    assert read == Period(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("du 12/12 au 3/12", "2026-12-03", "2026-12-12"),
        ("entre le 12/12/2026 et le 03/12/2026", "2026-12-03", "2026-12-12"),
        ("du 1er janvier au 31 décembre", "2027-01-01", "2027-12-31"),
        ("du 20 décembre au 5 janvier", "2026-12-20", "2027-01-05"),
    ],
)
def test_days_whose_last_is_named_first_are_turned(text: str, first: str, last: str) -> None:
    read = read_coming_period(text, TODAY)
    assert read == Period(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))


@given(st.dates(date(2026, 1, 1), date(2032, 1, 1)), st.integers(1, 31))
def test_a_day_of_the_month_is_the_next_one_that_there_is(today: date, day: int) -> None:
    coming = (today + timedelta(days=away) for away in range(62))
    assert read_coming_day(f"le {day}", today) == next(on for on in coming if on.day == day)


def test_words_are_no_coming_period() -> None:
    assert read_coming_period("webinaire impôts", TODAY) is None


@given(st.integers(0, 180), st.integers(1, 60))
def test_what_is_said_or_shown_is_read_again(ahead: int, days: int) -> None:
    period = Period(TODAY + timedelta(days=ahead), TODAY + timedelta(days=ahead + days))
    assert read_coming_days(say_days(period.start, period.last), TODAY) == period
    assert read_coming_days(f"du {period.start:%d/%m/%Y} au {period.last:%d/%m/%Y}", TODAY) == period


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-11-30", "2026-11-30", "le lundi 30 novembre 2026"),
        ("2026-12-01", "2026-12-05", "du 1er au 5 décembre 2026"),
        ("2026-11-30", "2026-12-04", "du 30 novembre au 4 décembre 2026"),
        ("2026-12-28", "2027-01-03", "du 28 décembre 2026 au 3 janvier 2027"),
        ("2026-11-01", "2026-11-30", "du 1er au 30 novembre 2026"),
    ],
)
def test_days_are_said(first: str, last: str, said: str) -> None:
    assert say_days(date.fromisoformat(first), date.fromisoformat(last)) == said
