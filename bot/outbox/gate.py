"""When to try again: growing pauses for a message, and one gate for a server that is down."""

import asyncio
from datetime import datetime, timedelta

from bot.backoff import backoff

GIVEN_UP_AFTER = timedelta(hours=24)
"""How long a message that Mattermost refuses is tried: rights and channels do get mended."""
WITNESSES = 3
"""So many that the server fails at, one after the other and none taken between, are an outage though it answers."""
ANSWERING = 5.0
"""The longest pause in seconds before a server that answers is given another message to fail at."""
ANSWERING_CROWD = 1.0
"""The same for a crowd’s messages: many of these may be alike, and those behind them are not."""
WORN = 10
"""After so many tries what the server fails at is tried as seldom as what it refuses."""


def patience(attempts: int, created_at: datetime, now: datetime) -> datetime | None:
    """When to try again what was refused: after 1, 4, 16, 64 minutes, then every 4 hours; None after a day."""
    wait = timedelta(minutes=min(4 ** min(attempts, 4), 240))
    return now + wait if now + wait <= created_at + GIVEN_UP_AFTER else None


def own_patience(attempts: int, created_at: datetime, now: datetime, first: float) -> datetime:
    """When to try again what the server fails at, though it answers others: nobody said no, so it is never given up."""
    if attempts < WORN:
        return now + timedelta(seconds=backoff(attempts + 1, first))
    return patience(attempts, created_at, now) or now + GIVEN_UP_AFTER


class Gate:
    """Open while Mattermost takes messages. Once it does not, a single probe may pass after each pause.

    ``first`` is the first pause in seconds.
    """

    def __init__(self, first: float) -> None:
        self._first = first
        self._failures = 0
        self._doubted = 0
        self._shut_at = 0.0
        self._next_probe = 0.0

    @property
    def is_open(self) -> bool:
        """Whether messages may leave as they come."""
        return self._failures == 0

    def wait(self) -> float:
        """Seconds until somebody may pass; 0 when now."""
        return 0.0 if self.is_open else max(0.0, self._next_probe - _now())

    def opened(self) -> bool:
        """It answers; True when it did not before."""
        was_shut = not self.is_open
        self._failures = self._doubted = 0
        return was_shut

    def doubts(self) -> bool:
        """The server failed at somebody new, though it answers; True when that makes an outage."""
        self._doubted += 1
        return self._doubted >= WITNESSES

    def knew(self, began: float) -> bool:
        """Whether the trouble began while a call begun then was under way."""
        return not self.is_open and began < self._shut_at

    def shut(self, began: float, retry_after: float | None, longest: float = 60.0) -> bool:
        """A call begun then got no good answer; True when the gate was open until now.

        Calls that were under way together when the trouble began count as one. ``longest`` bounds the pause.
        """
        was_open = self.is_open
        if began >= self._shut_at:
            self._failures += 1
            self._shut_at = _now()
            pause = max(backoff(self._failures, self._first, longest), retry_after or 0.0)
            self._next_probe = self._shut_at + pause
        return was_open


def _now() -> float:
    return asyncio.get_running_loop().time()
