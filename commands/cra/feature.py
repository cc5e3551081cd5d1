"""The feature, and what the buttons of reports carry; the type is the routing key."""

import datetime as dt
from typing import Any

from pydantic import BaseModel

from bot import calendar
from bot.features import Feature, Front, Right
from storage import communes
from storage.people import Role

feature = Feature(
    "cra",
    rights=(Right.MEMBER,),
    front=Front("Compte rendu", "enregistrer ce que vous avez fait, le revoir, le corriger", lambda _: "cra"),
)
feature.at_start += [communes.load_communes, calendar.load_holidays]

CONSEILLERS = (Role.CONSEILLER,)
"""Who files reports."""


class Edit(BaseModel):
    """« Modifier » a report."""

    number: int


class Copy(BaseModel):
    """« Dupliquer » a report."""

    number: int


class Spread(BaseModel):
    """« Répartir » the participants of a workshop."""

    number: int


class Delete(BaseModel):
    """« Supprimer » a report."""

    number: int


class Restore(BaseModel):
    """« Rétablir » a deleted report; ``whispered`` where the button’s post can’t be rewritten (an ephemeral)."""

    number: int
    whispered: bool = False


class Save(BaseModel):
    """« Enregistrer » a previewed line: whose, under which one-time key, and what it says, as a dialog would."""

    author: str
    key: str
    raw: dict[str, Any]


class Complete(BaseModel):
    """« Compléter » a previewed line in the dialog."""

    author: str
    key: str
    raw: dict[str, Any]


class Drop(BaseModel):
    """« Annuler » a previewed line."""

    author: str
    key: str


class More(BaseModel):
    """« Suivants »: the reports of a period after this one."""

    start: dt.date
    end: dt.date
    day: dt.date
    number: int
