"""What the buttons of announcements, and the work on them, carry; the type is the routing key."""

from datetime import datetime

from pydantic import BaseModel


class About(BaseModel):
    """Something about the announcement of that id."""

    annonce: str


class Keep(BaseModel):
    """What a window asked for; ``annonce`` is what it changes, empty for a new one, ``channels`` are titles by id."""

    annonce: str
    text: str
    targets: list[str]
    everybody: bool
    at: datetime | None
    channels: dict[str, str]


class Send(About):
    """« Envoyer » what was shown."""


class Change(About):
    """« Modifier » it before it is sent."""


class Abandon(About):
    """« Annuler »: it is not sent."""


class Correct(About):
    """« Corriger » the words of what was sent."""


class Withdraw(About):
    """« Retirer » it from wherever it stands."""


class Broadcast(About):
    """The sending, batch by batch."""


class Rewrite(About):
    """The rewriting of what stands already."""


class Removal(About):
    """The deleting of what stands."""
