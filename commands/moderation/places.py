"""Where moderation speaks: its room, among animateurs."""

from zoneinfo import ZoneInfo

from sqlmodel import select

from bot.context import Context
from config.canaux import Family
from config.departements import DEPARTEMENTS
from storage import canaux, people
from storage.people import PARIS
from storage.watched import WatchedPlace

ZONE = ZoneInfo(PARIS)
"""The hours of what stands in rooms, whoever it was that made the bot say it."""
ROOM = "moderation"
"""A key of config/canaux.tsv."""


async def room(ctx: Context) -> str:
    """The id of the moderation room; "" while it is not known."""
    return (await canaux.by_key(ctx.db)).get(ROOM, "")


async def title(ctx: Context, channel_id: str) -> str:
    """What a channel is called, as far as the bot’s own tables say; "" for what they do not know."""
    keys = {ident: key for key, ident in (await canaux.by_key(ctx.db)).items()}
    planned = (await canaux.planned(ctx.db, ctx.settings)).get(keys.get(channel_id, ""))
    if planned:
        return planned.name
    seen = (await ctx.db.exec(select(WatchedPlace).where(WatchedPlace.id == channel_id))).first()
    return (seen.display_name or seen.name) if seen else ""


async def zone_at(ctx: Context, channel_id: str) -> ZoneInfo:
    """The hours of a channel: those of its département, or of Paris. Who acts there may live by others."""
    key = next((key for key, ident in (await canaux.by_key(ctx.db)).items() if ident == channel_id), "")
    departement = DEPARTEMENTS.get(key.partition(":")[2]) if key.startswith(Family.DEPARTEMENT) else None
    return ZoneInfo(departement.fuseau) if departement else ZONE


async def zone_of(ctx: Context, user_id: str) -> ZoneInfo:
    """Where somebody lives; Paris for who is not in the register."""
    person = await people.get(ctx.db, user_id)
    return person.zone if person else ZoneInfo(PARIS)
