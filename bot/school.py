"""School holidays of the zones A, B and C: those of Corsica and overseas are set there, and are not known here."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from config import tables

TABLE = "vacances.tsv"
"""The table of school holidays, by zone; ``python -m tests.test_school`` writes it."""
ZONES = {
    "A": "01 03 07 15 16 17 19 21 23 24 25 26 33 38 39 40 42 43 47 58 63 64 69 70 71 73 74 79 86 87 89 90",
    "B": "02 04 05 06 08 10 13 14 18 22 27 28 29 35 36 37 41 44 45 49 50 51 52 53 54 55 56 57 59 60 61 62 67 68 72 76 "
    "80 83 84 85 88",
    "C": "09 11 12 30 31 32 34 46 48 65 66 75 77 78 81 82 91 92 93 94 95",
}
"""The départements of each zone: those of its académies (Code de l’éducation, art. D521-1; the yearly order)."""
_ZONE_OF = {code: zone for zone, codes in ZONES.items() for code in codes.split()}


@dataclass(frozen=True, slots=True)
class SchoolHoliday:
    """Holidays from a ``first`` to a ``last`` day, by name: « Vacances de Noël »."""

    first: date
    last: date
    name: str


def find_zone(departement: str | None) -> str:
    """Find the zone of a département; "" where its calendar is not known."""
    return _ZONE_OF.get(departement or "", "")


def find_holiday(day: date, zone: str) -> str:
    """Return the name of the school holidays of a zone on a day; "" if there are none, or they are not known."""
    known = _read_zone(zone)
    at = bisect_right(known, day, key=lambda one: one.first) - 1
    return known[at].name if at >= 0 and day <= known[at].last else ""


def find_last_day(zone: str) -> date:
    """Return the last day of which the holidays of a zone are known."""
    return max((one.last for one in _read_zone(zone)), default=date.min)


@cache
def _read_zone(zone: str) -> Sequence[SchoolHoliday]:
    here = (row for row in tables.read(TABLE) if row["zone"] == zone)
    read = date.fromisoformat
    found = (SchoolHoliday(read(row["first"]), read(row["last"]), row["name"]) for row in here)
    return sorted(found, key=lambda one: one.first)
