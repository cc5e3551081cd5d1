"""The feature, the payloads of its buttons, and the receipt of a report: all that is stored, in one sentence, with its
buttons."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from prometheus_client import Gauge
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.cards import RowCard
from bot.context import Context
from bot.features import Feature, Front, Right
from bot.french import plural, say_date, say_minutes
from bot.menus import Choosing, Menu
from bot.previews import PICK_LABELS
from bot.replies import Button, Direct, Message, Question, Refresh, Update, Whisper
from bot.texts import Markdown, render
from config.themes import THEMES
from config.time import PARIS
from dialogs.cra import NewCra
from dialogs.cra.line import JudgedLine, Line
from dialogs.cra.titles import OFFERED
from storage import communes, people
from storage.cra import Activite, Cra, CraRow, Report, months
from storage.cra.queries import RESTORE_FOR, list_deleted
from storage.cra.search import AuthorSheet
from storage.cra.tags import list_names


def start(person: people.Person) -> str:
    """Return the command with which somebody files reports: coordinateurs have one of their own."""
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
    """Payload about one’s own report, by its number; ``practice`` if it is on the practice sheet."""

    number: int
    practice: bool = False


class EditReport(ReportButton):
    """Button « Modifier »: opens the window of a report."""


class CopyReport(ReportButton):
    """Button « Dupliquer »: opens the window of a new report, filled like this one."""


class Spread(ReportButton):
    """Button « Répartir »: opens the window of a workshop’s participants by age and statut."""


class Delete(ReportButton):
    """Button « Supprimer »: deletes a report."""


class SeeReport(ReportButton):
    """Result « Compte rendu » of « /chercher »: shows a report."""


class RestoreReport(ReportButton):
    """Button « Rétablir »: restores a deleted report. ``whispered`` if the button’s post is ephemeral and so cannot be
    rewritten."""

    whispered: bool = False


class PreviewButton(BaseModel):
    """Payload of a previewed line: its author, and its one-time key."""

    author: str
    key: str


class SavePreview(PreviewButton):
    """Button « Enregistrer »: stores a previewed line; ``here`` if its receipt is posted in the same channel, ``twin``
    the number of the last report of the same content that its author was told of."""

    raw: dict[str, Any]
    hidden: dict[str, Any] = {}
    here: bool = False
    twin: int = 0


class CompletePreview(PreviewButton):
    """Button « Compléter »: opens the window, filled from the previewed line."""

    raw: dict[str, Any]
    hidden: dict[str, Any] = {}


class PreviewedReport(BaseModel):
    """A report of a previewed line, with its own one-time key."""

    key: str
    line: Line


class ReportPreview(PreviewButton):
    """A line as it is previewed: the reports that it makes; ``here`` where their receipts come, too. ``changes`` say
    what was put right last, ``asked`` is the part that was asked for, of the report at ``place`` (of all where None).
    ``removed`` are the keys of reports that were taken out by words just now, ``twin`` is as in ``SavePreview``."""

    reports: list[PreviewedReport]
    here: bool = False
    changes: list[str] = []
    asked: str = ""
    place: int | None = None
    removed: list[str] = []
    twin: int = 0

    @property
    def is_practice(self) -> bool:
        """Whether the preview was made during a training."""
        return any(report.line.practice for report in self.reports)


class DropPreview(PreviewButton):
    """« Annuler » a previewed line; ``keys`` are those of its reports, where it makes several. In the question of a
    preview, ``shown`` is what is put right by words."""

    keys: list[str] = []
    shown: ReportPreview | None = None


class CorrectPreview(BaseModel):
    """What was said in plain words of a previewed line, to put it right; "" shows it once more."""

    shown: ReportPreview
    said: str


class ResumePreview(BaseModel):
    """Button « Reprendre »: shows a preview again that was dropped."""

    shown: ReportPreview


class PickElement(Choosing):
    """Menu « Choisissez »: sets an element of the report at index ``at``; without an index, of all reports that lack
    it."""

    shown: ReportPreview
    at: int | None = None
    element: str


class IgnoreWords(BaseModel):
    """Button « Ignorer ces mots »: drops the words that were not understood."""

    shown: ReportPreview


class RemoveFromPreview(BaseModel):
    """Button « Retirer »: removes the report at an index from the preview."""

    shown: ReportPreview
    at: int


class SaveAll(BaseModel):
    """Button « Tout enregistrer »: stores all complete reports of a preview."""

    shown: ReportPreview


class UndoBatch(BaseModel):
    """Button « Annuler ces 3 comptes rendus »: deletes the reports stored together, by their numbers; ``practice`` as
    in ``ReportButton``."""

    numbers: list[int]
    practice: bool = False


class Repeat(Choosing):
    """Menu that chooses which report of a day the new one repeats; the payload keeps what else was typed."""

    rest: str


class MoreReports(BaseModel):
    """Buttons « Suivants » and « Précédents »: the reports of a period that match ``words``, after or before this
    one."""

    start: dt.date
    end: dt.date
    day: dt.date
    number: int
    words: str = ""
    newer: bool = False
    practice: bool = False


class EditOne(Choosing):
    """Menu « Modifier »: opens the window of the report whose number was chosen."""

    practice: bool = False


class CopyOne(Choosing):
    """Menu « Dupliquer »: opens the window of a copy of the report whose number was chosen."""

    practice: bool = False


RECEIPT = RowCard[int]("cra:")
PRACTICE_RECEIPT = RowCard[int]("practice:")
"""The receipt of a report, in its author’s direct channel, by its number; that of one on a practice sheet."""


def mark_practice(text: Markdown, *, practice: bool) -> Markdown:
    """Put before a text that it is about a practice sheet, which does not count."""
    return render("cra/practice", text=text) if practice else text


def say_report(report: Report, tags: Sequence[str] = ()) -> Markdown:
    """Describe a report completely, in one sentence."""
    return render("cra/sentence", day=say_date(report.date), tags=tags, **describe_report(report))


def say_typed(raw: Mapping[str, Any]) -> Markdown:
    """Say what is known of a report that lacks something, as the whole one is said; ``raw`` is what the form would
    send."""
    told = NewCra.tell(raw)
    day = dt.date.fromisoformat(raw["date"]) if "date" in raw else None
    return render(
        "cra/understood",
        told=told,
        people=int(raw.get("participants", 0)),
        day=say_date(day) if day else "",
        commune=_POSTCODE_FIRST.sub(r"\2 (\1)", told.get("Commune", "")),
        themes=[THEMES[code].court for code in raw.get("themes", ())],
    )


_POSTCODE_FIRST = re.compile(r"^(\d{5}) (.+)$")


async def read_tags(ctx: Context, cra: CraRow) -> tuple[str, ...]:
    """Read the names of a report’s tags; a practice sheet has none."""
    return (await list_names(ctx.db, [cra.number])).get(cra.number, ()) if isinstance(cra, Cra) else ()


async def show_deleted(ctx: Context, sheet: AuthorSheet) -> Whisper:
    """Show the last deleted reports that can be restored; a single one by a button."""
    found = await list_deleted(ctx.db, sheet, ctx.now - RESTORE_FOR)
    rows = [{"number": cra.number, "tags": (), **describe_report(cra.report)} for cra in found]
    text = mark_practice(render("cra/deleted_list", rows=rows, days=RESTORE_FOR.days), practice=sheet.is_practice)
    click = [RestoreReport(number=cra.number, practice=sheet.is_practice, whispered=True) for cra in found]
    return Whisper(text, [Button("Rétablir", click[0], "primary")] if len(click) == 1 else [])


def describe_report(report: Report) -> dict[str, object]:
    """Return a report’s values in words, for templates."""
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


def draw_saved(shown: ReportPreview, rows: Sequence[Mapping[str, Any]], before: Sequence[int]) -> Message:
    """List the stored reports with their numbers, and a button that deletes them all."""
    text = render("cra/saved_batch", rows=rows, before=[str(number) for number in before], here=shown.here)
    every = [*before, *(row["number"] for row in rows)]
    which = f"ces {plural(len(every), 'compte rendu', 'comptes rendus')}" if len(every) > 1 else "ce compte rendu"
    practice = shown.is_practice
    undo = [Button(f"Annuler {which}", UndoBatch(numbers=every, practice=practice))] if every else []
    return Message(mark_practice(text, practice=practice), undo)


def tell_twins(numbers: Sequence[int], save: BaseModel, drop: DropPreview, *, practice: bool) -> Message:
    """Say that the same was stored a moment ago; a click stores it all the same."""
    text = render("cra/twins", numbers=[str(number) for number in numbers])
    buttons = [Button("Enregistrer quand même", save), Button("Annuler", drop)]
    return Message(mark_practice(text, practice=practice), buttons, question=Question(yes=buttons[0], no=buttons[1]))


async def draw_card(ctx: Context, cra: CraRow, verb: str) -> Message:
    """Draw the receipt of a report as stored, deleted or not."""
    practice, tags = not isinstance(cra, Cra), await read_tags(ctx, cra)
    if cra.deleted_at is None:
        return draw_standing_card(cra.number, cra.report, verb, practice=practice, tags=tags)
    until = (cra.deleted_at + RESTORE_FOR).date()
    text = render("cra/deleted", number=cra.number, until=until, sentence=say_report(cra.report, tags))
    restore = RestoreReport(number=cra.number, practice=practice)
    return Message(mark_practice(text, practice=practice), [Button("Rétablir", restore, "primary")])


def make_receipt(ctx: Context, number: int, message: Message, *, practice: bool = False) -> Direct:
    """Make the receipt a direct message, which is still there after a reload."""
    return (PRACTICE_RECEIPT if practice else RECEIPT).send(number, message, ctx.user.id)


async def refresh_card(ctx: Context, cra: CraRow, verb: str, *, here: bool = False) -> Refresh:
    """Rewrite all receipts of a report."""
    card = RECEIPT if isinstance(cra, Cra) else PRACTICE_RECEIPT
    return card.rewrite(cra.number, await draw_card(ctx, cra, verb), here=here)


async def update_card(ctx: Context, cra: CraRow, verb: str) -> Update:
    """Rewrite the receipt whose button was clicked."""
    return (await draw_card(ctx, cra, verb)).recast(Update)


def _buttons(activite: Activite, **about: Any) -> list[Button]:
    spread = [Button("Répartir", Spread(**about))] if activite is Activite.COLLECTIF else []
    edit, copy = Button("Modifier", EditReport(**about), "primary"), Button("Dupliquer", CopyReport(**about))
    return [edit, copy, *spread, Button("Supprimer", Delete(**about), "danger")]


def offer_choices(shown: ReportPreview, at: int, judged: JudgedLine) -> list[Menu]:
    """Make the menus for elements that are ambiguous or missing."""
    asked = judged.mistakes.keys() | judged.blank.keys()
    wanted = {element: offered for element, offered in judged.line.choices.items() if element in asked}
    picks = {element: PickElement(shown=shown, at=at, element=element) for element in wanted}
    return [Menu(PICK_LABELS[element], picks[element], offered) for element, offered in wanted.items()]


def offer_for_all(shown: ReportPreview, judged: Sequence[JudgedLine]) -> list[Menu]:
    """Make the menus for elements that several reports lack, each for all of them at once."""
    incomplete = [each.line for each in judged if each.blank]
    missing = {element: sum(line.misses(element) for line in incomplete) for element in OFFERED}
    return [
        Menu(f"{PICK_LABELS[element]} pour {count}", PickElement(shown=shown, element=element), OFFERED[element])
        for element, count in missing.items()
        if count > 1
    ]
