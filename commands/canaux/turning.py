"""A planned channel that somebody archived, renamed or converted by hand: the animateurs hear of it within seconds, and
the alert says so once it is put right."""

from collections.abc import Callable
from enum import StrEnum

from bot.context import Context
from bot.events import Archived, ChannelTurned, Converted, Renamed, Restored
from bot.lines import Run
from bot.replies import Button, Replies, Say
from bot.texts import render
from commands.canaux.alerts import close
from commands.canaux.feature import ROOM, feature
from commands.canaux.scope import planned_at
from config.canaux import PlannedChannel
from storage.canaux import by_key


class Turn(StrEnum):
    """What somebody did to a channel by hand."""

    ARCHIVED = "archived"
    RENAMED = "renamed"
    CONVERTED = "converted"


@feature.event(Archived, name="canaux.archived.Archived")
async def archived(ctx: Context, event: Archived) -> Replies:
    """Nobody can write there any more; what the animateurs put away themselves is planned no more."""
    return await _tell(ctx, event, Turn.ARCHIVED, lambda _: "vient d’être archivé : plus personne ne peut y écrire")


@feature.event(Restored, name="canaux.restored.Restored")
async def restored(ctx: Context, event: Restored) -> Replies:
    """It is open again, whoever did that."""
    return await _tell(ctx, event, Turn.ARCHIVED, lambda _: "")


@feature.event(Renamed, name="canaux.renamed.Renamed")
async def renamed(ctx: Context, event: Renamed) -> Replies:
    """It stays the same channel; its title is told of, not its address."""
    title = event.display_name
    return await _tell(
        ctx, event, Turn.RENAMED, lambda canal: f"s’appelle maintenant « {title} »" if canal.name != title else ""
    )


@feature.event(Converted, name="canaux.converted.Converted")
async def converted(ctx: Context, event: Converted) -> Replies:
    """Of a private one that is public now, all can read what was written there; of a public one, who is not in it finds
    it no more."""
    now = "privé : qui n’y est pas ne le trouve plus" if event.is_private else "public : toute l’équipe peut le lire"
    wrong = f"vient d’être rendu {now}"
    return await _tell(ctx, event, Turn.CONVERTED, lambda canal: wrong if canal.private != event.is_private else "")


async def _tell(ctx: Context, event: ChannelTurned, turn: Turn, what: Callable[[PlannedChannel], str]) -> Replies:
    """``what`` says what is wrong with the channel now; where that is nothing (""), what was told of it is over."""
    canal, room = await planned_at(ctx, event.channel_id), (await by_key(ctx.db)).get(ROOM)
    if canal is None or room is None or room == event.channel_id:
        return None
    topic = f"canaux.turned:{event.channel_id}:{turn}"
    if not (said := what(canal)):
        return await close(ctx, topic, render("canaux/turned_back", planned=canal, turn=turn))
    check = Button("Vérifier ce canal", Run(line=f"canaux verifier {canal.address}"))
    return Say(render("canaux/turned", planned=canal, said=said), [check], channel_id=room, topic=topic)
