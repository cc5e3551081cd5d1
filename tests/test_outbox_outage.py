"""The outbox on the embedded server: every message once, whatever the server does meanwhile."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.clock import utc_now
from bot.mattermost import AioClient, Mattermost
from bot.outbox import LEASE, Outbox
from bot.outbox.attempts import OutboxTable
from sandbox.faults import Faults
from storage import outbox
from storage.database import Database
from storage.outbox import Outgoing, TargetKind
from tests.people import Person
from tests.support.databases import sqlite_database
from tests.support.workplace import Room, make_room

__all__ = ["sqlite_database"]


TEXTS = [str(n) for n in range(40)]


room = make_room("11.2", "5.37")


@asynccontextmanager
async def at_work(room: Room, database: Database) -> AsyncIterator[Outbox]:
    """One run of the outbox, ended as SIGTERM ends it."""
    client = AioClient(room.server.url, room.token)
    worker = Outbox(database, Mattermost(client, room.site.team), utc_now, first=0.05)
    await worker.start()
    yield worker
    await worker.drain(0.2)
    await client.close()


def letter_to(person: Person, text: str) -> Outgoing:
    """A message that was just written."""
    now = utc_now()
    return Outgoing(
        id=secrets.token_hex(13),
        where=TargetKind.PERSON,
        target=person.id,
        content={"message": text, "props": {}},
        created_at=now,
        not_before=now + LEASE,
    )


async def tell(room: Room, database: Database, worker: Outbox, text: str, person: Person | None = None) -> None:
    """A handler’s transaction, then its commit."""
    message = letter_to(person or room.juliette, text)
    async with database.transaction() as db:
        await outbox.add(db, [message])
    worker.deliver_now([message])


async def all_delivered(database: Database) -> None:
    async with asyncio.timeout(60):
        while True:
            async with database.transaction(writes=False) as db:
                if not (await outbox.count_by_state(db))["waiting"]:
                    return
            await asyncio.sleep(0.05)


def away(faults: Faults) -> None:
    faults.down = True


def in_trouble(faults: Faults) -> None:
    faults.status = 503


def in_a_hurry(faults: Faults) -> None:
    faults.rate_limit(15, 15)


@pytest.mark.parametrize("trouble", [away, in_trouble, in_a_hurry])
async def test_each_message_arrives_once(trouble: Callable[[Faults], None], room: Room, database: Database) -> None:
    faults = room.server.faults
    async with at_work(room, database) as worker:
        for text in TEXTS[:10]:
            await tell(room, database, worker, text)
        trouble(faults)
        for text in TEXTS[10:30]:
            await tell(room, database, worker, text)
        await asyncio.sleep(0.3)
        faults.down, faults.status = False, None
        for text in TEXTS[30:]:
            await tell(room, database, worker, text)
        await all_delivered(database)
    faults.rate_limit(0, 0)
    assert await room.read() == TEXTS


class Held:
    """A call that ended, and of which nobody hears before ``goes_on``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rows: OutboxTable, name: str) -> None:
        self.ended, self.goes_on = asyncio.Event(), asyncio.Event()
        self._plain = getattr(rows, name)
        monkeypatch.setattr(rows, name, self)

    async def __call__(self, *given: object) -> object:
        done = await self._plain(*given)
        if done != []:
            self.ended.set()
            await self.goes_on.wait()
        return done


async def test_what_comes_while_a_failure_is_noted_waits_behind_it(
    room: Room, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though Mattermost takes messages again by then, as what another worker sent shows."""
    async with at_work(room, database) as worker:
        helpdesk = worker._people  # noqa: SLF001  (no public way says when a step ends)
        noted = Held(monkeypatch, helpdesk._d.rows, "failed")  # noqa: SLF001  (the same)
        in_trouble(room.server.faults)
        await tell(room, database, worker, "0")
        await noted.ended.wait()
        room.server.faults.status = None
        helpdesk._attempts.note_answer()  # noqa: SLF001  (the same)
        for text in TEXTS[1:4]:
            await tell(room, database, worker, text)
        noted.goes_on.set()
        await all_delivered(database)
    assert await room.read() == TEXTS[:4]


async def test_what_is_taken_from_the_table_while_one_fails_waits_behind_it(
    room: Room, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(room, database) as worker:
        helpdesk = worker._people  # noqa: SLF001  (no public way says when a step ends)
        taken = Held(monkeypatch, helpdesk._d.rows, "take")  # noqa: SLF001  (the same)
        first, second = [letter_to(room.juliette, text) for text in TEXTS[:2]]
        second.not_before = second.created_at
        async with database.transaction() as db:
            await outbox.add(db, [first, second])
        helpdesk.call.set()
        await taken.ended.wait()
        in_trouble(room.server.faults)
        worker.deliver_now([first])
        await helpdesk.quiet(10)
        assert not helpdesk.is_open
        room.server.faults.status = None
        taken.goes_on.set()
        await all_delivered(database)
    assert await room.read() == TEXTS[:2]


async def test_a_bot_restarted_in_the_middle_of_an_outage(room: Room, database: Database) -> None:
    async with at_work(room, database) as worker:
        for text in TEXTS[:5]:
            await tell(room, database, worker, text)
        away(room.server.faults)
        for text in TEXTS[5:20]:
            await tell(room, database, worker, text)
    async with at_work(room, database) as worker:
        for text in TEXTS[20:]:
            await tell(room, database, worker, text)
        room.server.faults.down = False
        await all_delivered(database)
    assert await room.read() == TEXTS


async def test_a_quiet_server_keeps_the_order(room: Room, database: Database) -> None:
    async with at_work(room, database) as worker:
        for text in TEXTS:
            await tell(room, database, worker, text)
        await all_delivered(database)
    assert await room.read() == TEXTS
