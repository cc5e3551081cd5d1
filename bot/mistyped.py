"""Words that are nearly a subcommand: « /cra modifer 12 » is no report, and « /stats exprter » no period."""

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.errors import UserError
from bot.features import Feature
from bot.french.words import fold

SLIPS_MAX = 2
"""How many letters may be wrong."""


def refuse_mistyped(feature: Feature, command: str, line: str, *, shortest: int) -> None:
    """Raises UserError, saying what was likely meant, for a line whose first word, of so many letters at least, is
    nearly a subcommand."""
    word, _, rest = fold(line).partition(" ")
    lead = f"{command} "
    commands = [t.key[1] for t in feature.triggers if t.key[0] == "command"]
    names = [name.removeprefix(lead) for name in commands if name.startswith(lead)]
    meant = extractOne(word, names, processor=fold, scorer=OSA.distance, score_cutoff=SLIPS_MAX)
    if meant and len(word) >= shortest:
        raise UserError(f"Vouliez-vous dire `/{' '.join(filter(None, (command, meant[0], rest)))}` ?")
