"""A demand for help is filed: its author has a receipt, its room a card."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot import guard
from bot.context import Context
from bot.replies import Direct, Reply, Say
from bot.texts import render
from commands.hotline.card import draw_receipt
from commands.hotline.incidents import look
from commands.hotline.rooms import put_up
from config.folding import fold
from dialogs.hotline import OpenTicket
from storage import claims
from storage.hotline import moves, sources, tickets
from storage.hotline.moves import TicketMove
from storage.hotline.sources import TicketSource
from storage.hotline.states import Move, State, Urgency
from storage.hotline.tickets import SUBJECT_MAX, Ticket
from storage.people import Person

BLOCKS_FOR = timedelta(hours=1)
"""For how long one demand that is « bloquant » is the only one of its author."""


async def file(ctx: Context, author: Person, key: str, asked: dict[str, Any]) -> Sequence[Reply]:
    """The ticket is there; its author has a receipt, its room a card, the thread that it came from a word."""
    form = OpenTicket.model_validate({**asked, "queues": {}})
    source = await sources.get(ctx.db, form.source) if form.source else None
    new = _new(ctx, author, key, form, source)
    first = await _blocked_before(ctx, author) if new.urgency is Urgency.BLOQUANT else None
    if first:
        new.urgency = Urgency.GENANT
    ticket = await tickets.add(ctx.db, new)
    if ticket is None:  # sent twice, it is the same
        return []
    note = f"dite bloquante, comme la n° {first}" if first else ""
    opened = TicketMove(ticket=ticket.number, at=ctx.now, by=author.id, move=Move.OPEN, state=State.NOUVEAU, note=note)
    await moves.add(ctx.db, opened)
    known = await look(ctx, ticket)
    receipt = await draw_receipt(ctx, ticket)
    told = Direct(receipt.text, receipt.buttons, user_id=author.id, topic=ticket.topic)
    thread = [_say_in_thread(ticket)] if source else []
    second = [Direct(render("hotline/second_blocking", first=first, ticket=ticket), user_id=author.id)] if first else []
    return [told, *second, *thread, *await put_up(ctx, ticket.queue), *known]


async def _blocked_before(ctx: Context, author: Person) -> int | None:
    """The demand of the last hour that is « bloquant » already: another of the same person is not, until an agent says
    so. Two that are sent at once wait for each other."""
    await claims.hold(ctx.db, "hotline.blocking", author.id, ctx.now)
    return await tickets.blocking_since(ctx.db, author.id, ctx.now - BLOCKS_FOR)


def _new(ctx: Context, author: Person, key: str, form: OpenTicket, source: TicketSource | None) -> Ticket:
    """What was asked as a ticket, with bars over what is personal until its author decides."""
    subject, details = _mask(form.subject), _mask(form.details)
    masked = {"subject": (form.subject, subject), "details": (form.details, details)}
    return Ticket(
        key=key,
        queue=form.queue,
        category=form.category,
        urgency=Urgency(form.urgency),
        commune=form.commune,
        subject=subject[:SUBJECT_MAX],
        details=details,
        said_masked={name: said for name, (said, shown) in masked.items() if said != shown},
        words=fold(f"{subject} {details}"),
        context=_mask(source.context) if source else "",
        files=source.files if source else [],
        source_post=source.root_id if source else "",
        source_channel=source.channel_id if source else "",
        author_id=author.id,
        username=author.username,
        departement=author.departement or "",
        opened_at=ctx.now,
        asked_at=ctx.now,
    )


def _mask(text: str) -> str:
    return guard.mask(text, guard.find(text))


def _say_in_thread(ticket: Ticket) -> Say:
    said = render("hotline/in_thread", number=ticket.number)
    return Say(said, channel_id=ticket.source_channel, root_id=ticket.source_post)
