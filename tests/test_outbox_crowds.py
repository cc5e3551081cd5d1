"""Crowds: what answers a person goes before what is sent to many, however many those are."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.outbox import LEASE, service
from bot.outbox.lanes import Lanes
from bot.replies import Direct, Refresh, Say
from storage.outbox import Outgoing, TargetKind
from tests.people import Person
from tests.support.databases import database
from tests.support.house import wait_until
from tests.support.outbox import (
    MessageWorkplace,
    OutboxStage,
    answer_always,
    every_server,
    make_message,
    newsroom,
    read_clock,
    room,
    stage,
)

__all__ = ["database", "newsroom", "room", "stage"]


MANY = 5000
SLOW = 0.2
"""Seconds that a slow server takes for a post."""


def crowd(count: int, targets: int, begin: int = 0, **more: Any) -> Sequence[Outgoing]:
    """Messages to many channels in turn, as long work writes them: nobody’s before they are taken."""
    created = read_clock() - timedelta(minutes=1)
    return [
        make_message(
            f"{n % targets}:{n}",
            TargetKind.CHANNEL,
            f"k{n % targets:025}",
            crowd=True,
            created_at=created + timedelta(microseconds=n),
            not_before=created - LEASE,
            **more,
        )
        for n in range(begin, begin + count)
    ]


async def slowly() -> None:
    await asyncio.sleep(SLOW)


def of(stage: OutboxStage, target: int) -> list[int]:
    """The numbers of what one channel got."""
    return [int(text.partition(":")[2]) for text in stage.town.texts if text.startswith(f"{target}:")]


@pytest.fixture
def most(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many messages each lanes held, whenever one came."""
    seen: list[int] = []
    put = Lanes.put

    def noting(lanes: Lanes, letter: Any) -> None:
        put(lanes, letter)
        seen.append(len(lanes))

    monkeypatch.setattr(Lanes, "put", noting)
    return seen


async def test_a_receipt_does_not_wait_for_thousands(stage: OutboxStage, most: list[int]) -> None:
    stage.town.before = slowly
    await stage.write(*crowd(MANY, MANY))
    async with stage.outbox() as outbox:
        await wait_until(lambda: len(stage.town.posts) > 2)
        for n in range(5):
            begun = asyncio.get_running_loop().time()
            outbox.deliver_now(await stage.write(make_message(f"reçu {n}")))
            await wait_until(lambda n=n: f"reçu {n}" in stage.town.texts)  # type: ignore[misc]
            assert asyncio.get_running_loop().time() - begun < SLOW + 1
        assert len(stage.town.posts) < MANY // 10
    assert max(most) <= service.LETTERS_MAX


@pytest.mark.slow
async def test_thousands_written_at_once_by_a_person_are_not_all_in_memory(stage: OutboxStage, most: list[int]) -> None:
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(*(make_message(str(n), target=f"{n:026}") for n in range(1000))))
        await wait_until(lambda: len(stage.town.posts) > 500)
    assert max(most) <= service.LETTERS_MAX


async def test_a_crowd_gives_way_while_people_are_answered(stage: OutboxStage) -> None:
    stage.town.before = slowly
    await stage.write(*crowd(200, 200))
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(*(make_message(f"reçu {n}", target=f"{n:026}") for n in range(20))))
        await wait_until(lambda: sum(text.startswith("reçu") for text in stage.town.texts) == 20)
        assert len(stage.town.posts) - 20 <= 2 * service.CROWD.workers


async def test_people_without_end_do_not_stop_a_crowd(stage: OutboxStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CROWD", service.PoolSettings(is_crowd=True, workers=2, refill=50, courtesy=0.05))
    stage.town.before = slowly
    await stage.write(*crowd(5, 5))
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(*(make_message(f"reçu {n}", target=f"{n:026}") for n in range(200))))
        await wait_until(lambda: sum(":" in text for text in stage.town.texts) == 5)
        assert len(stage.town.posts) < 200


@pytest.mark.postgres_too
async def test_each_channel_has_its_messages_in_order(stage: OutboxStage) -> None:
    async with stage.outbox() as outbox:
        for begin in (0, 70):
            outbox.deliver_now(await stage.write(*crowd(70, 7, begin)))
        await stage.settled()
    assert len(stage.town.posts) == 140
    assert all(of(stage, target) == sorted(of(stage, target)) for target in range(7))


async def test_so_it_has_with_leases_that_end_while_they_wait(
    stage: OutboxStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server so slow that what is in memory is due again: it keeps its place."""
    monkeypatch.setattr("bot.outbox.attempts.LEASE", timedelta(seconds=0.3))
    monkeypatch.setattr("bot.outbox.lanes.LEASE", timedelta(seconds=0.3))
    monkeypatch.setattr("bot.outbox.attempts.TRY_MAX", timedelta(seconds=0.25))

    async def slow() -> None:
        await asyncio.sleep(0.02)

    stage.town.before = slow
    await stage.write(*crowd(120, 3))
    async with stage.outbox():
        await stage.settled()
    assert sorted(n for target in range(3) for n in of(stage, target)) == list(range(120))
    assert all(of(stage, target) == sorted(of(stage, target)) for target in range(3))


@pytest.mark.replicas
async def test_two_replicas_keep_the_order_of_each_channel(stage: OutboxStage) -> None:
    if stage.database.is_sqlite:
        pytest.skip("one process has the file")
    await stage.write(*crowd(80, 3))
    async with stage.outbox() as one, stage.outbox() as other:
        for begin in (80, 120):
            one.deliver_now(await stage.write(*crowd(40, 5, begin)))
            other.look()
        while await stage.waits():
            one.look()
            other.look()
            await asyncio.sleep(0.1)
    assert sorted(int(text.partition(":")[2]) for text in stage.town.texts) == [*range(160)]
    for target in range(5):
        assert of(stage, target) == sorted(of(stage, target))


async def test_a_message_that_the_server_fails_at_stops_neither_people_nor_the_crowd(stage: OutboxStage) -> None:
    """Nor do ten: of those the crowd’s own gate may shut for a moment, never people’s."""
    rows = list(crowd(100, 100))
    poisoned = {row.target for row in rows[:10]}

    async def poison(request: web.Request, body: Any) -> web.StreamResponse:
        if body["channel_id"] in poisoned:
            return await answer_always(500)()  # type: ignore[no-any-return]
        return await stage.town.write(request, body)

    stage.answer("POST /api/v4/posts", poison)
    await stage.write(*rows)
    async with stage.outbox() as outbox:
        for n in range(10):
            begun = asyncio.get_running_loop().time()
            outbox.deliver_now(await stage.write(make_message(f"reçu {n}")))
            await wait_until(lambda n=n: f"reçu {n}" in stage.town.texts)  # type: ignore[misc]
            assert asyncio.get_running_loop().time() - begun < 1
            assert outbox.is_open
            await asyncio.sleep(0.05)
        await wait_until(lambda: len(stage.town.posts) == 100)


async def test_what_is_not_sent_at_the_end_is_sent_by_the_next_run(stage: OutboxStage) -> None:
    stage.town.before = slowly
    await stage.write(*crowd(60, 60))
    async with stage.outbox() as outbox:
        await wait_until(lambda: len(stage.town.posts) > 2)
        await outbox.drain(3)
    assert len(stage.town.posts) < 10
    stage.town.before = None
    async with stage.outbox():
        await stage.settled()
    assert len({post["pending_post_id"] for post in stage.town.posts}) == len(stage.town.posts) == 60


async def test_what_a_person_rewrote_is_not_rewritten_by_what_many_were_to_read_before(stage: OutboxStage) -> None:
    begun = read_clock() - timedelta(seconds=5)
    old = make_message("2 sur 3", TargetKind.POST, "p" * 26, crowd=True, created_at=begun, not_before=begun - LEASE)
    new = make_message("3 sur 3", TargetKind.POST, "p" * 26)
    await stage.write(old, new)
    async with stage.outbox() as outbox:
        outbox.deliver_now([new])
        await stage.settled()
    assert stage.town.texts == ["3 sur 3"]


@every_server
async def test_what_a_job_sends_to_many_lets_people_s_messages_pass(newsroom: MessageWorkplace) -> None:
    people = [await newsroom.room.site.person(f"p{n}") for n in range(3)]
    here, faults = await newsroom.salon(), newsroom.room.server.faults
    async with newsroom.bot() as app:
        faults.slow = "/posts"
        to_all = [Direct(f"À tous {n}", user_id=person.id, topic="a") for n in range(20) for person in people]
        await newsroom.sends_to_many(app, *to_all, *(Say(f"Ici {n}", channel_id=here) for n in range(20)))
        await wait_until(lambda: faults.held == service.CROWD.workers)
        await newsroom.sends(app, Direct("Pour vous", user_id=newsroom.juliette.id))
        await wait_until(lambda: faults.held == service.CROWD.workers + 1)
        faults.slow = ""
        await newsroom.juliette.told("Pour vous")
        await newsroom.settled(app)
        await newsroom.sends_to_many(app, Refresh("Fini", topic="a"))
        await newsroom.settled(app)
    assert [await _texts(person) for person in people] == [["Fini"] * 20] * 3
    assert [post.text for post in await newsroom.said(here)] == [f"Ici {n}" for n in range(20)]


async def _texts(person: Person) -> list[str]:
    return [post.text for post in await person.direct()]
