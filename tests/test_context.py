"""What every handler is given: computing goes on without the database."""

from typing import Any

import pytest
from sqlalchemy import text

from bot.context import Context
from storage.database import Database
from tests.support.cra import NOON
from tests.support.databases import database

__all__ = ["database"]


NOBODY: Any = None
ONE = text("SELECT 1")


async def test_nothing_is_computed_with_a_connection_in_hand(database: Database) -> None:
    """And what is read afterwards begins anew."""
    async with database.transaction(writes=False) as db:
        await db.execute(ONE)
        engine: Any = db.get_bind()
        assert engine.pool.checkedout() == 1
        ctx = Context(NOBODY, NOBODY, NOON, db, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY)
        assert await ctx.compute(engine.pool.checkedout) == 0
        assert (await db.execute(ONE)).scalar_one() == 1
        assert engine.pool.checkedout() == 1


async def test_what_was_written_is_not_let_go_of(database: Database) -> None:
    async with database.transaction() as db:
        await db.execute(ONE)
        ctx = Context(NOBODY, NOBODY, NOON, db, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY)
        with pytest.raises(RuntimeError, match="writes"):
            await ctx.compute(lambda: None)
