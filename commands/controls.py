"""Controls that messages of all features may have: the window that replaces a menu on servers without menus, and
« Arrêter » for long work."""

from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature
from bot.menus import ChosenOption, OpenMenu
from bot.replies import Ask, Redirect, Replies, StopWork
from bot.texts import render
from bot.work import Stop
from storage import work
from storage.journal import AuditAct

menus = Feature("menus", always=True)


@menus.button(OpenMenu, writes=False)
async def ask(ctx: Context, click: OpenMenu) -> Replies:
    """Open the window that asks a menu’s question."""
    return Ask(click.form())


@menus.submit(ChosenOption, writes=False)
async def choose(ctx: Context, form: ChosenOption) -> Replies:
    """Pass the choice on to the menu’s handler, which checks whether it is allowed."""
    return Redirect(form.name, form.answer)


travaux = Feature("travaux", always=True)


@travaux.button(Stop)
async def stop(ctx: Context, click: Stop) -> Replies:
    """Stop long work, for whoever started it and for animateurs."""
    found = await work.get(ctx.db, click.work_id)
    if found is None or found.state not in work.ACTIVE:
        raise UserError(render("travail/already_ended"))
    if ctx.user.id != found.person and not ctx.user.animates:
        raise UserError(render("travail/not_yours_to_stop"))
    if ctx.user.id != found.person:
        deed = AuditEntry(AuditAct.WORK_CANCEL, f"travail:{found.id}", found.person, after={"travail": found.name})
        record_entry_at_end(ctx, deed)
    return StopWork(click.work_id)
