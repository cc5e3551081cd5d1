"""Quotas: how often a person may ask for something a day that others see or receive, for all features."""

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
    """A kind of quota, named like its setting (config/policies.py)."""

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
        """The French singular and plural of what is counted."""
        return {
            Quota.ACCESS: ("demande d’accès", "demandes d’accès"),
            Quota.IDEA: ("idée", "idées"),
            Quota.TICKET: ("demande d’aide", "demandes d’aide"),
            Quota.EVENT: ("événement", "événements"),
            Quota.PROPOSAL: ("proposition d’actu", "propositions d’actus"),
        }.get(self, (self.value, f"{self.value}s"))


_TOLD_FROM = {Quota.ACCESS: 0}
"""The same, of what nobody means to ask for again."""


async def spend(ctx: Context, kind: Quota) -> Sequence[Reply]:
    """Count one more use by the person, in this transaction, and return a warning if few are left.

    A dialog sent twice counts once, and animateurs have no quota. Raises UserError if none is left.
    """
    if ctx.user.animates or (ctx.request.key and await ctx.drafts.accepted(ctx.db, [ctx.request.key])):
        return []
    most = ctx.settings.quotas[kind]
    left = await claims.spend_quota(ctx.db, ctx.user.id, kind, ctx.today, most)
    said = {"one": kind.said[0], "many": kind.said[1]}
    if left is None:
        contact = ctx.settings.contact
        raise UserError(render("refus/quota", most=most, contact=contact, **said))
    if left > _TOLD_FROM.get(kind, TOLD_FROM) or ctx.request.kind == "event":
        return []
    return [Whisper(render("refus/quota_left", left=left, **said))]


async def spend_each(ctx: Context, people: Collection[str], kind: Quota) -> Collection[str]:
    """Count one more message to each of these people, and return those who may still receive it today."""
    return await claims.spend_quota_each(ctx.db, people, kind, ctx.today, ctx.settings.quotas[kind])
