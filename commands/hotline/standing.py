"""What stands where: cards, receipts and lines that have arrived, and what changed while they were on their way."""

from collections.abc import Sequence

from bot.acts import DeletePost
from bot.context import Context
from bot.events import Delivered, Undelivered
from bot.replies import Refresh, Replies, Reply, Say
from bot.texts import relay_plainly, render
from commands.hotline.card import draw_receipt, refresh
from commands.hotline.exchange import carry_if_moved
from commands.hotline.feature import feature
from commands.hotline.relaying import pass_on_waiting, say
from storage.database import change
from storage.hotline import cards, lines, tickets
from storage.hotline.cards import TicketCard
from storage.hotline.lines import Side
from storage.hotline.tickets import Ticket

CARD, RECEIPT, LINE = "hotline.card", "hotline.receipt", "hotline.line"
"""What their topics begin with."""


@feature.event(Delivered, name="hotline.card_arrived.Delivered")
async def card_arrived(ctx: Context, event: Delivered) -> Replies:
    """The card stands in the room: what its author says goes under it."""
    kind, _, rest = event.topic.partition(":")
    ticket = await tickets.lock(ctx.db, int(rest.split(":")[0])) if kind == CARD else None
    found = await cards.get(ctx.db, ticket) if ticket else None
    if ticket is None or found is None or found.post_id:
        return None
    written, found.post_id = found.version, event.post_id
    await cards.put(ctx.db, found)
    changed = await refresh(ctx, ticket) if ticket.version != written else []
    before = [*_thread(ticket, found), *await carry_if_moved(ctx, ticket)]
    return [*changed, *before, *await pass_on_waiting(ctx, ticket, found, Side.DIRECT)]


def _thread(ticket: Ticket, card: TicketCard) -> Sequence[Reply]:
    """What stood in the thread that the ticket was made of."""
    if not ticket.context:
        return []
    said = render("hotline/thread", context=relay_plainly(ticket.context))
    return [Say(said, channel_id=card.channel_id, root_id=card.post_id)]


@feature.event(Delivered, name="hotline.receipt_arrived.Delivered")
async def receipt_arrived(ctx: Context, event: Delivered) -> Replies:
    """The receipt stands in the direct channel: what agents say goes under it."""
    kind, _, number = event.topic.partition(":")
    ticket = await tickets.lock(ctx.db, int(number)) if kind == RECEIPT else None
    if ticket is None or ticket.thread_post:
        return None
    await tickets.place(ctx.db, ticket, event.post_id, event.channel_id)
    receipt = await draw_receipt(ctx, ticket)
    changed = [Refresh(receipt.text, receipt.buttons, topic=ticket.topic)] if ticket.version else []
    return [*changed, *await pass_on_waiting(ctx, ticket, None, Side.ROOM)]


@feature.event(Delivered, name="hotline.line_arrived.Delivered")
async def line_arrived(ctx: Context, event: Delivered) -> Replies:
    """A line is on the other side."""
    kind, _, origin = event.topic.partition(":")
    line = await lines.get(ctx.db, origin) if kind == LINE else None
    if line is None:
        return None
    if line.is_gone:
        return DeletePost(event.post_id, channel_id=event.channel_id)
    ticket = await tickets.get(ctx.db, line.ticket)
    if line.side is Side.ROOM and ticket and ticket.thread_channel != event.channel_id:
        return None  # it is what the author of a duplicate reads
    later = line.later
    await change(ctx.db, line, twin=event.post_id, twin_channel=event.channel_id, later=None)
    return Refresh(await say(ctx, line, later), topic=line.topic) if later is not None else None


@feature.event(Undelivered, name="hotline.card_lost.Undelivered")
async def card_lost(ctx: Context, event: Undelivered) -> Replies:
    """A card that Mattermost did not take is put up again in a while."""
    kind, _, rest = event.topic.partition(":")
    ticket = await tickets.lock(ctx.db, int(rest.split(":")[0])) if kind == CARD else None
    found = await cards.get(ctx.db, ticket) if ticket else None
    if found is not None and not found.post_id:
        await cards.drop(ctx.db, found)
    return None
