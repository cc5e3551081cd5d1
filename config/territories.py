"""Territories: the départements with their zones and channels, the régions, the hubs, and the nation."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.tables import read


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub: ``key`` names it here and in the address of its channel; ``departements`` are the codes of its perimeter,
    which may overlap with another’s."""

    key: str
    name: str
    departements: Sequence[str]


HUBS: dict[str, Hub] = {
    row["adresse"]: Hub(row["adresse"], row["nom"], tuple(row["departements"].split("|"))) for row in read("hubs.tsv")
}
_OF_DEPARTEMENT = {code: hub for hub in reversed(HUBS.values()) for code in hub.departements}


def hub_of(code: str) -> Hub | None:
    """Find the hub of people who work in a département: the first of two that share it; some overseas have none."""
    return _OF_DEPARTEMENT.get(code)


@dataclass(frozen=True)
class Departement:
    """A département, or an overseas territory counted as one.

    `code_region` and `region` are "" overseas outside the régions, `canal` (the slug of its Mattermost channel)
    is "" where there is none; `fuseau` is an IANA time zone.
    """

    code: str
    nom: str
    code_region: str
    region: str
    fuseau: str
    canal: str


DEPARTEMENTS: dict[str, Departement] = {row["code"]: Departement(**row) for row in read("departements.tsv")}

_PLURAL = frozenset(
    {
        *("Alpes", "Ardennes", "Bouches", "Côtes", "Deux", "Hautes", "Hauts", "Landes", "Pyrénées", "Terres", "Vosges"),
        "Yvelines",
    }
)
"""The first words of plural names of départements."""
_DU = (14, 15, 18, 25, 29, 30, 32, 39, 41, 45, 46, 47, 49, 56, 59, 62, 63, 67, 68, 69, 81, 82, 83, 84, 90, 94, 95)
_DE = (54, 71, 74, 75, 77, 93, 974, 975, 976, 977, 978, 986)
_ELIDED = (28, 35, 37)
_ARTICLES = {str(code): said for said, codes in (("du ", _DU), ("de ", _DE), ("d’", _ELIDED)) for code in codes}


def say_of(code: str) -> str:
    """Say of which département something is: « du Rhône », « de la Loire », « de l’Ain », « des Landes »."""
    name = DEPARTEMENTS[code].nom.replace("'", "’")
    if name.replace(" ", "-").partition("-")[0] in _PLURAL:
        return f"des {name}"
    usual = "de l’" if name[0] in "AEIOUYÉ" or name == "Hérault" else "de la "
    return f"{_ARTICLES.get(code, usual)}{name}"


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
    """A département or a région by its INSEE code, or the nation, whose code is ""."""

    kind: TerritoryKind
    code: str = ""

    @property
    def departements(self) -> tuple[str, ...] | None:
        """The codes of the départements inside; None for the nation, where comptes rendus without département count
        too."""
        if self.kind is TerritoryKind.NATIONAL:
            return None
        return (self.code,) if self.kind is TerritoryKind.DEPARTEMENT else _inside(self.code)

    @property
    def name(self) -> str:
        """The name of the territory: « Rhône (69) », « Auvergne-Rhône-Alpes », « France entière »."""
        if self.kind is TerritoryKind.DEPARTEMENT:
            return f"{DEPARTEMENTS[self.code].nom} ({self.code})"
        return REGION_NAMES[self.code] if self.kind is TerritoryKind.REGION else "France entière"


NATION = Territory(TerritoryKind.NATIONAL)


def departement(code: str) -> Territory:
    """Return the département of a code."""
    return Territory(TerritoryKind.DEPARTEMENT, code)


def region(code: str) -> Territory:
    """Return the région of a code."""
    return Territory(TerritoryKind.REGION, code)


def _inside(region: str) -> tuple[str, ...]:
    return tuple(departement for departement, its_region in REGIONS.items() if its_region == region)
