"""Whom a measure may concern: not oneself, nobody who administers, no bot; and who may decide about it."""

from bot.context import Context
from bot.errors import UserError
from bot.mattermost import ChatUser
from bot.texts import quote
from storage import people
from storage.moderation.cases import Case
from storage.people import Role

OWN = "Ce dossier vous concerne : un autre animateur s’en occupe."
ADMIN = "@{name} administre la communauté ou le serveur : le bot ne prend pas de mesure contre un administrateur."


def must_be_in_reach(ctx: Context, account: ChatUser) -> None:
    """By the account, as Mattermost has just told it. Raises UserError."""
    if account.is_bot:
        raise UserError(f"@{quote(account.username)} est un bot : aucune mesure ne le concerne.")
    if account.id == ctx.user.id:
        raise UserError("On ne se modère pas soi-même : un autre animateur s’en occupe.")
    if account.is_system_admin:
        raise UserError(ADMIN.format(name=quote(account.username)))


async def must_be_reachable(ctx: Context, user_id: str) -> None:
    """The same of somebody by id; asks Mattermost, so before anything is written. Raises UserError and ChatError."""
    must_be_in_reach(ctx, await ctx.chat.user(user_id))


async def must_decide(ctx: Context, case: Case) -> None:
    """Whether who acts may decide about a case, by the register; it is not decided yet. Raises UserError."""
    if ctx.user.id and case.author_id == ctx.user.id:
        raise UserError(OWN)
    person = await people.get(ctx.db, case.author_id)
    if person and person.role is Role.ADMINISTRATEUR:
        raise UserError(ADMIN.format(name=quote(case.author)))
    if not case.is_waiting:
        decider = await people.get(ctx.db, case.decided_by) if case.decided_by else None
        by = f" par @{quote(decider.username)}" if decider else ""
        raise UserError(f"Le dossier n° {case.number} est déjà décidé{by}.")
