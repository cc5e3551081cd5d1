"""What leaves in which order: one lane for each person, channel or post, and many lanes side by side."""

import asyncio
from collections import deque
from collections.abc import Sequence

from bot.outbox.letters import Letter

Lane = str
"""The person, channel or post that its messages are for; ids are nowhere the same."""
LANE_MAX = 25
"""How many messages of one lane wait in memory at most."""


class Lanes:
    """Messages in memory, each lane’s in order; a lane is worked on by one worker at a time, and takes turns."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, deque[Letter]] = {}
        self._letters: dict[str, Letter] = {}
        self._ready: asyncio.Queue[Lane] = asyncio.Queue()
        self._busy: set[Lane] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._letters)

    def put(self, letter: Letter) -> None:
        """Let a message wait for its turn; one that waits already keeps its place, and has the new lease."""
        lane, waits = letter.target, self._letters.get(letter.message.id)
        if waits is not None and not (lane in self._busy and waits is self._lanes[lane][0]):
            waits.renew_as(letter)
            return
        if lane not in self._lanes:
            self._lanes[lane] = deque()
            self._ready.put_nowait(lane)
        self._lanes[lane].append(letter)
        self._letters[letter.message.id] = letter
        self._idle.clear()

    async def next(self) -> tuple[Lane, Letter]:
        """Take a lane, waiting for one, and its first message; it stays taken until that is ``done``."""
        while True:
            lane = await self._ready.get()
            if lane in self._lanes and lane not in self._busy:
                self._busy.add(lane)
                return lane, self._lanes[lane][0]

    def done(self, lane: Lane) -> None:
        """The first message of a taken lane needs nothing more here; the lane goes behind the others."""
        self._forget(self._lanes[lane].popleft())
        self._busy.discard(lane)
        if self._lanes[lane]:
            self._ready.put_nowait(lane)
        else:
            self._drop(lane)

    def holds(self, lane: Lane) -> bool:
        """Whether something waits in it."""
        return lane in self._lanes

    def targets(self) -> list[Lane]:
        """The lanes that have something in them."""
        return list(self._lanes)

    def full(self) -> list[Lane]:
        """The lanes to which no more should be brought into memory: it is for all."""
        return [lane for lane, letters in self._lanes.items() if len(letters) >= LANE_MAX]

    def is_full(self, lane: Lane) -> bool:
        """Whether it is one of these."""
        return len(self._lanes.get(lane, ())) >= LANE_MAX

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
                self._drop(lane)
        for letter in out:
            self._forget(letter)
        return out

    def all(self) -> Sequence[Letter]:
        """Everything still here."""
        return [letter for letters in self._lanes.values() for letter in letters]

    async def empty(self) -> None:
        """Wait until nothing is left."""
        await self._idle.wait()

    def _forget(self, letter: Letter) -> None:
        if self._letters.get(letter.message.id) is letter:
            del self._letters[letter.message.id]

    def _drop(self, lane: Lane) -> None:
        del self._lanes[lane]
        if not self._lanes:
            self._idle.set()
