"""Territories: the départements, the régions they are in, and the nation."""

from dataclasses import dataclass
from enum import StrEnum

from config.departements import DEPARTEMENTS

REGIONS = {code: d.code_region for code, d in DEPARTEMENTS.items() if d.code_region}
"""The région of each département that has one."""
REGION_NAMES = {d.code_region: d.region.replace("'", "’") for d in DEPARTEMENTS.values() if d.code_region}


class TerritoryKind(StrEnum):
    """The sizes of territories."""

    DEPARTEMENT = "departement"
    REGION = "region"
    NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class Territory:
    """A département or région by its INSEE code, or the nation, which has none."""

    kind: TerritoryKind
    code: str = ""

    @property
    def departements(self) -> tuple[str, ...] | None:
        """The codes of those inside; None for the nation, where comptes rendus of no département count too."""
        if self.kind is TerritoryKind.NATIONAL:
            return None
        return (self.code,) if self.kind is TerritoryKind.DEPARTEMENT else _inside(self.code)

    @property
    def name(self) -> str:
        """« Rhône (69) », « Auvergne-Rhône-Alpes », « France entière »."""
        if self.kind is TerritoryKind.DEPARTEMENT:
            return f"{DEPARTEMENTS[self.code].nom} ({self.code})"
        return REGION_NAMES[self.code] if self.kind is TerritoryKind.REGION else "France entière"


NATION = Territory(TerritoryKind.NATIONAL)


def departement(code: str) -> Territory:
    """The département of that code."""
    return Territory(TerritoryKind.DEPARTEMENT, code)


def region(code: str) -> Territory:
    """The région of that code."""
    return Territory(TerritoryKind.REGION, code)


def _inside(region: str) -> tuple[str, ...]:
    return tuple(departement for departement, its_region in REGIONS.items() if its_region == region)
