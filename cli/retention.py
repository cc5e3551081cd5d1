"""« coop-bot retention »: data that has reached its retention time, counted or deleted."""

from collections.abc import Mapping
from datetime import datetime

from cli.command import Call
from cli.environment import begin_reading, open_up_to_date
from cli.terminal import make_table, write
from config.settings import Settings
from storage.database import Database
from storage.personal_data import PERSONAL_DATA
from storage.personal_data.declarations import months_before
from storage.personal_data.retention import LIMITED, count_expired, delete_expired, find_sleeping


async def retention(call: Call, dry_run: bool, as_json: bool) -> None:
    """Count or delete such data, and print the result."""
    settings, now = call.settings, call.clock()
    async with open_up_to_date(settings) as database:
        sleepers = await _sleepers(database, settings, now)
        if dry_run:
            async with begin_reading(database) as db:
                counts = await count_expired(db, settings, now)
        else:
            counts = await _sweep(database, settings, now)
    _tell(counts, sleepers, dry_run=dry_run, as_json=as_json)


async def _sweep(database: Database, settings: Settings, now: datetime) -> Mapping[str, int]:
    gone: dict[str, int] = {one.name: 0 for one in LIMITED}
    is_more = True
    while is_more:
        async with database.transaction() as db:
            part, is_more = await delete_expired(db, settings, now)
        gone = {name: count + part.get(name, 0) for name, count in gone.items()}
    return gone


async def _sleepers(database: Database, settings: Settings, now: datetime) -> int:
    """Count the people whom the bot will warn next night that their accounts are inactive."""
    before, after, count = months_before(now, settings.account_months), "", 0
    while True:
        async with begin_reading(database) as db:
            found, after = await find_sleeping(db, before, after)
        count += len(found)
        if not after:
            return count


def _tell(counts: Mapping[str, int], sleepers: int, *, dry_run: bool, as_json: bool) -> None:
    known = {one.name: one for one in PERSONAL_DATA}
    limits = {name: known[name].limit for name in counts}
    rows = [(name, limit.said, counts[name]) for name, limit in limits.items() if limit]
    told = [{"table": name, "kept": kept, "rows": gone} for name, kept, gone in (*rows, ("person", "", sleepers))]
    head = ("table", "gardée", "partiraient" if dry_run else "parties")
    last = f"Comptes sans activité, que le bot préviendra puis effacera : {sleepers}."
    write(told, make_table(head, [(name, kept, str(gone)) for name, kept, gone in rows], last), as_json=as_json)
