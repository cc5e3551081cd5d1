"""What the buttons of polls, the work on them and their files carry; the type is the routing key."""

from datetime import datetime

from pydantic import BaseModel

from bot.menus import Choosing


class About(BaseModel):
    """Something about the poll of that number."""

    poll: int


class Keep(BaseModel):
    """What a window asked for; ``poll`` is what it changes, 0 for a new one; ``channels`` are titles by id, ``rooms``
    those whose members only Mattermost knows."""

    poll: int
    question: str
    options: list[str]
    several: bool
    anonymous: bool
    live: bool
    targets: list[str]
    channels: dict[str, str]
    rooms: list[str]
    public: bool
    ends_at: datetime


class Launch(About):
    """« Lancer » what was shown: first Mattermost is asked how many are there."""


class LaunchNow(About):
    """Then it is asked."""


class Change(About):
    """« Modifier » it before it is asked."""


class Abandon(About):
    """« Annuler »: it is not asked."""


class Vote(About):
    """« Voter »."""


class Resume(About):
    """« Reprendre » what did not come everywhere."""


class Extend(About):
    """« Changer la fin »."""


class Close(About):
    """« Clore »: asks once more."""


class CloseNow(About):
    """It is over now."""


class Withdraw(About):
    """« Retirer »: asks once more."""


class WithdrawNow(About):
    """It is taken back, votes and all."""


class KeepOpen(About):
    """It goes on."""


class Older(BaseModel):
    """« Plus anciens », « Plus récents »: the polls after so many."""

    skip: int


class See(Choosing):
    """« Voir » one of the list; ``chosen`` is its number."""


class TakeSheet(About):
    """« CSV »."""


class TakePicture(About):
    """« Image »."""


class Hush(BaseModel):
    """« Ne plus me rappeler de sondages »."""


class Broadcast(About):
    """The asking, batch by batch."""


class Retell(About):
    """The rewriting of what stands; ``always``, though nothing new may be shown of the votes."""

    always: bool = False


class Conclude(About):
    """The rewriting of what stands once it is over, and the word that it is."""


class Remind(About):
    """The reminder to those of a zone who have not answered."""

    zone: str


class Nudge(About):
    """The reminders of these people, as far as they may get one more today."""

    people: list[str]


class Sheet(About):
    """The results as CSV, for who made it or animates."""


class Picture(About):
    """The results as a picture."""
