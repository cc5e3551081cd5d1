"""A message in the hands of this process, and until when it is nobody else’s."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.outbox import Outgoing

LEASE = timedelta(seconds=20)
"""For how long a message belongs to the replica that wrote or took it."""


@dataclass(slots=True)
class Letter:
    """``mine_until`` is when the lease ends, in the seconds of the event loop: the clock on the wall may be set back
    while a message waits its turn. ``again`` says that another try may have made the post already."""

    message: Outgoing
    mine_until: float
    again: bool = True

    @property
    def target(self) -> str:
        """The person, channel or post it is for."""
        return self.message.target

    def is_mine_for(self, needed: timedelta) -> bool:
        """Whether the lease lasts as long."""
        return self.mine_until - _loop_time() >= needed.total_seconds()

    def renewed(self, not_before: datetime) -> None:
        """The lease is a whole one again; the row says so."""
        self.message.not_before = not_before
        self.mine_until = _loop_time() + LEASE.total_seconds()


def written(message: Outgoing, now: datetime) -> Letter:
    """What this process wrote a moment ago, and surely nobody sent."""
    left = message.not_before - now if message.not_before else timedelta()
    return Letter(message, _loop_time() + min(left, LEASE).total_seconds(), again=False)


def taken(message: Outgoing) -> Letter:
    """What this process took from the table just now."""
    return Letter(message, _loop_time() + LEASE.total_seconds())


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
