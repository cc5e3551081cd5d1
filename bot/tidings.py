"""Telling features what became of what they sent: each end once, in the handler’s own transaction."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admission import Admission, Machine
from bot.context import Request
from bot.errors import UserError, passes
from bot.events import Delivered, Undelivered
from bot.features import Key, Trigger
from bot.hearing import NotHeardError, nobody
from bot.logs import begin_request
from bot.outbox import Outbox
from bot.replies import Reply, as_list
from bot.rounds import Pauses, Rounds
from bot.transactions import Transactions
from bot.writer import Row
from storage import outbox as table
from storage.outbox import Outgoing

log = structlog.get_logger()

Outcome = Delivered | Undelivered

TOLD_AT_ONCE = 50
LOOK_ANYWAY = 30.0
"""Seconds after which the table is looked at anyway: another replica may have died before it told."""
TRIES_MAX = 3
"""So often a handler that fails is run again; then nobody is told."""
BETWEEN_TRIES = 2.0
PAUSES = Pauses(breath=0.05, after_fault=1.0)


class ToldBeforeError(Exception):
    """Another replica told it meanwhile: what was done here is undone."""


def hearers(triggers: Mapping[Key, Trigger]) -> frozenset[str]:
    """The features that hear what became of what they sent."""
    return frozenset(t.feature for t in triggers.values() if t.payload in (Delivered, Undelivered))


class Tidings:
    """Runs the handlers of ``Delivered`` and ``Undelivered`` of the feature that sent a message."""

    def __init__(self, triggers: Mapping[Key, Trigger], machine: Machine, outbox: Outbox) -> None:
        self._triggers = [t for t in triggers.values() if t.payload in (Delivered, Undelivered)]
        self._m = machine
        self._admission = Admission(machine)
        self._transactions = Transactions(machine.database)
        self._failures: Counter[str] = Counter()
        self._later: set[str] = set()
        self._rounds = Rounds("news", self._look, PAUSES, outbox.news)

    async def run(self) -> None:
        """Tell whatever is to be told, for ever."""
        if self._triggers:
            await self._rounds.run()

    async def wait(self) -> None:
        """Wait for the steps of a run that was cancelled."""
        await self._transactions.wait()

    async def _look(self) -> float:
        """Tell what is to be told now; the seconds until the next look."""
        later = list(self._later)
        found = await self._transactions.run(lambda db: table.news(db, TOLD_AT_ONCE, later), writes=False)
        for message in found:
            await self._tell(message)
        if found:
            return 0.0
        self._later.clear()
        return BETWEEN_TRIES if later else LOOK_ANYWAY

    async def tell_of(self, message_id: str) -> None:
        """Tell of one end now, if that is still to be done. Raises NotHeardError where it cannot be for the moment."""
        for _ in range(TRIES_MAX + 1):
            message = await self._transactions.run(lambda db: table.untold(db, message_id), writes=False)
            if message is None:
                return
            await self._tell(message)
            if message.id in self._later:
                await asyncio.sleep(BETWEEN_TRIES)
        raise NotHeardError

    async def _tell(self, message: Outgoing) -> None:
        """Tell of one end; what fails is told again later, and keeps no other waiting."""
        begin_request()
        try:
            messages = await self._transactions.run(lambda db: self._handle(db, message))
        except ToldBeforeError:
            return
        except UserError:
            await self._transactions.run(lambda db: table.told(db, message, self._m.clock()))
            return
        except Exception as problem:
            await self._put_off(message, problem)
            return
        del self._failures[message.id]
        self._m.delivery.hurry(messages)
        self._m.watching.touch(message.tells or "")

    async def _handle(self, db: AsyncSession, message: Outgoing) -> Sequence[Row]:
        """One transaction: what the handlers write, what they answer, and that they were told."""
        event, channel_id = _event(message), message.channel_id or ""
        answers: list[tuple[Request, Sequence[Reply]]] = []
        for trigger in self._triggers:
            if trigger.feature == message.tells and isinstance(event, trigger.payload or ()):
                request = Request("event", trigger.key[1], "", channel_id, crowd=message.crowd)
                context = self._admission.context(nobody(self._m.clock()), request, db)
                answers.append((request, as_list(await trigger.handler(context, event))))
        if not await table.told(db, message, self._m.clock()):
            raise ToldBeforeError
        prepare, sender = self._m.delivery.prepare, message.tells or ""
        return [row for request, replies in answers for row in await prepare(db, replies, request, sender)]

    async def _put_off(self, message: Outgoing, problem: Exception) -> None:
        """Again and again while the database or Mattermost is away, a few times where the handler is at fault."""
        self._failures[message.id] += 0 if passes(problem) else 1
        given_up = self._failures[message.id] >= TRIES_MAX
        log.error("event_failed", name=type(_event(message)).__name__, given_up=given_up, exc_info=problem)
        if given_up:
            del self._failures[message.id]
            await self._transactions.run(lambda db: table.told(db, message, self._m.clock()))
        else:
            self._later.add(message.id)


def _event(message: Outgoing) -> Outcome:
    """What its sender is told. A refusal that this version does not know is none that is told apart."""
    topic = message.topic or ""
    if message.fault is None:
        kept_out = message.content.get("kept_out", {})
        return Delivered(
            topic=topic, post_id=message.post_id or "", channel_id=message.channel_id or "", kept_out=kept_out
        )
    return Undelivered(topic=topic, refusal=message.content.get("refusal"))
