"""A websocket as the hub sees it: the numbers of its events, and what to send again after a cut."""

import asyncio
import time
from collections import deque

from sandbox.ids import new_id

KEPT_SENT = 128
"""How many events already sent can be sent again."""
KEPT_WAITING = 256
"""How many events wait for a connection that was cut."""
LOST_AFTER = 300.0
"""Seconds after which a cut connection is forgotten."""


class Connection:
    """An authenticated websocket, or one that was cut and may come back."""

    def __init__(self, user_id: str, token_id: str) -> None:
        self.id = new_id()
        self.user_id = user_id
        self.token_id = token_id
        self.deaf = False
        """Whether the connection gets nothing more: its token or its person was removed."""
        self.outbox: asyncio.Queue[str | None] | None = None
        """The queue of what is to be written; None in it closes the socket; there is no queue while it is cut."""
        self._next = 0
        self._kept: deque[tuple[int, str]] = deque()
        self._waiting = 0
        self._cut_at = 0.0

    def attach(self) -> "asyncio.Queue[str | None]":
        """Start writing to a new socket."""
        self.outbox = asyncio.Queue()
        self._waiting = 0
        return self.outbox

    def detach(self, outbox: "asyncio.Queue[str | None]") -> None:
        """Note that the socket of an outbox was cut; events are kept from now on, unless another socket came
        meanwhile."""
        if self.outbox is outbox:
            self.outbox = None
            self._cut_at = time.monotonic()

    def is_lost(self) -> bool:
        """Tell whether a cut connection can no longer come back."""
        cut = self.outbox is None
        return cut and (time.monotonic() - self._cut_at > LOST_AFTER or self._waiting > KEPT_WAITING)

    def send_event(self, frame: str) -> None:
        """Number an event and send it, or keep it while the connection is cut."""
        if self.deaf:
            return
        text = f"{frame}{self._next}}}"
        self._kept.append((self._next, text))
        self._next += 1
        if self.outbox is not None:
            self.outbox.put_nowait(text)
        else:
            self._waiting += 1
        while len(self._kept) > KEPT_SENT + self._waiting:
            self._kept.popleft()

    def send_reply(self, text: str) -> None:
        """Send the answer to an action; answers have no number."""
        if self.outbox is not None:
            self.outbox.put_nowait(text)

    def missed_since(self, number: int) -> list[str] | None:
        """Return the events from a number on; None where they are no longer (or not yet) known."""
        first = self._kept[0][0] if self._kept else self._next
        if not first <= number <= self._next:
            return None
        return [text for known, text in self._kept if known >= number]
