"""Polling and retries: growing pauses, a gate for a server that is down, renewed leases, polled tables; and how far
this machine’s clock, by which leases are taken, is from the database’s, which all replicas share."""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clock import utc_now
from bot.errors import ChatError
from bot.mattermost import Mattermost
from bot.metrics import CLOCK_AHEAD
from bot.tasks import loop_time, wait_at_most
from storage.claims import LEASE
from storage.database import Database
from storage.engines import AWAY

log = structlog.get_logger()

RENEWED_EVERY = LEASE / 4
"""How often a replica renews the lease of what it works on."""


class LeaseLostError(Exception):
    """Another replica has taken over the work or message, or it was cancelled."""


@contextmanager
def lease_kept(renew: Callable[[], Awaitable[bool]], lost: Callable[[], object]) -> Iterator[None]:
    """Renew a lease again and again during the block; if another replica has it, call ``lost``.

    While the database is away the lease is kept: another replica can take it only after its end.
    """
    renewing = asyncio.create_task(_keep_lease(renew, lost))
    try:
        yield
    finally:
        renewing.cancel()


async def _keep_lease(renew: Callable[[], Awaitable[bool]], lost: Callable[[], object]) -> None:
    while True:
        await asyncio.sleep(RENEWED_EVERY.total_seconds())
        try:
            mine = await renew()
        except Exception:
            log.warning("lease_not_renewed", exc_info=True)
            continue
        if not mine:
            lost()
            return


def backoff(tries: int, first: float, longest: float = 60.0) -> float:
    """Return the seconds to wait after that many failures: doubling from ``first`` up to ``longest``, with jitter."""
    spread = random.uniform(0.8, 1.2)  # noqa: S311 (a spread, no secret)
    return float(min(longest, first * 2 ** min(tries - 1, 16)) * spread)


RESTS_MAX = 3
"""How often in a row a lane waits for a message that the server failed at; then what comes after passes it."""
DOUBTS_MAX = 1000


@dataclass(slots=True)
class _Doubt:
    times: int = 0
    until: float = 0.0


class Doubts:
    """Targets by their consecutive failures. Each pauses after the first few, so that its messages keep their order.

    ``first`` is the first pause in seconds.
    """

    def __init__(self, first: float) -> None:
        self._first = first
        self._about: OrderedDict[str, _Doubt] = OrderedDict()

    def add(self, target: str) -> bool:
        """Record a failure for a target; return True if it is the first."""
        doubt = self._about.setdefault(target, _Doubt())
        self._about.move_to_end(target)
        if len(self._about) > DOUBTS_MAX:
            self._about.popitem(last=False)
        doubt.times += 1
        if doubt.times <= RESTS_MAX:
            doubt.until = loop_time() + backoff(doubt.times, self._first)
        return doubt.times == 1

    def pause(self, target: str, seconds: float) -> None:
        """Pause a target for that many seconds, because something else comes first."""
        self._about.setdefault(target, _Doubt()).until = loop_time() + seconds

    def clear(self, target: str) -> None:
        """Record a success for a target."""
        self._about.pop(target, None)

    def all(self) -> list[str]:
        """Return all targets in doubt."""
        return list(self._about)

    def rests(self, target: str) -> bool:
        """Return whether a target is paused."""
        doubt = self._about.get(target)
        return doubt is not None and doubt.until > loop_time()

    def resting(self) -> list[str]:
        """Return the paused targets."""
        now = loop_time()
        return [target for target, doubt in self._about.items() if doubt.until > now]

    def wait(self, longest: float) -> float:
        """Return the seconds until the next pause ends, at most ``longest``."""
        now = loop_time()
        return min((d.until - now for d in self._about.values() if d.until > now), default=longest)


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


def next_try(attempts: int, created_at: datetime, now: datetime) -> datetime | None:
    """Return when to retry a refused message: after 1, 4, 16 and 64 minutes, then every 4 hours; None after a day."""
    wait = timedelta(minutes=min(4 ** min(attempts, 4), 240))
    return now + wait if now + wait <= created_at + GIVEN_UP_AFTER else None


def next_own_try(attempts: int, created_at: datetime, now: datetime, first: float) -> datetime:
    """Return when to retry a message at which the server fails though it accepts others; it is never given up."""
    if attempts < WORN:
        return now + timedelta(seconds=backoff(attempts + 1, first))
    return next_try(attempts, created_at, now) or now + GIVEN_UP_AFTER


class Gate:
    """Open while Mattermost answers; when closed, a single probe may pass after each pause.

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
        """Whether messages may be sent as they come."""
        return self._failures == 0

    def wait(self) -> float:
        """Return the seconds until a call may pass; 0 for now."""
        return 0.0 if self.is_open else max(0.0, self._next_probe - loop_time())

    def note_answer(self) -> bool:
        """Record that the server answers; return True if it did not before."""
        was_shut = not self.is_open
        self._failures = self._doubted = 0
        return was_shut

    def note_doubt(self) -> bool:
        """Record a failure for a new target although the server answers; return True if that makes an outage."""
        self._doubted += 1
        return self._doubted >= WITNESSES

    def was_known(self, began: float) -> bool:
        """Return whether a call begun then was under way when the outage began."""
        return not self.is_open and began < self._shut_at

    def shut(self, began: float, retry_after: float | None, longest: float = 60.0) -> bool:
        """Record that a call begun then failed; return True if the gate was open.

        Calls that were under way together when the outage began count as one failure. ``longest`` bounds the pause.
        """
        was_open = self.is_open
        if began >= self._shut_at:
            self._failures += 1
            self._shut_at = loop_time()
            pause = max(backoff(self._failures, self._first, longest), retry_after or 0.0)
            self._next_probe = self._shut_at + pause
        return was_open

    def shut_by(self, error: ChatError, began: float) -> None:
        """Close the gate for a call that failed with this error, and log the outage if it is new."""
        if self.shut(began, error.retry_after):
            log.warning("mattermost_away", status=error.status, error_id=error.error_id)


async def is_away(chat: Mattermost, error: ChatError) -> bool:
    """Return whether Mattermost is down: it said so, or does not answer another question either."""
    return error.status in {401, 429} or (error.may_pass and not await chat.answers())


LOOK_ANYWAY = 30.0
"""Seconds after which a table is looked at anyway: another replica may have died at its work."""
NOT_LEADING = 5.0
"""Seconds until it is asked again whether this replica may take what another could do."""


def wait_before_look(gate: Gate, leads: Callable[[], bool]) -> float:
    """Return the seconds until this replica may take rows of a table; 0 for now."""
    return gate.wait() or (0.0 if leads() else NOT_LEADING)


@dataclass(frozen=True, slots=True)
class PollerPauses:
    """The pauses of a poller in seconds: the least between two looks, and after a failed look."""

    breath: float
    after_fault: float


class TablePoller:
    """Calls ``look`` for ever; it returns the seconds until the next look. ``name`` is for the log."""

    def __init__(
        self, name: str, look: Callable[[], Awaitable[float]], pauses: PollerPauses, call: asyncio.Event | None = None
    ) -> None:
        self._name = name
        self._look = look
        self._pauses = pauses
        self.call = call or asyncio.Event()
        """Set when the table is worth a look at once."""

    async def run(self) -> None:
        """Read the table again and again, for ever, after a pause or as soon as ``call`` is set."""
        while True:
            self.call.clear()
            try:
                pause = await self._look()
            except Exception:
                log.warning("table_unreadable", table=self._name, exc_info=True)
                pause = self._pauses.after_fault
            await wait_at_most(self.call, max(pause, self._pauses.breath))


async def run_when_due(due: asyncio.Event, work: Callable[[], Awaitable[bool]], pause: Callable[[int], float]) -> None:
    """Call ``work`` whenever ``due`` is set, for ever; after a failure, call it again after a pause that grows with
    each failure in a row."""
    failures = 0
    while True:
        await due.wait()
        due.clear()
        if await work():
            failures = 0
            continue
        due.set()
        failures += 1
        await asyncio.sleep(pause(failures))


SKEW_MAX = 60.0
"""Seconds: a replica with its clock farther off ends measures, runs jobs and takes others’ work too early or late."""
COMPARED_EVERY, ASKED_AGAIN = 10.0, 1.0
"""Seconds between two looks, and between two while nothing is known yet."""
NOISE = 1.0
"""Seconds: a clock that is put right for less would not run, and what is written after would seem written before."""


class ClockSkew:
    """Measures the offset of ``clock``, this machine’s clock. With SQLite both are the same.

    Times that replicas store for each other (leases, due times, order of events) must be the database’s: ``corrected``
    returns a clock that gives them.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self.clock = clock
        self.ahead = 0.0
        """Seconds, as last looked at; negative where this machine is behind."""
        self.taken_off = 0.0
        """Seconds by which ``corrected`` differs from this machine's time now."""
        self._is_known = database.is_sqlite

    def corrected(self, clock: Callable[[], datetime]) -> Callable[[], datetime]:
        """Return a clock of this machine, corrected by the offset."""
        return lambda: clock() - timedelta(seconds=self.taken_off)

    def leads(self) -> bool:
        """Return whether this replica may run jobs and take shared work: its clock is not too far off."""
        return abs(self.ahead) <= SKEW_MAX

    async def run(self) -> None:
        """Measure the offset again and again."""
        while True:
            await asyncio.sleep(COMPARED_EVERY if self._is_known else ASKED_AGAIN)
            await self.look()

    async def look(self) -> None:
        """Measure the offset; while the database is away, keep the last one."""
        before = self.clock()
        try:
            there = await self._database.moment()
        except AWAY:
            return
        if there is None:
            return
        led, now, self._is_known = self.leads(), self.clock(), True
        doubt = (now - before) / 2  # the answer may be from any moment in between
        self.ahead = (before + doubt - there).total_seconds()
        if abs(self.ahead - self.taken_off) > NOISE + doubt.total_seconds():
            self.taken_off = self.ahead
        CLOCK_AHEAD.set(self.ahead)
        if led and not self.leads():
            log.error("clock_off", ahead=round(self.ahead))
        elif not led and self.leads():
            log.info("clock_right", ahead=round(self.ahead))
