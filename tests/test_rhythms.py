"""When something comes back: read as people write it, said back in words, never in an hour that a night has twice."""

from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import Recurrence, find_holiday, read_recurrence
from config.time import LAST

PARIS = ZoneInfo("Europe/Paris")
FRIDAY = Recurrence(4, 0, time(9))
FIRST_WEDNESDAY = Recurrence(2, 1, time(9))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("chaque vendredi à 9 h", FRIDAY),
        ("Vendredi", FRIDAY),
        ("tous les vendredis 9:00", FRIDAY),
        ("chaque jeudi, à 10h30", Recurrence(3, 0, time(10, 30))),
        ("le premier mercredi du mois à 9 h", FIRST_WEDNESDAY),
        ("1er mercredi", FIRST_WEDNESDAY),
        ("dernier vendredi du mois vers 17 heures", Recurrence(4, LAST, time(17))),
        ("le 3e mardi de chaque mois à 14h", Recurrence(1, 3, time(14))),
    ],
)
def test_it_is_read_as_people_write_it(text: str, meant: Recurrence) -> None:
    assert read_recurrence(text) == meant


@pytest.mark.parametrize(
    "text", ["", "bientôt", "5e lundi", "vendredi 25h", "vendredi 9h75", "le 31", "vendredi 9h ou 10h"]
)
def test_what_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="chaque vendredi à 9 h"):
        read_recurrence(text)


@pytest.mark.parametrize("text", ["dimanche 2h30", "chaque dimanche à 02:00", "dernier dimanche du mois à 2 h 59"])
def test_an_hour_that_the_change_of_hour_skips_or_doubles_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="entre 2 h et 3 h"):
        read_recurrence(text)


rhythms = st.builds(
    Recurrence,
    st.integers(0, 6),
    st.sampled_from([0, 1, 2, 3, 4, LAST]),
    st.times().map(lambda t: time(t.hour if t.hour != 2 else 3, t.minute)),
)


@given(rhythms)
def test_what_is_said_is_read_back(rhythm: Recurrence) -> None:
    assert read_recurrence(str(rhythm)) == rhythm


@given(rhythms, st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.times())
def test_each_occasion_comes_once_on_its_day_or_on_the_working_day_before_a_holiday(
    rhythm: Recurrence, day: date, hour: time
) -> None:
    moment = datetime.combine(day, hour, PARIS)
    found = list(islice(rhythm.after(moment), 6))
    assert [o.at for o in found] == sorted({o.at for o in found}, key=datetime.timestamp)
    assert all(o.at > moment for o in found)
    for occasion in found:
        assert occasion.day.weekday() == rhythm.weekday
        assert occasion.at.timetz().replace(tzinfo=None) == rhythm.hour, "the hour on the wall, summer and winter"
        assert rhythm.on(occasion.day) == occasion
        assert occasion.at.date() == occasion.day or find_holiday(occasion.day)
        assert not (occasion.at.date() != occasion.day and find_holiday(occasion.at.date()))
    if not rhythm.is_monthly:
        assert {b.day - a.day for a, b in pairwise(found)} == {timedelta(days=7)}


def test_a_year_of_fridays_has_four_that_move() -> None:
    """1 and 8 May 2026, 25 December 2026 and 1 January 2027 are Fridays; so is no other public holiday till then."""
    begins = datetime(2026, 1, 1, tzinfo=PARIS)
    moved = [o for o in islice(FRIDAY.after(begins), 60) if o.at.date() != o.day]
    assert [o.day for o in moved[:4]] == [date(2026, 5, 1), date(2026, 5, 8), date(2026, 12, 25), date(2027, 1, 1)]
    assert [o.at.date() for o in moved[:4]] == [
        date(2026, 4, 30),
        date(2026, 5, 7),
        date(2026, 12, 24),
        date(2026, 12, 31),
    ]


def test_both_changes_of_hour_leave_nine_o_clock_where_it_is() -> None:
    around = [o.at for o in islice(FRIDAY.after(datetime(2026, 3, 20, tzinfo=PARIS)), 32)]
    assert {at.hour for at in around} == {9}
    assert {at.utcoffset() for at in around} == {timedelta(hours=1), timedelta(hours=2)}
