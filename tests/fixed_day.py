"""`python -m tests.fixed_day 2028-02-29T23:50 …`: Python with these arguments, as it would be on another day.

« make test DAY=2028-02-29T23:50 » runs the tests so. Every Python of the run believes it, children too; clocks that
count seconds, and never go back, are left alone, and so are files and databases.
"""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
SITE = Path(__file__).parent / "data" / "fixed_day"
"""Where the file is that Python reads first."""


def environment(day: str) -> Mapping[str, str]:
    """The variables under which Python begins at that time in Paris (« 2028-02-29T23:50 »).

    Raises ValueError for what is no time.
    """
    begin = datetime.fromisoformat(day)
    ahead = (begin if begin.tzinfo else begin.replace(tzinfo=PARIS)) - datetime.now(UTC)
    path = [str(SITE), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"TESTS_AHEAD_S": str(ahead.total_seconds()), "PYTHONPATH": os.pathsep.join(path)}


def main(day: str, *arguments: str) -> None:
    """Become that Python."""
    try:
        there = {**os.environ, **environment(day)}
    except ValueError:
        sys.exit(f"DAY={day} : écrivez-le comme 2028-02-29T23:50 (heure de Paris).")
    os.execve(sys.executable, [sys.executable, *arguments], there)


if __name__ == "__main__":
    main(*sys.argv[1:])
