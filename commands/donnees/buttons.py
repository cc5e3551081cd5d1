"""What buttons and long work carry."""

from pydantic import BaseModel


class Copy(BaseModel):
    """A copy of all that is held of who asked."""


class Confirm(BaseModel):
    """« Effacer mes données »."""


class KeepData(BaseModel):
    """« Annuler l’effacement », « Garder mes données »."""


class Erase(BaseModel):
    """Somebody’s time has come."""

    user_id: str


class Doze(BaseModel):
    """Look for accounts of which nothing was heard for long."""
