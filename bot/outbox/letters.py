"""A message in the hands of this process, and until when it is nobody else’s."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.acts import AddMembers
from storage.outbox import LEASE, Outgoing


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

    @property
    def takes_long(self) -> bool:
        """Whether it may take more than a moment: files are brought along, or many people into a channel."""
        return bool(self.message.content.get("files")) or self.message.content.get("act") == AddMembers.__name__

    def is_mine_for(self, needed: timedelta) -> bool:
        """Whether the lease lasts as long."""
        return self.mine_until - _loop_time() >= needed.total_seconds()

    def renew(self, not_before: datetime) -> None:
        """The lease is a whole one again; the row says so."""
        self.message.not_before = not_before
        self.mine_until = _loop_time() + LEASE.total_seconds()

    def renew_as(self, other: "Letter") -> None:
        """The same message was taken again, its lease being over."""
        self.message.not_before = other.message.not_before
        self.mine_until, self.again = other.mine_until, True


def is_leased(message: Outgoing) -> bool:
    """Whether a message just written is in the hands of this process; another lies in the table until it is due."""
    return message.not_before is not None and message.not_before > message.created_at


def written(message: Outgoing, now: datetime) -> Letter:
    """What this process wrote a moment ago, and surely nobody sent."""
    left = message.not_before - now if message.not_before else timedelta()
    return Letter(message, _loop_time() + min(left, LEASE).total_seconds(), again=False)


def taken(message: Outgoing, *, again: bool = True) -> Letter:
    """What this process took from the table just now."""
    return Letter(message, _loop_time() + LEASE.total_seconds(), again)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
