"""What messages of all features carry: a menu’s question as a dialog, where a menu would be dead, and « Arrêter », the
button under the message that tells how far long work is."""

from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature
from bot.menus import Chosen, ChosenChannel, ChosenOption, ChosenPerson, OpenMenu
from bot.replies import Ask, Redirect, Replies, StopWork
from bot.work import Stop
from storage import work
from storage.journal import AuditAct

menus = Feature("menus", always=True)


@menus.button(OpenMenu, writes=False)
async def ask(ctx: Context, click: OpenMenu) -> Replies:
    """Ask the menu’s question in a dialog."""
    return Ask(click.form())


async def choose(ctx: Context, form: Chosen) -> Replies:
    """Hand what was chosen to the menu’s handler, which says whether that may be."""
    return Redirect(form.name, form.answer)


for asked in (ChosenOption, ChosenPerson, ChosenChannel):
    menus.submit(asked, writes=False)(choose)


travaux = Feature("travaux", always=True)


@travaux.button(Stop)
async def stop(ctx: Context, click: Stop) -> Replies:
    """Stop a piece of work, for who began it and the animateurs: nothing more of it is done."""
    found = await work.get(ctx.db, click.work_id)
    if found is None or found.state not in work.ACTIVE:
        raise UserError("Ce travail est déjà terminé.")
    if ctx.user.id != found.person and not ctx.user.animates:
        raise UserError("Seules la personne qui a lancé ce travail et l’équipe d’animation peuvent l’arrêter.")
    if ctx.user.id != found.person:
        deed = AuditEntry(AuditAct.WORK_CANCEL, f"travail:{found.id}", found.person, after={"travail": found.name})
        record_entry_at_end(ctx, deed)
    return StopWork(click.work_id)
