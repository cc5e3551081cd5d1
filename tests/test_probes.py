"""Probes: however many come at once, the database and Mattermost are asked once at a time."""

import asyncio
from typing import Any
from unittest.mock import patch

import aiohttp

from bot.tasks import SingleFlight
from tests.support.house import wait_until
from tests.support.work import FileWorkplace, file_workplace, room

__all__ = ["file_workplace", "room"]


CROWD = 100


async def test_many_probes_at_once_are_one_question() -> None:
    asked, answered = 0, asyncio.Event()

    async def question() -> int:
        nonlocal asked
        asked += 1
        await answered.wait()
        return asked

    shared = SingleFlight(question)
    probes = [asyncio.create_task(shared.ask()) for _ in range(CROWD)]
    await wait_until(lambda: asked == 1)
    probes[0].cancel()
    answered.set()
    assert await asyncio.gather(*probes[1:]) == [1] * (CROWD - 1), "who hung up took nothing from the others"
    assert await shared.ask() == 2, "what is asked later is asked anew"


async def test_a_crowd_of_probes_asks_the_database_once_at_a_time(file_workplace: FileWorkplace) -> None:
    under_way, most = 0, 0
    async with file_workplace.bot() as app, aiohttp.ClientSession() as session:
        answers = app.database.answers

        async def counted() -> bool:
            nonlocal under_way, most
            under_way, most = under_way + 1, max(most, under_way + 1)
            try:
                return await answers()
            finally:
                under_way -= 1

        with patch.object(app.database, "answers", counted):
            found = await asyncio.gather(*(probe(session, app.port) for _ in range(CROWD)))
    assert most == 1
    assert {status for status, _ in found} == {200}


async def probe(session: aiohttp.ClientSession, port: int) -> tuple[int, Any]:
    """What /readyz answers."""
    async with session.get(f"http://127.0.0.1:{port}/readyz") as reply:
        return reply.status, await reply.json()
