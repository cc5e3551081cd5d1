"""The buttons of cards and receipts: what is done at once, and the windows of what needs a word."""

from collections.abc import Mapping

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of as type_name
from bot.replies import Ask, Press, Replies
from bot.texts import render
from commands.hotline.card import Answer, More, Reopen, Resolve, Settled, Take, Unmask, refresh
from commands.hotline.feature import feature
from commands.hotline.incidents import Part
from commands.hotline.making import NOT_THERE, for_agent, for_either, locked, make, tell_author, tell_room
from commands.hotline.queues import queues
from dialogs.hotline import (
    AboutTicket,
    AnswerTicket,
    AskBack,
    AssignTicket,
    ChangeUrgency,
    MarkDuplicate,
    ResolveTicket,
    TransferTicket,
)
from storage.hotline import tickets
from storage.hotline.states import Move

WINDOWS: Mapping[Move, type[AboutTicket]] = {
    Move.ASSIGN: AssignTicket,
    Move.ASK: AskBack,
    Move.DUPLICATE: MarkDuplicate,
    Move.HASTEN: ChangeUrgency,
}
"""What is filled in before it is done."""


class Release(BaseModel):
    """« Libérer »: nobody has it."""

    ticket: int


@feature.button(Take)
async def take(ctx: Context, click: Take) -> Replies:
    """It is this agent’s now, and who asked knows that somebody is at it."""
    ticket, actor = await for_agent(ctx, click.ticket)
    if ticket.agent_id == actor.by:
        raise UserError("Vous avez déjà cette demande.")
    made = await make(ctx, ticket, Move.TAKE, actor)
    return [*made, tell_author(ticket, render("hotline/taken", agent=ctx.user.full_name))]


@feature.button(Release)
async def release(ctx: Context, click: Release) -> Replies:
    """Nobody has it; another may take it."""
    ticket, actor = await for_agent(ctx, click.ticket)
    return await make(ctx, ticket, Move.RELEASE, actor)


@feature.button(Reopen)
async def reopen(ctx: Context, click: Reopen) -> Replies:
    """It is not solved after all."""
    ticket, actor = await for_either(ctx, click.ticket)
    made = await make(ctx, ticket, Move.REOPEN, actor)
    told = render("hotline/reopened", person=ctx.user.full_name)
    return [*made, *await tell_room(ctx, ticket, told), tell_author(ticket, told)]


@feature.button(Settled)
async def settle(ctx: Context, click: Settled) -> Replies:
    """Who asked needs no help any more."""
    ticket, actor = await for_either(ctx, click.ticket)
    if ticket.author_id != ctx.user.id:
        raise UserError(NOT_THERE)
    made = await make(ctx, ticket, Move.CLOSE, actor)
    return [*made, *await tell_room(ctx, ticket, render("hotline/settled", person=ctx.user.full_name))]


@feature.button(Unmask)
async def unmask(ctx: Context, click: Unmask) -> Replies:
    """What is personal in what was asked stays masked, or is read as it was written."""
    ticket = await locked(ctx, click.ticket)
    if ticket.author_id != ctx.user.id or not ticket.said_masked:
        raise UserError("C’est déjà décidé.")
    words = dict(ticket.said_masked) if click.keep else {}
    await tickets.change(ctx.db, ticket, said_masked={}, **words)
    return await refresh(ctx, ticket)


@feature.button(Answer, writes=False)
async def answer(ctx: Context, click: Answer) -> Replies:
    """The window of an answer."""
    return Ask(AnswerTicket.draft(ticket=click.ticket))


@feature.button(Resolve, writes=False)
async def resolve(ctx: Context, click: Resolve) -> Replies:
    """The window of an end."""
    return Ask(ResolveTicket.draft(ticket=click.ticket, reason="resolu"))


@feature.button(More, writes=False)
async def more(ctx: Context, click: More) -> Replies:
    """The window of what was chosen, or that at once."""
    about = {"ticket": click.ticket}
    move = Move(click.chosen)
    if window := WINDOWS.get(move):
        return Ask(window.draft(**about))
    if move is Move.TRANSFER:
        return await _transfer(ctx, click.ticket)
    return Press(type_name(Part if move is Move.PART else Release), about)


async def _transfer(ctx: Context, number: int) -> Replies:
    ticket = await tickets.get(ctx.db, number)
    if ticket is None:
        raise UserError(NOT_THERE)
    others = {queue.code: queue.name for queue in queues(ctx).values() if queue.code != ticket.queue}
    if not others:
        raise UserError("Il n’y a pas d’autre file.")
    return Ask(TransferTicket.draft(ticket=number, queues=others, queue=next(iter(others))))
