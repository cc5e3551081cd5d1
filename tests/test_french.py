"""Dates, periods, durations and numbers: what people write is read, what is said is read back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.french.dates import read_date, say_date
from bot.french.numbers import digits, read_count, read_number
from bot.french.periods import Period, read_period
from bot.french.words import join, of, plural, read_minutes, say_delay, say_minutes, whole_minutes
from bot.papers.page import say_value
from config.text import fold

TODAY = date(2026, 11, 24)  # a Tuesday
DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))
# Words that these readers know: texts made of them go deeper than any text.
WORDS = [
    *("le", "du", "au", "de", "depuis", "il y a", "3", "12", "31", "99", "0", "2026", "2025-13", "1er", "9999"),
    *("mars", "février", "lundi", "dernier", "mois", "trimestre", "jours", "semaine", "hier", "29/02", "sept."),
    *("h", "1h30", "et", "demie", "quart", "d’heure", "trois", "moins", "/", "-", "–", ",", ".", "½"),
]
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS)).map(" ".join))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("  ŒUVRE\u00a0d'ART ", "oeuvre d art"),
        ("Été — Noël", "ete noel"),
        ("+60 ans, 12/09", "+60 ans, 12/09"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_plurals_and_enumerations() -> None:
    assert plural(0, "participant") == "0 participant"
    assert plural(1, "demande ponctuelle") == "1 demande ponctuelle"
    assert plural(2, "demande ponctuelle") == "2 demandes ponctuelles"
    assert plural(3, "mois") == "3 mois"
    assert plural(1_475, "usager") == f"{say_value(1_475)} usagers" == "1\u202f475 usagers", (
        "as in the text, so on paper"
    )
    assert plural(2, "travail", "travaux") == "2 travaux"
    assert [join(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a et b", "a, b et c"]
    assert join(["a", "b"], "ou") == "a ou b"
    assert [of(noun) for noun in ("comptes rendus", "accompagnements", "avril", "Île")] == [
        *("de comptes rendus", "d’accompagnements", "d’avril", "d’Île"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8", 8),
        ("huit", 8),
        ("Vingt-et-un", 21),
        ("une", 1),
        ("soixante", 60),
        ("soixante et onze", 71),
        ("quatre-vingts", 80),
        ("quatre-vingt-dix-neuf", 99),
        ("cent", 100),
        ("zéro", 0),
        ("-3", None),
        ("12-18", None),
        ("une dizaine", None),
        ("huit personnes", None),
        ("", None),
        ("12345", None),
    ],
)
def test_numbers(text: str, expected: int | None) -> None:
    assert read_number(text) == expected


_ONES = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = ("vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt", "quatre-vingt")
_SWISS = {7: "septante", 8: "huitante", 9: "nonante"}


def _spell(n: int, *, is_swiss: bool) -> str:
    """Spell a number below 1000 as it is taught, in France or in Switzerland."""
    if n >= 100:
        hundreds = "cent" if n < 200 else f"{_ONES[n // 100]} cent"
        return f"{hundreds} {_spell(n % 100, is_swiss=is_swiss)}" if n % 100 else hundreds + "s" * (n >= 200)
    ten, rest = n // 10, n % 10
    if n < 20:
        return _ONES[n]
    if is_swiss and ten in _SWISS:
        word = _SWISS[ten]
    else:
        word, rest = _TENS[ten - 2], rest + 10 * (ten in (7, 9))
    if not rest:
        return word + "s" * (word == "quatre-vingt")
    return f"{word} et {_ONES[rest]}" if rest in (1, 11) and not word.startswith("quatre") else f"{word}-{_ONES[rest]}"


@given(st.integers(0, 999), st.booleans(), st.sampled_from([("-", "-"), ("-", " "), (" ", "-")]))
def test_a_number_in_letters_is_read(n: int, is_swiss: bool, gap: tuple[str, str]) -> None:
    text = _spell(n, is_swiss=is_swiss).replace(*gap)
    assert read_count(text) == read_count(text.upper()) == n
    if n <= 100:
        assert read_number(text) == n
        assert digits(f"il y a {text} personnes") == f"il y a {n} personnes"


def test_thousands_in_letters_are_read() -> None:
    assert read_count("deux mille vingt-six") == 2026
    assert read_count("soixante-neuf mille cent vingt") == 69_120


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aujourd’hui", "2026-11-24"),
        ("AUJOURD'HUI", "2026-11-24"),
        ("ce matin", "2026-11-24"),
        ("hier", "2026-11-23"),
        ("hier après-midi", "2026-11-23"),
        ("avant-hier", "2026-11-22"),
        ("demain", "2026-11-25"),
        ("mardi", "2026-11-24"),
        ("mardi dernier", "2026-11-17"),
        ("lundi", "2026-11-23"),
        ("mercredi matin", "2026-11-18"),
        ("12/09", "2026-09-12"),
        ("12/12", "2025-12-12"),
        ("29/02", "2024-02-29"),
        ("12/09/2026", "2026-09-12"),
        ("12/09/26", "2026-09-12"),
        ("12-09-2026", "2026-09-12"),
        ("12.9.2026", "2026-09-12"),
        ("2026-09-12", "2026-09-12"),
        ("12 septembre", "2026-09-12"),
        ("12 sept. 2026", "2026-09-12"),
        ("le 3", "2026-11-03"),
        ("le 30", "2026-10-30"),
        ("le 31", "2026-10-31"),
        ("lundi 23", "2026-11-23"),
        ("1er mars", "2026-03-01"),
        ("premier août 2025", "2025-08-01"),
        ("il y a 3 jours", "2026-11-21"),
        ("il y a deux semaines", "2026-11-10"),
        ("mardi 24 novembre 2026", "2026-11-24"),
        ("01/01/2030", "2030-01-01"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    assert read_date(text, TODAY) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/02",
        "29/02/2025",
        "00/10",
        "lundi 24 novembre 2026",
        "mardi 23",
        "mars",
        "3",
        "12-18",
        "le 32",
        "-12",
        "8p",
    ],
)
def test_no_dates(text: str) -> None:
    assert read_date(text, TODAY) is None


def test_a_date_is_said() -> None:
    assert say_date(date(2026, 11, 24)) == "mardi 24 novembre 2026"
    assert say_date(date(2026, 3, 1), TODAY) == "dimanche 1er mars"
    assert say_date(TODAY, TODAY) == "aujourd’hui"
    assert say_date(TODAY - timedelta(days=1), TODAY) == "hier"
    assert say_date(date(2025, 12, 31), TODAY) == "mercredi 31 décembre 2025"
    assert say_date(date(2026, 12, 1), TODAY) == "mardi 1er décembre 2026"


@given(DAYS, DAYS)
def test_a_said_date_is_read_back(day: date, today: date) -> None:
    assert read_date(say_date(day), today) == day
    assert read_date(say_date(day, today), today) == day
    assert read_date(day.isoformat(), today) == day
    assert read_date(f"{day:%d/%m/%Y}", today) == day


@given(DAYS, DAYS)
def test_an_unsaid_year_is_the_latest_past_one(day: date, today: date) -> None:
    found = read_date(f"{day:%d/%m}", today)
    assert found is not None
    assert (found.day, found.month) == (day.day, day.month)
    assert found <= today < found.replace(year=found.year + 8, day=min(found.day, 28)) + timedelta(days=2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[("1h30", 90), ("1 h 30", 90), ("1H30", 90), ("1h30min", 90), ("1:30", 90), ("2 h 05", 125)],
        *[("90", 90), ("90 min", 90), ("90mn", 90), ("45 minutes", 45), ("quatre-vingt-dix minutes", 90)],
        *[("1,5h", 90), ("1.5 h", 90), ("0,25 h", 15), ("2h", 120), ("une heure", 60), ("deux heures trente", 150)],
        *[("une heure et demie", 90), ("demi-heure", 30), ("une demi-heure", 30), ("½ heure", 30), ("1/2h", 30)],
        *[("3/4 d’heure", 45), ("trois quarts d’heure", 45), ("un quart d'heure", 15), ("1h et quart", 75)],
        *[
            ("2 heures moins le quart", 105),
            ("1 heure 1/2", 90),
            ("deux heures moins quart", 105),
            ("une heure trois quarts", 105),
        ],
        *[("", None), ("h", None), ("1h90", None), ("1,5", None), ("69120", None), ("12/09", None), ("-30", None)],
    ],
)
def test_durations(text: str, expected: int | None) -> None:
    assert read_minutes(text) == expected


@given(st.integers(0, 59_999))
def test_a_said_duration_is_read_back(minutes: int) -> None:
    assert read_minutes(say_minutes(minutes)) == minutes


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "moins d’une minute"), (29, "moins d’une minute"), (30, "1 min"), (90, "2 min"), (93_900, "26 h 05")],
)
def test_how_long_something_took_is_said_to_the_minute(seconds: int, told: str) -> None:
    assert say_delay(timedelta(seconds=seconds)).replace("\u00a0", " ") == told
    assert whole_minutes(timedelta(seconds=seconds)) == (seconds + 30) // 60


def test_a_duration_is_said() -> None:
    assert say_minutes(1228 * 60 + 45) == "1\u202f228\u00a0h\u00a045", "in groups of three, as other numbers"
    assert [say_minutes(n) for n in (45, 60, 65, 90)] == [
        "45\u00a0min",
        "1\u00a0h",
        "1\u00a0h\u00a005",
        "1\u00a0h\u00a030",
    ]


@pytest.mark.parametrize(
    ("text", "start", "last"),
    [
        ("", "2026-11-01", "2026-11-24"),
        ("jour", "2026-11-24", "2026-11-24"),
        ("semaine", "2026-11-23", "2026-11-24"),
        ("la semaine dernière", "2026-11-16", "2026-11-22"),
        ("ce mois-ci", "2026-11-01", "2026-11-24"),
        ("mois dernier", "2026-10-01", "2026-10-31"),
        ("trimestre", "2026-10-01", "2026-11-24"),
        ("trimestre dernier", "2026-07-01", "2026-09-30"),
        ("1er semestre", "2026-01-01", "2026-06-30"),
        ("semestre", "2026-07-01", "2026-11-24"),
        ("depuis la rentrée", "2026-09-01", "2026-11-24"),
        ("la semaine d’avant", "2026-11-16", "2026-11-22"),
        ("T1", "2026-01-01", "2026-03-31"),
        ("4e trimestre 2025", "2025-10-01", "2025-12-31"),
        ("année", "2026-01-01", "2026-11-24"),
        ("l’an dernier", "2025-01-01", "2025-12-31"),
        ("3 derniers mois", "2026-08-25", "2026-11-24"),
        ("un an", "2025-11-25", "2026-11-24"),
        ("deux trimestres", "2026-05-25", "2026-11-24"),
        ("2 semaines", "2026-11-11", "2026-11-24"),
        ("les 7 derniers jours", "2026-11-18", "2026-11-24"),
        ("septembre", "2026-09-01", "2026-09-30"),
        ("décembre", "2025-12-01", "2025-12-31"),
        ("septembre 2025", "2025-09-01", "2025-09-30"),
        ("09/2025", "2025-09-01", "2025-09-30"),
        ("2025-02", "2025-02-01", "2025-02-28"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("hier", "2026-11-23", "2026-11-23"),
        ("du 3 novembre", "2026-11-03", "2026-11-03"),
        ("01/09/2026 30/09/2026", "2026-09-01", "2026-09-30"),
        ("2026-09-01 → 2026-09-30", "2026-09-01", "2026-09-30"),
        ("du 30/09/2026 au 01/09/2026", "2026-09-01", "2026-09-30"),
        ("du 1er au 15 mars", "2026-03-01", "2026-03-15"),
        ("du 3 au 12", "2026-11-03", "2026-11-12"),
        ("du 15 décembre au 15 janvier", "2025-12-15", "2026-01-15"),
        ("d’avant-hier à hier", "2026-11-22", "2026-11-23"),
        ("de septembre 2025 à mars 2026", "2025-09-01", "2026-03-31"),
        ("depuis le 1er septembre", "2026-09-01", "2026-11-24"),
        ("depuis lundi", "2026-11-23", "2026-11-24"),
        ("tout", "2020-01-01", "2026-11-24"),
        ("depuis le début", "2020-01-01", "2026-11-24"),
        ("semaine 45", "2026-11-02", "2026-11-08"),
        ("semaine 52", "2025-12-22", "2025-12-28"),
        ("sem 45 2025", "2025-11-03", "2025-11-09"),
        ("première quinzaine d’octobre", "2026-10-01", "2026-10-15"),
        ("2e quinzaine de février 2026", "2026-02-16", "2026-02-28"),
        ("3-15 octobre", "2026-10-03", "2026-10-15"),
        ("fin octobre", "2026-10-21", "2026-10-31"),
        ("début du mois de novembre", "2026-11-01", "2026-11-10"),
        ("mi-février 2026", "2026-02-11", "2026-02-20"),
        ("la dernière semaine de février 2026", "2026-02-22", "2026-02-28"),
        ("depuis fin septembre", "2026-09-21", "2026-11-24"),
        ("cet été", "2026-06-01", "2026-08-31"),
        ("l’hiver dernier", "2025-12-01", "2026-02-28"),
        ("l’automne dernier", "2025-09-01", "2025-11-30"),
        ("printemps 2025", "2025-03-01", "2025-05-31"),
        ("courant octobre", "2026-10-01", "2026-10-31"),
        ("le mois écoulé", "2026-10-01", "2026-10-31"),
    ],
)
def test_periods(text: str, start: str, last: str) -> None:
    period = read_period(text, TODAY)
    assert period
    assert (period.start, period.last) == (date.fromisoformat(start), date.fromisoformat(last))


@pytest.mark.parametrize(
    "text",
    [
        "n’importe quoi",
        "0 jours",
        "depuis demain",
        "13/2025",
        "5 12",
        "3 2025",
        "/",
        "semaine 60",
        "cette semaine 3",
        "première quinzaine 2025",
        "fin 2025",
    ],
)
def test_no_periods(text: str) -> None:
    assert read_period(text, TODAY) is None


@pytest.mark.parametrize(
    ("start", "last", "label"),
    [
        ("2026-02-01", "2026-02-28", "février 2026"),
        ("2026-01-01", "2026-03-31", "1er trimestre 2026"),
        ("2026-10-01", "2026-12-31", "4e trimestre 2026"),
        ("2025-01-01", "2025-12-31", "année 2025"),
        ("2026-02-01", "2026-04-30", "du 1er février au 30 avril 2026"),
        ("2026-11-01", "2026-11-24", "du 1er au 24 novembre 2026"),
        ("2025-12-15", "2026-01-15", "du 15 décembre 2025 au 15 janvier 2026"),
        ("2026-11-24", "2026-11-24", "mardi 24 novembre 2026"),
    ],
)
def test_a_period_is_said(start: str, last: str, label: str) -> None:
    assert Period(date.fromisoformat(start), date.fromisoformat(last) + timedelta(days=1)).label == label


@given(DAYS, st.integers(1, 1500), DAYS)
def test_a_said_period_is_read_back(start: date, days: int, today: date) -> None:
    period = Period(start, start + timedelta(days=days))
    assert read_period(period.label, today) == period


@given(st.integers(2020, 2098), st.integers(1, 12), st.sampled_from([1, 3, 12]), DAYS)
def test_a_whole_month_quarter_or_year_is_read_back(year: int, month: int, length: int, today: date) -> None:
    end = year * 12 + month - 1 + length
    period = Period(date(year, month, 1), date(end // 12, end % 12 + 1, 1))
    assert read_period(period.label, today) == period


@given(TEXTS, st.dates())
def test_no_text_ever_raises(text: str, today: date) -> None:
    read_number(text)
    read_minutes(text)
    read_date(text, today)
    period = read_period(text, today)
    assert period is None or period.start < period.end
