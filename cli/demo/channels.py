"""The planned channels of the demo, as the bot knows them, and the poll that it asks in one of them."""

from collections.abc import Mapping
from datetime import datetime

from cli.demo import poll
from config import canaux as table
from storage import canaux
from storage.database import Database


async def know(database: Database, ids: Mapping[str, str], now: datetime) -> None:
    """Write down which of the planned channels these are (id by address), as « channels sync » does, and the poll."""
    async with database.transaction() as db:
        for planned in (one for one in table.read().values() if one.address in ids):
            await canaux.remember(db, planned.key, ids[planned.address], now)
        await poll.ask(db, ids[poll.CHANNEL], now)
