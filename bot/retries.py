"""When to look and to try again: growing pauses, a gate for a server that is down, leases kept, tables polled."""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.errors import ChatError
from bot.mattermost import Mattermost
from bot.tasks import wait_at_most
from storage.claims import LEASE

log = structlog.get_logger()

RENEWED_EVERY = LEASE / 4
"""After how long it is renewed."""


class LeaseLostError(Exception):
    """Another replica has the work or the message now, or it was cancelled."""


@contextmanager
def lease_kept(renew: Callable[[], Awaitable[bool]], lost: Callable[[], object]) -> Iterator[None]:
    """Renew a lease again and again while the block lasts; once that finds that another has it, call ``lost``.

    While the database is away the lease is not lost: another may take it once it has ended.
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
    """Seconds to wait after so many failed tries: first, twice that …, longest; spread, so that none meet."""
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
    """Targets by the failures in a row, each resting after the first few so that its messages keep their order.

    ``first`` is the first rest in seconds.
    """

    def __init__(self, first: float) -> None:
        self._first = first
        self._about: OrderedDict[str, _Doubt] = OrderedDict()

    def add(self, target: str) -> bool:
        """Note that the server failed at a message for it; True when it had not before."""
        doubt = self._about.setdefault(target, _Doubt())
        self._about.move_to_end(target)
        if len(self._about) > DOUBTS_MAX:
            self._about.popitem(last=False)
        doubt.times += 1
        if doubt.times <= RESTS_MAX:
            doubt.until = _now() + backoff(doubt.times, self._first)
        return doubt.times == 1

    def pause(self, target: str, seconds: float) -> None:
        """Send nothing to a target for so many seconds: something else comes first."""
        self._about.setdefault(target, _Doubt()).until = _now() + seconds

    def clear(self, target: str) -> None:
        """A message for it was taken."""
        self._about.pop(target, None)

    def all(self) -> list[str]:
        """Every target in doubt."""
        return list(self._about)

    def rests(self, target: str) -> bool:
        """Return whether nothing is sent to it for the moment."""
        doubt = self._about.get(target)
        return doubt is not None and doubt.until > _now()

    def resting(self) -> list[str]:
        """The targets to which nothing is sent for the moment."""
        now = _now()
        return [target for target, doubt in self._about.items() if doubt.until > now]

    def wait(self, longest: float) -> float:
        """Seconds until the next of them has rested, at most so many."""
        now = _now()
        return min((d.until - now for d in self._about.values() if d.until > now), default=longest)


def _now() -> float:
    return asyncio.get_running_loop().time()


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
    """Return when to try again what was refused: after 1, 4, 16, 64 minutes, then every 4 hours; None after a day."""
    wait = timedelta(minutes=min(4 ** min(attempts, 4), 240))
    return now + wait if now + wait <= created_at + GIVEN_UP_AFTER else None


def next_own_try(attempts: int, created_at: datetime, now: datetime, first: float) -> datetime:
    """Return when to try again what the server fails at, though it answers others: nobody said no, so it is never given
    up."""
    if attempts < WORN:
        return now + timedelta(seconds=backoff(attempts + 1, first))
    return next_try(attempts, created_at, now) or now + GIVEN_UP_AFTER


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

    def note_answer(self) -> bool:
        """Note that the server answers; True when it did not before."""
        was_shut = not self.is_open
        self._failures = self._doubted = 0
        return was_shut

    def note_doubt(self) -> bool:
        """The server failed at somebody new, though it answers; True when that makes an outage."""
        self._doubted += 1
        return self._doubted >= WITNESSES

    def was_known(self, began: float) -> bool:
        """Return whether the trouble began while a call begun then was under way."""
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

    def shut_by(self, error: ChatError, began: float) -> None:
        """Shut it for a call begun then that failed so, and log that Mattermost is away if that was not known."""
        if self.shut(began, error.retry_after):
            log.warning("mattermost_away", status=error.status, error_id=error.error_id)


async def is_away(chat: Mattermost, error: ChatError) -> bool:
    """Return whether Mattermost takes nothing at all: it said so, or answers no other question either."""
    return error.status in {401, 429} or (error.may_pass and not await chat.answers())


LOOK_ANYWAY = 30.0
"""Seconds after which a table is looked at anyway: another replica may have died at its work."""
NOT_LEADING = 5.0
"""Seconds until it is asked again whether this replica may take what another could do."""


def wait_before_look(gate: Gate, leads: Callable[[], bool]) -> float:
    """Seconds until this replica may take anything from a table; 0 when now."""
    return gate.wait() or (0.0 if leads() else NOT_LEADING)


@dataclass(frozen=True, slots=True)
class PollerPauses:
    """The pauses of a poller in seconds: between two looks at least, and after a look that failed (the database, most
    likely)."""

    breath: float
    after_fault: float


class TablePoller:
    """Calls ``look`` for ever; it returns the seconds until the next look is needed. ``name`` is for the log."""

    def __init__(
        self, name: str, look: Callable[[], Awaitable[float]], pauses: PollerPauses, call: asyncio.Event | None = None
    ) -> None:
        self._name = name
        self._look = look
        self._pauses = pauses
        self.call = call or asyncio.Event()
        """Set when the table is worth a look at once."""

    async def run(self) -> None:
        """Look, sleep, look."""
        while True:
            self.call.clear()
            try:
                pause = await self._look()
            except Exception:
                log.warning("table_unreadable", table=self._name, exc_info=True)
                pause = self._pauses.after_fault
            await wait_at_most(self.call, max(pause, self._pauses.breath))


async def run_when_due(due: asyncio.Event, work: Callable[[], Awaitable[bool]], pause: Callable[[int], float]) -> None:
    """Work whenever ``due`` is set, for ever. Where ``work`` says that it failed, it is called again after a pause,
    in seconds by how often it has failed in a row."""
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
