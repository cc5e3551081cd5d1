"""What one person may ask of the bot in a day, where others see it or get it: counted here, for all features."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from bot.context import Context
from bot.errors import UserError
from bot.replies import Reply, Whisper
from bot.texts import render
from storage import claims

TOLD_FROM = 2
"""How many are left when it is said."""


class Quota(StrEnum):
    """Something that is bounded, as the setting calls it (config/policies.py)."""

    POLL = "sondage"
    ANNOUNCEMENT = "annonce"
    TICKET = "demande"
    REPORT = "signalement"
    PROPOSAL = "proposition"
    EVENT = "evenement"
    RESOURCE = "fiche"
    COMMENT = "commentaire"
    SHARE = "partage"
    NEED = "besoin"
    CONTACT = "contact"
    REMINDER = "rappel"
    ACCESS = "acces"
    IDEA = "idee"

    @property
    def said(self) -> tuple[str, str]:
        """Name one of it, and several."""
        return {
            Quota.ACCESS: ("demande d’accès", "demandes d’accès"),
            Quota.IDEA: ("idée", "idées"),
            Quota.TICKET: ("demande d’aide", "demandes d’aide"),
            Quota.EVENT: ("événement", "événements"),
            Quota.PROPOSAL: ("proposition d’actu", "propositions d’actus"),
        }.get(self, (self.value, f"{self.value}s"))


async def spend(ctx: Context, kind: Quota) -> Sequence[Reply]:
    """Count one more thing by who acts, in this transaction, and return what there is to say of what is left, when that
    is little.

    A dialog that is sent twice counts once, and who animates has no bound. Raises UserError where none is left.
    """
    if ctx.user.animates or (ctx.request.key and await ctx.drafts.accepted(ctx.db, [ctx.request.key])):
        return []
    most = ctx.settings.quotas[kind]
    left = await claims.spend_quota(ctx.db, ctx.user.id, kind, ctx.today, most)
    said = {"one": kind.said[0], "many": kind.said[1]}
    if left is None:
        contact = ctx.settings.contact
        raise UserError(render("refus/quota", most=most, contact=contact, **said))
    if left > TOLD_FROM or ctx.request.kind == "event":
        return []
    return [Whisper(render("refus/quota_left", left=left, **said))]


async def spend_each(ctx: Context, people: Collection[str], kind: Quota) -> Collection[str]:
    """Count one more thing that comes to each of these people, and return those who may still get it today."""
    return await claims.spend_quota_each(ctx.db, people, kind, ctx.today, ctx.settings.quotas[kind])
