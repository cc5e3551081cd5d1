"""The preview of a typed line, before anything is stored: it can be saved, completed, corrected or dropped."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.forms import name_of
from bot.french import say_date
from bot.menus import Menu
from bot.previews import answer, leave_question, must_be_author, tell_dropped
from bot.replies import Ask, Button, Card, Direct, Message, Question, Replies, Update, Whisper
from bot.spool import Submission
from bot.texts import Markdown, quote, render, require
from commands.cra import cards
from commands.cra.cards import CONSEILLERS, feature
from commands.cra.reports import find_known_tags, record_form
from dialogs.cra import NewCra
from dialogs.cra.line import JudgedLine
from dialogs.cra.line.batch import BATCH_MAX, Base, Like, LinePart, Which, cut_line, read_parts, says_nothing
from dialogs.cra.line.changes import apply_correction, ask_for, count_alike
from dialogs.cra.line.corrections import ANY, Correction, SpokenOf, read_correction
from dialogs.cra.titles import MISSING, title_report
from dialogs.plain_words.answers import read_answer, says_right
from storage import claims
from storage.cra import CraRow, Source, queries
from storage.cra.habits import find_last_report, list_reports_of, list_twins, read_usual
from storage.cra.search import find_sheet, open_sheet
from storage.cra.tags import take_tags

JUST_NOW = timedelta(minutes=10)
"""How long a report of the same content is asked about before it is stored: a line was typed twice."""
SAVING = "cra.saving"
"""The lock under which one author’s previews are saved, one after the other."""
REMOVED = "cra.removed"
"""The claims on the keys of reports that were taken out of a preview: an older one of the same line may still stand."""


async def read_text(ctx: ReadingContext, text: str) -> cards.ReportPreview | Whisper:
    """Read a text as one or more reports; if it is unclear which report to repeat, ask."""
    text, tags = take_tags(text)
    parts = cut_line(text, ctx.clues)
    bases = await _find_bases(ctx, parts)
    changed = [part for part in parts if len(bases.get(part.like, ())) > 1 and not says_nothing(part.text)]  # type: ignore[arg-type]
    if changed:
        return _ask_which_base(ctx, parts, _with_tags(changed[0], tags), bases)
    sheet = await find_sheet(ctx.db, ctx.user.id)
    read = read_parts(parts, bases, ctx.clues, await ctx.recall(read_usual))
    known = await find_known_tags(ctx) if tags and not sheet.is_practice else ()
    lines = [replace(line, practice=sheet.is_practice).tag(tags, known) for line in read]
    key, own = ctx.make_key(), secrets.token_hex(4)  # reports that were taken out of a preview stay so under their keys
    keys = [key] if len(lines) == 1 else [f"{key}.{own}.{at}" for at in range(len(lines))]
    reports = [cards.PreviewedReport(key=each, line=line) for each, line in zip(keys, lines, strict=True)]
    shown = cards.ReportPreview(author=ctx.user.id, key=key, here=await _is_direct(ctx), reports=reports)
    return await _tell_same(ctx, shown)


async def _tell_same(ctx: Context, shown: cards.ReportPreview) -> cards.ReportPreview:
    """Say in a preview which stored reports are the same, unless that was said just before."""
    judged = [report for each in shown.reports if (report := each.line.judge(ctx.clues).report)]
    same = [cra.number for cra in await list_twins(ctx.db, open_sheet(ctx.user.id, practice=shown.is_practice), judged)]
    twin, changes = same[-1] if same else 0, [*shown.changes]
    if twin not in (0, shown.twin):
        changes.append(render("cra/same", numbers=[str(number) for number in same[: len(shown.reports)]]))
    return shown.model_copy(update={"changes": changes, "twin": twin})


def _with_tags(part: LinePart, tags: Sequence[str]) -> LinePart:
    """Append the tags of the whole line to one of its parts."""
    return replace(part, text=" ".join([part.text, *(f"#{name}" for name in tags)]))


async def show_preview(ctx: Context, shown: cards.ReportPreview) -> Whisper | Update:
    """Show what a line was understood as."""
    await keep_preview(ctx, shown)
    return _show(ctx, shown)


async def keep_preview(ctx: Context, shown: cards.ReportPreview) -> None:
    """Keep what is previewed for a day, to be found again: a whisper vanishes at a reload."""
    for report in shown.reports:
        draft = Submission(name_of(NewCra), report.key, ctx.user.id, report.line.raw, report.line.hidden)
        await ctx.drafts.keep(ctx.db, draft, is_typed=False)


async def _is_direct(ctx: ReadingContext) -> bool:
    """Return whether the line was typed in the channel that gets its receipt."""
    try:
        return ctx.channel_id == await ctx.chat.direct_channel(ctx.user.id)
    except ChatError:
        return False


async def _find_bases(ctx: Context, parts: Sequence[LinePart]) -> dict[Like, Sequence[Base]]:
    """Find the reports that parts of a line refer to. Raises UserError if there are none."""
    wanted = {part.like for part in parts if part.like is not None and part.like is not Which.BEFORE}
    return {like: [Base(cra.report, cra.number) for cra in await _find_reports(ctx, like)] for like in wanted}


async def _find_reports(ctx: Context, like: Like) -> Sequence[CraRow]:
    sheet = await find_sheet(ctx.db, ctx.user.id)
    last = require(await find_last_report(ctx.db, sheet), "cra/none_to_copy")
    if isinstance(like, date):
        found = await list_reports_of(ctx.db, sheet, like, BATCH_MAX + 1)
        if not found:
            raise UserError(render("cra/none_of_day", like=f"{like:%d/%m/%Y}", date=f"{last.date:%d/%m/%Y}"))
        return found
    if isinstance(like, int):
        own = await queries.find_own(ctx.db, ctx.user.id, like, sheet.table)
        if own is None or own.deleted_at:
            raise UserError(render("cra/no_such_number", like=like))
        return [own]
    return [last]


def _ask_which_base(
    ctx: Context, parts: Sequence[LinePart], part: LinePart, bases: Mapping[Like, Sequence[Base]]
) -> Whisper:
    """Ask which report of a day is meant, if there are several."""
    assert isinstance(part.like, date)
    if len(parts) > 1:
        raise UserError(render("cra/several_of_day", like=f"{part.like:%d/%m}"))
    offered = {
        str(base.number): f"n° {base.number} · {title_report(base.report, ctx.today)}" for base in bases[part.like]
    }
    text = render("cra/which", day=say_date(part.like, ctx.today), count=len(offered))
    return Whisper(text, menus=[Menu("Choisir", cards.Repeat(rest=part.text), offered)])


async def read_repeat(ctx: ReadingContext, click: cards.Repeat) -> cards.ReportPreview | Whisper:
    """Read a report that repeats the chosen one, with the changes that were typed."""
    return await read_text(ctx, f"comme n° {click.chosen}, {click.rest}")


@feature.button(cards.Repeat, roles=CONSEILLERS, asks=read_repeat)
async def repeat_chosen(ctx: Context, shown: cards.ReportPreview) -> Replies:
    """Preview a report that repeats the chosen one."""
    return await show_preview(ctx, shown)


def _show(ctx: Context, shown: cards.ReportPreview) -> Whisper | Update:
    return answer(ctx, draw_preview(ctx, shown))


def draw_preview(ctx: Context, shown: cards.ReportPreview) -> Message:
    """Draw a preview, what was changed last first; its buttons do not say that again."""
    changes, shown = shown.changes, shown.model_copy(update={"changes": []})
    message = _draw_one(ctx, shown) if len(shown.reports) == 1 else _draw_batch(ctx, shown)
    text = cards.mark_practice(Markdown(message.text), practice=shown.is_practice)
    return replace(message, text=render("cra/corrected", changes=changes, text=text) if changes else text)


def _draw_one(ctx: Context, shown: cards.ReportPreview) -> Message:
    (report,) = shown.reports
    line, judged = report.line, report.line.judge(ctx.clues)
    carried = {"author": shown.author, "key": report.key, "raw": line.raw, "hidden": line.hidden}
    save = []
    if judged.sure and not shown.asked:
        save.append(Button("Enregistrer", cards.SavePreview(**carried, here=shown.here, twin=shown.twin), "primary"))
    complete = Button("Compléter", cards.CompletePreview(**carried), "default" if save else "primary")
    ignore = [Button("Ignorer ces mots", cards.IgnoreWords(shown=shown))] if _lacks_only_words(judged) else []
    drop = Button("Annuler", cards.DropPreview(author=shown.author, key=report.key))
    text = render("cra/preview", **_describe_line(judged))
    question = Question(yes=save[0] if save else None, no=_drop_by_word(drop, shown), stays=True)
    return Message(
        text, [*save, complete, *ignore, drop], menus=cards.offer_choices(shown, 0, judged), question=question
    )


def _drop_by_word(drop: Button, shown: cards.ReportPreview) -> Button:
    """« Annuler » as the question keeps it: with what is previewed, which words may put right."""
    assert isinstance(drop.payload, cards.DropPreview)
    return replace(drop, payload=drop.payload.model_copy(update={"shown": shown}))


def _lacks_only_words(judged: JudgedLine) -> bool:
    return judged.sure is None and judged.report is not None and not judged.mistakes


def _describe_line(judged: JudgedLine) -> dict[str, object]:
    """Return what was understood of a line, and what was not, for templates."""
    line = judged.line
    return {
        "text": _say_understood(judged) if judged.report is None else cards.say_report(judged.report, judged.tags),
        "unread": [quote(word) for word in line.unread],
        "mistakes": list(judged.mistakes.values()),
        "notes": list(line.notes.values()),
        "assumed": list(line.assumed.values()),
        "blank": [MISSING[label] for label in judged.blank.values()],
    }


def _say_understood(judged: JudgedLine) -> Markdown:
    """Describe what was understood of an incomplete line, field by field."""
    right = {element: value for element, value in judged.line.raw.items() if element not in judged.mistakes}
    return cards.say_typed(right)


def _draw_batch(ctx: Context, shown: cards.ReportPreview) -> Message:
    """Draw several reports with their buttons; common assumptions are said once."""
    judged = [report.line.judge(ctx.clues) for report in shown.reports]
    assumed = [text for text in judged[0].line.assumed.values() if all(text in j.line.assumed.values() for j in judged)]
    both = [] if shown.asked else zip(shown.reports, judged, strict=True)
    sure = [report for report, judged_line in both if judged_line.sure]
    keys = [report.key for report in shown.reports]
    label = "Tout enregistrer" if len(sure) == len(judged) else f"Enregistrer les complets ({len(sure)})"
    save = [Button(label, cards.SaveAll(shown=shown.model_copy(update={"reports": sure})), "primary")] if sure else []
    drop = Button("Annuler", cards.DropPreview(author=shown.author, key=shown.key, keys=keys))
    menus = cards.offer_for_all(shown, judged)
    drawn = [_draw_card(shown, at, each, assumed) for at, each in enumerate(judged)]
    said = {"count": len(judged), "left": 0 if shown.asked else len(judged) - len(sure), "assumed": assumed}
    question = Question(yes=save[0] if len(sure) == len(judged) else None, no=_drop_by_word(drop, shown), stays=True)
    return Message(render("cra/batch", **said), [*save, drop], menus=menus, cards=drawn, question=question)


def _draw_card(shown: cards.ReportPreview, at: int, judged: JudgedLine, assumed: Sequence[str]) -> Card:
    report = shown.reports[at]
    open_it = cards.CompletePreview(author=shown.author, key=report.key, raw=report.line.raw, hidden=report.line.hidden)
    label = f"{'Corriger' if judged.sure else 'Compléter'} le {at + 1}"
    remove = Button(f"Retirer le {at + 1}", cards.RemoveFromPreview(shown=shown, at=at))
    buttons = [Button(label, open_it, "default" if judged.sure else "primary"), remove]
    said = _describe_line(judged)
    said["assumed"] = [text for text in judged.line.assumed.values() if text not in assumed]
    return Card(render("cra/batch_line", at=at + 1, **said), buttons, menus=cards.offer_choices(shown, at, judged))


@feature.button(cards.SavePreview, name="cra.Save", roles=CONSEILLERS)
async def save_preview(ctx: Context, click: cards.SavePreview) -> Replies:
    """Store the previewed report; a second click finds it stored."""
    must_be_author(ctx, click.author, "cra")
    form = NewCra.parse(click.raw, click.hidden, ctx.clues)
    if twins := await _list_new_twins(ctx, {click.key: form}, click.twin):
        save = click.model_copy(update={"twin": twins[-1]})
        drop = cards.DropPreview(author=click.author, key=click.key)
        return answer(ctx, cards.tell_twins(twins, save, drop, practice=form.practice))
    recorded = await record_form(ctx, form, click.key, Source.LINE)
    told = [recorded.receipt] if recorded.receipt else []
    text = cards.mark_practice(render("cra/saved", again=not told, here=click.here), practice=form.practice)
    return [answer(ctx, Message(text)), *told]


async def _list_new_twins(ctx: Context, forms: Mapping[str, NewCra], told: int) -> list[int]:
    """List the numbers of the reports of the same content that were stored a moment ago under other keys, of which
    their author was not told."""
    await claims.hold(ctx.db, SAVING, ctx.user.id, ctx.now)  # of two saves at once, the second sees the first
    sheet = open_sheet(ctx.user.id, practice=any(form.practice for form in forms.values()))
    same = await list_twins(ctx.db, sheet, [form.report() for form in forms.values()])
    if any(cra.key in forms for cra in same):
        return []
    return [cra.number for cra in same if cra.number > told and cra.created_at > ctx.now - JUST_NOW]


@feature.button(cards.CompletePreview, name="cra.Complete", roles=CONSEILLERS, writes=False)
async def complete_preview(ctx: Context, click: cards.CompletePreview) -> Replies:
    """Open the window, filled from the preview; whichever of the window and « Enregistrer » is used first, it counts
    once."""
    must_be_author(ctx, click.author, "cra")
    return Ask(NewCra.recall(click.raw, click.hidden), key=click.key)


@feature.button(cards.DropPreview, name="cra.Drop", roles=CONSEILLERS)
async def drop_preview(ctx: Context, click: cards.DropPreview) -> Replies:
    """Drop the previewed line, unless it is stored already."""
    must_be_author(ctx, click.author, "cra")
    keys = click.keys or [click.key]
    filed = await queries.find_filed_keys(ctx.db, keys)
    for key in keys:
        await ctx.drafts.drop(ctx.db, key)
    asked = await leave_question(ctx, click.key)
    if click.keys:
        await _take_out(ctx, click.keys)
    shown = cards.ReportPreview.model_validate(asked) if asked else click.shown
    resume = cards.ResumePreview(shown=shown) if shown and not filed else None
    return answer(ctx, tell_dropped(render("cra/dropped", filed=len(filed), of=len(keys)), resume))


@feature.button(cards.ResumePreview, name="cra.Resume", roles=CONSEILLERS)
async def resume_preview(ctx: Context, click: cards.ResumePreview) -> Replies:
    """Show a dropped preview again. Reports of several were taken out under their keys: they get others."""
    must_be_author(ctx, click.shown.author, "cra")
    shown = click.shown.model_copy(update={"changes": [], "asked": "", "place": None, "removed": []})
    if len(shown.reports) > 1:
        renewed = [each.model_copy(update={"key": f"{each.key}+"}) for each in shown.reports]
        shown = shown.model_copy(update={"reports": renewed, "key": f"{shown.key}+"})
    await keep_preview(ctx, shown)
    return _show(ctx, shown)


async def _take_out(ctx: Context, keys: Sequence[str]) -> None:
    for key in keys:
        await claims.claim(ctx.db, REMOVED, key, ctx.now)


@feature.button(cards.PickElement, name="cra.Pick", roles=CONSEILLERS, writes=False)
async def pick_value(ctx: Context, click: cards.PickElement) -> Replies:
    """Set the chosen value, and show the preview again."""
    must_be_author(ctx, click.shown.author, "cra")
    reports = [*click.shown.reports]
    for at, report in enumerate(reports):
        if at == click.at or (click.at is None and report.line.misses(click.element)):
            reports[at] = cards.PreviewedReport(key=report.key, line=report.line.choose(click.element, click.chosen))
    return _show(ctx, await _tell_same(ctx, click.shown.model_copy(update={"reports": reports})))


@feature.button(cards.IgnoreWords, name="cra.Ignore", roles=CONSEILLERS, writes=False)
async def ignore_words(ctx: Context, click: cards.IgnoreWords) -> Replies:
    """Drop the words that were not understood, and show the preview again."""
    must_be_author(ctx, click.shown.author, "cra")
    reports = [cards.PreviewedReport(key=each.key, line=replace(each.line, unread=())) for each in click.shown.reports]
    return _show(ctx, click.shown.model_copy(update={"reports": reports}))


@feature.button(cards.RemoveFromPreview, name="cra.Remove", roles=CONSEILLERS)
async def remove_report(ctx: Context, click: cards.RemoveFromPreview) -> Replies:
    """Remove one report from a preview, for its older copies too, and show what is left."""
    must_be_author(ctx, click.shown.author, "cra")
    await _take_out(ctx, [click.shown.reports[click.at].key])
    taken = await claims.list_taken(ctx.db, REMOVED, [report.key for report in click.shown.reports])
    left = [report for report in click.shown.reports if report.key not in taken]
    if not left:
        return answer(ctx, Message(render("cra/dropped", filed=0, of=0)))
    return _show(ctx, click.shown.model_copy(update={"reports": left}))


@feature.button(cards.SaveAll, roles=CONSEILLERS)
async def save_batch(ctx: Context, click: cards.SaveAll) -> Replies:
    """Store all reports of a preview, or none; a second click finds them stored. Removed reports stay removed."""
    shown = click.shown
    must_be_author(ctx, shown.author, "cra")
    keys = [report.key for report in shown.reports]
    taken = await claims.list_taken(ctx.db, REMOVED, keys)
    filed = await queries.find_filed_numbers(ctx.db, keys, open_sheet(ctx.user.id, practice=shown.is_practice).table)
    left = [each for each in shown.reports if each.key not in taken and each.key not in filed]
    forms = {each.key: NewCra.parse(each.line.raw, each.line.hidden, ctx.clues) for each in left}
    if not filed and (twins := await _list_new_twins(ctx, forms, shown.twin)):
        save = cards.SaveAll(shown=shown.model_copy(update={"twin": twins[-1]}))
        drop = cards.DropPreview(author=shown.author, key=shown.key, keys=keys)
        return answer(ctx, cards.tell_twins(twins, save, drop, practice=shown.is_practice))
    told: list[Direct] = []
    rows: list[dict[str, object]] = []
    for key, form in forms.items():
        recorded = await record_form(ctx, form, key, Source.LINE)
        rows.append({"number": recorded.number, "tags": form.tags, **cards.describe_report(form.report())})
        told += [recorded.receipt] if recorded.receipt else []
    return [answer(ctx, cards.draw_saved(shown, rows, list(filed.values()))), *told]


@feature.undo(cards.UndoBatch, roles=CONSEILLERS)
async def undo_batch(ctx: Context, click: cards.UndoBatch) -> Replies:
    """Delete the reports stored together, except those that were changed since."""
    table = open_sheet(ctx.user.id, practice=click.practice).table
    found = [cra for n in click.numbers if (cra := await queries.find_own(ctx.db, ctx.user.id, n, table))]
    standing = [cra for cra in found if cra.deleted_at is None]
    kept = [cra.number for cra in standing if cra.version > 1]
    gone = []
    for number in [cra.number for cra in standing if cra.version == 1]:
        cra = await queries.find_own(ctx.db, ctx.user.id, number, table)
        if cra and await queries.delete_report(ctx.db, cra, ctx.now):
            gone.append(number)
    deleted = [cra for n in gone if (cra := await queries.find_own(ctx.db, ctx.user.id, n, table))]
    text = render("cra/undone", numbers=[str(number) for number in gone], kept=[str(number) for number in kept])
    told = answer(ctx, Message(cards.mark_practice(text, practice=click.practice)))
    return [*[await cards.refresh_card(ctx, cra, "supprimé") for cra in deleted], told]


_OF_ONE = frozenset({"activite", "participants", "recurrents"})
"""What is hardly the same for several reports."""


async def read_corrected(ctx: ReadingContext, click: cards.CorrectPreview) -> cards.ReportPreview:
    """Put a preview right; what was not understood is said, and changes nothing."""
    shown = click.shown.model_copy(update={"changes": [], "asked": "", "place": None, "removed": []})
    subject = SpokenOf(len(shown.reports), click.shown.asked, click.shown.place)
    correction = read_correction(click.said, ctx.clues, await ctx.recall(read_usual), subject)
    if correction is None and subject.part and not says_right(click.said):
        is_unread = click.said and read_answer(click.said) is None
        return _ask_again(shown, subject, render("cra/correction_unread", said=click.said) if is_unread else "")
    if correction is None:
        is_unread = click.said and not subject.part
        lacking = sum(report.line.judge(ctx.clues).sure is None for report in shown.reports)
        left = render("cra/left", count=len(shown.reports), lacking=lacking)
        said = render("cra/correction_unread", said=click.said) if is_unread else left
        return shown.model_copy(update={"changes": [said]})
    if correction.leaves and correction.place is not None:
        return _leave_out(shown, correction.place)
    if count := count_alike([report.line for report in shown.reports], correction):
        return _repeat(shown, count)
    is_of_one = correction.number is not None or not _OF_ONE.isdisjoint(correction.elements)
    if len(shown.reports) > 1 and correction.place is None and is_of_one:
        return shown.model_copy(update={"changes": [render("cra/correction_of_which", said=click.said)]})
    corrected = _correct(ctx, shown, correction)
    is_answered = not subject.part or corrected.asked or correction.answers(subject.part)
    return await _tell_same(ctx, corrected) if is_answered else _ask_again(corrected, subject, *corrected.changes)


def _ask_again(shown: cards.ReportPreview, subject: SpokenOf, *told: str) -> cards.ReportPreview:
    """Ask once more for what was said to be wrong: what is not put right yet is not to be saved."""
    changes = [each for each in (*told, render("cra/ask_again", question=ask_for(subject.part))) if each]
    return shown.model_copy(update={"changes": changes, "asked": subject.part, "place": subject.place})


def _repeat(shown: cards.ReportPreview, count: int) -> cards.ReportPreview:
    """Have so many of reports that are all alike, where the people were miscounted."""
    own = secrets.token_hex(4)
    more = [f"{shown.key}.{own}.{at}" for at in range(count - len(shown.reports))]
    reports = [*shown.reports, *(shown.reports[0].model_copy(update={"key": key}) for key in more)][:count]
    removed = [report.key for report in shown.reports[count:]]
    told = [render("cra/repeated", count=count)]
    return shown.model_copy(update={"reports": reports, "removed": removed, "changes": told})


def _leave_out(shown: cards.ReportPreview, place: int) -> cards.ReportPreview:
    left = [report for at, report in enumerate(shown.reports) if at != place]
    told = [render("cra/left_out", place=place + 1)]
    return shown.model_copy(update={"reports": left, "removed": [shown.reports[place].key], "changes": told})


def _correct(ctx: Context, shown: cards.ReportPreview, correction: Correction) -> cards.ReportPreview:
    """Apply a correction to the report that it is about, or to all of a preview."""
    reports: list[cards.PreviewedReport] = [*shown.reports]
    told: list[str] = []
    for at in range(len(reports)) if correction.place is None else [correction.place]:
        line, told = apply_correction(correction, reports[at].line, ctx.clues)
        reports[at] = reports[at].model_copy(update={"line": line})
    if len(reports) > 1 and told:
        whom = "Pour tous" if correction.place is None else f"Le {correction.place + 1}"
        told = [f"{whom}, {told[0][:1].lower()}{told[0][1:]}", *told[1:]]
    asked = {"asked": correction.named or ANY, "place": correction.place} if correction.complains else {}
    return shown.model_copy(update={"reports": reports, "changes": told, **asked})


@feature.button(cards.CorrectPreview, name="cra.Correct", roles=CONSEILLERS, asks=read_corrected)
async def correct_preview(ctx: Context, shown: cards.ReportPreview) -> Replies:
    """Show the corrected preview anew, under what was said; of what is stored already, say where it is changed."""
    must_be_author(ctx, shown.author, "cra")
    if await queries.find_filed_keys(ctx.db, [report.key for report in shown.reports]):
        return Direct(render("cra/correct_filed"), user_id=ctx.user.id)
    await _take_out(ctx, shown.removed)
    await keep_preview(ctx, shown)
    # A whisper becomes a message in the direct channel, in several posts where one cannot hold all cards.
    return draw_preview(ctx, shown).recast(Whisper)
