"""How much one person may ask of the bot in a day, of each kind of thing that others see or get."""

import re
from collections.abc import Mapping

from config.folding import fold

USUAL = (
    "sondage 3, annonce 10, demande 20, signalement 20, proposition 10, evenement 10, fiche 20, commentaire 30, "
    "partage 10, besoin 10, contact 10, rappel 2"
)
"""« rappel » are the reminders that a person gets; all others are what they ask for."""
KINDS = tuple(part.split()[0] for part in USUAL.split(","))
MOST = 1_000
_HOW = f"Écrivez un nombre par jour pour chaque chose, 0 pour aucune : « {USUAL} »."


def read_quotas(text: str) -> Mapping[str, int]:
    """How many of each kind in a day; those that are not named are as usual. Raises ValueError, in French."""
    usual = {} if text == USUAL else read_quotas(USUAL)
    return {**usual, **dict(_read(part) for part in text.split(",") if part.strip())}


def _read(part: str) -> tuple[str, int]:
    match = re.fullmatch(r"([a-z]+) (\d{1,4})", " ".join(fold(part).split()))
    if match is None or match[1] not in KINDS:
        raise ValueError(f"« {part.strip()[:40]} » n’est pas un quota ({', '.join(KINDS)}). {_HOW}")
    if int(match[2]) > MOST:
        raise ValueError(f"« {part.strip()[:40]} » : {MOST} par jour au plus. {_HOW}")
    return match[1], int(match[2])
