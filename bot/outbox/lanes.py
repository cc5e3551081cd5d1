"""What leaves in which order: one lane for each person, channel or post, and many lanes side by side."""

import asyncio
from collections import deque
from collections.abc import Sequence

from bot.outbox.letters import Letter
from storage.outbox import Where

Lane = tuple[Where, str]
LANE_MAX = 25
"""How many messages of one lane wait in memory at most."""


class Lanes:
    """Messages in memory, each lane’s in order; a lane is worked on by one worker at a time."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, deque[Letter]] = {}
        self._ready: asyncio.Queue[Lane] = asyncio.Queue()
        self._busy: set[Lane] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, letter: Letter) -> None:
        """Let a message wait for its turn."""
        lane = (letter.message.where, letter.target)
        if lane not in self._lanes:
            self._lanes[lane] = deque()
            self._ready.put_nowait(lane)
        self._lanes[lane].append(letter)
        self._size += 1
        self._idle.clear()

    async def next(self) -> Lane:
        """Take a lane with something in it, waiting for one; ``done`` every message, or the lane stays taken."""
        while True:
            lane = await self._ready.get()
            if lane in self._lanes and lane not in self._busy:
                self._busy.add(lane)
                return lane

    def head(self, lane: Lane) -> Letter | None:
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

    def full(self) -> list[str]:
        """The targets for which no more should be brought into memory: it is for all."""
        return [target for (_, target), letters in self._lanes.items() if len(letters) >= LANE_MAX]

    def is_full(self, letter: Letter) -> bool:
        """Whether its lane is one of these."""
        return len(self._lanes.get((letter.message.where, letter.target), ())) >= LANE_MAX

    def clear(self, *lanes: Lane) -> Sequence[Letter]:
        """Take out all that nobody is at, of these lanes or of all."""
        out: list[Letter] = []
        for lane in lanes or list(self._lanes):
            letters = self._lanes[lane]
            kept = [letters.popleft()] if lane in self._busy and letters else []
            out += letters
            letters.clear()
            letters.extend(kept)
            if lane not in self._busy:
                del self._lanes[lane]
        self._size -= len(out)
        if not self._lanes:
            self._idle.set()
        return out

    def all(self) -> Sequence[Letter]:
        """Everything still here."""
        return [letter for letters in self._lanes.values() for letter in letters]

    async def empty(self) -> None:
        """Wait until nothing is left."""
        await self._idle.wait()
