"""The feature that the files of this folder add their handlers to."""

from datetime import timedelta

from bot.features import Feature
from bot.fronts import Front
from bot.rights import Right
from storage.people import Person, Role


def _start(person: Person) -> str:
    """Who asks many begins; others ask where they are, and « /aide » is somewhere else."""
    return "sondage" if person.animates or person.role is Role.COORDINATEUR else "sondage liste"


feature = Feature(
    "sondage",
    rights=(Right.MEMBER,),
    front=Front("Sondages", "poser une question à un canal, voter, voir les résultats", _start),
)

USUAL, LONGEST, SHORTEST = timedelta(days=7), timedelta(days=90), timedelta(minutes=10)
"""How long a poll lasts: unless its author says otherwise, at most, at least."""
