"""The hubs pour un numérique inclusif: which there are, and which département is whose."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.tables import read


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub: ``key`` names it here, and in the address of its channel; ``departements`` are the codes of its perimeter,
    of which another may have some, too."""

    key: str
    name: str
    departements: Sequence[str]


HUBS: dict[str, Hub] = {
    row["adresse"]: Hub(row["adresse"], row["nom"], tuple(row["departements"].split("|"))) for row in read("hubs.tsv")
}
_OF_DEPARTEMENT = {code: hub for hub in reversed(HUBS.values()) for code in hub.departements}


def hub_of(code: str) -> Hub | None:
    """The hub of who works in a département: of two that share it, the first; overseas some have none."""
    return _OF_DEPARTEMENT.get(code)
