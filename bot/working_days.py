"""Working days where somebody works: neither a weekend nor a public holiday of their territory."""

import sys
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from importlib.util import find_spec, module_from_spec

SATURDAY = 5
SUBDIVISIONS = {
    **{code: code for code in ("57", "971", "972", "973", "974", "976")},
    **{"67": "6AE", "68": "6AE"},
    **{"975": "PM", "977": "BL", "978": "MF", "984": "TF", "986": "WF", "987": "PF", "988": "NC"},
}
"""What the library of holidays calls the territories that have some of their own, by code of département."""


def holiday(day: date, departement: str | None = None) -> str:
    """The name of the public holiday that a day is in a département, or all over France; "" where it is none."""
    return _of_year(day.year, SUBDIVISIONS.get(departement or "")).get(day, "")


def is_working(day: date, departement: str | None = None) -> bool:
    """Whether one works on that day there."""
    return day.weekday() < SATURDAY and not holiday(day, departement)


def working_days_before(day: date, count: int, departement: str | None = None) -> date:
    """The day so many working days earlier."""
    while count:
        day -= timedelta(days=1)
        count -= is_working(day, departement)
    return day


def load() -> None:
    """Have the library at hand: the first question would wait for it."""
    holiday(date(2026, 1, 1))


@lru_cache(256)
def _of_year(year: int, subdivision: str | None) -> Mapping[date, str]:
    _leave_out_other_countries()
    from holidays.countries.france import France  # heavy: imported when first asked

    found = France(subdiv=subdivision, years=year, language="fr")  # type: ignore[no-untyped-call]
    return {day: name.replace("'", "’") for day, name in found.items()}


def _leave_out_other_countries() -> None:
    """The package of countries imports all of them: megabytes, and a tenth of a second. Its place is taken by an empty
    module that only knows where the files are."""
    if "holidays.countries" not in sys.modules and (found := find_spec("holidays.countries")):
        sys.modules["holidays.countries"] = module_from_spec(found)
