"""What the buttons of announcements, and the work on them, carry; the type is the routing key."""

from datetime import datetime

from pydantic import BaseModel

from bot.menus import Choosing


class About(BaseModel):
    """Something about the announcement of that id."""

    annonce: str


class Keep(BaseModel):
    """What a window asked for; ``annonce`` is what it changes, empty for a new one; ``files`` are names by id,
    ``channels`` titles by id."""

    annonce: str
    text: str
    files: dict[str, str]
    targets: list[str]
    everybody: bool
    at: datetime | None
    channels: dict[str, str]


class Send(About):
    """« Envoyer » what was shown, « Reprendre » what was stopped: first Mattermost is asked for its files."""


class Leave(About):
    """Then it leaves."""


class Change(About):
    """« Modifier » it before it is sent."""


class Abandon(About):
    """« Annuler »: it is not sent."""


class Correct(About):
    """« Corriger » the words of what was sent."""


class Replace(About):
    """The new words, where they are read."""

    text: str


class Withdraw(About):
    """« Retirer »: asks once more."""


class WithdrawNow(About):
    """It is taken back from wherever it stands."""


class KeepStanding(About):
    """It stays."""


class Restore(About):
    """« Rétablir » what was taken back."""


class Older(BaseModel):
    """« Plus anciennes », « Plus récentes »: the announcements after so many."""

    skip: int


class See(Choosing):
    """« Voir » one of the list; ``chosen`` is its id."""


class Broadcast(About):
    """The sending, batch by batch, with ``files``."""

    files: list[str] = []


class Rewrite(About):
    """The rewriting of what stands already."""


class Removal(About):
    """The deleting of what stands."""
