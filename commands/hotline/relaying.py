"""How a line of one side is said on the other: under whose name, and what of it."""

from collections.abc import Sequence

from bot import guard
from bot.context import Context
from bot.replies import Direct, Reply, Say
from bot.texts import Markdown, escape, relay, relay_plainly
from commands.hotline.duplicates import pass_to
from storage import people
from storage.database import change
from storage.hotline import lines
from storage.hotline.cards import TicketCard
from storage.hotline.lines import Side, TicketLine
from storage.hotline.tickets import Ticket

INTERNAL = "!"
"""How lines begin that stay among agents."""


def is_internal(text: str) -> bool:
    """Whether a line never leaves the room."""
    return text.lstrip().startswith(INTERNAL)


async def say(ctx: Context, line: TicketLine, text: str) -> Markdown:
    """What its twin says: agents’ Markdown as it is, others’ words literally, what is personal in them masked."""
    person = await people.get(ctx.db, line.by)
    name = person.full_name if person else "Un agent" if line.side is Side.ROOM else "La personne"
    said = relay(text) if line.side is Side.ROOM else relay_plainly(masked(line, text))
    return Markdown(f"**{escape(name)}**\n{said}".strip())


def masked(line: TicketLine, text: str) -> str:
    """The words with bars over what is personal, unless their author wants it read."""
    return text if line.is_kept or line.side is Side.ROOM else guard.mask(text, guard.find(text))


async def pass_on(
    ctx: Context, ticket: Ticket, card: TicketCard | None, line: TicketLine, text: str
) -> Sequence[Reply]:
    """The twin of a line; it waits while there is nothing yet to say it under."""
    if line.side is Side.ROOM and ticket.thread_post:
        said, files = await say(ctx, line, text), line.files
        own = Direct(said, user_id=ticket.author_id, root_id=ticket.thread_post, topic=line.topic, files=files)
        return [own, *await pass_to(ctx, ticket, said, line.topic, files)]
    if line.side is Side.DIRECT and card is not None and card.post_id:
        said, files = await say(ctx, line, text), line.files
        return [Say(said, channel_id=card.channel_id, root_id=card.post_id, topic=line.topic, files=files)]
    await change(ctx.db, line, waits=text)
    return []


async def pass_on_waiting(ctx: Context, ticket: Ticket, card: TicketCard | None, side: Side) -> Sequence[Reply]:
    """What was written on a side before there was anything to say it under."""
    replies: list[Reply] = []
    for line in await lines.waiting(ctx.db, ticket.number, side):
        text = line.waits or ""
        await change(ctx.db, line, waits=None)
        replies += [] if line.is_gone else await pass_on(ctx, ticket, card, line, text)
    return replies
