"""What the buttons and menus of moderation carry."""

from enum import StrEnum

from pydantic import BaseModel

from bot.menus import Choosing
from commands.moderation.opening import Seen


class FileReport(BaseModel):
    """What somebody reports, as Mattermost shows it at this moment. (No button: what a window goes on with.)"""

    seen: Seen
    motive: str
    word: str = ""


class Precise(BaseModel):
    """« Préciser »: the motive of who put a flag under a message."""

    case: int


class Move(StrEnum):
    """What can be decided about a case."""

    NOTHING = "rien"
    REMIND = "rappel"
    HIDE = "masquer"
    WARN = "avertir"
    SILENCE = "silence"
    EXCLUDE = "exclure"
    MOVE = "deplacer"
    CONSULT = "avis"
    FORWARD = "transmettre"

    @property
    def label(self) -> str:
        """What is written on the button, or in the menu."""
        return {
            "rien": "Rien à faire",
            "rappel": "Rappel de la charte",
            "masquer": "Masquer",
            "avertir": "Avertir",
            "silence": "Suspendre l’écriture",
            "exclure": "Exclure du canal",
            "deplacer": "Déplacer",
            "avis": "Demander l’avis",
            "transmettre": "Transmettre",
        }[self.value]


class Decide(BaseModel):
    """A button of a case: the window of what it decides."""

    case: int
    move: Move


class DecideOtherwise(Choosing):
    """« Autre mesure… »: ``chosen`` is one of ``Move``."""

    case: int


class SeeContext(BaseModel):
    """« Contexte »: the message whole, with those around it."""

    case: int


class Approve(BaseModel):
    """« Approuver » what another animateur proposes."""

    case: int


class Decline(BaseModel):
    """« Refuser » what another animateur proposes, with a reason."""

    case: int


class Appeal(BaseModel):
    """« Contester »: the window in which somebody answers a measure, by its number in the journal."""

    entry: int


class Uphold(BaseModel):
    """« Maintenir » a measure that is contested."""

    entry: int


class Lighten(BaseModel):
    """« Alléger » it."""

    entry: int


class Overturn(BaseModel):
    """« Annuler la mesure »."""

    entry: int


class FalseAlarm(BaseModel):
    """« Fausse alerte »: what rules found for a case is nothing."""

    case: int
