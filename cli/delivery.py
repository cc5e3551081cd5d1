"""Messages of the operator’s commands: stored like the bot’s, and sent by an outbox beside it or alone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Request
from bot.links import Links
from bot.mattermost import Mattermost, outside_transactions
from bot.outbox import Outbox, OutboxOptions
from bot.outbox_rows import OutgoingWriter, RegisteredHandlers
from bot.renderers import MessageRenderer
from bot.replies import Reply
from bot.retries import ClockSkew
from bot.tasks import RateLimit, loop_time
from cli.checks import open_client
from cli.errors import OperatorError
from cli.terminal import ProgressBar
from config.settings import Settings
from storage import outbox
from storage.database import Database
from storage.outbox import DeliveryTally, Outgoing

BETWEEN_LOOKS = 0.2


@dataclass(frozen=True, slots=True)
class Office:
    """What a command needs to deliver messages."""

    settings: Settings
    database: Database
    chat: Mattermost
    budget: RateLimit
    clock: Callable[[], datetime]


@asynccontextmanager
async def open_office(settings: Settings, database: Database, clock: Callable[[], datetime]) -> AsyncIterator[Office]:
    """Open Mattermost, with the clock that replicas share. Raises OperatorError if settings are missing."""
    if missing := settings.missing():
        raise OperatorError(f"Réglages manquants : {', '.join(missing)}. « coop-bot setup » les écrit.", code=2)
    skew, budget = ClockSkew(database), RateLimit(settings.work_calls)
    await skew.look()
    async with open_client(settings.mattermost_url, settings.bot_token.get_secret_value(), budget) as client:
        chat: Mattermost = outside_transactions(Mattermost(client, settings.team))
        yield Office(settings, database, chat, budget, skew.corrected(clock))


@dataclass(frozen=True, slots=True)
class Pen:
    """Stores messages as the bot does in long work."""

    settings: Settings
    clock: Callable[[], datetime]
    feature: str

    async def rows(self, db: AsyncSession, replies: Sequence[Reply], work: str) -> Sequence[Outgoing]:
        """Return the rows of messages that such work would send."""
        cards = MessageRenderer(Links(self.settings.secrets), self.settings.public_url)
        writer, request = OutgoingWriter(cards, self.clock, RegisteredHandlers()), Request("work", work, crowd=True)
        rows = [row for each in replies for row in await writer.rows(db, each, request, self.feature)]
        return [row for row in rows if isinstance(row, Outgoing)]


async def deliver(office: Office, topics: Collection[str], progress: ProgressBar, patience: float) -> DeliveryTally:
    """Send the stored messages of these topics and return their state, once all have arrived or nothing has changed for
    that many seconds."""
    way = Outbox(office.database, office.chat, office.clock, options=OutboxOptions(budget=office.budget, visits=True))
    await way.start()
    way.look()
    try:
        return await _wait_for_arrival(office, topics, progress, patience)
    finally:
        await way.drain()


async def _wait_for_arrival(
    office: Office, topics: Collection[str], progress: ProgressBar, patience: float
) -> DeliveryTally:
    last, changed_at = DeliveryTally(), loop_time()
    while True:
        async with office.database.transaction(writes=False) as db:
            tally = await outbox.tally(db, topics, office.clock())
        if tally != last:
            last, changed_at = tally, loop_time()
        progress.at(tally.arrived)
        if not tally.waiting or loop_time() - changed_at > patience:
            progress.end()
            return tally
        await asyncio.sleep(BETWEEN_LOOKS)
