"""Whether a solution helped: asked once, answered by one click, and a word if somebody wants to."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.replies import Ask, Button, Direct, Refresh, Replies, Reply, Whisper
from bot.texts import escape, render
from commands.hotline.card import Reopen
from commands.hotline.feature import feature
from commands.hotline.making import NOT_THERE, locked, tell_room
from dialogs.hotline import RateTicket
from storage.hotline import tickets
from storage.hotline.tickets import Ticket


class Rate(BaseModel):
    """👍 or 👎."""

    ticket: int
    rating: int


class RateInWords(BaseModel):
    """« Ajouter un mot »."""

    ticket: int


def _topic(ticket: Ticket) -> str:
    return f"hotline.rating:{ticket.number}"


async def ask_rating(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """It is said that it is solved; the first time, whether that helped is asked."""
    text = render("hotline/resolved", ticket=ticket, asks=not ticket.rating_asked)
    again = Button("Ce n’est pas réglé", Reopen(ticket=ticket.number))
    if ticket.rating_asked:
        return [Direct(text, [again], user_id=ticket.author_id, root_id=ticket.thread_post)]
    await tickets.change(ctx.db, ticket, rating_asked=True)
    rates = [Button(label, Rate(ticket=ticket.number, rating=rating)) for label, rating in (("👍", 1), ("👎", -1))]
    return [Direct(text, [*rates, again], user_id=ticket.author_id, root_id=ticket.thread_post, topic=_topic(ticket))]


@feature.button(Rate)
async def rate(ctx: Context, click: Rate) -> Replies:
    """It is noted; the last click counts."""
    ticket = await locked(ctx, click.ticket)
    if ticket.author_id != ctx.user.id:
        raise UserError(NOT_THERE)
    await tickets.change(ctx.db, ticket, rating=click.rating)
    buttons = [Button("Ajouter un mot", RateInWords(ticket=ticket.number))]
    buttons += [] if ticket.state.is_open else [Button("Ce n’est pas réglé", Reopen(ticket=ticket.number))]
    said = render("hotline/rated", ticket=ticket, good=click.rating > 0)
    return Refresh(said, buttons, topic=_topic(ticket), here=True)


@feature.button(RateInWords, writes=False)
async def ask_word(ctx: Context, click: RateInWords) -> Replies:
    """The window of a word."""
    return Ask(RateTicket.draft(ticket=click.ticket))


@feature.submit(RateTicket)
async def keep_word(ctx: Context, form: RateTicket) -> Replies:
    """The agents read it."""
    ticket = await locked(ctx, form.ticket)
    if ticket.author_id != ctx.user.id:
        raise UserError(NOT_THERE)
    await tickets.change(ctx.db, ticket, rating_word=form.word)
    said = render("hotline/rated_word", ticket=ticket, word=escape(form.word))
    return [Whisper("Merci, c’est noté."), *await tell_room(ctx, ticket, said)]
