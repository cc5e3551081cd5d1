"""School holidays: the table is what the library says, each département of the mainland has a zone, and a day of
holidays is found."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from bot.calendar import find_holiday as find_public_holiday
from bot.school import TABLE, ZONES, find_holiday, find_last_day, find_zone
from config import libraries
from config.territories import DEPARTEMENTS

PATH = Path(__file__).resolve().parents[1] / "config" / TABLE
YEARS = range(2025, 2030)
HEAD = (
    "# Vacances scolaires des zones A, B et C (arrêtés du ministère de l’Éducation nationale), comme les donne la "
    "bibliothèque holidays 0.109 (licence MIT).",
    "# Le dernier jour est la veille de la reprise. La Corse et l’outre-mer ont leurs calendriers, qui n’y sont pas.",
    "zone\tfirst\tlast\tname",
)


def list_rows() -> Iterator[str]:
    """Yield the lines of the table, as the library has them: it has a line for each day."""
    yield from HEAD
    find_public_holiday(date(1999, 1, 1))  # no other country is loaded
    france: Any = libraries.french_holidays.France
    for zone in ZONES:
        found = france(subdiv=f"Zone {zone}", years=YEARS, language="fr", categories="school")
        days = sorted((day, name.replace("'", "’")) for day, name in found.items())
        runs = groupby(enumerate(days), key=lambda one: (one[1][0] - timedelta(days=one[0]), one[1][1]))
        for (_, name), run in runs:
            here = [day for _, (day, _) in run]
            yield f"{zone}\t{here[0]}\t{here[-1]}\t{name}"


def test_the_table_is_what_the_library_says() -> None:
    assert PATH.read_text().splitlines() == list(list_rows())


def test_each_departement_of_the_mainland_has_one_zone() -> None:
    listed = [code for codes in ZONES.values() for code in codes.split()]
    assert len(listed) == len(set(listed))
    mainland = {code for code in DEPARTEMENTS if len(code) == 2} - {"2A", "2B"}
    assert set(listed) == mainland
    assert [find_zone(code) for code in ("69", "59", "75", "2A", "974", "", None)] == ["A", "B", "C", "", "", "", ""]


@pytest.mark.parametrize(
    ("day", "zones"),
    [
        (date(2026, 12, 18), ""),
        (date(2026, 12, 19), "ABC"),
        (date(2027, 1, 3), "ABC"),
        (date(2027, 1, 4), ""),
        (date(2027, 2, 6), "C"),
        (date(2027, 2, 15), "AC"),
        (date(2027, 3, 1), "B"),
        (date(2027, 4, 12), "AC"),
        (date(2027, 7, 14), "ABC"),
    ],
)
def test_a_day_is_in_the_holidays_of_its_zones(day: date, zones: str) -> None:
    assert "".join(zone for zone in "ABC" if find_holiday(day, zone)) == zones


def test_what_is_not_known_is_none() -> None:
    assert find_holiday(date(2027, 1, 1), "") == ""
    assert find_last_day("A") > date(2029, 8, 1)


if __name__ == "__main__":
    PATH.write_text("\n".join(list_rows()) + "\n")
