"""What runs beside: nothing of it is lost, and what nobody waits for any more is no fault of the machine."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.tasks import ShieldedTransactions
from storage.database import Database
from tests.support.databases import database

__all__ = ["database"]


@pytest.fixture
async def unheard() -> AsyncIterator[list[dict[str, Any]]]:
    """The faults that nobody heard of."""
    found: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: found.append(context))
    yield found
    loop.set_exception_handler(None)


async def test_what_fails_after_its_caller_went_away_is_not_a_fault_that_nobody_heard_of(
    database: Database, unheard: list[dict[str, Any]]
) -> None:
    """Its caller said already that it was not done; asyncio would log it once more, as an error."""
    transactions, may_fail = ShieldedTransactions(database), asyncio.Event()

    async def fail(_: AsyncSession) -> None:
        await may_fail.wait()
        raise LookupError

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await transactions.run(fail, writes=False)
    may_fail.set()
    await asyncio.sleep(0.2)
    gc.collect(1)  # what is younger than a story: to look at all that a house is made of takes seconds
    await asyncio.sleep(0)
    assert unheard == []
    with pytest.raises(LookupError):
        await transactions.run(fail, writes=False)
