"""A demand for help is filed: at once, or after its author saw that a solved one answers it, or not."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import guard
from bot.context import Context
from bot.errors import UserError
from bot.replies import Button, Direct, Refresh, Replies, Reply, Say
from bot.texts import render
from commands.hotline.card import draw_receipt
from commands.hotline.feature import feature
from commands.hotline.incidents import look
from commands.hotline.rooms import put_up
from config.folding import fold
from dialogs.hotline import OpenTicket
from storage import people
from storage.hotline import alike, moves, sources, tickets, wishes
from storage.hotline.moves import TicketMove
from storage.hotline.sources import TicketSource
from storage.hotline.states import Move, State, Urgency
from storage.hotline.tickets import SUBJECT_MAX, Ticket
from storage.hotline.wishes import TicketWish
from storage.people import Person

REMEMBERED = timedelta(days=366)
"""How old a solved ticket may be that is shown."""
DECIDES_IN = timedelta(hours=1)
"""After which a demand is filed whose author did not say whether one of those shown was it."""
AT_ONCE = 50


class WasIt(BaseModel):
    """« C’était ça »: that solved ticket answers it."""

    key: str
    ticket: int


class FileIt(BaseModel):
    """« Continuer »: none of them does."""

    key: str


async def accepted(db: AsyncSession, keys: Sequence[str]) -> Collection[str]:
    """Which one-time keys of dialogs made a ticket, or wait for a decision."""
    return {*await tickets.accepted(db, keys), *await wishes.accepted(db, keys)}


@feature.submit(OpenTicket, accepted=accepted)
async def submit(ctx: Context, form: OpenTicket) -> Replies:
    """What is like it and solved is shown first; else it is filed."""
    asked = form.model_dump(mode="json", exclude={"queues"})
    near = await alike.solved(ctx.db, f"{form.subject} {form.details}", ctx.now - REMEMBERED)
    if not near:
        return await file(ctx, ctx.user, ctx.request.key, asked)
    wish = TicketWish(
        key=ctx.request.key,
        author_id=ctx.user.id,
        username=ctx.user.username,
        asked=asked,
        alike=[ticket.number for ticket in near],
        at=ctx.now,
        queue=form.queue,
    )
    await wishes.put(ctx.db, wish)
    return _show(wish, near, form.subject)


def _show(wish: TicketWish, near: Sequence[Ticket], subject: str) -> Direct:
    several = len(near) > 1
    buttons = [
        Button(
            f"C’était ça : n° {ticket.number}" if several else "C’était ça", WasIt(key=wish.key, ticket=ticket.number)
        )
        for ticket in near
    ]
    text = render("hotline/alike", subject=subject, near=near)
    go_on = Button("Continuer", FileIt(key=wish.key), "primary")
    return Direct(text, [*buttons, go_on], user_id=wish.author_id, topic=_topic(wish.key))


def _topic(key: str) -> str:
    return f"hotline.wish:{key}"[:64]


@feature.button(WasIt)
async def was_it(ctx: Context, click: WasIt) -> Replies:
    """It needs no ticket, and counts as one avoided."""
    if not await wishes.answer(ctx.db, click.key, click.ticket):
        raise UserError("Cette demande est déjà partie, ou déjà réglée.")
    return Refresh(render("hotline/avoided", number=click.ticket), topic=_topic(click.key), here=True)


@feature.button(FileIt)
async def file_it(ctx: Context, click: FileIt) -> Replies:
    """It is filed."""
    wish = await wishes.take(ctx.db, click.key)
    if wish is None:
        raise UserError("Cette demande est déjà partie, ou déjà réglée.")
    filed = await file(ctx, ctx.user, wish.key, wish.asked)
    return [Refresh(render("hotline/filed"), topic=_topic(wish.key), here=True), *filed]


@feature.job("hour=0-1,3-23 minute=*/10", writes=True)
async def file_undecided(ctx: Context) -> Replies:
    """Nobody’s demand is lost because they did not click."""
    replies: list[Reply] = []
    for waiting in await wishes.undecided(ctx.db, ctx.now - DECIDES_IN, AT_ONCE):
        wish = await wishes.take(ctx.db, waiting.key)
        author = await people.get(ctx.db, waiting.author_id)
        if wish is not None:
            somebody = author or Person(id=waiting.author_id, username=waiting.username, since=ctx.now)
            replies += [Refresh(render("hotline/filed"), topic=_topic(wish.key))]
            replies += await file(ctx, somebody, wish.key, wish.asked)
    return replies


async def file(ctx: Context, author: Person, key: str, asked: dict[str, Any]) -> Sequence[Reply]:
    """The ticket is there; its author has a receipt, its room a card, the thread that it came from a word."""
    form = OpenTicket.model_validate({**asked, "queues": {}})
    source = await sources.get(ctx.db, form.source) if form.source else None
    ticket = await tickets.add(ctx.db, _new(ctx, author, key, form, source))
    if ticket is None:  # sent twice, it is the same
        return []
    opened = TicketMove(ticket=ticket.number, at=ctx.now, by=author.id, move=Move.OPEN, state=State.NOUVEAU)
    await moves.add(ctx.db, opened)
    known = await look(ctx, ticket)
    receipt = await draw_receipt(ctx, ticket)
    told = Direct(receipt.text, receipt.buttons, user_id=author.id, topic=ticket.topic)
    thread = [_say_in_thread(ticket)] if source else []
    return [told, *thread, *await put_up(ctx, ticket.queue), *known]


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
        stirred_at=ctx.now,
        asked_at=ctx.now,
    )


def _mask(text: str) -> str:
    return guard.mask(text, guard.find(text))


def _say_in_thread(ticket: Ticket) -> Say:
    said = render("hotline/in_thread", number=ticket.number)
    return Say(said, channel_id=ticket.source_channel, root_id=ticket.source_post)
