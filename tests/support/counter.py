"""`python -m tests.support.counter`: a bot in a process of its own that counts slowly, to be killed in the middle."""

import asyncio
import os
from datetime import timedelta

from storage import claims

LEASE, STEP = "COUNTING_LEASE_S", "COUNTING_STEP_S"
"""The variables that say how long a lease is, and a step takes, in seconds."""


def main() -> None:
    """Serve by the settings of the environment until it is told to stop, or killed."""
    claims.LEASE = timedelta(seconds=float(os.environ.get(LEASE, claims.LEASE.total_seconds())))
    # Only now: they take the lease as it is when they are loaded.
    from bot import retries
    from bot.app import serve
    from commands import controls
    from config.settings import read
    from tests.support.work import WorkFeature

    retries.LOOK_ANYWAY = claims.LEASE.total_seconds()
    work, step = WorkFeature(), float(os.environ.get(STEP, "0.02"))
    work.trouble = lambda: asyncio.sleep(step)
    asyncio.run(serve(read(), [work.feature, controls.travaux]))


if __name__ == "__main__":
    main()
