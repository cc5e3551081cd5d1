"""What the buttons and menus of the agenda carry."""

from enum import StrEnum

from pydantic import BaseModel

from bot.menus import Choosing


class Listing(StrEnum):
    """What a list of events holds."""

    COMING = "coming"
    PAST = "past"
    OWN = "own"


class Page(BaseModel):
    """« Suite »: a page of a list."""

    of: Listing
    page: int = 1


class Open(BaseModel):
    """« Détails »: all that is known of an event."""

    event: int


class Attend(BaseModel):
    """« J’y serai », or « Je n’y serai plus »."""

    event: int
    on: bool = True


class Take(BaseModel):
    """« Ajouter à mon agenda »: the file that calendars read."""

    event: int


class CalendarFile(BaseModel):
    """An order: that file."""

    event: int


class Propose(BaseModel):
    """« Proposer un événement »."""


class Edit(BaseModel):
    """« Modifier », or « Corriger » of who reads it over."""

    event: int


class Publish(BaseModel):
    """« Publier » what waits."""

    event: int


class Refuse(BaseModel):
    """« Refuser » what waits, with a reason."""

    event: int


class Cancel(BaseModel):
    """« Annuler » an event, with a word for those who come."""

    event: int


class Restore(BaseModel):
    """« Rétablir » what was cancelled."""

    event: int


class Deed(StrEnum):
    """What « Plus… » offers to who may change an event."""

    EDIT = "modifier"
    CANCEL = "annuler"
    RESTORE = "retablir"

    @property
    def label(self) -> str:
        """What is written in the menu."""
        return {"modifier": "Modifier", "annuler": "Annuler l’événement", "retablir": "Rétablir"}[self.value]


class More(Choosing):
    """« Plus… » under an event; ``chosen`` is one of ``Deed``."""

    event: int


class RenewFeed(BaseModel):
    """« En changer »: another address for one’s feed."""


class CloseFeed(BaseModel):
    """« Le fermer »: no feed any more."""
