"""A planned channel that somebody archived, renamed or converted by hand: the animateurs hear of it within seconds."""

from collections.abc import Callable

from bot.context import Context
from bot.events import Archived, Converted, Renamed
from bot.lines import Run
from bot.replies import Button, Replies, Say
from bot.texts import render
from commands.canaux.feature import ROOM, feature
from commands.canaux.scope import planned_at
from config.canaux import PlannedChannel
from storage.canaux import by_key


@feature.event(Archived)
async def archived(ctx: Context, event: Archived) -> Replies:
    """Nobody can write there any more; what the animateurs put away themselves is planned no more."""
    return await _tell(ctx, event.channel_id, lambda _: "vient d’être archivé : plus personne ne peut y écrire")


@feature.event(Renamed)
async def renamed(ctx: Context, event: Renamed) -> Replies:
    """It stays the same channel; its title is told of, not its address."""
    title = event.display_name
    return await _tell(
        ctx, event.channel_id, lambda canal: f"s’appelle maintenant « {title} »" if canal.name != title else ""
    )


@feature.event(Converted)
async def converted(ctx: Context, event: Converted) -> Replies:
    """Of a private one that is public now, all can read what was written there; of a public one, who is not in it finds
    it no more."""
    now = "privé : qui n’y est pas ne le trouve plus" if event.is_private else "public : toute l’équipe peut le lire"
    return await _tell(
        ctx, event.channel_id, lambda canal: f"vient d’être rendu {now}" if canal.private != event.is_private else ""
    )


async def _tell(ctx: Context, channel_id: str, what: Callable[[PlannedChannel], str]) -> Replies:
    """``what`` says what is wrong with the channel now, or "" where nothing is."""
    canal, room = await planned_at(ctx, channel_id), (await by_key(ctx.db)).get(ROOM)
    if canal is None or room is None or room == channel_id or not (said := what(canal)):
        return None
    check = Button("Vérifier ce canal", Run(line=f"canaux verifier {canal.address}"))
    return Say(render("canaux/turned", planned=canal, said=said), [check], channel_id=room)
