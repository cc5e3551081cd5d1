"""What the buttons about duty carry."""

from datetime import date

from pydantic import BaseModel


class Take(BaseModel):
    """« Me mettre de garde »: opens the window."""


class Release(BaseModel):
    """« Me retirer », « Annuler »: somebody is not on duty after all."""

    number: int


class PutBack(BaseModel):
    """« Annuler » of that: the turn ends again when it did, as long as it still ends when it then did. Of days from its
    middle, ``rest`` is the turn that came after them."""

    number: int
    ends: date
    cut: date
    rest: int | None = None


class Return(BaseModel):
    """« Annuler » of an absence: it ends today, or never was."""

    number: int


class OpenSwap(BaseModel):
    """« Échanger »: opens the window."""


class AnswerSwap(BaseModel):
    """« Accepter » or « Refuser » what somebody proposes."""

    number: int
    accept: bool


class WithdrawSwap(BaseModel):
    """« Retirer ma proposition »."""

    number: int
