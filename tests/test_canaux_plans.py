"""However many changes a run has, those that one act makes are found by an index, each time word comes of it."""

import pytest
from sqlalchemy import text

from storage.canaux import runs
from storage.canaux.runs import ChangeState
from storage.database import Database
from tests.support.databases import database
from tests.test_outbox_plans import FILL, plans

__all__ = ["database"]

pytestmark = pytest.mark.postgres_too


MANY = 20_000
ROWS = """
INSERT INTO channel_change (run_id, n, drift, key, address, channel_id, user_id, username, reason, before, after,
  state, batch, why)
SELECT 'run' || (i % 2), i, 'missing', 'departement:' || (i % 100), 'rhone', 'c', 'u' || i, 'nina', 'y a sa place', '',
  '', 'sent', i - i % 20 + i % 2, ''
FROM n
"""


@pytest.mark.parametrize("analysed", [True, False])
async def test_what_one_act_makes_is_found_by_an_index(database: Database, analysed: bool) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(FILL["sqlite" if database.is_sqlite else "postgresql"] + ROWS), {"many": MANY})
    if analysed or not database.is_sqlite:
        async with database.engine.begin() as connection:
            await connection.execute(text("ANALYZE"))
    async with database.transaction(writes=False) as db:
        assert [c.n for c in await runs.list_batch(db, "run0", 40, ChangeState.SENT)] == list(range(40, 60, 2))
    assert "ix_channel_change_batch" in await plans(
        database, lambda db: runs.list_batch(db, "run0", 40, ChangeState.SENT)
    )
