"""What the journal says of something, for stories of all features."""

from collections.abc import Sequence

from storage import journal
from tests.house import House


async def noted(house: House, thing: str) -> Sequence[tuple[str, str]]:
    """What was done to it and by whom, oldest first: the act’s last word, and the name without what makes it unique."""
    async with house.bot.database.transaction(writes=False) as db:
        found = await journal.list_of_things(db, [thing])
    return [(entry.act.partition(".")[2], entry.actor.partition("-")[0]) for entry in reversed(found)]
