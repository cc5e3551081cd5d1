"""Alerts in the animateurs’ room: a channel changed by hand, or an address that somebody else’s channel has."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

import structlog
from pydantic import BaseModel

from bot.cards import RowCard, tell_animateurs
from bot.command_lines import RunCommand
from bot.context import Context, ReadingContext
from bot.events import Archived, ChannelTurned, Converted, Renamed, Restored
from bot.mattermost import ChatReader
from bot.replies import Button, Message, Progress, Refresh, Replies, Reply, Start, Step
from bot.texts import render
from commands.canaux.feature import feature, find_planned_at
from config.canaux import Family, PlannedChannel, read
from storage import claims
from storage.canaux import find_channel_ids, find_team_room, forget_channel, list_planned

log = structlog.get_logger()

TOLD_MAX = 5
"""Animateurs who are told one by one, where it is their own room that is taken."""


class LookForNamesakes(BaseModel):
    """Hold the addresses of the rooms against what stands there."""


@feature.job("hour=0-1,3-23 minute=7", name="canaux.look_for_namesakes")
async def look_for_namesakes(_: Context) -> Replies:
    """A room that is needed all day is not waited for until the night."""
    return Start(payload=LookForNamesakes())


TakenAddresses = Mapping[str, tuple[str, str]]
"""Address and id, by key, of the private channels of others that stand where rooms should."""


async def find_taken_addresses(ctx: ReadingContext, _: LookForNamesakes, __: Progress) -> TakenAddresses:
    """Ask Mattermost what stands at the addresses of the rooms, beside the steps."""
    wanted = [c for c in read(ctx.settings.channels).values() if c.family is Family.SALLE and not c.team]
    hour = f"namesakes {ctx.now:%Y-%m-%d %H}"
    return await ctx.errands.fetch(hour, lambda: _find_taken_addresses(ctx.chat, wanted))


@feature.chore(LookForNamesakes, name="canaux.LookForNamesakes", title="Adresses des salles", asks=find_taken_addresses)
async def check_addresses(ctx: Context, _: LookForNamesakes, __: Progress, taken: TakenAddresses) -> Step:
    """What stands at one and is somebody else’s, which an earlier version may have taken for the room, is told of."""
    table, known = await list_planned(ctx.db, ctx.settings), await find_channel_ids(ctx.db)
    told: list[Reply] = []
    for key, (address, channel_id) in taken.items():
        if key in table and table[key].address == address and known.get(key, channel_id) == channel_id:
            await forget_channel(ctx.db, key)
            told += await report_taken_address(ctx, table[key])
    return Step(replies=told, finished=True)


async def _find_taken_addresses(chat: ChatReader, wanted: Sequence[PlannedChannel]) -> TakenAddresses:
    """Address and id, by key, of the private channels at these addresses in which the bot is not."""
    found = [(canal, await chat.channel_by_name(canal.address)) for canal in wanted]
    return {
        canal.key: (canal.address, channel.id)
        for canal, channel in found
        if channel and channel.is_private and not await chat.is_in(channel.id)
    }


async def report_taken_address(ctx: Context, canal: PlannedChannel) -> Sequence[Reply]:
    """Once a day the operator reads it in the log, and the animateurs in their room."""
    if not await claims.claim(ctx.db, "canaux.taken", f"{canal.key}:{ctx.now.date()}", ctx.now):
        return []
    log.warning("planned_channel_taken", key=canal.key, address=canal.address)
    said, room = render("canaux/taken", canal=canal), await find_team_room(ctx.db)
    return await tell_animateurs(ctx.db, room, said, limit=TOLD_MAX)


TURNED = RowCard[str]("canaux.turned:")
"""The alert about a change that somebody made to a channel by hand, by the channel’s id and the kind of change."""
CLOSED = "canaux.alert"
"""The scope of the claims of posts that are dealt with."""


async def close_alert(ctx: Context, over: Refresh) -> Sequence[Reply]:
    """Say that it is over, if the last alert on that topic is still open."""
    return [over] if await settle_alert(ctx, over.topic) else []


async def settle_alert(ctx: Context, topic: str) -> bool:
    """The last alert on that topic is dealt with; False where there is none, or it was before."""
    posts = await ctx.posts_about(topic)
    return bool(posts) and await claims.claim(ctx.db, CLOSED, posts[0].post_id, ctx.now)


class HandChange(StrEnum):
    """What somebody did to a channel by hand."""

    ARCHIVED = "archived"
    RENAMED = "renamed"
    CONVERTED = "converted"


@feature.event(Archived, name="canaux.archived.Archived")
async def alert_archived(ctx: Context, event: Archived) -> Replies:
    """Nobody can write there any more; what the animateurs put away themselves is planned no more."""
    return await _alert_change(
        ctx, event, HandChange.ARCHIVED, lambda _: "vient d’être archivé : plus personne ne peut y écrire"
    )


@feature.event(Restored, name="canaux.restored.Restored")
async def alert_restored(ctx: Context, event: Restored) -> Replies:
    """It is open again, whoever did that."""
    return await _alert_change(ctx, event, HandChange.ARCHIVED, lambda _: "")


@feature.event(Renamed, name="canaux.renamed.Renamed")
async def alert_renamed(ctx: Context, event: Renamed) -> Replies:
    """It stays the same channel; its title is told of, not its address."""
    title = event.display_name
    return await _alert_change(
        ctx, event, HandChange.RENAMED, lambda canal: f"s’appelle maintenant « {title} »" if canal.name != title else ""
    )


@feature.event(Converted, name="canaux.converted.Converted")
async def alert_converted(ctx: Context, event: Converted) -> Replies:
    """Of a private one that is public now, all can read what was written there; of a public one, who is not in it finds
    it no more."""
    now = "privé : qui n’y est pas ne le trouve plus" if event.is_private else "public : toute l’équipe peut le lire"
    wrong = f"vient d’être rendu {now}"
    return await _alert_change(
        ctx, event, HandChange.CONVERTED, lambda canal: wrong if canal.private != event.is_private else ""
    )


async def _alert_change(
    ctx: Context, event: ChannelTurned, turn: HandChange, what: Callable[[PlannedChannel], str]
) -> Replies:
    """``what`` says what is wrong with the channel now; where that is nothing (""), what was told of it is over."""
    canal, room = await find_planned_at(ctx, event.channel_id), await find_team_room(ctx.db)
    if canal is None or not room or room == event.channel_id:
        return None
    about = f"{event.channel_id}:{turn}"
    if not (said := what(canal)):
        over = render("canaux/turned_back", planned=canal, turn=turn)
        return await close_alert(ctx, TURNED.rewrite(about, over))
    check = Button("Vérifier ce canal", RunCommand(line=f"canaux verifier {canal.address}"))
    return TURNED.post(about, Message(render("canaux/turned", planned=canal, said=said), [check]), room)
