"""The queues as they are configured, and where their rooms are."""

from collections.abc import Mapping

from bot.context import Context
from config import hotline as table
from config.hotline import Queue
from storage import canaux


def queues(ctx: Context) -> Mapping[str, Queue]:
    """The queues by code."""
    return table.read(ctx.settings.hotline)


def say_queue(ctx: Context, code: str) -> str:
    """What a queue is called; its code where it is no more."""
    found = queues(ctx).get(code)
    return found.name if found else code


async def room_of(ctx: Context, code: str) -> str:
    """The id of the room of a queue; "" where it is not known yet, or its queue is no more."""
    found = queues(ctx).get(code)
    return (await canaux.by_key(ctx.db)).get(found.room_key, "") if found else ""
