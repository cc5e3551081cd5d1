"""Plain words: a sentence as people type it, read as an intention with its command line.

Words
    Intention: what somebody wants of the bot, by the names that « coop-bot understand » writes.
    Reading: a sentence read as an intention, with the command line that stands for it.
    understand: reads a sentence; it knows no database and asks nobody.
"""

from collections.abc import Collection
from datetime import date

from bot.command_lines import CommandIndex
from config.text import fold
from dialogs.plain_words.readings import Intention, Reading

__all__ = ["Intention", "Reading", "understand"]

_FIRST = {
    "bonjour": Intention.POLITESSE,
    "merci": Intention.POLITESSE,
    "annule": Intention.ANNULER,
    "probleme": Intention.HOTLINE,
    "passe": Intention.HOTLINE,
    "humain": Intention.HOTLINE,
    "fiche": Intention.RESSOURCES,
    "stats": Intention.STATS,
}


def understand(sentence: str, today: date, commands: CommandIndex, allowed: Collection[str] | None = None) -> Reading:
    """Read a sentence of any length.

    ``commands`` are all that the bot knows, ``allowed`` the names of those that who speaks may type (all of them where
    None): a reading leads to nothing that would be refused.
    """
    if line := commands.call(sentence):
        return Reading(Intention.AIDE, f"/{line}", sure=True)
    found = next((_FIRST[word] for word in fold(sentence).split() if word in _FIRST), Intention.HORS_SUJET)
    lines = {Intention.HOTLINE: f"/hotline {sentence}", Intention.STATS: "/stats", Intention.RESSOURCES: "/ressources"}
    return Reading(found, lines.get(found, ""), sure=False)
