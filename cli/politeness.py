"""How an import steps back for the bot that works on the same database."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database

POLITENESS = 10
"""How far an import steps back for the bot on the same machine (the « nice » of Unix)."""
BETWEEN_BATCHES = 0.005
"""Seconds at least that the database is left to others after each transaction."""


@asynccontextmanager
async def take_turn(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction, then as long a time in which the database is the others’."""
    start = time.monotonic()
    async with database.transaction() as db:
        yield db
    await asyncio.sleep(max(BETWEEN_BATCHES, time.monotonic() - start))
