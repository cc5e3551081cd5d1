"""What leaves in which order: one lane for each person, channel or post, and many lanes side by side."""

import asyncio
from collections import deque
from collections.abc import Sequence

from storage.outbox import Outgoing, Where

Lane = tuple[Where, str]


class Lanes:
    """Messages in memory, each lane’s in order; a lane is worked on by one worker at a time."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, deque[Outgoing]] = {}
        self._ready: asyncio.Queue[Lane] = asyncio.Queue()
        self._busy: set[Lane] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, message: Outgoing) -> None:
        """Let a message wait for its turn."""
        lane = (message.where, message.target)
        if lane not in self._lanes:
            self._lanes[lane] = deque()
            self._ready.put_nowait(lane)
        self._lanes[lane].append(message)
        self._size += 1
        self._idle.clear()

    async def next(self) -> Lane:
        """Take a lane with something in it, waiting for one; ``done`` every message, or the lane stays taken."""
        while True:
            lane = await self._ready.get()
            if lane in self._lanes and lane not in self._busy:
                self._busy.add(lane)
                return lane

    def head(self, lane: Lane) -> Outgoing | None:
        """The first message of a taken lane; None gives the lane back."""
        if self._lanes[lane]:
            return self._lanes[lane][0]
        del self._lanes[lane]
        self._busy.discard(lane)
        if not self._lanes:
            self._idle.set()
        return None

    def done(self, lane: Lane) -> None:
        """The first message of a taken lane needs nothing more here."""
        self._lanes[lane].popleft()
        self._size -= 1

    def clear(self) -> Sequence[Outgoing]:
        """Take out all that nobody is at."""
        out: list[Outgoing] = []
        for lane, messages in list(self._lanes.items()):
            kept = [messages.popleft()] if lane in self._busy and messages else []
            out += messages
            messages.clear()
            messages.extend(kept)
            if lane not in self._busy:
                del self._lanes[lane]
        self._size -= len(out)
        if not self._lanes:
            self._idle.set()
        return out

    def all(self) -> Sequence[Outgoing]:
        """Everything still here."""
        return [m for messages in self._lanes.values() for m in messages]

    async def empty(self) -> None:
        """Wait until nothing is left."""
        await self._idle.wait()
