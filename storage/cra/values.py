"""What a compte rendu says, in the codes and labels of the form of 2021 (docs/domaine.md §2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from config.themes import bits, from_bits


class Labelled(StrEnum):
    """An enumeration whose members carry the label people read."""

    label: str

    def __new__(cls, value: str, label: str) -> "Labelled":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Canal(Labelled):
    RATTACHEMENT = "rattachement", "Lieu de rattachement"
    AUTRE = "autre", "Autre lieu"
    DISTANCE = "distance", "À distance"
    DOMICILE = "domicile", "À domicile"


class Activite(Labelled):
    COLLECTIF = "collectif", "Atelier Collectif"
    INDIVIDUEL = "individuel", "Accompagnement individuel"
    PONCTUEL = "ponctuel", "Demande ponctuelle"


class Age(Labelled):
    MOINS_12 = "-12", "-12 ans"
    DE_12_A_18 = "12-18", "12 - 18 ans"
    DE_18_A_35 = "18-35", "18 - 35 ans"
    DE_35_A_60 = "35-60", "35 - 60 ans"
    PLUS_60 = "+60", "Plus de 60 ans"


class Statut(Labelled):
    ETUDIANT = "etudiant", "Étudiant(e)"
    SANS_EMPLOI = "sans emploi", "Sans emploi"
    EN_EMPLOI = "en emploi", "En emploi"
    RETRAITE = "retraite", "Retraité"
    HETEROGENE = "heterogene", "Non renseigné ou hétérogène"


class Suite(Labelled):
    INDIVIDUEL = "individuel", "Accompagnement individuel"
    ATELIER = "atelier", "En atelier"
    REDIRECTION = "redirection", "Redirection vers un établissement agréé"


class Duree(Labelled):
    """A class of durations in minutes: [0, 30], ]30, 60[, [60, 120[ and [120, ∞[ (docs/domaine.md §3.1)."""

    JUSQU_A_30 = "0-30", "0 à 30 min."
    DE_30_A_60 = "30-60", "30 min. à 1h"
    DE_60_A_120 = "60-120", "1h à 2h"
    DES_120 = "120+", "2h et plus"


class Source(StrEnum):
    """How a compte rendu came in."""

    DIALOG = "dialog"
    LINE = "line"
    IMPORT = "import"


DUREES: tuple[int, ...] = (*range(15, 121, 15), *range(150, 481, 30))
"""The durations one may report, in minutes."""

PARTICIPANTS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One accompaniment or one workshop.

    ``ages``, ``statuts`` and ``suite`` count persons (absent: nobody); ``themes`` are codes of config.themes;
    ``minutes`` is the duration; ``commune`` an INSEE code and ``departement`` that commune’s, never the
    postcode’s first digits; ``recurrents`` is None when nobody said.
    """

    date: date
    canal: Canal
    commune: str
    code_postal: str
    departement: str
    activite: Activite
    participants: int
    ages: Mapping[Age, int]
    statuts: Mapping[Statut, int]
    themes: tuple[str, ...]
    minutes: int
    suite: Mapping[Suite, int] = field(default_factory=dict)
    recurrents: int | None = None

    def __post_init__(self) -> None:
        """Themes are a set: said in the order of the form, two reports that say the same are equal."""
        object.__setattr__(self, "themes", from_bits(bits(self.themes)))

    @property
    def is_spread(self) -> bool:
        """Whether ages, statuts or suites say more than one value for everybody."""
        whole = {self.participants}
        split = set(self.ages.values()) != whole or set(self.statuts.values()) != whole
        return split or set(self.suite.values()) - whole != set()
