"""A planned channel whose address somebody else’s private channel has: whoever can mend that hears of it at once."""

from collections.abc import Sequence

import structlog

from bot.context import Context
from bot.replies import Direct, Replies, Reply, Say
from bot.texts import render
from commands.canaux.feature import ROOM, feature
from config.canaux import Family, PlannedChannel, read
from storage import claims, people
from storage.canaux import by_key, forget, planned

log = structlog.get_logger()

TOLD_MAX = 5
"""Animateurs who are told one by one, where it is their own room that is taken."""


@feature.job("hour=0-1,3-23 minute=*/10")
async def look_for_namesakes(ctx: Context) -> Replies:
    """A room that is needed all day is not waited for until the night: what stands at its address is somebody else’s,
    or was taken for the room by an earlier version. (Of the table alone: Mattermost is asked before the first
    statement.)"""
    taken = {
        canal.key: (canal.address, found.id)
        for canal in read(ctx.settings.channels).values()
        if canal.family is Family.SALLE and not canal.team
        if (found := await ctx.chat.channel_by_name(canal.address)) and found.is_private
        if not await ctx.chat.is_in(found.id)
    }
    told: list[Reply] = []
    table, known = await planned(ctx.db, ctx.settings), await by_key(ctx.db)
    for key, (address, channel_id) in taken.items():
        if key in table and table[key].address == address and known.get(key, channel_id) == channel_id:
            await forget(ctx.db, key)
            told += await tell_of(ctx, table[key])
    return told


async def tell_of(ctx: Context, canal: PlannedChannel) -> Sequence[Reply]:
    """Once a day the operator reads it in the log, and the animateurs in their room."""
    if not await claims.claim(ctx.db, "canaux.taken", f"{canal.key}:{ctx.now.date()}", ctx.now):
        return []
    log.warning("planned_channel_taken", key=canal.key, address=canal.address)
    text, room = render("canaux/taken", canal=canal), (await by_key(ctx.db)).get(ROOM, "")
    if room:
        return [Say(text, channel_id=room)]
    return [Direct(text, user_id=one.id) for one in await people.animating(ctx.db, TOLD_MAX)]
