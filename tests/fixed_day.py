"""`python -m tests.fixed_day 2028-02-29T23:50 …`: Python with these arguments, as it would be on another day.

By libfaketime (Debian: faketime); « make test DAY=2028-02-29T23:50 » runs the tests so.

Every process of the run believes it, children too; clocks that count seconds, and never go back, are left alone.
"""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
ROOM = Path("/usr/lib")
LIBRARY = "faketime/libfaketimeMT.so.1"
"""The one for programs of several threads."""
SITE = Path(__file__).parent / "data" / "fixed_day"
"""What each Python of the run reads first: without it, none of them could sleep."""


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
        "PYTHONPATH": os.pathsep.join([str(SITE), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }


def main(day: str, *arguments: str) -> None:
    """Become that Python."""
    try:
        there = {**os.environ, **surroundings(day)}
    except NoSuchDayError as problem:
        sys.exit(str(problem))
    os.execve(sys.executable, [sys.executable, *arguments], there)


if __name__ == "__main__":
    main(*sys.argv[1:])
