"""A planned channel whose address somebody else’s private channel has: whoever can mend that hears of it at once."""

from collections.abc import Mapping, Sequence

import structlog
from pydantic import BaseModel

from bot.context import Context
from bot.mattermost import ChatReader
from bot.replies import Direct, Progress, Replies, Reply, Say, Start, Step
from bot.texts import render
from commands.canaux.feature import ROOM, feature
from config.canaux import Family, PlannedChannel, read
from storage import claims, people
from storage.canaux import by_key, forget, planned

log = structlog.get_logger()

TOLD_MAX = 5
"""Animateurs who are told one by one, where it is their own room that is taken."""


class LookForNamesakes(BaseModel):
    """Hold the addresses of the rooms against what stands there."""


@feature.job("hour=0-1,3-23 minute=7", name="canaux.look_for_namesakes")
async def look_for_namesakes(_: Context) -> Replies:
    """A room that is needed all day is not waited for until the night."""
    return Start(payload=LookForNamesakes())


@feature.chore(LookForNamesakes, name="canaux.LookForNamesakes", title="Adresses des salles", writes=True)
async def look_at_addresses(ctx: Context, _: LookForNamesakes, __: Progress) -> Step:
    """What stands at one and is somebody else’s, which an earlier version may have taken for the room, is told of."""
    wanted = [c for c in read(ctx.settings.channels).values() if c.family is Family.SALLE and not c.team]
    hour = f"namesakes {ctx.now:%Y-%m-%d %H}"
    taken = await ctx.errands.fetch(hour, lambda: _of_others(ctx.chat, wanted))  # before the first statement
    table, known = await planned(ctx.db, ctx.settings), await by_key(ctx.db)
    told: list[Reply] = []
    for key, (address, channel_id) in taken.items():
        if key in table and table[key].address == address and known.get(key, channel_id) == channel_id:
            await forget(ctx.db, key)
            told += await tell_of(ctx, table[key])
    return Step(replies=told, finished=True)


async def _of_others(chat: ChatReader, wanted: Sequence[PlannedChannel]) -> Mapping[str, tuple[str, str]]:
    """Address and id, by key, of the private channels at these addresses in which the bot is not."""
    found = [(canal, await chat.channel_by_name(canal.address)) for canal in wanted]
    return {
        canal.key: (canal.address, channel.id)
        for canal, channel in found
        if channel and channel.is_private and not await chat.is_in(channel.id)
    }


async def tell_of(ctx: Context, canal: PlannedChannel) -> Sequence[Reply]:
    """Once a day the operator reads it in the log, and the animateurs in their room."""
    if not await claims.claim(ctx.db, "canaux.taken", f"{canal.key}:{ctx.now.date()}", ctx.now):
        return []
    log.warning("planned_channel_taken", key=canal.key, address=canal.address)
    text, room = render("canaux/taken", canal=canal), (await by_key(ctx.db)).get(ROOM, "")
    if room:
        return [Say(text, channel_id=room)]
    return [Direct(text, user_id=one.id) for one in await people.animating(ctx.db, TOLD_MAX)]
