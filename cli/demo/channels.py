"""The demo’s table of channels, and the team brought to it as an operator does."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from bot.clock import utc_now
from cli.canaux.command import bring_to_plan
from cli.demo import poll
from config import canaux
from config.canaux import PlannedChannel
from config.settings import read
from storage.database import Database

TABLE = "canaux.tsv"
CALLS = 1000
"""A second: an embedded server takes them."""


def write_table(file: Path) -> Mapping[str, PlannedChannel]:
    """Write the usual table, and the lines that this network has beside it; the planned channels by address."""
    file.write_text("\n".join((files(room) / TABLE).read_text("utf-8") for room in ("config", "cli.demo")), "utf-8")
    return {planned.address: planned for planned in canaux.read(file).values()}


async def bring_about(env: Path, admin_token: str) -> None:
    """Make the channels that are missing, and ask the poll in the one of everybody."""
    settings = read(env).model_copy(update={"work_calls": CALLS})
    await bring_to_plan(settings, utc_now, admin_token=admin_token)
    database = Database(settings.database_url)
    try:
        async with database.transaction() as db:
            await poll.ask(db, utc_now())
    finally:
        await database.close()
