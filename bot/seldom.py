"""What somebody outside can make the log say by the thousand: one line a minute of each kind, with their number."""

import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from typing import Any

from structlog import DropEvent

BETWEEN_LINES = 60.0
"""Seconds between two lines of a kind."""
REPEATED = frozenset({"http_refused", "http_failed", "link_refused", "lookup_refused", "connections_full"})
"""Our own events that are told so; those of libraries all are."""
KINDS, WORDS = 500, 40
"""How many kinds are remembered, and how much of a library’s sentence tells one: the rest may differ each time."""


class Seldom:
    """Drops a line whose kind was told less than a minute ago; the next one that is told says how many it stands for,
    in ``count``."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: OrderedDict[tuple[object, ...], tuple[float, int]] = OrderedDict()

    def __call__(self, _: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """A step of structlog’s."""
        event = str(line.get("event"))
        if "logger" not in line and event not in REPEATED:
            return line
        kind = (line.get("logger"), event[:WORDS], line.get("status"), line.get("kind"))
        now = self._clock()
        at, dropped = self._told.get(kind, (now - BETWEEN_LINES, 0))
        if now - at < BETWEEN_LINES:
            self._told[kind] = (at, dropped + 1)
            raise DropEvent
        self._remember(kind, now)
        if dropped:
            line["count"] = dropped + 1
        return line

    def _remember(self, kind: tuple[object, ...], now: float) -> None:
        self._told[kind] = (now, 0)
        self._told.move_to_end(kind)
        if len(self._told) > KINDS:
            self._told.popitem(last=False)
