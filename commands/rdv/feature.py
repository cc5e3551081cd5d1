"""The feature, what its buttons carry, and how somebody’s own rdv are found."""

import datetime as dt
from typing import Any

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.menus import Choosing
from bot.texts import link
from storage.people import Role
from storage.rdv import Rdv, RdvSource, RdvState
from storage.rdv.appointments import find_reports, get_rdv

feature = Feature(
    "rdv",
    rights=(Right.MEMBER,),
    front=Front(
        "Rendez-vous", "noter un rendez-vous, voir la semaine, en faire un compte rendu", lambda _: "rdv semaine"
    ),
)

CONSEILLERS = (Role.CONSEILLER, Role.COORDINATEUR)
"""Who has a calendar."""


class New(BaseModel):
    """« Nouveau rendez-vous »: opens the window."""


class Preview(BaseModel):
    """A line as it was understood: whose, under which one-time key, and all that is said of it."""

    author: str
    key: str
    raw: dict[str, Any]
    unread: list[str] = []
    mistakes: dict[str, str] = {}
    choices: dict[str, dict[str, str]] = {}
    assumed: list[str] = []
    notes: list[str] = []


class Save(BaseModel):
    """« Enregistrer » a previewed line."""

    author: str
    key: str
    raw: dict[str, Any]


class Complete(Save):
    """« Compléter » a previewed line in the window."""


class Drop(BaseModel):
    """« Annuler » a previewed line."""

    author: str
    key: str


class Ignore(BaseModel):
    """« Ignorer ces mots »: what was not understood says nothing."""

    shown: Preview


class Pick(Choosing):
    """A value that was chosen for an element in doubt."""

    shown: Preview
    element: str


class About(BaseModel):
    """Something about the rdv of that number."""

    rdv: int


class See(About):
    """« Voir » a rdv as it is now."""


class Edit(About):
    """« Modifier »: opens the window of a rdv."""


class SetState(About):
    """« Honoré », « Absent », « Annulé »."""

    state: RdvState


class Report(About):
    """« Compte rendu »: opens the window of a report, filled with what the rdv says."""


class CreateRoom(About):
    """« Créer le lien »: the room of a visio is opened now."""


class EnterRoom(About):
    """« Entrer pour animer »: the address by which whose rdv it is hosts its room."""


class CancelRest(About):
    """« Annuler aussi les suivants » of a series."""


class Unset(About):
    """Undo of a state: it is again as it was."""

    state: RdvState
    sequence: int


class MoveBack(About):
    """Undo of a move: it begins and ends again when it did."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    sequence: int


class UndoNew(BaseModel):
    """Undo of what was noted at once, by numbers: it is cancelled, but for what was changed since."""

    numbers: list[int]


class RestoreMany(BaseModel):
    """Undo of a cancelled rest of a series."""

    numbers: list[int]


class Page(BaseModel):
    """« Suite »: a page of the rdv of some days."""

    start: dt.date
    end: dt.date
    page: int = 1


class Proposal(BaseModel):
    """A meeting of colleagues that is to be proposed: by whom and to whom (name by id), under which one-time key, how
    long, what about, and where. Of one that is moved, ``meeting`` is its number."""

    author: str
    key: str
    people: dict[str, str]
    minutes: int
    subject: str = ""
    spot: str = "rattachement"
    place: str = ""
    meeting: int = 0


class ChooseMoment(Proposal):
    """One of the moments; ``anyway`` where not all are free."""

    at: dt.datetime
    anyway: bool = False


class Later(Proposal):
    """« Plus tard »: the moments from then on."""

    after: dt.datetime


class AnswerMeeting(About):
    """« Accepter », « Refuser » or « Me retirer », for the meeting at that hour."""

    starts_at: dt.datetime
    agrees: bool


class KeepMeeting(About):
    """« Maintenir sans attendre »: it is sure with those who accepted that hour."""

    starts_at: dt.datetime


class MoveMeeting(About):
    """« Autre moment »: shows its organiser others."""


class SuggestMoment(About):
    """« Autre moment » of a guest: shows moments that may be proposed for the meeting at ``starts_at``, from ``after``
    on."""

    starts_at: dt.datetime
    after: dt.datetime | None = None


async def get_own(ctx: Context, number: int, *, locked: bool = False) -> Rdv:
    """Get one’s own rdv of that number. Raises UserError, the same for others’ and for none."""
    rdv = await get_rdv(ctx.db, ctx.user.id, number, locked=locked)
    if rdv is None:
        raise UserError(f"Vous n’avez pas de rendez-vous n° {number}. /rdv semaine montre les vôtres.")
    return rdv


async def lock_own(ctx: Context, number: int) -> Rdv:
    """Lock one’s own rdv that is kept here. Raises UserError for one that is kept elsewhere."""
    rdv = await get_own(ctx, number, locked=True)
    must_be_kept_here(rdv)
    return rdv


def must_be_kept_here(rdv: Rdv) -> None:
    """Raises UserError for a rdv that is kept elsewhere."""
    if rdv.source is RdvSource.RDV_SP:
        there = link("Ouvrez-le là-bas", rdv.external_url)
        raise UserError(f"{there} : le rendez-vous n° {rdv.number} vient de RDV Service Public, qui est seul à pouvoir "
                        "le déplacer, l’annuler ou noter sa suite.")  # fmt: skip


async def must_have_no_report(ctx: Context, rdv: Rdv) -> None:
    """Raises UserError for a rdv of which a report stands."""
    if report := (await find_reports(ctx.db, [rdv])).get(rdv.number):
        raise UserError(f"Ce rendez-vous a un compte rendu, le n° {report} : supprimez-le d’abord avec "
                        f"/cra supprimer {report}.")  # fmt: skip
