"""What agents and the bot do to tickets and outages is noted in the journal; words are not, nor what who asked does."""

from bot.context import Context
from bot.journaling import Deed, note_at_end
from storage.hotline.incidents import Incident
from storage.hotline.moving import Actor
from storage.hotline.states import Move, State, Who
from storage.hotline.tickets import Ticket
from storage.journal import Act

WORDS = frozenset({Move.OPEN, Move.ANSWER, Move.REPLY})
"""Moves that are something said: the ticket has them."""


def note_move(ctx: Context, ticket: Ticket, move: Move, actor: Actor, was: tuple[State, str]) -> None:
    """A move that was made; ``was`` is how it stood before, and who had it. Of long work the outage’s entry tells."""
    if move in WORDS or actor.who is Who.AUTHOR or ctx.request.kind == "work":
        return
    before = {"etat": was[0].value, "agent": was[1]}
    after = {"geste": move.value, "etat": ticket.state.value, "agent": ticket.agent_id, "file": ticket.queue}
    note_at_end(ctx, Deed(Act.TICKET_MOVE, f"demande:{ticket.number}", ticket.author_id, before=before, after=after))


def note_outage(ctx: Context, act: Act, incident: Incident, reason: str = "", **after: object) -> None:
    """Something was said of an outage, or done to its tickets."""
    before = {"sujet": incident.subject}
    note_at_end(ctx, Deed(act, f"panne:{incident.number}", reason=reason, before=before, after=after))
