"""« /cra », reports of activities (comptes rendus d’activité): entered by the form or in a line; help, drafts, and a
reminder of missing days."""

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import BaseModel

from bot.calendar import working_days_before
from bot.context import Context, ReadingContext
from bot.drafts import TakeUpDrafts
from bot.french.dates import say_date
from bot.replies import Ask, Button, Redirect, Replies, Waiting, Whisper
from bot.texts import render
from commands.cra import coordination, tags
from commands.cra.cards import CONSEILLERS, Preview, feature
from commands.cra.previews import read_text, show_preview
from commands.cra.recurrence import read_habit
from commands.cra.reports import find_known_tags, record_form, redraw_card
from config.themes import THEMES
from dialogs.cra import NewCra
from storage.absences import list_absences
from storage.cra import Source
from storage.cra.habits import read_usual
from storage.cra.practice import list_trainees
from storage.cra.queries import find_filed_keys, list_days_filed
from storage.people import Role


async def read_help(ctx: ReadingContext, text: str) -> Preview | Whisper:
    """Read « aide pour ants… » as a report’s own words; for « aide » alone there is the help."""
    if text.strip():
        return await read_text(ctx, f"aide {text}")
    return Whisper(render("cra/aide", themes=[(t.court, t.mots[:3]) for t in THEMES.values()]))


@feature.command("cra aide", help="Comment écrire un compte rendu", roles=CONSEILLERS, asks=read_help)
async def preview_help(ctx: Context, shown: Preview) -> Replies:
    """Preview a report that begins with « aide »."""
    return await show_preview(ctx, shown)


@feature.command("cra brouillon", help="Reprendre un compte rendu commencé", roles=CONSEILLERS)
async def resume_draft(ctx: Context, _: str) -> Replies:
    """Open the dialog as it was left; where several reports wait, ask which."""
    return Redirect.to(TakeUpDrafts(feature=feature.name))


async def read_line(ctx: ReadingContext, line: str) -> Preview | Ask | Whisper:
    """Read a line, where there is one; without, there is the dialog, prefilled with today and what is usual."""
    if not line.strip():
        return await open_report_form(ctx, ctx.today)
    return await read_habit(ctx, line) or await read_text(ctx, line)


@feature.command(
    "cra",
    help="Enregistrer un compte rendu d’activité, par une fenêtre ou en une ligne",
    hint="[atelier 8p 1h30 mail 69120 hier +60 retraités]",
    roles=CONSEILLERS,
    asks=read_line,
    tells=True,
)
async def start_report(ctx: Context, shown: Preview) -> Replies:
    """Preview what was typed in a line."""
    return await show_preview(ctx, shown)


async def open_report_form(ctx: Context, day: date) -> Ask:
    """Open the dialog of a new report of that day, with what is usual: canal, commune, durations."""
    usual, practice = await ctx.recall(read_usual), await ctx.is_among(list_trainees)
    known = {"canal": usual.canal, "commune": usual.commune or None, "minutes": next(iter(usual.minutes), None)}
    more = {"often": usual.minutes, "practice": practice, "known_tags": () if practice else await find_known_tags(ctx)}
    return Ask(NewCra.draft(date=day, activite="individuel", **known, **more))


@feature.submit(NewCra, roles=CONSEILLERS, accepted=find_filed_keys)
async def submit_report(ctx: Context, form: NewCra) -> Replies:
    """Record what the dialog says: it counts once, however often it is sent."""
    recorded = await record_form(ctx, form, ctx.request.key, Source.DIALOG)
    if recorded.receipt:
        return [recorded.receipt, *redraw_card(recorded.rdv)]
    return Whisper(render("cra/saved", again=True, here=False)) if ctx.request.resumed else None


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
    away = await list_absences(ctx.db, [ctx.user.id], ctx.today - QUIET_MAX, whole=True)
    day = working_days_before(ctx.today, 1, ctx.user.departement)
    while any(one.has(day) for one in away):
        day = working_days_before(day, 1, ctx.user.departement)
    filed = await list_days_filed(ctx.db, ctx.user.id, ctx.today - QUIET_MAX)
    if day in filed or not any(earlier < day for earlier in filed):
        return []
    said = say_date(day, ctx.today)
    return [Waiting(f"Aucun compte rendu pour {said}", Button(f"Compte rendu ({day:%d/%m})", FileOf(day=day)))]


@feature.button(FileOf, roles=CONSEILLERS, writes=False)
async def file_missing_day(ctx: Context, click: FileOf) -> Replies:
    """Open the dialog, dated of that day."""
    return await open_report_form(ctx, click.day)
