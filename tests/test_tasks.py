"""What runs beside: nothing of it is lost, and what nobody waits for any more is no fault of the machine."""

import asyncio
import gc
from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.tasks import ShieldedTransactions
from storage.database import Database
from tests.support.databases import database

__all__ = ["database"]


async def test_what_fails_after_its_caller_went_away_is_not_a_fault_that_nobody_heard_of(database: Database) -> None:
    """Its caller said already that it was not done; asyncio would log it once more, as an error."""
    transactions, may_fail = ShieldedTransactions(database), asyncio.Event()
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))

    async def fail(_: AsyncSession) -> None:
        await may_fail.wait()
        raise LookupError

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await transactions.run(fail, writes=False)
    may_fail.set()
    await asyncio.sleep(0.2)
    gc.collect()
    await asyncio.sleep(0)
    assert unheard == []
    with pytest.raises(LookupError):
        await transactions.run(fail, writes=False)
