"""What every handler is given: who writes cannot ask Mattermost, and computing goes on without the database."""

from typing import Any, get_type_hints

import pytest
from sqlalchemy import text

from bot.context import Context, ReadingContext
from bot.registry import index_triggers
from commands import FEATURES
from storage.database import Database
from tests.support.cra import NOON
from tests.support.databases import database

__all__ = ["database"]


NOBODY: Any = None
ONE = text("SELECT 1")


def test_who_writes_cannot_ask_mattermost() -> None:
    """Its context has no chat; what is to be asked first is a question, whose context has."""
    for asks_mattermost in ("chat", "people"):
        assert not hasattr(Context, asks_mattermost)
        assert hasattr(ReadingContext, asks_mattermost)
    for trigger in index_triggers(FEATURES).values():
        given, *_ = get_type_hints(trigger.handler).values()
        assert given is Context or not trigger.writes, trigger.key
        assert trigger.asks is None or trigger.writes, trigger.key


async def test_nothing_is_computed_with_a_connection_in_hand(database: Database) -> None:
    """And what is read afterwards begins anew."""
    async with database.transaction(writes=False) as db:
        await db.execute(ONE)
        engine: Any = db.get_bind()
        assert engine.pool.checkedout() == 1
        ctx = ReadingContext(NOBODY, NOBODY, NOON, db, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, chat=NOBODY)
        assert await ctx.compute(engine.pool.checkedout) == 0
        assert (await db.execute(ONE)).scalar_one() == 1
        assert engine.pool.checkedout() == 1


async def test_what_was_written_is_not_let_go_of(database: Database) -> None:
    async with database.transaction() as db:
        await db.execute(ONE)
        ctx = ReadingContext(NOBODY, NOBODY, NOON, db, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, chat=NOBODY)
        with pytest.raises(RuntimeError, match="writes"):
            await ctx.compute(lambda: None)
