"""A case taken in hand: held while it is decided, by nobody whom it is about; what became of its message."""

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.refusals import Refusal
from dialogs.moderation.deciding import Fate
from storage.moderation import cases
from storage.moderation.cases import Case

NO_CASE = "Ce dossier n’existe plus."
ABOUT_ONESELF = "Ce dossier vous concerne : il est pour d’autres animateurs."


async def found(ctx: Context, number: int) -> Case:
    """The case as it is. Raises UserError."""
    return _for_others(ctx, await cases.get(ctx.db, number))


async def locked(ctx: Context, number: int) -> Case:
    """The same, held until the transaction ends."""
    return _for_others(ctx, await cases.lock(ctx.db, number))


def _for_others(ctx: Context, case: Case | None) -> Case:
    if case is None:
        raise UserError(NO_CASE)
    if case.author_id == ctx.user.id:
        raise UserError(ABOUT_ONESELF)
    return case


async def fate_of(ctx: Context, case: Case) -> Fate:
    """What became of its message since. (Where the bot may not read it any more, it says nothing.)"""
    if not case.post_id:
        return Fate.SAME
    try:
        post = await ctx.chat.read_post(case.post_id)
    except ChatError as error:
        if error.may_pass or error.status == 401:
            raise
        return Fate.GONE if error.refusal is Refusal.UNKNOWN_POST else Fate.SAME
    return Fate.EDITED if post.message != case.message else Fate.SAME
