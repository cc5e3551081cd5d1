"""« /cra coordination »: reports of coordinateurs, entered in a line or a window, listed, changed, deleted and
restored."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import BaseModel

from bot.cards import RowCard
from bot.command_lines import read_typed_number, split_period
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.forms import Clues, name_of
from bot.french import Period, read_period, say_date, say_minutes
from bot.pages import Page, read_page
from bot.previews import answer, leave_question, must_be_author, tell_dropped
from bot.replies import Ask, Button, Card, Direct, Message, Question, Replies, Whisper
from bot.spool import Submission
from bot.texts import Markdown, render, require
from commands.cra.cards import feature
from config.programme import FIRST_DAY
from dialogs.cra import coordination
from dialogs.cra.line.changes import ask_for
from dialogs.cra.line.complaints import read_complaint
from dialogs.cra.line.corrections import ANY
from dialogs.plain_words.answers import read_answer, says_right
from storage.cra.coordination import (
    SORTS,
    AnimationTheme,
    Coordination,
    CoordinationKind,
    CoordinationReport,
    Organisation,
    change_report,
    file_report,
    find_filed,
    find_own,
    list_page,
)
from storage.cra.queries import RESTORE_FOR
from storage.people import Role

COORDINATEURS = (Role.COORDINATEUR,)
"""Who files reports of coordination."""
PAGE = 4
"""Reports on one page, each with its buttons."""
COMMAND = "cra coordination"
RECEIPT = RowCard[int]("coordination:")
HINT = "[animation | événement | partenariat] [réunion 2h 12 participants hier]"


class PreviewedCoordination(BaseModel):
    """A previewed line: its author, its one-time key, its kind, what was assumed, and the part that is asked for since
    it was said to be wrong."""

    author: str
    key: str
    kind: CoordinationKind
    raw: dict[str, Any]
    assumed: list[str] = []
    asked: str = ""


class SaveCoordination(PreviewedCoordination):
    """Button « Enregistrer »: stores a previewed line."""


class CompleteCoordination(PreviewedCoordination):
    """Button « Compléter »: opens the window, filled from the previewed line; with an empty line, the buttons
    « Animation », « Événement » and « Partenariat »."""


class DropCoordination(PreviewedCoordination):
    """Button « Annuler »: drops a previewed line."""


class ResumeCoordination(BaseModel):
    """Button « Reprendre »: shows a preview again that was dropped."""

    shown: PreviewedCoordination


class CorrectCoordination(BaseModel):
    """What was said in plain words of a previewed line, to put it right; "" shows it once more."""

    shown: PreviewedCoordination
    said: str


class EditCoordination(BaseModel):
    """Button « Modifier »: opens the window of a report."""

    number: int


class DeleteCoordination(BaseModel):
    """Button « Supprimer »: deletes a report."""

    number: int


class RestoreCoordination(BaseModel):
    """Button « Rétablir »: restores a deleted report."""

    number: int


class CoordinationPage(BaseModel):
    """Button « Suite »: a page of one’s reports, of a period as it was typed."""

    period: str = ""
    page: int = 1


def describe(said: Coordination) -> dict[str, object]:
    """Return a report’s values in words, for templates."""
    return {
        "said": said,
        "day": say_date(said.date),
        "sort": SORTS[said.sort].label,
        "duration": say_minutes(said.minutes) if said.minutes else "",
        "themes": [AnimationTheme(code).label for code in said.themes],
        "organisations": [Organisation(code).label for code in said.organisations],
    }


_ACT = re.compile(r"(?:modifier|corriger|supprimer|r[ée]tablir|voir) (.+)", re.IGNORECASE)
"""What people type before a number: the report is shown, with what can be done."""


async def read_coordination(ctx: ReadingContext, line: str) -> PreviewedCoordination | Whisper:
    """Read a line as a report. A number shows that report; a line without a kind asks for it."""
    act = _ACT.fullmatch(line.strip())
    if (number := read_typed_number(act[1] if act else line)) is not None:
        return draw_card(await find_report(ctx, number), "").recast(Whisper)
    read, key = coordination.read_coordination_line(line, ctx.clues), ctx.make_key()
    if read.kind is not None:
        assumed = [str(each) for each in read.assumed]
        return PreviewedCoordination(author=ctx.user.id, key=key, kind=read.kind, raw=read.raw, assumed=assumed)
    windows = {
        kind: CompleteCoordination(author=ctx.user.id, key=f"{key}.{kind}", kind=kind, raw=read.raw)
        for kind in CoordinationKind
    }
    buttons = [Button(kind.label, window, "primary") for kind, window in windows.items()]
    mine = Button("Voir mes comptes rendus", CoordinationPage())
    return Whisper(render("coordination/kinds", typed=bool(read.raw.get("sujet"))), [*buttons, mine])


@feature.command(
    COMMAND,
    help="Noter une animation, un événement ou un partenariat",
    hint=HINT,
    roles=COORDINATEURS,
    asks=read_coordination,
    tells=True,
)
async def preview_coordination(ctx: Context, shown: PreviewedCoordination) -> Replies:
    """Show how a line was understood. It can be found again for a day, since a whisper vanishes at a reload."""
    return (await _keep_preview(ctx, shown)).recast(Whisper)


async def _keep_preview(ctx: Context, shown: PreviewedCoordination) -> Message:
    """Keep what is previewed for a day, and draw it."""
    draft = Submission(name_of(coordination.FORMS[shown.kind]), shown.key, ctx.user.id, shown.raw, {})
    await ctx.drafts.keep(ctx.db, draft, is_typed=False)
    judged, carried = coordination.judge_line(shown.kind, shown.raw, ctx.clues), shown.model_dump()
    save = [Button("Enregistrer", SaveCoordination(**carried), "primary")] if judged.said and not shown.asked else []
    complete = Button("Compléter", CompleteCoordination(**carried), "default" if save else "primary")
    drop = Button("Annuler", DropCoordination(**carried))
    told = {} if judged.said else coordination.FORMS[shown.kind].tell(shown.raw)
    sentence = say_coordination(judged.said) if judged.said else ""
    found = {"mistakes": list(judged.mistakes.values()), "blank": list(judged.blank.values())}
    text = render("coordination/preview", text=sentence, told=told, kind=shown.kind, assumed=shown.assumed, **found)
    question = Question(yes=save[0] if save else None, no=drop, stays=True)
    return Message(text, [*save, complete, drop], question=question)


@feature.button(CorrectCoordination, roles=COORDINATEURS)
async def correct_coordination(ctx: Context, click: CorrectCoordination) -> Replies:
    """Show the corrected preview anew, under what was said; of what is stored already, say where it is changed."""
    shown = click.shown
    must_be_author(ctx, shown.author, COMMAND)
    if await find_filed(ctx.db, [shown.key]):
        return Direct(render("cra/correct_filed"), user_id=ctx.user.id)
    shown, told = _amend(shown, click.said, ctx.clues)
    message = await _keep_preview(ctx, shown)
    text = render("cra/corrected", changes=told, text=Markdown(message.text)) if told else message.text
    return replace(message, text=text).recast(Direct, user_id=ctx.user.id)


def _amend(shown: PreviewedCoordination, said: str, clues: Clues) -> tuple[PreviewedCoordination, list[str]]:
    """Put a preview right by what is said of it, and return what is told of that; what is said to be wrong is asked
    for, until it is put right or said to be right."""
    raw = coordination.amend_line(shown.kind, shown.raw, said, clues, shown.asked)
    if raw:
        is_same_day = raw["date"] == shown.raw["date"]
        assumed = [each for each in shown.assumed if is_same_day or each != "aujourd’hui"]
        return shown.model_copy(update={"raw": raw, "assumed": assumed, "asked": ""}), []
    complaint = read_complaint(said)
    if complaint and complaint.is_wrong:
        part = complaint.part or ANY
        return shown.model_copy(update={"asked": part}), [ask_for(part)]
    if shown.asked and says_right(said):
        return shown.model_copy(update={"asked": ""}), []
    is_unread = said and read_answer(said) is None
    unread = [render("coordination/unread", said=said)] if is_unread else []
    again = [render("cra/ask_again", question=ask_for(shown.asked))] if shown.asked else []
    return shown, [*unread, *again]


def say_coordination(said: Coordination) -> Markdown:
    """Describe a report completely, in one sentence."""
    return render("coordination/sentence", **describe(said))


@feature.button(SaveCoordination, roles=COORDINATEURS)
async def save_coordination(ctx: Context, click: SaveCoordination) -> Replies:
    """Store a previewed line; a second click finds it stored."""
    must_be_author(ctx, click.author, COMMAND)
    said = coordination.FORMS[click.kind].parse(click.raw, {}, ctx.clues).said
    receipts = await _file(ctx, said, click.key)
    return [answer(ctx, Message(render("coordination/saved", again=not receipts))), *receipts]


@feature.button(CompleteCoordination, roles=COORDINATEURS, writes=False)
async def complete_coordination(ctx: Context, click: CompleteCoordination) -> Replies:
    """Open the window, filled from the previewed line; whichever of the window and « Enregistrer » is used first, it
    counts once."""
    must_be_author(ctx, click.author, COMMAND)
    return Ask(coordination.FORMS[click.kind].recall(click.raw, {}), key=click.key)


@feature.button(DropCoordination, roles=COORDINATEURS)
async def drop_coordination(ctx: Context, click: DropCoordination) -> Replies:
    """Drop a previewed line, unless it is stored already."""
    must_be_author(ctx, click.author, COMMAND)
    await ctx.drafts.drop(ctx.db, click.key)
    await leave_question(ctx, click.key)
    filed = bool(await find_filed(ctx.db, [click.key]))
    shown = PreviewedCoordination.model_validate(click.model_dump())
    resume = None if filed else ResumeCoordination(shown=shown)
    return answer(ctx, tell_dropped(render("coordination/dropped", filed=filed), resume))


@feature.button(ResumeCoordination, roles=COORDINATEURS)
async def resume_coordination(ctx: Context, click: ResumeCoordination) -> Replies:
    """Show a dropped preview again."""
    must_be_author(ctx, click.shown.author, COMMAND)
    return answer(ctx, await _keep_preview(ctx, click.shown.model_copy(update={"asked": ""})))


@feature.submit(coordination.ReportAnimation, roles=COORDINATEURS, accepted=find_filed)
async def submit_animation(ctx: Context, form: coordination.ReportAnimation) -> Replies:
    """Store an animation, or the changes to one."""
    return await _submit(ctx, form)


@feature.submit(coordination.ReportEvent, roles=COORDINATEURS, accepted=find_filed)
async def submit_event(ctx: Context, form: coordination.ReportEvent) -> Replies:
    """Store an event, or the changes to one."""
    return await _submit(ctx, form)


@feature.submit(coordination.ReportPartnership, roles=COORDINATEURS, accepted=find_filed)
async def submit_partnership(ctx: Context, form: coordination.ReportPartnership) -> Replies:
    """Store a partnership, or the changes to one."""
    return await _submit(ctx, form)


async def _submit(ctx: Context, form: coordination.CoordinationForm) -> Replies:
    if form.numero:
        return await _revise(ctx, form)
    told = await _file(ctx, form.said, ctx.request.key)
    return told or (Whisper(render("coordination/saved", again=True)) if ctx.request.resumed else None)


async def _file(ctx: Context, said: Coordination, key: str) -> Sequence[Any]:
    """Store a report and return its receipt; nothing if it was stored before."""
    filed = await file_report(ctx.db, ctx.user, said, key, ctx.now)
    return [RECEIPT.send(filed.row.number, draw_card(filed.row, "enregistré"), ctx.user.id)] if filed.is_new else []


async def _revise(ctx: Context, form: coordination.CoordinationForm) -> Replies:
    """Store the changes to a report. If it changed since its window was opened, accept only a change to just the
    same."""
    row = await _find_standing(ctx, form.numero)
    if row.version == form.version and await change_report(ctx.db, row, ctx.now, **form.said.columns):
        row = await find_report(ctx, row.number)
        told = RECEIPT.rewrite(row.number, draw_card(row, "modifié"), here=True)
        is_clicked = bool(ctx.request.post_id)
        return told if is_clicked else [told, RECEIPT.send(row.number, draw_card(row, "modifié"), ctx.user.id)]
    if row.said == form.said:
        return None
    raise UserError(render("cra/changed"))


async def find_report(ctx: Context, number: int) -> CoordinationReport:
    """Find one’s own report by its number. Raises the same UserError for others’ reports and for unknown numbers."""
    return require(await find_own(ctx.db, ctx.user.id, number), "coordination/none", number=number)


async def _find_standing(ctx: Context, number: int) -> CoordinationReport:
    row = await find_report(ctx, number)
    if row.deleted_at:
        raise UserError(render("coordination/is_deleted", number=number))
    return row


def draw_card(row: CoordinationReport, verb: str) -> Message:
    """Draw the receipt of a report, deleted or not; ``verb`` says what was done."""
    sentence = say_coordination(row.said)
    if row.deleted_at:
        until = (row.deleted_at + RESTORE_FOR).date()
        text = render("coordination/deleted", number=row.number, until=until, sentence=sentence)
        return Message(text, [Button("Rétablir", RestoreCoordination(number=row.number), "primary")])
    return Message(render("coordination/receipt", number=row.number, verb=verb, sentence=sentence), _acts(row))


def _acts(row: CoordinationReport) -> list[Button]:
    number = row.number
    edit = Button("Modifier", EditCoordination(number=number), "primary")
    return [edit, Button("Supprimer", DeleteCoordination(number=number), "danger")]


def _show_change(ctx: Context, row: CoordinationReport, verb: str) -> Replies:
    """Rewrite all receipts, and answer the person unless they clicked on one of them."""
    card = draw_card(row, verb)
    shown = answer(ctx, card)
    rewritten = RECEIPT.rewrite(row.number, card)
    return [rewritten, shown] if isinstance(shown, Whisper) else [shown, rewritten]


@feature.button(EditCoordination, roles=COORDINATEURS, writes=False)
async def edit_coordination(ctx: Context, click: EditCoordination) -> Replies:
    """Open the window of a report."""
    row = await _find_standing(ctx, click.number)
    return Ask(coordination.FORMS[row.kind].of(row))


@feature.button(DeleteCoordination, roles=COORDINATEURS)
async def delete_coordination(ctx: Context, click: DeleteCoordination) -> Replies:
    """Delete a report from lists and statistics; it can be restored for 30 days."""
    row = await find_report(ctx, click.number)
    if row.deleted_at is None:
        await change_report(ctx.db, row, ctx.now, deleted_at=ctx.now)
    return _show_change(ctx, await find_report(ctx, click.number), "supprimé")


@feature.button(RestoreCoordination, roles=COORDINATEURS)
async def restore_coordination(ctx: Context, click: RestoreCoordination) -> Replies:
    """Restore a deleted report, within 30 days."""
    row = await find_report(ctx, click.number)
    if row.deleted_at:
        if ctx.now - row.deleted_at > RESTORE_FOR:
            raise UserError(render("cra/too_old"))
        await change_report(ctx.db, row, ctx.now, deleted_at=None)
    return _show_change(ctx, await find_report(ctx, click.number), "rétabli")


@feature.command(
    "cra coordination liste",
    help="Revoir vos comptes rendus de coordination",
    hint="[mois dernier | septembre | 2026]",
    roles=COORDINATEURS,
)
async def list_coordination(ctx: ReadingContext, text: str) -> Replies:
    """List one’s reports, newest first, of a period or of all time."""
    return await show_coordination_page(ctx, CoordinationPage(period=text.strip()[:60]))


@feature.button(CoordinationPage, roles=COORDINATEURS, writes=False)
async def show_coordination_page(ctx: Context, at: CoordinationPage) -> Replies:
    """Show a page of the list, as it is now."""
    period, words = split_period(at.period, ctx.today)
    if words:
        raise UserError(render("coordination/unknown_period"))
    period = period or read_period("tout", ctx.today)
    assert period is not None
    page = await read_page(partial(_read_rows, ctx, period), at.page)
    text = render("coordination/list", page=page, period=period, everything=period.start == FIRST_DAY)
    told = [
        (row, render("coordination/row", number=row.number, sentence=say_coordination(row.said))) for row in page.rows
    ]
    cards = [Card(text, _acts(row)) for row, text in told]
    following = page.draw_next(lambda number: CoordinationPage(period=at.period, page=number), style="primary")
    return Whisper(text, following, cards=cards)


async def _read_rows(ctx: Context, period: Period, number: int) -> Page[CoordinationReport]:
    rows, total = await list_page(ctx.db, ctx.user.id, (period.start, period.end), PAGE, (number - 1) * PAGE)
    return Page(rows, total, number, PAGE)
