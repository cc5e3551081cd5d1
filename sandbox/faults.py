"""Switches by which a test makes the server fail."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Faults:
    """The faults that are switched on; none by default."""

    _drop: Callable[[], None]
    """A function that cuts the websockets."""
    _limit: Callable[[float, int], None]
    """A function that starts the rate limiter, or stops it."""
    down: bool = False
    """Close every connection without an answer."""
    status: int | None = None
    """Answer every API call with this status (5xx), doing nothing."""

    slow: str = ""
    """API calls whose path ends so are not answered before this is empty again."""
    held: int = 0
    """How many calls wait for that now."""
    poison: str = ""
    """Answer 500 to every API call whose body has this in it (plain letters), doing nothing."""

    def drop_sockets(self) -> None:
        """Cut every websocket, as a proxy does."""
        self._drop()

    def rate_limit(self, per_sec: float, burst: int) -> None:
        """Answer 429 beyond a rate; 0 per second switches the limiter off."""
        self._limit(per_sec, burst)
