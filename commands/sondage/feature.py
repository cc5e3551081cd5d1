"""The feature, and what the buttons of polls, the work on them and their files carry."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.features import Feature, Front, Right
from bot.menus import Choosing
from storage.people import Person, Role


class AboutPoll(BaseModel):
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


class Launch(AboutPoll):
    """« Lancer » what was shown: first Mattermost is asked how many are there."""


class LaunchNow(AboutPoll):
    """Then it is asked."""


class Change(AboutPoll):
    """« Modifier » it before it is asked."""


class Abandon(AboutPoll):
    """« Annuler »: it is not asked."""


class Vote(AboutPoll):
    """« Voter »."""


class Resume(AboutPoll):
    """« Reprendre » what did not come everywhere."""


class Extend(AboutPoll):
    """« Changer la fin »."""


class Close(AboutPoll):
    """« Clore »: asks once more."""


class CloseNow(AboutPoll):
    """It is over now."""


class Withdraw(AboutPoll):
    """« Retirer »: asks once more."""


class WithdrawNow(AboutPoll):
    """It is taken back, votes and all."""


class KeepOpen(AboutPoll):
    """It goes on."""


class Older(BaseModel):
    """« Plus anciens », « Plus récents »: the polls after so many."""

    skip: int


class See(Choosing):
    """« Voir » one of the list; ``chosen`` is its number."""


class TakeSheet(AboutPoll):
    """« CSV »."""


class TakePicture(AboutPoll):
    """« Image »."""


class Hush(BaseModel):
    """« Ne plus me rappeler de sondages »."""


class Broadcast(AboutPoll):
    """The asking, batch by batch."""


class Retell(AboutPoll):
    """The rewriting of what stands; ``always``, though nothing new may be shown of the votes."""

    always: bool = False


class Conclude(AboutPoll):
    """The rewriting of what stands once it is over, and the word that it is."""


class Remind(AboutPoll):
    """The reminder to those of a zone who have not answered."""

    zone: str


class Nudge(AboutPoll):
    """The reminders of these people, as far as they may get one more today."""

    people: list[str]


class Sheet(AboutPoll):
    """The results as CSV, for who made it or animates."""


class Picture(AboutPoll):
    """The results as a picture."""


def _start(person: Person) -> str:
    """Who asks many begins; others ask where they are, and « /aide » is somewhere else."""
    return "sondage" if person.animates or person.role is Role.COORDINATEUR else "sondage liste"


feature = Feature(
    "sondage",
    rights=(Right.MEMBER,),
    front=Front("Sondages", "poser une question à un canal, voter, voir les résultats", _start),
)

USUAL, LONGEST, SHORTEST = timedelta(days=7), timedelta(days=90), timedelta(minutes=10)
"""How long a poll lasts: unless its author says otherwise, at most, at least."""
