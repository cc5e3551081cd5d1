"""What the buttons about channels, and the work on them, carry; the type is the routing key."""

from pydantic import BaseModel


class Check(BaseModel):
    """Look at these channels (scope.py); those that do not exist only (``absent``); or by ``night``, for the room."""

    scope: str = ""
    absent: bool = False
    night: bool = False


class OfRun(BaseModel):
    """Something with the run of that id."""

    run: str


class Repair(OfRun):
    """« Réparer » what was shown, with those whom the register does not know if ``strangers``."""

    strangers: bool = False


class Undo(OfRun):
    """« Annuler » what was changed."""


class See(OfRun):
    """« Tout voir », from the change ``at``."""

    at: int = 0


class Mend(OfRun):
    """The making of the changes."""


class Unmend(OfRun):
    """The undoing of them."""
