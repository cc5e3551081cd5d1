"""Where the agenda speaks: the channel of those an event is for, and the room of those who read it over."""

from bot.context import Context
from storage import canaux
from storage.agenda.event import AgendaEvent

NATIONAL, ROOM = "actualites", "animation"
"""Keys of config/canaux.tsv."""


async def channel(ctx: Context, event: AgendaEvent) -> str:
    """The id of the channel where an event is said; "" while it is not known."""
    key = f"departement:{event.departement}" if event.departement else NATIONAL
    return (await canaux.by_key(ctx.db)).get(key, "")


async def room(ctx: Context) -> str:
    """The id of the animateurs’ room; "" while it is not known."""
    return (await canaux.by_key(ctx.db)).get(ROOM, "")
