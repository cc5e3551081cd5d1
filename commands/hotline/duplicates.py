"""Who asked the same as somebody else: what agents answer to the one ticket that goes on is for them, too."""

from collections.abc import Sequence

from bot.context import Context
from bot.replies import Direct, Reply
from bot.texts import Markdown, render
from storage.hotline import tickets
from storage.hotline.tickets import Ticket


async def pass_to(
    ctx: Context, ticket: Ticket, text: Markdown, topic: str = "", files: Sequence[str] = ()
) -> Sequence[Reply]:
    """What is said to the author of a ticket is said to those of its duplicates, each under their own receipt."""
    found = await tickets.duplicates_of(ctx.db, ticket.number)
    others = [other for other in found if other.author_id != ticket.author_id]
    return [
        Direct(text, user_id=other.author_id, root_id=other.thread_post, topic=topic, files=files) for other in others
    ]


async def tell_end(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """The ticket has ended: their authors read how, and what to do."""
    return await pass_to(ctx, ticket, render("hotline/duplicate", what="ended", ticket=ticket))
