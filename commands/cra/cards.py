"""The feature, what its buttons carry (the type is the routing key), and the receipt of a report: one sentence of all
that is stored, and what can be done with it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from prometheus_client import Gauge
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.cards import RowCard
from bot.context import Context
from bot.features import Feature, Front, Right
from bot.french import say_date, say_minutes
from bot.menus import Choosing
from bot.replies import Button, Direct, Message, Refresh, Update
from bot.texts import Markdown, render
from config.themes import THEMES
from config.time import PARIS
from dialogs.cra.line import Line
from storage import communes, people
from storage.cra import Activite, Cra, CraRow, Report, months
from storage.cra.queries import RESTORE_FOR
from storage.cra.tags import list_names


def start(person: people.Person) -> str:
    """Return the command of the reports that somebody files: coordinateurs have their own."""
    return "cra coordination" if person.role is people.Role.COORDINATEUR else "cra"


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

CONSEILLERS = (people.Role.CONSEILLER,)
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
    """« Choisissez »: a value, for an element of one of the reports, by its place among them; without a place, of all
    that miss it."""

    shown: Preview
    at: int | None = None
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


CHANGED = "Ce compte rendu a changé entre-temps. Fermez cette fenêtre, puis rouvrez-le avec « Modifier »."
TOO_OLD = "Ce compte rendu est supprimé depuis plus de 30 jours : il ne peut plus être rétabli."
RECEIPT = RowCard[int]("cra:")
PRACTICE_RECEIPT = RowCard[int]("practice:")
"""The receipt of a report, in its author’s direct channel, by its number; that of one on a practice sheet."""


def mark_practice(text: Markdown, *, practice: bool) -> Markdown:
    """Say before what is said of a practice sheet that it does not count."""
    return render("cra/practice", text=text) if practice else text


def say_report(report: Report, tags: Sequence[str] = ()) -> Markdown:
    """Say all that a report says in one readable sentence."""
    return render("cra/sentence", day=say_date(report.date), tags=tags, **describe_report(report))


async def read_tags(ctx: Context, cra: CraRow) -> tuple[str, ...]:
    """Read the names of a report’s tags; a practice sheet has none."""
    return (await list_names(ctx.db, [cra.number])).get(cra.number, ()) if isinstance(cra, Cra) else ()


def describe_report(report: Report) -> dict[str, object]:
    """Describe a report and its codes in words, for templates."""
    commune = communes.get_commune(report.commune)
    return {
        "report": report,
        "commune": commune.nom if commune else report.commune,
        "duration": say_minutes(report.minutes),
        "themes": [THEMES[code].court for code in report.themes],
    }


def draw_standing_card(
    number: int, report: Report, verb: str, *, practice: bool = False, tags: Sequence[str] = ()
) -> Message:
    """Draw the receipt of a report that counts; ``verb`` says what was done: enregistré, modifié…"""
    text = render("cra/receipt", number=number, verb=verb, sentence=say_report(report, tags))
    short = [("Date", f"{report.date:%d/%m/%Y}"), ("Durée", say_minutes(report.minutes))]
    buttons = _buttons(report.activite, number=number, practice=practice)
    return Message(mark_practice(text, practice=practice), buttons, short)


async def draw_card(ctx: Context, cra: CraRow, verb: str) -> Message:
    """Draw the receipt of a report as it is in the database, deleted or not."""
    practice, tags = not isinstance(cra, Cra), await read_tags(ctx, cra)
    if cra.deleted_at is None:
        return draw_standing_card(cra.number, cra.report, verb, practice=practice, tags=tags)
    until = (cra.deleted_at + RESTORE_FOR).date()
    text = render("cra/deleted", number=cra.number, until=until, sentence=say_report(cra.report, tags))
    restore = Restore(number=cra.number, practice=practice)
    return Message(mark_practice(text, practice=practice), [Button("Rétablir", restore, "primary")])


def make_receipt(ctx: Context, number: int, message: Message, *, practice: bool = False) -> Direct:
    """Make a direct message of a card: it survives a reload."""
    return (PRACTICE_RECEIPT if practice else RECEIPT).send(number, message, ctx.user.id)


async def refresh_card(ctx: Context, cra: CraRow, verb: str, *, here: bool = False) -> Refresh:
    """Draw every receipt of this report again."""
    card = RECEIPT if isinstance(cra, Cra) else PRACTICE_RECEIPT
    return card.rewrite(cra.number, await draw_card(ctx, cra, verb), here=here)


async def update_card(ctx: Context, cra: CraRow, verb: str) -> Update:
    """Draw the receipt whose button was clicked again."""
    message = await draw_card(ctx, cra, verb)
    return Update(message.text, message.buttons, message.facts)


def _buttons(activite: Activite, **about: Any) -> list[Button]:
    spread = [Button("Répartir", Spread(**about))] if activite is Activite.COLLECTIF else []
    return [
        Button("Modifier", Edit(**about), "primary"),
        Button("Dupliquer", Copy(**about)),
        *spread,
        Button("Supprimer", Delete(**about), "danger"),
    ]
