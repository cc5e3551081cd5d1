"""Long work as people see it: the button « Arrêter » under the message that tells how far it is."""

from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature
from bot.replies import Replies, StopWork
from bot.work.queue import Stop
from storage import work
from storage.journal import AuditAct
from storage.work import ACTIVE

feature = Feature("travaux", always=True)


@feature.button(Stop)
async def stop(ctx: Context, click: Stop) -> Replies:
    """Stop a piece of work, for who began it and the animateurs: nothing more of it is done."""
    found = await work.get(ctx.db, click.work_id)
    if found is None or found.state not in ACTIVE:
        raise UserError("Ce travail est déjà terminé.")
    if ctx.user.id != found.person and not ctx.user.animates:
        raise UserError("Seules la personne qui a lancé ce travail et l’équipe d’animation peuvent l’arrêter.")
    if ctx.user.id != found.person:
        deed = AuditEntry(AuditAct.WORK_CANCEL, f"travail:{found.id}", found.person, after={"travail": found.name})
        record_entry_at_end(ctx, deed)
    return StopWork(click.work_id)
