"""The kinds of personal data, and one of them found in a text."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """In the order in which they win where two share characters."""

    NIR = "nir"
    IBAN = "iban"
    CARTE = "carte"
    MOT_DE_PASSE = "mot_de_passe"
    COURRIEL = "courriel"
    NAISSANCE = "naissance"
    TELEPHONE = "telephone"

    @property
    def label(self) -> str:
        """As people call it."""
        return _LABELS[self]


_LABELS = {
    Kind.NIR: "numéro de sécurité sociale",
    Kind.IBAN: "IBAN",
    Kind.CARTE: "numéro de carte bancaire",
    Kind.MOT_DE_PASSE: "mot de passe",
    Kind.COURRIEL: "adresse électronique",
    Kind.NAISSANCE: "date de naissance",
    Kind.TELEPHONE: "numéro de téléphone",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What stands from a character of the text to before another."""

    kind: Kind
    start: int
    end: int
