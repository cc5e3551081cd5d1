"""« /cra »: activity reports (comptes rendus d’activité), entered in a window or in a line; their help, drafts, and a
reminder of missing days; and « /cra étiquettes », the tags of reports."""

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import BaseModel

from bot.calendar import working_days_before
from bot.context import Context, ReadingContext
from bot.drafts import TakeUpDrafts
from bot.errors import UserError, read_or_refuse
from bot.french import say_date
from bot.previews import answer
from bot.replies import Ask, Button, Message, Redirect, Replies, RunCommand, Waiting, Whisper
from bot.texts import quote, render
from commands.cra import coordination
from commands.cra.cards import CONSEILLERS, ReportPreview, feature
from commands.cra.previews import read_text, show_preview
from commands.cra.recurrence import read_habit
from commands.cra.reports import find_known_tags, record_form, redraw_card
from config.territories import DEPARTEMENTS
from config.themes import THEMES
from config.time import find_midnight
from dialogs.cra import NewCra
from dialogs.cra import line as typed_line
from dialogs.cra.tags import read_tag
from dialogs.plain_words.absences import tells_nothing_done
from storage.absences import list_absences
from storage.cra import Source, tags
from storage.cra.habits import read_usual
from storage.cra.queries import TABLE, find_filed_keys, list_days_filed
from storage.cra.report import list_trainees
from storage.people import Role
from storage.rdv import RdvState
from storage.rdv.appointments import list_between


async def read_help(ctx: ReadingContext, text: str) -> ReportPreview | Whisper:
    """Read « aide pour ants… » as a report; « aide » alone shows the help."""
    if text.strip():
        return await read_text(ctx, f"aide {text}")
    return Whisper(render("cra/aide", themes=[(t.court, t.mots[:3]) for t in THEMES.values()]))


@feature.command("cra aide", help="Comment écrire un compte rendu", roles=CONSEILLERS, asks=read_help)
async def preview_help(ctx: Context, shown: ReportPreview) -> Replies:
    """Preview a report that begins with « aide »."""
    return await show_preview(ctx, shown)


@feature.command("cra brouillon", help="Reprendre un compte rendu commencé", roles=CONSEILLERS)
async def resume_draft(ctx: Context, _: str) -> Replies:
    """Open the draft of a report; if several wait, offer a choice."""
    return Redirect.to(TakeUpDrafts(feature=feature.name))


async def read_line(ctx: ReadingContext, line: str) -> ReportPreview | Ask | Whisper:
    """Read a typed line as a report; without one, open the window, filled with today and the usual values."""
    if not line.strip():
        return await open_report_form(ctx, ctx.today)
    if tells_nothing_done(line):
        return await _answer_nothing_done(ctx, line)
    return await read_habit(ctx, line) or await read_text(ctx, line)


class WriteAnyway(BaseModel):
    """« Écrire quand même un compte rendu » of what did not take place, as its line tells it."""

    line: str


async def _answer_nothing_done(ctx: ReadingContext, line: str) -> Whisper:
    """Say that what did not take place needs no report, and where appointments of that day say so."""
    day = date.fromisoformat(typed_line.read_line(line, ctx.clues).raw.get("date", ctx.today.isoformat()))
    start, end = (find_midnight(each, ctx.zone) for each in (day, day + timedelta(days=1)))
    rdvs = await list_between(ctx.db, ctx.user.id, start, end, (RdvState.PREVU,))
    lead = [Button("Voir mes rendez-vous", RunCommand(line=f"rdv liste {day:%d/%m/%Y}"), "primary")] if rdvs else []
    text = render("cra/nothing_done", rdvs=len(rdvs), day=say_date(day, ctx.today))
    return Whisper(text, [*lead, Button("Écrire quand même un compte rendu", WriteAnyway(line=line))])


async def read_anyway(ctx: ReadingContext, click: WriteAnyway) -> ReportPreview | Whisper:
    """Read the line of what did not take place as any other."""
    return await read_text(ctx, click.line)


@feature.button(WriteAnyway, roles=CONSEILLERS, asks=read_anyway)
async def preview_anyway(ctx: Context, shown: ReportPreview) -> Replies:
    """Preview the report of what did not take place."""
    return await show_preview(ctx, shown)


@feature.command(
    "cra",
    help="Enregistrer un compte rendu d’activité, par une fenêtre ou en une ligne",
    hint="[atelier 8p 1h30 mail 69120 hier +60 retraités]",
    roles=CONSEILLERS,
    asks=read_line,
    tells=True,
    instead={Role.COORDINATEUR: "cra coordination"},
)
async def start_report(ctx: Context, shown: ReportPreview) -> Replies:
    """Preview the report of a typed line."""
    return await show_preview(ctx, shown)


async def open_report_form(ctx: Context, day: date) -> Ask:
    """Open the window of a new report of that day, filled with the usual channel, commune and durations."""
    usual, practice = await ctx.recall(read_usual), await ctx.is_among(list_trainees)
    known = {"canal": usual.canal, "commune": usual.commune or None, "minutes": next(iter(usual.minutes), None)}
    more = {"often": usual.minutes, "practice": practice, "known_tags": () if practice else await find_known_tags(ctx)}
    return Ask(NewCra.draft(date=day, activite="individuel", **known, **more))


@feature.submit(NewCra, roles=CONSEILLERS, accepted=find_filed_keys)
async def submit_report(ctx: Context, form: NewCra) -> Replies:
    """Store the report of the window, once however often it is sent."""
    recorded = await record_form(ctx, form, ctx.request.key, Source.DIALOG)
    if recorded.receipt:
        return [recorded.receipt, *redraw_card(recorded.rdv)]
    return Whisper(render("cra/saved", again=True, here=False)) if ctx.request.resumed else None


QUIET_MAX = timedelta(days=14)
"""Who filed nothing for so long is away, or files elsewhere: a day without a report then tells nothing."""


class FileOf(BaseModel):
    """Button of a missing day: opens the window of a report for it."""

    day: date


@feature.waiting
async def remind_of_yesterday(ctx: Context) -> Sequence[Waiting]:
    """Remind people who usually file reports of the last working day, if they filed none for it."""
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
    return [
        Waiting(f"Aucun compte rendu pour {said}", Button(f"Écrire le compte rendu ({day:%d/%m})", FileOf(day=day)))
    ]


@feature.button(FileOf, roles=CONSEILLERS, writes=False)
async def file_missing_day(ctx: Context, click: FileOf) -> Replies:
    """Open the window of a report, dated of the missing day."""
    return await open_report_form(ctx, click.day)


WHO = (Role.CONSEILLER, Role.COORDINATEUR, Role.ANIMATEUR)
"""Conseillers have tags of their own; coordinateurs and animateurs keep those of a département."""


class RestoreTag(BaseModel):
    """Button « Rétablir »: restores a deleted tag on its reports."""

    tag: int


class RenameBack(BaseModel):
    """Button « Annuler »: gives a renamed tag its former name."""

    tag: int
    name: str


@feature.command("cra étiquettes", help="Voir vos étiquettes et celles de votre département", roles=WHO)
async def list_tags(ctx: Context, _: str) -> Replies:
    """List one’s own tags, with their number of reports, and those of one’s départements."""
    own = await tags.list_known(ctx.db, [ctx.user.id])
    shared = await tags.list_known(ctx.db, ctx.user.departements)
    counts = await tags.count_reports(ctx.db, ctx.user.id, TABLE, [tag.number for tag in (*own, *shared)])
    rows = [[(tag.name, counts.get(tag.number, 0)) for tag in tags] for tags in (own, shared)]
    names = [DEPARTEMENTS[code].nom for code in ctx.user.departements if code in DEPARTEMENTS]
    files = ctx.user.role is Role.CONSEILLER
    return Whisper(render("etiquettes/list", own=rows[0], shared=rows[1], places=names, files=files))


@feature.command("cra étiquettes ajouter", help="Ajouter une étiquette", hint="mot", roles=WHO, writes=True)
async def add_by_name(ctx: Context, text: str) -> Replies:
    """Add a tag to one’s own list, or to that of a département."""
    owner, name = _find_owner(ctx), _read(text, "ajouter france-services")
    known = await tags.find_tag(ctx.db, owner, name)
    try:
        tag = await tags.add_tag(ctx.db, owner, name, ctx.now)
    except tags.FullListError:
        raise UserError(render("etiquettes/full", shared=owner != ctx.user.id)) from None
    ctx.touched.add(ctx.user.id)
    is_new = known is None or known.deleted_at is not None
    return Whisper(render("etiquettes/added", tag=tag.name, is_new=is_new, place=_name_place(owner)))


@feature.command(
    "cra étiquettes renommer", help="Renommer une étiquette", hint="ancien nouveau", roles=WHO, writes=True
)
async def rename_by_name(ctx: Context, text: str) -> Replies:
    """Rename a tag on all its reports."""
    words = text.split()
    if len(words) != 2:
        raise UserError(render("etiquettes/rename_usage"))
    tag = await _find_own(ctx, words[0])
    before, name = tag.name, _read(words[1], "renommer caf aides")
    if not await tags.rename_tag(ctx.db, tag, name):
        raise UserError(render("etiquettes/name_taken", name=name))
    ctx.touched.add(ctx.user.id)
    undo = Button("Annuler", RenameBack(tag=tag.number, name=before))
    return Whisper(render("etiquettes/renamed", before=before, tag=name), [undo])


@feature.undo(RenameBack, roles=WHO)
async def rename_back(ctx: Context, click: RenameBack) -> Replies:
    """Give a tag its former name."""
    tag = await _get_own(ctx, click.tag)
    before = tag.name
    if not await tags.rename_tag(ctx.db, tag, click.name):
        raise UserError(render("etiquettes/name_taken_again", name=click.name))
    ctx.touched.add(ctx.user.id)
    return answer(ctx, Message(render("etiquettes/renamed", before=before, tag=click.name)))


@feature.command("cra étiquettes supprimer", help="Supprimer une étiquette", hint="mot", roles=WHO, writes=True)
async def delete_by_name(ctx: Context, text: str) -> Replies:
    """Delete a tag from all reports; it can be restored for 30 days."""
    tag = await _find_own(ctx, text)
    counts = await tags.count_reports(ctx.db, ctx.user.id, TABLE, [tag.number])
    await tags.mark_deleted(ctx.db, tag, ctx.now)
    ctx.touched.add(ctx.user.id)
    said = render("etiquettes/deleted", tag=tag.name, reports=counts.get(tag.number, 0), days=tags.RESTORE_FOR.days)
    return Whisper(said, [Button("Rétablir", RestoreTag(tag=tag.number), "primary")])


@feature.undo(RestoreTag, roles=WHO)
async def restore_tag(ctx: Context, click: RestoreTag) -> Replies:
    """Restore a deleted tag on all its reports."""
    tag = await _get_own(ctx, click.tag)
    await tags.mark_deleted(ctx.db, tag, None)
    ctx.touched.add(ctx.user.id)
    return answer(ctx, Message(render("etiquettes/restored", tag=tag.name)))


def _find_owner(ctx: Context) -> str:
    """Return the owner of the tags that somebody manages: a conseiller themselves, for others their département. Raises
    UserError."""
    if ctx.user.role is Role.CONSEILLER:
        return ctx.user.id
    if ctx.user.departement is None:
        raise UserError(render("etiquettes/no_departement"))
    return ctx.user.departement


def _name_place(owner: str) -> str:
    """Name the département that owns a list of tags; "" for one’s own."""
    return DEPARTEMENTS[owner].nom if owner in DEPARTEMENTS else ""


def _read(text: str, example: str) -> str:
    if not text.strip():
        raise UserError(render("etiquettes/which_word", example=example))
    return read_or_refuse(read_tag, text)


async def _find_own(ctx: Context, text: str) -> tags.Tag:
    name = text.strip().removeprefix("#")
    tag = await tags.find_tag(ctx.db, _find_owner(ctx), name)
    if tag is None or tag.deleted_at:
        raise UserError(render("etiquettes/unknown", name=name))
    return tag


async def _get_own(ctx: Context, number: int) -> tags.Tag:
    tag = await tags.get_tag(ctx.db, number)
    if tag is None or tag.owner != _find_owner(ctx):
        raise UserError(render("etiquettes/gone"))
    return tag
