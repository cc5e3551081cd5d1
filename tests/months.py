"""The summary by conseiller and month, and whether it is what the comptes rendus say."""

from sqlalchemy import select

from storage.cra.months import CRA_MONTH, rebuild_months
from storage.database import Database


async def summary(database: Database) -> list[tuple[object, ...]]:
    """All that the summary says, rows that say nothing left out."""
    async with database.transaction(writes=False) as db:
        found = await db.execute(select(CRA_MONTH).order_by(*CRA_MONTH.primary_key))
        return [tuple(row) for row in found if row.accompagnements]


async def is_what_the_rows_say(database: Database) -> bool:
    """Whether counting everything again changes nothing."""
    kept = await summary(database)
    async with database.transaction() as db:
        await rebuild_months(db)
    return kept == await summary(database)
