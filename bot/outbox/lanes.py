"""Messages in the hands of this process, in lanes that keep their order, and those it left in the table."""

import asyncio
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from bot.actions import AddMembers
from bot.tasks import loop_time
from storage.outbox import LEASE, Outgoing, queue


@dataclass(slots=True)
class LeasedMessage:
    """A message in the hands of this process. ``mine_until`` is when its lease ends, in the seconds of the event loop:
    the clock on the wall may be set back while a message waits its turn. ``again`` says that another try may have made
    the post already."""

    message: Outgoing
    mine_until: float
    again: bool = True

    @property
    def target(self) -> str:
        """The person, channel or post it is for."""
        return self.message.target

    @property
    def age(self) -> tuple[datetime, str]:
        """What messages for one target are ordered by, here as in the table."""
        return self.message.created_at, self.message.id

    @property
    def takes_long(self) -> bool:
        """Whether it may take more than a moment: files are brought along, or many people into a channel."""
        return bool(self.message.content.get("files")) or self.message.content.get("act") == AddMembers.__name__

    def is_mine_for(self, needed: timedelta) -> bool:
        """Return whether the lease lasts as long."""
        return self.mine_until - loop_time() >= needed.total_seconds()

    def renew(self, not_before: datetime) -> None:
        """Renew the lease, which the row has until then."""
        self.message.not_before = not_before
        self.mine_until = loop_time() + LEASE.total_seconds()

    def renew_as(self, other: "LeasedMessage") -> None:
        """Take over the lease of the same message, which was taken again as its own was over."""
        self.message.not_before = other.message.not_before
        self.mine_until, self.again = other.mine_until, True


def is_leased(message: Outgoing) -> bool:
    """Return whether a message just written is in the hands of this process; another lies in the table until it is
    due."""
    return message.not_before is not None and message.not_before > message.created_at


def lease_written(message: Outgoing, now: datetime) -> LeasedMessage:
    """Return what this process wrote a moment ago, and surely nobody sent."""
    left = message.not_before - now if message.not_before else timedelta()
    return LeasedMessage(message, loop_time() + min(left, LEASE).total_seconds(), again=False)


def lease_taken(message: Outgoing, *, again: bool = True) -> LeasedMessage:
    """Return what this process took from the table just now."""
    return LeasedMessage(message, loop_time() + LEASE.total_seconds(), again)


BACKLOG_MAX = 20_000
"""Of how many messages the leases are kept; those of the others end by themselves."""


class Backlog:
    """Messages that are in the table and not in memory, oldest first."""

    def __init__(self) -> None:
        self._leases: dict[str, queue.HeldLease] = {}
        """By id, when the lease of each ends: another that the row has by then is another replica’s."""
        self._targets: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._leases)

    def found(self, waiting: Mapping[str, int]) -> None:
        """Count the messages that were in the table before, by target."""
        self._targets.update(waiting)

    def add(self, letters: Iterable[LeasedMessage]) -> None:
        """Leave messages in the table, their leases to be ended."""
        for letter in letters:
            self.returned(letter)
            message = letter.message
            if len(self._leases) < BACKLOG_MAX and message.not_before:
                untried_since = None if letter.again else message.created_at
                self._leases[message.id] = queue.HeldLease(message.id, message.not_before, untried_since)

    def returned(self, letter: LeasedMessage) -> None:
        """Note that a message is back in the table, and due."""
        self._targets[letter.target] += 1

    def holds(self, target: str) -> bool:
        """Return whether something for that target is in the table: what comes later for it must wait behind."""
        return target in self._targets

    def oldest(self, count: int) -> list[queue.HeldLease]:
        """Return that many of the oldest leases, to be ended."""
        return list(islice(self._leases.values(), count))

    def released(self, leases: Iterable[queue.HeldLease]) -> None:
        """Note that these leases are ended."""
        for lease in leases:
            if self._leases.get(lease.message_id) is lease:
                del self._leases[lease.message_id]

    def taken(self, letter: LeasedMessage) -> None:
        """Note that a message was taken from the table."""
        self._targets[letter.target] -= 1
        if self._targets[letter.target] <= 0:
            del self._targets[letter.target]

    def all_taken(self, but_of: Collection[str]) -> None:
        """Note that all that was due is taken, here or elsewhere, except what is for those targets."""
        if not self._leases:
            self._targets = Counter({target: self._targets[target] for target in but_of if target in self._targets})


Lane = str
"""The person, channel or post that its messages are for; ids are nowhere the same."""
LANE_MAX = 25
"""How many messages of one lane wait in memory at most."""


class Lanes:
    """Messages in memory, each lane’s in order; a lane is worked on by one worker at a time, and takes turns."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, deque[LeasedMessage]] = {}
        self._letters: dict[str, LeasedMessage] = {}
        self._ready: asyncio.Queue[Lane] = asyncio.Queue()
        self._busy: set[Lane] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._letters)

    def put(self, letter: LeasedMessage) -> None:
        """Let a message wait for its turn, before those that were written later; one that waits already keeps its
        place, and has the new lease."""
        lane, waits = letter.target, self._letters.get(letter.message.id)
        if waits is not None and not (lane in self._busy and waits is self._lanes[lane][0]):
            waits.renew_as(letter)
            return
        if lane not in self._lanes:
            self._lanes[lane] = deque()
            self._ready.put_nowait(lane)
        waiting = self._lanes[lane]
        place, first = len(waiting), int(lane in self._busy)
        while place > first and waiting[place - 1].age > letter.age:
            place -= 1
        waiting.insert(place, letter)
        self._letters[letter.message.id] = letter
        self._idle.clear()

    async def next(self) -> tuple[Lane, LeasedMessage]:
        """Take a lane, waiting for one, and its first message; it stays taken until that is ``done``."""
        while True:
            lane = await self._ready.get()
            if lane in self._lanes and lane not in self._busy:
                self._busy.add(lane)
                return lane, self._lanes[lane][0]

    def done(self, lane: Lane) -> None:
        """Drop the first message of a taken lane, which is finished; the lane goes behind the others."""
        self._forget(self._lanes[lane].popleft())
        self._busy.discard(lane)
        if self._lanes[lane]:
            self._ready.put_nowait(lane)
        else:
            self._drop(lane)

    def holds(self, lane: Lane) -> bool:
        """Return whether something waits in a lane."""
        return lane in self._lanes

    def targets(self) -> list[Lane]:
        """List the lanes in which something waits."""
        return list(self._lanes)

    def full(self) -> list[Lane]:
        """List the lanes of which no more should be brought into memory, which is for all."""
        return [lane for lane, letters in self._lanes.items() if len(letters) >= LANE_MAX]

    def is_full(self, lane: Lane) -> bool:
        """Return whether no more of a lane should be brought into memory."""
        return len(self._lanes.get(lane, ())) >= LANE_MAX

    def clear(self, *lanes: Lane) -> Sequence[LeasedMessage]:
        """Take out and return the messages that no worker is at, of these lanes or of all."""
        out: list[LeasedMessage] = []
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

    def all(self) -> Sequence[LeasedMessage]:
        """Return all messages in memory."""
        return [letter for letters in self._lanes.values() for letter in letters]

    async def empty(self) -> None:
        """Wait until nothing is left."""
        await self._idle.wait()

    def _forget(self, letter: LeasedMessage) -> None:
        if self._letters.get(letter.message.id) is letter:
            del self._letters[letter.message.id]

    def _drop(self, lane: Lane) -> None:
        del self._lanes[lane]
        if not self._lanes:
            self._idle.set()
