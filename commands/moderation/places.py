"""Where moderation speaks: its room, among animateurs."""

from bot.context import Context
from storage import canaux

ROOM = "moderation"
"""A key of config/canaux.tsv."""


async def room(ctx: Context) -> str:
    """The id of the moderation room; "" while it is not known."""
    return (await canaux.by_key(ctx.db)).get(ROOM, "")
