"""Working days: weekends and the public holidays of each territory are left out.

« python -m tests.test_working_days » writes the table of holidays."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.calendar import (
    EVERYWHERE,
    HOLIDAYS,
    SUBDIVISIONS,
    TABLED,
    compute_holidays,
    find_holiday,
    is_working_day,
    working_days_before,
)
from config.territories import DEPARTEMENTS


@pytest.mark.parametrize(
    ("day", "departement", "name"),
    [
        (date(2026, 5, 1), "69", "Fête du Travail"),
        (date(2026, 4, 6), "69", "Lundi de Pâques"),
        (date(2027, 3, 29), None, "Lundi de Pâques"),
        (date(2026, 7, 14), "974", "Fête nationale"),
        (date(2026, 4, 3), "57", "Vendredi saint"),
        (date(2026, 12, 26), "67", "Saint-Étienne"),
        (date(2026, 12, 26), "68", "Saint-Étienne"),
        (date(2026, 5, 27), "971", "Abolition de l’esclavage"),
        (date(2026, 5, 22), "972", "Abolition de l’esclavage"),
        (date(2026, 6, 10), "973", "Abolition de l’esclavage"),
        (date(2026, 12, 20), "974", "Abolition de l’esclavage"),
        (date(2026, 4, 27), "976", "Abolition de l’esclavage"),
        (date(2026, 10, 9), "977", "Abolition de l’esclavage"),
        (date(2026, 5, 28), "978", "Abolition de l’esclavage"),
        (date(2026, 9, 24), "988", "Fête de la Citoyenneté"),
    ],
)
def test_public_holidays_are_those_of_the_territory(day: date, departement: str | None, name: str) -> None:
    assert find_holiday(day, departement) == name
    assert not is_working_day(day, departement)


@pytest.mark.parametrize(
    ("day", "departement"),
    [
        (date(2026, 4, 3), "69"),
        (date(2025, 12, 26), "54"),
        (date(2026, 5, 27), "972"),
        (date(2026, 5, 22), "69"),
        (date(2026, 5, 22), None),
    ],
)
def test_those_of_another_territory_are_worked(day: date, departement: str | None) -> None:
    assert find_holiday(day, departement) == ""
    assert is_working_day(day, departement)


@pytest.mark.parametrize(
    ("day", "departement", "before"),
    [
        (date(2026, 11, 26), "69", date(2026, 11, 23)),
        (date(2026, 11, 24), "69", date(2026, 11, 19)),
        (date(2026, 11, 29), None, date(2026, 11, 25)),
        (date(2026, 5, 5), "69", date(2026, 4, 29)),
        (date(2026, 4, 8), "69", date(2026, 4, 2)),
        (date(2026, 4, 8), "68", date(2026, 4, 1)),
        (date(2027, 1, 4), "69", date(2026, 12, 29)),
        (date(2026, 5, 29), "971", date(2026, 5, 22)),
    ],
)
def test_three_working_days_earlier(day: date, departement: str | None, before: date) -> None:
    assert working_days_before(day, 3, departement) == before


@pytest.mark.parametrize(
    ("today", "before"), [(23, 20), (24, 23), (25, 24), (26, 25), (27, 26), (28, 27), (29, 27), (30, 27)]
)
def test_a_working_day_is_none_of_a_weekend(today: int, before: int) -> None:
    assert working_days_before(date(2026, 11, today), 1) == date(2026, 11, before)


def test_every_territory_with_holidays_of_its_own_is_a_known_one() -> None:
    assert set(SUBDIVISIONS) <= set(DEPARTEMENTS)
    for code in DEPARTEMENTS:
        assert find_holiday(date(2026, 5, 1), code) == "Fête du Travail"


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    this_year = "bot.calendar.find_holiday(datetime.date(2026, 11, 11), '67')"
    asked = f"import datetime, sys, commands, bot.calendar; {this_year}; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_the_table_of_holidays_is_what_the_library_says() -> None:
    assert TABLE.read_text().splitlines() == list(list_rows())


def test_no_other_country_is_loaded() -> None:
    asked = "import sys; from bot.calendar import compute_holidays; compute_holidays(1999, None); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    countries = [name for name in done.stdout.split() if name.startswith("holidays.countries.")]
    assert "holidays.countries.france" in countries
    assert len(countries) < 5, countries


TABLE = Path(__file__).resolve().parents[1] / "config" / HOLIDAYS


def list_rows() -> Iterator[str]:
    """Yield the lines of the table, as the library of holidays has them."""
    yield "day\tname\twhere"
    places = (None, *sorted(set(SUBDIVISIONS.values())))
    for year in TABLED:
        found: dict[tuple[date, str], list[str]] = defaultdict(list)
        for place in places:
            for holiday in compute_holidays(year, place).items():
                found[holiday].append(place or "FR")
        for (day, name), where in sorted(found.items()):
            yield f"{day}\t{name}\t{EVERYWHERE if len(where) == len(places) else ' '.join(where)}"


if __name__ == "__main__":
    TABLE.write_text("\n".join(list_rows()) + "\n")
