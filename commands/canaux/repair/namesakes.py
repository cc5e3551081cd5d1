"""A planned channel whose address somebody else’s private channel has: whoever can mend that hears of it at once."""

from collections.abc import Sequence

import structlog

from bot.context import Context
from bot.replies import Direct, Reply, Say
from bot.texts import render
from commands.canaux.feature import ROOM
from config.canaux import PlannedChannel
from storage import claims, people
from storage.canaux import by_key

log = structlog.get_logger()

TOLD_MAX = 5
"""Animateurs who are told one by one, where it is their own room that is taken."""


async def tell_of(ctx: Context, canal: PlannedChannel) -> Sequence[Reply]:
    """The operator reads it in the log, the animateurs once a day in their room."""
    log.warning("planned_channel_taken", key=canal.key, address=canal.address)
    if not await claims.claim(ctx.db, "canaux.taken", f"{canal.key}:{ctx.now.date()}", ctx.now):
        return []
    text, room = render("canaux/taken", canal=canal), (await by_key(ctx.db)).get(ROOM, "")
    if room:
        return [Say(text, channel_id=room)]
    return [Direct(text, user_id=one.id) for one in await people.animating(ctx.db, TOLD_MAX)]
