"""Switches by which a test makes the server fail."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Faults:
    """What goes wrong at the moment; nothing by default."""

    down: bool = False
    """Close every connection without an answer."""
    status: int | None = None
    """Answer every API call with this status (5xx), doing nothing."""
    _drop: list[Callable[[], None]] = field(default_factory=list)
    _limit: list[Callable[[float, int], None]] = field(default_factory=list)

    def on_drop(self, drop: Callable[[], None]) -> None:
        """Say what cuts the websockets."""
        self._drop.append(drop)

    def on_limit(self, limit: Callable[[float, int], None]) -> None:
        """Say what starts the rate limiter."""
        self._limit.append(limit)

    def drop_sockets(self) -> None:
        """Cut every websocket, as a proxy does."""
        for drop in self._drop:
            drop()

    def rate_limit(self, per_sec: float, burst: int) -> None:
        """Answer 429 beyond this rate; 0 per second switches the limiter off."""
        for limit in self._limit:
            limit(per_sec, burst)
