"""What is said in plain words of a previewed report: it is put right, and shown once more under these words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.context import Context, ReadingContext
from bot.french import NBSP
from bot.previews import must_be_author
from bot.replies import Direct, Message, Replies
from bot.texts import quote, render
from commands.cra import cards
from commands.cra.cards import CONSEILLERS, feature
from commands.cra.previews import draw_preview, keep_preview
from dialogs.cra.line.corrections import Correction, apply_correction, read_correction
from storage.cra import queries
from storage.cra.habits import read_usual

_WHICH = re.compile(
    r"^(?:pour )?(?:le |la |n° ?)?(\d{1,2})(?:e|er|[eè]me)?(?:\s*:\s*|,? (?:c[’' ]?est|c[’' ]?[ée]tait) )", re.I
)
"""Which of several reports is meant: « le 2 : 9 personnes »."""
_OF_ONE = frozenset({"activite", "participants", "recurrents"})
"""What is hardly the same for several reports."""


@dataclass(frozen=True)
class Corrected:
    """A preview as it is put right."""

    shown: cards.Preview


async def read_corrected(ctx: ReadingContext, click: cards.Correct) -> Corrected:
    """Put a preview right; what was not understood is said, and changes nothing."""
    which = _WHICH.match(click.said)
    said = click.said[which.end() :] if which else click.said
    usual = await ctx.recall(read_usual)
    correction = read_correction(said, ctx.clues, usual)
    reports = click.shown.reports
    chosen = [int(which[1]) - 1] if which and 0 < int(which[1]) <= len(reports) else list(range(len(reports)))
    if correction is None:
        sentence = f"Je n’ai pas compris « {quote(click.said)} »{NBSP}: rien n’a changé."
        return _show_again(click, [sentence] if click.said else [])
    if len(chosen) > 1 and (correction.number is not None or not _OF_ONE.isdisjoint(correction.elements)):
        return _show_again(click, [f"De quel compte rendu{NBSP}? Dites par exemple « le 2 : {quote(said)} »."])
    return _correct(ctx, click.shown, correction, chosen)


def _show_again(click: cards.Correct, changes: Sequence[str]) -> Corrected:
    return Corrected(click.shown.model_copy(update={"changes": list(changes)}))


def _correct(ctx: Context, shown: cards.Preview, correction: Correction, chosen: Sequence[int]) -> Corrected:
    """Apply a correction to the chosen reports of a preview."""
    reports: list[cards.PreviewedReport] = [*shown.reports]
    told: list[str] = []
    for at in chosen:
        line, told = apply_correction(correction, reports[at].line, ctx.clues)
        reports[at] = reports[at].model_copy(update={"line": line})
    if len(reports) > 1 and told:
        told = [f"{f'Le {chosen[0] + 1}' if len(chosen) == 1 else 'Pour tous'}{NBSP}:", *told]
    return Corrected(shown.model_copy(update={"reports": reports, "changes": told}))


@feature.button(cards.Correct, roles=CONSEILLERS, asks=read_corrected)
async def correct_preview(ctx: Context, corrected: Corrected) -> Replies:
    """Show the preview anew, under what was said; of what is stored already, say where it is changed."""
    shown = corrected.shown
    must_be_author(ctx, shown.author, "cra")
    if await queries.find_filed_keys(ctx.db, [report.key for report in shown.reports]):
        return Direct(render("cra/correct_filed"), user_id=ctx.user.id)
    await keep_preview(ctx, shown)
    return _send(draw_preview(ctx, shown), ctx.user.id)


def _send(message: Message, user_id: str) -> Direct:
    return Direct(
        message.text,
        message.buttons,
        message.facts,
        message.menus,
        message.cards,
        message.question,
        user_id=user_id,
    )
