"""Coming moments as people write them, and as they are said."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.french.dates import say_age, say_moment, say_part_of_day
from bot.french.moments import is_past_moment, read_moment

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 24)
"""A Tuesday."""


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("demain 9h", "2026-11-25", "09:00"),
        ("Après-demain à 14 h 30", "2026-11-26", "14:30"),
        ("lundi 8h05", "2026-11-30", "08:05"),
        ("mardi", "2026-11-24", "09:00"),
        ("18h", "2026-11-24", "18:00"),
        ("à 18:45", "2026-11-24", "18:45"),
        ("24/11 9h", "2026-11-24", "09:00"),
        ("23/11", "2027-11-23", "09:00"),
        ("le 3 à 9h", "2026-12-03", "09:00"),
        ("3 décembre, 17 heures", "2026-12-03", "17:00"),
        ("01/02/2027 7h", "2027-02-01", "07:00"),
        ("24/11/2026 09h00", "2026-11-24", "09:00"),
        ("9h30 demain", "2026-11-25", "09:30"),
        ("vendredi prochain 9h", "2026-11-27", "09:00"),
        ("demain midi", "2026-11-25", "12:00"),
        ("le 25 décembre à midi", "2026-12-25", "12:00"),
        ("lundi après-midi", "2026-11-30", "14:00"),
        ("ce soir", "2026-11-24", "18:00"),
        ("demain matin", "2026-11-25", "09:00"),
    ],
)
def test_what_is_left_unsaid_is_the_nearest_to_come(text: str, day: str, hour: str) -> None:
    assert read_moment(text, TODAY, PARIS) == datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=PARIS)


@pytest.mark.parametrize("text", ["", "hier 9h", "jamais", "25h", "31/02 9h", "23/11/2026", "9", "il y a 3 jours", "h"])
def test_what_is_past_or_no_moment_is_none(text: str) -> None:
    assert read_moment(text, TODAY, PARIS) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("dans 2 heures", "2026-11-24T12:30"),
        ("dans une demi-heure", "2026-11-24T11:00"),
        ("Dans 1h30", "2026-11-24T12:00"),
        ("dans un quart d’heure", "2026-11-24T10:45"),
        ("dans 20 min", "2026-11-24T10:50"),
        ("dans vingt-quatre heures", "2026-11-25T10:30"),
        ("dans 3 jours", "2026-11-27T09:00"),
        ("dans 3 jours à 14h", "2026-11-27T14:00"),
    ],
)
def test_a_time_from_now_is_a_moment(text: str, moment: str) -> None:
    now = datetime(2026, 11, 24, 10, 30, 12, tzinfo=PARIS)
    assert read_moment(text, TODAY, PARIS, now) == datetime.fromisoformat(moment).replace(tzinfo=PARIS)


@pytest.mark.parametrize("text", ["dans 2", "dans 0 heure", "dans 999 heures", "dans la matinée", "dans le 69"])
def test_a_time_from_now_that_tells_no_moment(text: str) -> None:
    assert read_moment(text, TODAY, PARIS, datetime(2026, 11, 24, 10, 30, tzinfo=PARIS)) is None


def test_yesterday_is_known_to_be_past() -> None:
    for text in ("hier", "hier 9h", "avant-hier à midi", "23/11/2026 9h"):
        assert is_past_moment(text, TODAY, PARIS), text
    for text in ("demain 9h", "jamais", "cahier 9h", ""):
        assert not is_past_moment(text, TODAY, PARIS), text


@given(st.text(max_size=60), st.dates(date(2021, 1, 1), date(2090, 1, 1)))
def test_nothing_is_read_as_a_day_that_is_past(text: str, today: date) -> None:
    found = read_moment(text, today, PARIS)
    assert found is None or found.date() >= today


@given(st.dates(TODAY, date(2027, 11, 20)), st.times())
def test_what_is_shown_is_read_again(day: date, hour: time) -> None:
    moment = datetime.combine(day, hour.replace(second=0, microsecond=0), PARIS)
    assert read_moment(f"{moment:%d/%m/%Y %Hh%M}", TODAY, PARIS) == moment


def test_a_moment_is_said() -> None:
    assert say_moment(datetime(2026, 11, 24, 9, 0, tzinfo=PARIS)) == "mardi 24 novembre 2026 à 9\u00a0h"
    assert say_moment(datetime(2026, 12, 1, 14, 5, tzinfo=PARIS)) == "mardi 1er décembre 2026 à 14\u00a0h\u00a005"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-24T09:05", "ce matin"),
        ("2026-11-24T12:00", "ce matin"),
        ("2026-11-24T12:01", "cet après-midi"),
        ("2026-11-24T20:00", "ce soir"),
        ("2026-11-24T03:00", "cette nuit"),
        ("2026-11-25T10:00", "mercredi 25 novembre dans la matinée"),
        ("2026-12-01T17:30", "mardi 1er décembre dans l’après-midi"),
        ("2027-01-04T18:30", "lundi 4 janvier 2027 dans la soirée"),
        ("2026-11-25T00:00", "mercredi 25 novembre dans la nuit"),
    ],
)
def test_by_when_something_will_be_is_said(moment: str, said: str) -> None:
    assert say_part_of_day(datetime.fromisoformat(moment), TODAY) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-1, "le mercredi 25 novembre 2026"),
        (0, "aujourd’hui"),
        (1, "hier"),
        (13, "il y a 13 jours"),
        (14, "il y a 2 semaines"),
        (60, "il y a 8 semaines"),
        (61, "il y a 2 mois"),
        (364, "il y a 11 mois"),
        (729, "il y a 23 mois"),
        (730, "il y a 2 ans"),
        (4000, "il y a 10 ans"),
    ],
)
def test_an_age_is_said_by_what_matters_of_it(days: int, said: str) -> None:
    assert say_age(TODAY - timedelta(days=days), TODAY) == said
