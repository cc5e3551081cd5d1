"""A bot in a process of its own whose jobs come again and again at an hour that a story sets, to be killed between."""

import asyncio
import os
from datetime import datetime, timedelta
from itertools import count

from bot import retries
from bot.app import App
from bot.clock import utc_now
from commands import FEATURES
from config.settings import read

JOBS, AT = "RINGING_JOBS", "RINGING_AT"
"""The variables that say which jobs come, by their names with commas between, and the instant at which it begins."""
LEASE_S, EVERY = 3.0, 0.2
RINGER = f"""
from datetime import timedelta
from storage import claims
claims.LEASE = timedelta(seconds={LEASE_S})
from tests.support.ringer import main
main()
"""
"""Its program. The lease is set first, since the modules that are loaded then take it as it is: what a killed bot held
is free soon."""


def main() -> None:
    """Serve by the settings of the environment until it is killed."""
    retries.LOOK_ANYWAY = LEASE_S
    asyncio.run(ring())


async def ring() -> None:
    """Have the jobs come, each time as if it were another hour of the clock."""
    ahead, jobs = datetime.fromisoformat(os.environ[AT]) - utc_now(), os.environ[JOBS].split(",")
    app = App(read(), FEATURES, lambda: utc_now() + ahead, first=EVERY)
    app.jobs.missed_max = timedelta()
    await app.start()
    for number in count():
        for job in jobs:
            await app.runs.run(("job", job), f"{os.getpid()}-{number}")
        await asyncio.sleep(EVERY)
