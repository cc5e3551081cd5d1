"""How a report is entered: by the form or a previewed line; help, drafts, and a reminder of missing days."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pydantic import BaseModel

from bot.calendar import working_days_before
from bot.command_lines import refuse_mistyped
from bot.context import Context
from bot.drafts import TakeUpDrafts
from bot.errors import UserError
from bot.forms import name_of
from bot.french.dates import say_date
from bot.replies import Ask, Button, Redirect, Replies, Reply, Update, Waiting, Whisper
from bot.spool import Submission
from bot.texts import Markdown, quote, render
from commands.cra.cards import draw_standing_card, make_receipt, say_report
from commands.cra.feature import CONSEILLERS, Complete, Drop, Save, feature
from config.text import fold
from config.themes import THEMES
from dialogs.cra import NewCra
from dialogs.cra.line import Line, read_line
from storage import people
from storage.cra import Report, Source
from storage.cra.queries import (
    Filing,
    file_report,
    find_filed_keys,
    list_days_filed,
    note_last_commune,
    read_last_commune,
)
from storage.people import Role


@feature.command("cra aide", help="Comment écrire un compte rendu", roles=CONSEILLERS)
async def explain_reports(ctx: Context, _: str) -> Replies:
    """Explain the dialog and the line, with every theme."""
    return Whisper(render("cra/aide", themes=[(t.court, t.mots[:3]) for t in THEMES.values()]))


@feature.command("cra brouillon", help="Reprendre un compte rendu commencé", roles=CONSEILLERS)
async def resume_draft(ctx: Context, _: str) -> Replies:
    """Open the dialog as it was left; where several reports wait, ask which."""
    return Redirect.to(TakeUpDrafts(feature=feature.name))


async def record_report(ctx: Context, report: Report, how: Filing) -> list[Reply]:
    """Store a report and write its receipt; one stored before has its receipt, and gets no second."""
    author = await people.settle_departement(ctx.db, ctx.user, report.departement)
    filed = await file_report(ctx.db, author, report, how)
    if not filed.is_new:
        return [Whisper(render("cra/saved", again=True))] if ctx.request.resumed else []
    await note_last_commune(ctx.db, author.id, report)
    return [make_receipt(ctx, filed.number, draw_standing_card(filed.number, report, "enregistré"))]


async def preview_line(ctx: Context, line: Line, key: str) -> Replies:
    """Show what a line was understood as; it can be found again for a day, since a whisper vanishes at a reload."""
    await ctx.drafts.keep(ctx.db, Submission(name_of(NewCra), key, ctx.user.id, dict(line.raw), {}), is_typed=False)
    report, mistakes = _read_report(ctx, line)
    carried = {"author": ctx.user.id, "key": key}
    save = [Button("Enregistrer", Save(**carried, raw=line.raw), "primary")] if report and not mistakes else []
    complete = Button("Compléter", Complete(**carried, raw=line.raw), "default" if save else "primary")
    text = _say_understood(line, mistakes) if report is None else say_report(report)
    unread = [quote(word) for word in line.unread]
    blank = [label for element, label in NewCra.find_blank(line.raw, ctx.clues).items() if element not in line.mistakes]
    said = {"unread": unread, "assumed": line.assumed, "blank": blank, "mistakes": mistakes.values()}
    return Whisper(render("cra/preview", text=text, **said), [*save, complete, Button("Annuler", Drop(**carried))])


def _read_report(ctx: Context, line: Line) -> tuple[Report | None, dict[str, str]]:
    """Read the report that a line makes, if it makes one, and what is wrong in it; what is only left out is no
    mistake."""
    try:
        return NewCra.parse(line.raw, {}, ctx.clues).report(), dict(line.mistakes)
    except UserError as refusal:
        blank = NewCra.find_blank(line.raw, ctx.clues)
        return None, {e: s for e, s in refusal.fields.items() if e not in blank} | line.mistakes


def _say_understood(line: Line, mistakes: Mapping[str, str]) -> Markdown:
    """Say what was understood of an incomplete line, by field."""
    right = {element: value for element, value in line.raw.items() if element not in mistakes}
    return render("cra/understood", told=NewCra.tell(right))


@feature.button(Save, roles=CONSEILLERS)
async def save_preview(ctx: Context, click: Save) -> Replies:
    """Record the line as it was previewed; a second click finds it recorded."""
    _must_be_author(ctx, click.author)
    report = NewCra.parse(click.raw, {}, ctx.clues).report()
    told = await record_report(ctx, report, Filing(click.key, Source.LINE, ctx.now))
    return [*told, _settle_preview(ctx, render("cra/saved", again=not told))]


@feature.button(Complete, roles=CONSEILLERS, writes=False)
async def complete_preview(ctx: Context, click: Complete) -> Replies:
    """Open the dialog prefilled with all that was understood; it and « Enregistrer » count once together."""
    _must_be_author(ctx, click.author)
    return Ask(NewCra.recall(click.raw, {}), key=click.key)


@feature.button(Drop, roles=CONSEILLERS)
async def drop_preview(ctx: Context, click: Drop) -> Replies:
    """Forget the line, unless it is recorded already."""
    _must_be_author(ctx, click.author)
    filed = await find_filed_keys(ctx.db, [click.key])
    await ctx.drafts.drop(ctx.db, click.key)
    return _settle_preview(ctx, render("cra/dropped", filed=bool(filed)))


def _settle_preview(ctx: Context, text: Markdown) -> Whisper | Update:
    """Replace a preview, in the direct channel where it stays; a whisper can’t be rewritten, so that a new one
    answers."""
    return Whisper(text) if ctx.request.response_url else Update(text)


def _must_be_author(ctx: Context, author: str) -> None:
    if author != ctx.user.id:
        raise UserError("Cet aperçu est celui de quelqu’un d’autre : tapez votre propre ligne avec /cra.")


SUBCOMMAND_MIN = 4
"""Letters a word needs to be taken for a mistyped subcommand."""


@feature.command(
    "cra",
    help="Enregistrer un compte rendu d’activité, par une fenêtre ou en une ligne",
    hint="[atelier 8p 1h30 mail 69120 hier +60 retraités]",
    roles=CONSEILLERS,
    writes=True,
)
async def start_report(ctx: Context, line: str) -> Replies:
    """Open the dialog, prefilled with today and the last commune; preview a line instead, where there is one."""
    if line.strip():
        commune = await ctx.recall(read_last_commune)
        _must_be_a_report(line)
        return await preview_line(ctx, read_line(line, ctx.clues, commune), secrets.token_urlsafe(16))
    return await open_report_form(ctx, ctx.today)


async def open_report_form(ctx: Context, day: date) -> Ask:
    """Open the dialog of a new report of that day, at the last commune."""
    commune = await ctx.recall(read_last_commune)
    return Ask(NewCra.draft(date=day, activite="individuel", commune=commune or None))


@feature.submit(NewCra, roles=CONSEILLERS, accepted=find_filed_keys)
async def submit_report(ctx: Context, form: NewCra) -> Replies:
    """Record what the dialog says: it counts once, however often it is sent."""
    return await record_report(ctx, form.report(), Filing(ctx.request.key, Source.DIALOG, ctx.now))


def _must_be_a_report(line: str) -> None:
    """Refuse a mistyped subcommand, which a number follows, if anything: a report says more."""
    _, _, rest = fold(line).partition(" ")
    if not rest or rest.isdigit():
        refuse_mistyped(feature, "cra", line, shortest=SUBCOMMAND_MIN)


QUIET_MAX = timedelta(days=14)
"""Who filed nothing for so long is away, or files elsewhere: a day without a report then tells nothing."""


class FileOf(BaseModel):
    """The button for a report of a day that has none."""

    day: date


@feature.waiting
async def remind_of_yesterday(ctx: Context) -> Sequence[Waiting]:
    """Remind who usually files, and did not for the last working day, of that day."""
    if ctx.user.role is not Role.CONSEILLER:
        return []
    day = working_days_before(ctx.today, 1, ctx.user.departement)
    filed = await list_days_filed(ctx.db, ctx.user.id, ctx.today - QUIET_MAX)
    if day in filed or not any(earlier < day for earlier in filed):
        return []
    said = say_date(day, ctx.today)
    return [Waiting(f"Aucun compte rendu pour {said}", Button(f"Compte rendu ({day:%d/%m})", FileOf(day=day)))]


@feature.button(FileOf, roles=CONSEILLERS, writes=False)
async def file_missing_day(ctx: Context, click: FileOf) -> Replies:
    """Open the dialog, dated of that day."""
    return await open_report_form(ctx, click.day)
