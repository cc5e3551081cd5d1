"""How the table of public holidays is written: « python -m tests.support.holidays »."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bot.calendar import EVERYWHERE, HOLIDAYS, SUBDIVISIONS, TABLED, compute_holidays

TABLE = Path(__file__).resolve().parents[2] / "config" / HOLIDAYS


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
