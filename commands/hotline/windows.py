"""What agents write in the windows about a ticket."""

from collections.abc import Sequence

from bot.context import Context
from bot.errors import UserError
from bot.replies import Refresh, Replies, Reply
from bot.texts import Markdown, relay, render
from commands.hotline.agents import name_of, serves
from commands.hotline.duplicates import pass_to
from commands.hotline.feature import feature
from commands.hotline.making import for_agent, make, tell_author, tell_room
from commands.hotline.queues import say_queue
from commands.hotline.rating import ask_rating
from commands.hotline.rooms import bring_card
from dialogs.hotline import (
    AnswerTicket,
    AskBack,
    AssignTicket,
    ChangeUrgency,
    MarkDuplicate,
    ResolveTicket,
    TransferTicket,
)
from storage import people
from storage.hotline import tickets
from storage.hotline.moves import Note
from storage.hotline.states import Move, Reason, Urgency
from storage.hotline.tickets import Ticket
from storage.people import Person


@feature.submit(AnswerTicket)
async def answer(ctx: Context, form: AnswerTicket) -> Replies:
    """Who asked reads it under their receipt, and the agents under the card."""
    ticket, actor = await for_agent(ctx, form.ticket)
    made = await make(ctx, ticket, Move.ANSWER, actor)
    return [*made, *await _say_to_all(ctx, ticket, form.text)]


@feature.submit(AskBack)
async def ask_back(ctx: Context, form: AskBack) -> Replies:
    """It is their turn."""
    ticket, actor = await for_agent(ctx, form.ticket)
    made = await make(ctx, ticket, Move.ASK, actor)
    return [*made, *await _say_to_both(ctx, ticket, form.text)]


async def _say_to_all(ctx: Context, ticket: Ticket, text: str) -> Sequence[Reply]:
    """Both sides read it, and the authors of duplicates."""
    said = await _say_to_both(ctx, ticket, text)
    return [*said, *await pass_to(ctx, ticket, _say(ctx, text))]


async def _say_to_both(ctx: Context, ticket: Ticket, text: str) -> Sequence[Reply]:
    said = _say(ctx, text)
    return [tell_author(ticket, said), *await tell_room(ctx, ticket, said)]


def _say(ctx: Context, text: str) -> Markdown:
    return render("hotline/said", person=ctx.user.full_name, text=relay(text))


@feature.submit(ResolveTicket)
async def resolve(ctx: Context, form: ResolveTicket) -> Replies:
    """Who asked is told, and asked whether that helped."""
    ticket, actor = await for_agent(ctx, form.ticket)
    reason = Reason(form.reason)
    made = await make(
        ctx, ticket, Move.RESOLVE, actor, Note(reason.label), reason=reason, solution=form.solution.strip()
    )
    words = await _say_to_all(ctx, ticket, form.text) if form.text.strip() else []
    return [*words, *made, *await ask_rating(ctx, ticket)]


@feature.submit(MarkDuplicate)
async def mark_duplicate(ctx: Context, form: MarkDuplicate) -> Replies:
    """It ends here; the other one goes on."""
    ticket, actor = await for_agent(ctx, form.ticket)
    other = await tickets.get(ctx.db, form.other)
    if other is None or other.number == ticket.number or not await serves(ctx, ctx.user, other.queue):
        raise UserError(fields={"numero": f"Il n’y a pas de demande n° {form.other} que vous puissiez voir."})
    if other.reason is Reason.DOUBLON:
        raise UserError(
            fields={"numero": f"La n° {other.number} est elle-même un doublon de la n° {other.duplicate_of}."}
        )
    ended = {"reason": Reason.DOUBLON, "duplicate_of": other.number}
    made = await make(ctx, ticket, Move.DUPLICATE, actor, Note(f"de la n° {other.number}"), **ended)
    await tickets.redirect(ctx.db, ticket.number, other.number)
    what = "own" if other.author_id == ticket.author_id else "open" if other.state.is_open else "ended"
    told = render("hotline/duplicate", what=what, ticket=other)
    return [*made, tell_author(ticket, told), *await tell_room(ctx, other, render("hotline/joined", ticket=ticket))]


@feature.submit(ChangeUrgency)
async def hasten(ctx: Context, form: ChangeUrgency) -> Replies:
    """Its place among the others is another."""
    ticket, actor = await for_agent(ctx, form.ticket)
    urgency = Urgency(form.urgency)
    return await make(ctx, ticket, Move.HASTEN, actor, Note(urgency.label), urgency=urgency)


@feature.submit(AssignTicket)
async def assign(ctx: Context, form: AssignTicket) -> Replies:
    """That agent has it, and is told under the card."""
    ticket, actor = await for_agent(ctx, form.ticket)
    agent = await people.get(ctx.db, form.agent) or Person(id=form.agent, username="", role=None, since=ctx.now)
    if not await serves(ctx, agent, ticket.queue):
        raise UserError(
            fields={"agent": "Cette personne n’est pas agent de cette file : invitez-la d’abord dans la salle."}
        )
    name = await name_of(ctx, agent.id)
    made = await make(ctx, ticket, Move.ASSIGN, actor, Note(whom=agent.id), agent_id=agent.id)
    told = render("hotline/assigned", username=agent.username, person=name, by=ctx.user.full_name)
    return [*made, *await tell_room(ctx, ticket, told)]


@feature.submit(TransferTicket)
async def transfer(ctx: Context, form: TransferTicket) -> Replies:
    """Other agents have it before them; who asked is told who answers now."""
    ticket, actor = await for_agent(ctx, form.ticket)
    if form.queue == ticket.queue:
        raise UserError(fields={"file": "Elle est déjà dans cette file."})
    old, queue = ticket.card_topic, say_queue(ctx, form.queue)
    await make(ctx, ticket, Move.TRANSFER, actor, Note(internal=form.note, queue=form.queue), queue=form.queue)
    left = Refresh(render("hotline/left", ticket=ticket, queue=queue), topic=old)
    told = render("hotline/transferred", queue=queue)
    return [left, tell_author(ticket, told), *await bring_card(ctx, ticket)]
