"""« coop-bot journal verify »: each entry held against its hash and the one before, in one sentence."""

from bot.french.words import NBSP, plural
from cli.errors import OperatorError
from cli.opening import begin_reading, open_up_to_date
from config.settings import Settings
from storage import journal


async def verify(settings: Settings) -> int:
    """Say how it stands. Raises OperatorError for the first entry that is not as it was written."""
    async with open_up_to_date(settings) as database, begin_reading(database) as db:
        count, fault = await journal.verify(db)
    if fault:
        raise OperatorError(
            f"Le journal a été touché : n° {fault.number}, {fault.what}. Comparez-le à une sauvegarde, et vérifiez qui "
            "peut écrire dans la base."
        )
    counted = plural(count, "entrée", "entrées").replace(NBSP, " ")
    print(f"Le journal est intact : {counted}." if count else "Le journal est intact, et encore vide.")
    return 0
