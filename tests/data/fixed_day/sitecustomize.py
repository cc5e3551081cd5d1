"""Let Python sleep under libfaketime, which (0.9.10) takes the end of a sleep by the clock that never goes back for a
time of day, and refuses it: OSError in `time.sleep`, and so in `Popen.wait`."""

import select
import time


def _sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = _sleep  # type: ignore[assignment]
