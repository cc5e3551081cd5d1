"""What the buttons of the directory carry."""

from pydantic import BaseModel

from bot.menus import Choosing


class More(BaseModel):
    """« Suite »: another page of what was found."""

    query: str
    page: int


class See(Choosing):
    """« Fiche »: ``chosen`` is a person’s id, or ``contact:`` and a number."""


class Take(BaseModel):
    """« vCard » of what ``See`` names."""

    target: str


class TakeOne(Choosing):
    """« vCard » of one of a page."""


class VCard(BaseModel):
    """An order: the file of what ``See`` names."""

    target: str


class Edit(BaseModel):
    """« Modifier »: the window of one’s own card."""


class ChooseSight(BaseModel):
    """« Qui voit quoi »: the window that says whom each field is shown to."""


class Decide(BaseModel):
    """« Publier » or « Refuser » a contact."""

    contact_id: int
    publish: bool


class Ask(BaseModel):
    """« Demander de l’aide » of those who were found."""

    about: str
    helpers: tuple[str, ...]


class Withdraw(BaseModel):
    """« Retirer ma demande »."""

    key: str


class StopHelping(BaseModel):
    """« Ne plus être sollicité »: nobody asks any more."""
