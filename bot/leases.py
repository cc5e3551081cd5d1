"""Keeping a lease on what is in a table while it is worked on."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from storage.leases import LEASE

log = structlog.get_logger()

BEAT = LEASE / 4
"""After how long it is renewed."""


async def keep(renew: Callable[[], Awaitable[bool]], lost: Callable[[], object]) -> None:
    """Renew a lease again and again; once that finds that another has it, call ``lost`` and end.

    While the database is away the lease is not lost: another may take it once it has ended.
    """
    while True:
        await asyncio.sleep(BEAT.total_seconds())
        try:
            mine = await renew()
        except Exception:
            log.warning("lease_not_renewed", exc_info=True)
            continue
        if not mine:
            lost()
            return
