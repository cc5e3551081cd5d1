"""A message that the server itself fails at stops nobody, and is not taken for an outage."""

import asyncio

import pytest

from bot.retries import Gate
from storage.database import Database
from tests.people import Person
from tests.support.databases import sqlite_database
from tests.support.house import wait_for
from tests.support.workplace import Room, make_room
from tests.test_outbox_outage import all_delivered, at_work, tell

__all__ = ["sqlite_database"]


POISON = "poison"


room = make_room("11.2")


@pytest.fixture
async def people(room: Room) -> list[Person]:
    return [await room.site.person(f"p{n}") for n in range(10)]


async def said(person: Person) -> list[str]:
    return [post.message for post in await person.direct()]


async def have_all(people: list[Person], texts: list[str]) -> None:
    """Each of them has read just that, in that order."""

    async def all_there() -> bool:
        return all([await said(person) == texts for person in people])

    await wait_for(all_there)


async def test_the_others_get_theirs_in_order_and_the_gate_stays_open(
    room: Room, people: list[Person], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.server.faults.poison = POISON
    monkeypatch.setattr(Gate, "shut", lambda *_: pytest.fail("it is no outage"))
    async with at_work(room, database) as worker:
        await tell(room, database, worker, POISON)
        for text in ("un", "deux", "trois"):
            for person in people:
                await tell(room, database, worker, text, person)
        await have_all(people, ["un", "deux", "trois"])
        assert await room.read() == []
        room.server.faults.poison = ""
        await all_delivered(database)
    assert await room.read() == [POISON]


async def test_what_fails_once_keeps_its_place(room: Room, database: Database) -> None:
    room.server.faults.poison = POISON
    async with at_work(room, database) as worker:
        for text in (POISON, "un", "deux"):
            await tell(room, database, worker, text)
        asyncio.get_running_loop().call_later(0.05, setattr, room.server.faults, "poison", "")
        await all_delivered(database)
    assert await room.read() == [POISON, "un", "deux"]


async def test_what_always_fails_lets_what_comes_after_it_pass(room: Room, database: Database) -> None:
    room.server.faults.poison = POISON
    async with at_work(room, database) as worker:
        for text in (f"{POISON} 1", f"{POISON} 2", f"{POISON} 3", "un", "deux", "trois"):
            await tell(room, database, worker, text)
        await have_all([room.juliette], ["un", "deux", "trois"])
        room.server.faults.poison = ""
        await all_delivered(database)
    assert sorted(await room.read()) == sorted([f"{POISON} {n}" for n in (1, 2, 3)] + ["un", "deux", "trois"])


@pytest.mark.parametrize("restarted", [False, True])
async def test_nor_do_several_stop_the_others(
    restarted: bool, room: Room, people: list[Person], database: Database
) -> None:
    """Several look like an outage, for a moment; then those are asked that never failed."""
    room.server.faults.poison = POISON
    room.server.faults.down = restarted
    unlucky, lucky = people[:5], people[5:]
    async with at_work(room, database) as worker:
        for person in [*unlucky, *lucky]:
            for n in range(6):
                text = f"{POISON} {n}" if person in unlucky else str(n)
                await tell(room, database, worker, text, person)
        if not restarted:
            await have_all(lucky, [str(n) for n in range(6)])
    room.server.faults.down = False
    async with at_work(room, database):
        await have_all(lucky, [str(n) for n in range(6)])
        assert [await said(person) for person in unlucky] == [[]] * 5
        room.server.faults.poison = ""
        await all_delivered(database)
    assert [sorted(await said(person)) for person in unlucky] == [sorted(f"{POISON} {n}" for n in range(6))] * 5
