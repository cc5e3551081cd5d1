"""The makers: they take what was ordered, make it and send it, two orders at once, beside the outbox’s workers.

People take turns: one order of each at a time, and nobody’s second before everybody’s first.
"""

import asyncio
from contextlib import suppress

import structlog

from bot.orders.attempt import Attempt
from bot.orders.folders import Folders
from bot.orders.held import Held, Lost
from bot.orders.workshop import Workshop
from bot.outbox import LEASE, Outbox
from bot.outbox.gate import Gate
from bot.steps import Steps
from storage import orders as table
from storage.outbox import Outgoing

log = structlog.get_logger()

MADE_AT_ONCE = 2
LOOK_ANYWAY = 30.0
"""Seconds after which the table is looked at anyway: another replica may have died at its work."""
DATABASE_RETRY = 1.0
"""Seconds until a database that did not answer is asked again."""
BETWEEN_LOOKS = 0.05
"""Seconds between two looks at least."""
SERVED_MAX = 200
"""Of how many people it is known at most that they had their turn in this round."""
BEAT = LEASE.total_seconds() / 4
"""Seconds after which a lease is renewed."""


class Makers:
    """``outbox`` tells when something was ordered; ``first`` is the first pause in seconds after a failure."""

    def __init__(self, outbox: Outbox, workshop: Workshop, folders: Folders, *, first: float = 1.0) -> None:
        self._outbox = outbox
        self._workshop = workshop
        self._folders = folders
        self._steps = Steps(workshop.database)
        self._clock = workshop.clock
        self._gate = Gate(first)
        self._attempt = Attempt(workshop, folders, self._gate, first)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._turn: dict[str, None] = {}
        self._loop: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no order is being worked on."""
        return not self._busy

    def start(self) -> None:
        """Begin, with what an earlier run left."""
        self._loop = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop at once: what is unfinished goes back to the table, and what is on its way is found by the next try."""
        tasks = [t for t in (self._loop, *self._busy.values()) if t]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._steps.wait()
        self._folders.close()

    async def _watch(self) -> None:
        while True:
            self._outbox.ordered.clear()
            try:
                pause = await self._look()
            except Exception:
                log.warning("orders_unreadable", exc_info=True)
                pause = DATABASE_RETRY
            with suppress(TimeoutError):
                async with asyncio.timeout(max(pause, BETWEEN_LOOKS)):
                    await self._outbox.ordered.wait()

    async def _look(self) -> float:
        """Take one order if a hand is free; the seconds until the next look."""
        if (shut := self._gate.wait()) > 0:
            return shut
        if len(self._busy) >= (MADE_AT_ONCE if self._gate.is_open else 1):
            return LOOK_ANYWAY  # who is done calls
        now, busy = self._clock(), list(self._busy)
        row = await self._steps.run(lambda db: table.take(db, now, now + LEASE, busy, list(self._turn)))
        if row is not None:
            self._serve(row.target)
            self._busy[row.target] = asyncio.create_task(self._work(row))
            return 0.0
        following = await self._steps.run(lambda db: table.next_due(db, busy), writes=False)
        return min(LOOK_ANYWAY, max(0.0, (following - now).total_seconds())) if following else LOOK_ANYWAY

    def _serve(self, person: str) -> None:
        """Somebody’s turn has come; when all who wait had one, the next round begins."""
        if person in self._turn:
            self._turn.clear()
        self._turn[person] = None
        if len(self._turn) > SERVED_MAX:
            del self._turn[next(iter(self._turn))]

    async def _work(self, row: Outgoing) -> None:
        held = Held(row, self._steps, self._workshop)
        me = asyncio.current_task()
        assert me is not None
        beating = asyncio.create_task(_beat(held, me))
        try:
            await self._attempt.run(held)
        except Lost:
            log.warning("order_lost", attempts=row.attempts)
        except asyncio.CancelledError:
            with suppress(Exception):  # the lease ends by itself
                await held.give_back()
            raise
        except Exception:
            # The database, most likely: the order is due again when its lease ends.
            log.warning("order_broken", attempts=row.attempts, exc_info=True)
        finally:
            beating.cancel()
            del self._busy[row.target]
            self._outbox.ordered.set()


async def _beat(held: Held, work: asyncio.Task[None]) -> None:
    """Keep the lease while the work lasts; stop the work when another replica has it."""
    while True:
        await asyncio.sleep(BEAT)
        try:
            await held.keep()
        except Lost:
            work.cancel()
            return
        except Exception:
            log.warning("lease_not_renewed", exc_info=True)
