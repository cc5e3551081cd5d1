"""« Reprendre » a draft of whatever dialog."""

from bot.context import Context
from bot.drafts import Resume, reopen
from bot.errors import UserError
from bot.features import Feature
from bot.replies import Replies
from bot.texts import render
from storage.cra.queries import keys_filed

feature = Feature("brouillon", always=True)


@feature.button(Resume, writes=False)
async def resume(ctx: Context, click: Resume) -> Replies:
    """Open the dialog again as it was left, unless it was accepted since."""
    if await keys_filed(ctx.db, [click.key]):
        raise UserError(render("brouillon/done"))
    draft = await ctx.drafts.find(ctx.db, ctx.user.id, click.key)
    if draft is None:
        raise UserError("Ce brouillon n’existe plus : il a été repris, ou gardé plus de 7 jours.")
    return reopen(draft)
