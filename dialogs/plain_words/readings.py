"""What a sentence may be taken for: the intentions, and a reading of a sentence as one of them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from dialogs.plain_words.proposals import propose


class Intention(StrEnum):
    """What somebody wants of the bot."""

    CRA = "cra"
    CRA_LISTE = "cra_liste"
    STATS = "stats"
    STATS_EXPORT = "stats_export"
    STATS_TERRITOIRE = "stats_territoire"
    HOTLINE = "hotline"
    HOTLINE_DEMANDES = "hotline_demandes"
    RESSOURCES = "ressources"
    RESSOURCES_DEPOT = "ressources_depot"
    ANNUAIRE = "annuaire"
    PROFIL = "profil"
    CANAUX = "canaux"
    AGENDA = "agenda"
    ACTUS = "actus"
    SONDAGE = "sondage"
    SIGNALER = "signaler"
    DONNEES = "donnees"
    AIDE = "aide"
    ACCUEIL = "accueil"
    BROUILLON = "brouillon"
    POLITESSE = "politesse"
    ANNULER = "annuler"
    HORS_SUJET = "hors_sujet"
    RDV = "rdv"
    VISIO = "visio"
    IDEE = "idee"
    KIT = "kit"
    RAPPELS = "rappels"
    ENTRAINEMENT = "entrainement"


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence, read.

    ``line`` is the command line that stands for it with its details (« /stats septembre »); "" where there is none to
    run: for politeness, « annule » and what is not for the bot. ``sure`` says whether it may be done without asking.
    ``others`` are at most two further likely readings of a sentence that is not sure. ``instead`` is what the sentence
    means to who may not do what the line says; ``aside`` names what is to be said first.
    ``duty`` is the command of those for whom alone it means the line, where everybody may type that one.
    """

    intention: Intention
    line: str
    sure: bool
    others: tuple["Reading", ...] = ()
    instead: "Reading | None" = None
    aside: str = ""
    duty: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it is done without asking: of a report or an appointment that is told a preview is shown, which
        asks."""
        return self.sure and not (self.intention in (Intention.CRA, Intention.RDV) and is_previewed(self.line))

    @property
    def proposal(self) -> str:
        """The reading in words, for a button: « Chercher des ressources sur les impôts »; "" where there is no line."""
        return propose(self.line) if self.line else ""


def is_previewed(line: str) -> bool:
    """Whether what a line of « /cra » or « /rdv » tells is shown before it is stored, and no list."""
    return bool(_PREVIEWED.match(line))


_PREVIEWED = re.compile(
    r"/?cra .|"
    r"/?rdv (?!annuler|décaler|disponibilit|lien|liste|point|rappels|semaine|visio|à traiter)"
    r"(?:@|.*\b\d{1,2}h(?:\d\d)?\b)"
)
"""Lines of which a preview is shown: a report or an appointment that is told, colleagues who are to meet."""
