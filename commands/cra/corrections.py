"""What is said in plain words of a preview of reports, to put it right."""

from bot.context import Context, ReadingContext
from bot.french import NBSP
from bot.previews import must_be_author, recast
from bot.replies import Direct, Replies, Whisper
from bot.texts import render
from commands.cra import cards, previews
from commands.cra.cards import CONSEILLERS, feature
from dialogs.cra.line.changes import apply_correction, ask_for
from dialogs.cra.line.corrections import ANY, Correction, SpokenOf, read_correction
from dialogs.plain_words.answers import read_answer, says_right
from storage.cra import queries
from storage.cra.habits import read_usual

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
        said = render("cra/correction_unread", said=click.said) if is_unread else render("cra/left")
        return shown.model_copy(update={"changes": [said]})
    if correction.leaves and correction.place is not None:
        return _leave_out(shown, correction.place)
    is_of_one = correction.number is not None or not _OF_ONE.isdisjoint(correction.elements)
    if len(shown.reports) > 1 and correction.place is None and is_of_one:
        return shown.model_copy(update={"changes": [render("cra/correction_of_which", said=click.said)]})
    corrected = _correct(ctx, shown, correction)
    is_answered = not subject.part or corrected.asked or correction.answers(subject.part)
    return corrected if is_answered else _ask_again(corrected, subject, *corrected.changes)


def _ask_again(shown: cards.ReportPreview, subject: SpokenOf, *told: str) -> cards.ReportPreview:
    """Ask once more for what was said to be wrong: what is not put right yet is not to be saved."""
    changes = [each for each in (*told, render("cra/ask_again", question=ask_for(subject.part))) if each]
    return shown.model_copy(update={"changes": changes, "asked": subject.part, "place": subject.place})


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
        told = [f"{'Pour tous' if correction.place is None else f'Le {correction.place + 1}'}{NBSP}:", *told]
    asked = {"asked": correction.named or ANY, "place": correction.place} if correction.complains else {}
    return shown.model_copy(update={"reports": reports, "changes": told, **asked})


@feature.button(cards.CorrectPreview, name="cra.Correct", roles=CONSEILLERS, asks=read_corrected)
async def correct_preview(ctx: Context, shown: cards.ReportPreview) -> Replies:
    """Show the corrected preview anew, under what was said; of what is stored already, say where it is changed."""
    must_be_author(ctx, shown.author, "cra")
    if await queries.find_filed_keys(ctx.db, [report.key for report in shown.reports]):
        return Direct(render("cra/correct_filed"), user_id=ctx.user.id)
    await previews.take_out(ctx, shown.removed)
    await previews.keep_preview(ctx, shown)
    # A whisper becomes a message in the direct channel, in several posts where one cannot hold all cards.
    return recast(Whisper, previews.draw_preview(ctx, shown))
