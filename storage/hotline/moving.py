"""Moves made: what each changes of a ticket, and its line in the history, together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.hotline import moves, tickets
from storage.hotline.moves import NOTE_MAX, NOTHING, Note, TicketMove
from storage.hotline.states import OPEN, Move, Reason, State, Who, lead
from storage.hotline.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a move ("": the bot by itself), as what, and when."""

    by: str
    who: Who
    at: datetime


class HeldError(Exception):
    """Somebody else has the ticket."""


SPEAKS = frozenset({Move.ANSWER, Move.ASK, Move.RESOLVE, Move.DUPLICATE})
"""The hotline said something: it does not owe the next word, and of a ticket that nobody has, who said it has it."""


async def make(db: AsyncSession, ticket: Ticket, move: Move, actor: Actor, note: Note = NOTHING, **given: Any) -> None:
    """Make a move of a locked ticket; ``given`` are values of its row that come with it.

    Raises MoveError where the table does not allow it, HeldError where somebody wants to take what another has.
    """
    if move is Move.TAKE and ticket.agent_id not in ("", actor.by):
        raise HeldError(ticket.agent_id)
    state = lead(move, ticket.state, actor.who)
    changes = _whose(ticket, move, actor) | _times(ticket, move, actor) | given
    if state is State.PRIS and not changes.get("agent_id", ticket.agent_id):
        state = State.NOUVEAU
    await tickets.change(db, ticket, state=state, **changes)
    made = TicketMove(
        ticket=ticket.number,
        at=actor.at,
        by=actor.by,
        move=move,
        state=state,
        note=note.public[:NOTE_MAX],
        internal=note.internal[:NOTE_MAX],
        whom=note.whom,
        queue=note.queue,
    )
    await moves.add(db, made)


def _whose(ticket: Ticket, move: Move, actor: Actor) -> dict[str, Any]:
    """Who has it then."""
    if move is Move.TAKE or (move in SPEAKS and not ticket.agent_id):
        return {"agent_id": actor.by}
    return {"agent_id": ""} if move in {Move.RELEASE, Move.TRANSFER} else {}


def _times(ticket: Ticket, move: Move, actor: Actor) -> dict[str, Any]:
    """What is known of its hours then."""
    if move in SPEAKS:
        said = {"first_answer_at": ticket.first_answer_at or actor.at, "asked_at": None, "nudged": 0}
        return said | ({"resolved_at": actor.at} if move in {Move.RESOLVE, Move.DUPLICATE} else {})
    if move in {Move.REPLY, Move.REOPEN}:
        reopened = {"resolved_at": None, "closed_at": None, "reason": None, "warned_at": None, "nudged": 0}
        return {"asked_at": ticket.asked_at or actor.at} | ({} if ticket.state in OPEN else reopened)
    if move is Move.JOIN:  # the outage owes the next word, to all of them
        return {"first_answer_at": ticket.first_answer_at or actor.at, "asked_at": None, "nudged": 0}
    if move in {Move.TRANSFER, Move.PART}:
        return {"asked_at": ticket.asked_at or actor.at}
    if move is Move.CLOSE:
        ended = {"closed_at": actor.at, "resolved_at": ticket.resolved_at or actor.at, "asked_at": None}
        return ended | {"reason": ticket.reason or Reason.RESOLU, "said_masked": {}}
    return {}
