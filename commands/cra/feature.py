"""The feature, and what the buttons of reports carry; the type is the routing key."""

import datetime as dt
from typing import Any

from prometheus_client import Gauge
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.features import Feature, Front, Right
from bot.menus import Choosing
from config.time import PARIS
from dialogs.cra.line import Line
from storage import communes
from storage.cra import months
from storage.people import Person, Role


def start(person: Person) -> str:
    """Return the command of the reports that somebody files: coordinateurs have their own."""
    return "cra coordination" if person.role is Role.COORDINATEUR else "cra"


feature = Feature(
    "cra",
    rights=(Right.MEMBER,),
    front=Front("Compte rendu", "enregistrer ce que vous avez fait, le revoir, le corriger", start),
)
feature.at_start.append(communes.load_communes)

REPORTS = Gauge("coop_reports", "Reports of the activities of a month: this one, and the one before.", ("month",))
ACTIVE_PEOPLE = Gauge("coop_people_active", "People who reported an activity of that month.", ("month",))


async def count_reports(db: AsyncSession, now: dt.datetime) -> None:
    """Set the gauges of the reports."""
    first = now.astimezone(PARIS).date().replace(day=1)
    for name, month in (("current", first), ("previous", (first - dt.timedelta(days=1)).replace(day=1))):
        reports, active = await months.measure_month(db, month)
        REPORTS.labels(name).set(reports)
        ACTIVE_PEOPLE.labels(name).set(active)


feature.figures.append(count_reports)

CONSEILLERS = (Role.CONSEILLER,)
"""Who files reports."""


class ReportButton(BaseModel):
    """A button of one’s own report, by its number; ``practice`` where it is on the practice sheet."""

    number: int
    practice: bool = False


class Edit(ReportButton):
    """« Modifier » a report."""


class Copy(ReportButton):
    """« Dupliquer » a report."""


class Spread(ReportButton):
    """« Répartir » the participants of a workshop."""


class Delete(ReportButton):
    """« Supprimer » a report."""


class See(ReportButton):
    """« Compte rendu » found by « /chercher »: a report as it stands."""


class Restore(ReportButton):
    """« Rétablir » a deleted report; ``whispered`` where the button’s post can’t be rewritten (an ephemeral)."""

    whispered: bool = False


class PreviewButton(BaseModel):
    """A button of a previewed line: whose, and under which one-time key."""

    author: str
    key: str


class Drop(PreviewButton):
    """« Annuler » a previewed line; ``keys`` are those of its reports, where it makes several."""

    keys: list[str] = []


class Save(PreviewButton):
    """« Enregistrer » a previewed line, which says what a dialog would; ``here`` where its receipt comes, too."""

    raw: dict[str, Any]
    hidden: dict[str, Any] = {}
    here: bool = False


class Complete(PreviewButton):
    """« Compléter » a previewed line in the dialog."""

    raw: dict[str, Any]
    hidden: dict[str, Any] = {}


class PreviewedReport(BaseModel):
    """One report of a previewed line, and its own one-time key."""

    key: str
    line: Line


class Preview(PreviewButton):
    """A line as it is previewed: the reports that it makes; ``here`` where their receipts come, too."""

    reports: list[PreviewedReport]
    here: bool = False


class Pick(Choosing):
    """« Choisissez »: a value, for an element of one of the reports, by its place among them."""

    shown: Preview
    at: int
    element: str


class Ignore(BaseModel):
    """« Ignorer ces mots »: what was not understood says nothing."""

    shown: Preview


class Remove(BaseModel):
    """« Retirer » one of the reports, by its place among them."""

    shown: Preview
    at: int


class SaveAll(BaseModel):
    """« Tout enregistrer », or those that nothing is missing from."""

    shown: Preview


class UndoBatch(BaseModel):
    """« Annuler ces 3 comptes rendus » that were saved at once, by their numbers; ``practice`` as with the others."""

    numbers: list[int]
    practice: bool = False


class Repeat(Choosing):
    """Which of the reports of a day another one is to be like, and what else was typed of it."""

    rest: str


class More(BaseModel):
    """« Suivants », « Précédents »: the reports of a period, and of ``words``, after this one, or before it."""

    start: dt.date
    end: dt.date
    day: dt.date
    number: int
    words: str = ""
    newer: bool = False
    practice: bool = False


class EditOne(Choosing):
    """« Modifier » one of a list, by its number."""

    practice: bool = False


class CopyOne(Choosing):
    """« Dupliquer » one of a list, by its number."""

    practice: bool = False
