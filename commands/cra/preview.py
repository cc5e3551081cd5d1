"""A report in one line: shown as it was understood, then recorded, completed or dropped."""

from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.replies import Ask, Button, Replies, Whisper
from bot.spool import Submission
from bot.texts import quote, render
from commands.cra.buttons import Complete, Drop, Save
from commands.cra.feature import CONSEILLERS, feature
from commands.cra.filing import record
from commands.cra.receipt import sentence
from dialogs.cra import NewCra
from dialogs.cra.line import Line
from storage import drafts
from storage.cra import Source
from storage.cra.queries import Filing, keys_filed


async def preview(ctx: Context, line: Line, key: str) -> Replies:
    """What a line was understood as; it waits as a draft too, since a whisper vanishes at the first reload."""
    await ctx.drafts.keep(ctx.db, Submission(name_of(NewCra), key, ctx.user.id, dict(line.raw), {}))
    said, mistakes = None, dict(line.mistakes)
    try:
        said = sentence(NewCra.parse(line.raw, {}, ctx.clues).report())
    except UserError as refusal:
        mistakes = refusal.fields | mistakes
    unread = [quote(word) for word in line.unread]
    text = render("cra/preview", said=said, unread=unread, assumed=line.assumed, mistakes=mistakes.values())
    carried = {"author": ctx.user.id, "key": key}
    save = [] if mistakes else [Button("Enregistrer", Save(**carried, raw=line.raw), "primary")]
    complete = Button("Compléter", Complete(**carried, raw=line.raw), "default" if save else "primary")
    return Whisper(text, [*save, complete, Button("Annuler", Drop(**carried))])


@feature.button(Save, roles=CONSEILLERS)
async def save(ctx: Context, click: Save) -> Replies:
    """Record the line as it was previewed; a second click finds it recorded."""
    _only_author(ctx, click.author)
    report = NewCra.parse(click.raw, {}, ctx.clues).report()
    told = await record(ctx, report, Filing(click.key, Source.LINE, ctx.now))
    return [*told, Whisper(render("cra/saved", again=not told))]


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
    await drafts.drop(ctx.db, click.key)
    return Whisper(render("cra/dropped", filed=bool(filed)))


def _only_author(ctx: Context, author: str) -> None:
    if author != ctx.user.id:
        raise UserError("Cet aperçu est celui de quelqu’un d’autre : tapez votre propre ligne avec /cra.")
