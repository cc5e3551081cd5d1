"""A report in one line: shown as it was understood, then recorded, completed or dropped."""

from collections.abc import Mapping

from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.replies import Ask, Button, Replies, Update, Whisper
from bot.spool import Submission
from bot.texts import Markdown, quote, render
from commands.cra.buttons import Complete, Drop, Save
from commands.cra.feature import CONSEILLERS, feature
from commands.cra.filing import record
from commands.cra.receipt import sentence
from dialogs.cra import NewCra
from dialogs.cra.line import Line
from storage.cra import Report, Source
from storage.cra.queries import Filing, keys_filed


async def preview(ctx: Context, line: Line, key: str) -> Replies:
    """What a line was understood as; it waits as a draft too, since a whisper vanishes at the first reload."""
    await ctx.drafts.keep(ctx.db, Submission(name_of(NewCra), key, ctx.user.id, dict(line.raw), {}))
    report, mistakes = _read(ctx, line)
    carried = {"author": ctx.user.id, "key": key}
    save = [Button("Enregistrer", Save(**carried, raw=line.raw), "primary")] if report and not mistakes else []
    complete = Button("Compléter", Complete(**carried, raw=line.raw), "default" if save else "primary")
    text = _say_understood(line, mistakes) if report is None else sentence(report)
    unread = [quote(word) for word in line.unread]
    blank = [label for element, label in NewCra.find_blank(line.raw, ctx.clues).items() if element not in line.mistakes]
    said = {"unread": unread, "assumed": line.assumed, "blank": blank, "mistakes": mistakes.values()}
    return Whisper(render("cra/preview", text=text, **said), [*save, complete, Button("Annuler", Drop(**carried))])


def _read(ctx: Context, line: Line) -> tuple[Report | None, dict[str, str]]:
    """The report a line makes, if it makes one, and what is wrong in it; what is only left out is no mistake."""
    try:
        return NewCra.parse(line.raw, {}, ctx.clues).report(), dict(line.mistakes)
    except UserError as refusal:
        blank = NewCra.find_blank(line.raw, ctx.clues)
        return None, {e: s for e, s in refusal.fields.items() if e not in blank} | line.mistakes


def _say_understood(line: Line, mistakes: Mapping[str, str]) -> Markdown:
    """What was understood of an incomplete line, by field."""
    right = {element: value for element, value in line.raw.items() if element not in mistakes}
    return render("cra/understood", told=NewCra.tell(right))


@feature.button(Save, roles=CONSEILLERS)
async def save(ctx: Context, click: Save) -> Replies:
    """Record the line as it was previewed; a second click finds it recorded."""
    _only_author(ctx, click.author)
    report = NewCra.parse(click.raw, {}, ctx.clues).report()
    told = await record(ctx, report, Filing(click.key, Source.LINE, ctx.now))
    return [*told, _settle(ctx, render("cra/saved", again=not told))]


@feature.button(Complete, roles=CONSEILLERS, writes=False)
async def complete(ctx: Context, click: Complete) -> Replies:
    """The dialog, prefilled with all that was understood; it and « Enregistrer » count once together."""
    _only_author(ctx, click.author)
    return Ask(NewCra.recall(click.raw, {}), key=click.key)


@feature.button(Drop, roles=CONSEILLERS)
async def drop(ctx: Context, click: Drop) -> Replies:
    """Forget the line, unless it is recorded already."""
    _only_author(ctx, click.author)
    filed = await keys_filed(ctx.db, [click.key])
    await ctx.drafts.drop(ctx.db, click.key)
    return _settle(ctx, render("cra/dropped", filed=bool(filed)))


def _settle(ctx: Context, text: Markdown) -> Whisper | Update:
    """What becomes of a preview: in the direct channel it stays, and its buttons have had their day; a whisper can’t be
    rewritten."""
    return Whisper(text) if ctx.request.response_url else Update(text)


def _only_author(ctx: Context, author: str) -> None:
    if author != ctx.user.id:
        raise UserError("Cet aperçu est celui de quelqu’un d’autre : tapez votre propre ligne avec /cra.")
