"""« Reprendre » what was begun in whatever dialog and not accepted yet."""

from collections.abc import Sequence

from bot.command_lines import RunCommand
from bot.context import Context, ReadingContext
from bot.drafts import Resume, reopen_draft
from bot.errors import UserError
from bot.features import Feature
from bot.forms import Form
from bot.french.words import plural
from bot.menus import Choosing, Menu
from bot.replies import Button, Replies, Waiting, Whisper
from bot.texts import render
from storage.drafts import Draft

feature = Feature("brouillon", always=True)


class TakeUp(Choosing):
    """A menu of what waits; the keys of drafts are its values."""


@feature.command("brouillon", help="Reprendre une saisie interrompue ou refusée")
async def take_up(ctx: Context, _: str) -> Replies:
    """Open the dialog as it was left; where several wait, ask which."""
    waiting = await _waiting(ctx)
    if not waiting:
        raise UserError("Aucun brouillon ne vous attend.")
    if len(waiting) == 1:
        return reopen_draft(waiting[0], here=False)
    offered = {draft.key: _title(ctx, draft) for draft in waiting}
    return Whisper(render("brouillon/several", count=len(waiting)), menus=[Menu("Reprendre", TakeUp(), offered)])


@feature.button(TakeUp, writes=False)
async def chosen(ctx: ReadingContext, click: TakeUp) -> Replies:
    """Open the dialog of one of them."""
    return await resume(ctx, Resume(key=click.chosen, here=False))


@feature.button(Resume, writes=False)
async def resume(ctx: Context, click: Resume) -> Replies:
    """Open the dialog again as it was left, unless it was accepted since."""
    if await ctx.drafts.accepted(ctx.db, [click.key]):
        raise UserError(render("brouillon/done"))
    draft = await ctx.drafts.find(ctx.db, ctx.user.id, click.key)
    if draft is None:
        raise UserError("Ce brouillon n’existe plus : il a été repris, ou gardé plus de 7 jours.")
    return reopen_draft(draft, here=click.here)


@feature.waiting
async def remind(ctx: Context) -> Sequence[Waiting]:
    """Remind of what was begun, or sent and could not be accepted."""
    count = len(await _waiting(ctx))
    if not count:
        return []
    verb = "attend d’être reprise" if count == 1 else "attendent d’être reprises"
    return [Waiting(f"{plural(count, 'saisie')} {verb}", Button("Reprendre", RunCommand(line="brouillon"), "primary"))]


async def _waiting(ctx: Context) -> Sequence[Draft]:
    """List what can be taken up, the newest first."""
    return [draft for draft in await ctx.drafts.of(ctx.db, ctx.user.id) if Form.find(draft.form)]


def _title(ctx: Context, draft: Draft) -> str:
    """Name a draft, « CRA : 12/09 à 15:02 », in the person’s own time."""
    form, at = Form.find(draft.form), draft.saved_at.astimezone(ctx.user.zone)
    return f"{form.title if form else draft.form} ({at:%d/%m à %H:%M})"
