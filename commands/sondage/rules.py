"""Who may ask where, and until when."""

from collections.abc import Sequence
from datetime import datetime

from bot.context import Context
from bot.destinations import allowed
from bot.errors import UserError
from bot.french.words import plural
from commands.sondage.feature import LONGEST, SHORTEST
from storage.people import Person, Role

GUEST = (
    "Poser une question est réservé aux membres du réseau. Si vous en êtes, faites-vous rattacher par `/profil`, ou "
    "demandez à l’équipe d’animation."
)


def must_be_allowed(person: Person, places: Sequence[str]) -> None:
    """Raises UserError for who may not ask there, or not any more."""
    if person.role is Role.INVITE:
        raise UserError(GUEST)
    if places and not (person.animates or (person.role is Role.COORDINATEUR and allowed(person, places))):
        raise UserError("Vous pouvez poser une question dans le canal où vous êtes et, si vous coordonnez, dans "
                        "ceux de vos départements ; pour d’autres, demandez à l’équipe d’animation.")  # fmt: skip


async def must_not_be_a_crowd(ctx: Context, channel_id: str) -> None:
    """Raises UserError for a channel of so many that only who animates or coordinates asks there."""
    if ctx.user.animates or ctx.user.role is Role.COORDINATEUR:
        return
    most = ctx.settings.crowd
    if await ctx.chat.count_members(channel_id) > most:
        raise UserError(f"Ce canal a plus de {plural(most, 'membre')} : seuls animateurs et coordinateurs y posent "
                        "une question. Demandez-le-leur, ou posez-la dans un canal plus petit.")  # fmt: skip


def must_be_soon(ends: datetime, now: datetime) -> datetime:
    """An end that a poll can have. Raises UserError under its field."""
    if now + SHORTEST <= ends <= now + LONGEST:
        return ends
    raise UserError(fields={"fin": f"Choisissez un moment à venir, dans {LONGEST.days} jours au plus."})
