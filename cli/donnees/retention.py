"""« coop-bot retention »: how many rows of each table are kept for too long; without --dry-run, they go."""

import json
from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime

from cli.columns import align
from cli.opening import begin_reading, open_up_to_date
from config.settings import Settings
from storage.database import Database
from storage.holdings import HOLDINGS, keeping
from storage.holdings.kinds import months_before
from storage.holdings.sleeping import asleep


async def sweep_all(settings: Settings, options: Namespace, now: datetime) -> int:
    """Count, or take away part by part, and tell."""
    async with open_up_to_date(settings) as database:
        sleepers = await _sleepers(database, settings, now)
        if options.dry_run:
            async with begin_reading(database) as db:
                counts = await keeping.too_old(db, settings, now)
        else:
            counts = await _sweep(database, settings, now)
    _tell(counts, sleepers, options)
    return 0


async def _sweep(database: Database, settings: Settings, now: datetime) -> Mapping[str, int]:
    gone: dict[str, int] = {one.name: 0 for one in keeping.LIMITED}
    is_more = True
    while is_more:
        async with database.transaction() as db:
            part, is_more = await keeping.sweep(db, settings, now)
        gone = {name: count + part.get(name, 0) for name, count in gone.items()}
    return gone


async def _sleepers(database: Database, settings: Settings, now: datetime) -> int:
    """How many people the bot will tell, the next night, that their accounts sleep."""
    before, after, count = months_before(now, settings.account_months), "", 0
    while True:
        async with begin_reading(database) as db:
            found, after = await asleep(db, before, after)
        count += len(found)
        if not after:
            return count


def _tell(counts: Mapping[str, int], sleepers: int, options: Namespace) -> None:
    known = {one.name: one for one in HOLDINGS}
    limits = {name: known[name].limit for name in counts}
    if options.json:
        told = [{"table": name, "kept": limit.said, "rows": counts[name]} for name, limit in limits.items() if limit]
        print(json.dumps([*told, {"table": "person", "kept": "", "rows": sleepers}], ensure_ascii=False))
        return
    rows = [(name, limit.said, str(counts[name])) for name, limit in limits.items() if limit]
    head = ("table", "gardée", "partiraient" if options.dry_run else "parties")
    print("\n".join(align([head, *rows])))
    print(f"Comptes sans activité, que le bot préviendra puis effacera : {sleepers}.")
