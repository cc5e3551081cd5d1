"""A move made in Mattermost: refused in words where the table forbids it, and seen wherever the ticket stands."""

from collections.abc import Sequence
from typing import Any

from bot.context import Context
from bot.errors import UserError
from bot.replies import Button, Direct, Reply, Say
from bot.texts import Markdown
from commands.hotline.agents import name_of, serves
from commands.hotline.card import refresh
from commands.hotline.duplicates import tell_end
from commands.hotline.noting import note_move
from storage.hotline import cards, moving, tickets
from storage.hotline.moves import NOTHING, Note
from storage.hotline.moving import Actor, HeldError
from storage.hotline.states import Move, MoveError, Who
from storage.hotline.tickets import Ticket

NOT_THERE = "Cette demande n’existe pas, ou n’est pas à vous."


async def locked(ctx: Context, number: int) -> Ticket:
    """The ticket of that number, nobody else’s until this transaction ends. Raises UserError where there is none."""
    found = await tickets.lock(ctx.db, number)
    if found is None:
        raise UserError(NOT_THERE)
    return found


async def for_agent(ctx: Context, number: int) -> tuple[Ticket, Actor]:
    """A ticket, and who acts as one of its agents. Raises UserError for anybody else."""
    ticket = await locked(ctx, number)
    if not await serves(ctx, ctx.user, ticket.queue):
        raise UserError(NOT_THERE)
    return ticket, Actor(ctx.user.id, Who.AGENT, ctx.now)


async def for_either(ctx: Context, number: int) -> tuple[Ticket, Actor]:
    """A ticket, and who acts: the one who asked, or an agent. Raises UserError for anybody else."""
    ticket = await locked(ctx, number)
    if ticket.author_id == ctx.user.id:
        return ticket, Actor(ctx.user.id, Who.AUTHOR, ctx.now)
    return await for_agent(ctx, number)


async def make(
    ctx: Context, ticket: Ticket, move: Move, actor: Actor, note: Note = NOTHING, **given: Any
) -> Sequence[Reply]:
    """Make it; card and receipt say so. Raises UserError where it may not be made."""
    was = ticket.state, ticket.agent_id
    try:
        await moving.make(ctx.db, ticket, move, actor, note, **given)
    except HeldError as held:
        raise UserError(f"{await name_of(ctx, str(held))} a déjà pris cette demande.") from None
    except MoveError:
        raise UserError(
            f"La demande n° {ticket.number} est « {ticket.state.label} » : ce n’est plus possible."
        ) from None
    note_move(ctx, ticket, move, actor, was)
    has_ended = was[0].is_open and not ticket.state.is_open
    return [*await refresh(ctx, ticket), *(await tell_end(ctx, ticket) if has_ended else [])]


def tell_author(ticket: Ticket, text: Markdown, buttons: Sequence[Button] = ()) -> Direct:
    """Something for who asked, under their receipt once it is there."""
    return Direct(text, buttons, user_id=ticket.author_id, root_id=ticket.thread_post)


async def tell_room(ctx: Context, ticket: Ticket, text: Markdown) -> Sequence[Reply]:
    """Something for the agents, under the card once it is there."""
    card = await cards.get(ctx.db, ticket)
    return [Say(text, channel_id=card.channel_id, root_id=card.post_id)] if card else []
