"""« make test DAY=2028-02-29T23:50 »: the tests as they would be on another day, by libfaketime (Debian: faketime).

Every process of the run believes it, children too; clocks that count seconds, and never go back, are left alone.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
ROOM = Path("/usr/lib")
LIBRARY = "faketime/libfaketimeMT.so.1"
"""The one for programs of several threads."""


class NoSuchDayError(ValueError):
    """A day that cannot be had, with why."""


def surroundings(day: str) -> Mapping[str, str]:
    """The variables under which a program begins at that time in Paris (« 2028-02-29T23:50 »).

    Raises NoSuchDayError for what is no time, and where the library is missing.
    """
    try:
        begin = datetime.fromisoformat(day)
    except ValueError:
        raise NoSuchDayError(f"DAY={day} : écrivez-le comme 2028-02-29T23:50 (heure de Paris).") from None
    library = next(ROOM.glob(f"*/{LIBRARY}"), None)
    if library is None:
        raise NoSuchDayError("Il manque libfaketime : apt-get install faketime.")
    in_utc = (begin if begin.tzinfo else begin.replace(tzinfo=PARIS)).astimezone(UTC)
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"@{in_utc:%Y-%m-%d %H:%M:%S}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",  # what FAKETIME says is read so
    }
