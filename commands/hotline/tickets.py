"""What is done with a ticket: a move is made, said on both sides and noted; the buttons and windows of agents."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of as type_name
from bot.replies import Ask, Button, Direct, Message, Redirect, Replies, Reply, Say, Whisper
from bot.texts import Markdown, escape, relay_markdown, render
from commands.hotline import cards
from commands.hotline.cards import Answer, More, Part, Reopen, Resolve, Settled, Take, Unmask
from commands.hotline.feature import feature
from commands.hotline.queues import name_person, read_queues, say_queue, serves
from dialogs.hotline import (
    AboutTicket,
    AnswerTicket,
    AskBack,
    AssignTicket,
    ChangeUrgency,
    MarkDuplicate,
    RateTicket,
    ResolveTicket,
    TransferTicket,
)
from storage import people
from storage.hotline import posts, tickets
from storage.hotline.states import ActorKind, Move, MoveError, Reason, TicketState, Urgency
from storage.hotline.tickets import NO_NOTE, Actor, HeldError, MoveNote, Ticket
from storage.journal import AuditAct
from storage.people import Person


async def tell_duplicates(
    ctx: Context, ticket: Ticket, text: Markdown, topic: str = "", files: Sequence[str] = ()
) -> Sequence[Reply]:
    """What is said to the author of a ticket is said to those of its duplicates, each under their own receipt."""
    found = await tickets.list_duplicates(ctx.db, ticket.number)
    others = [other for other in found if other.author_id != ticket.author_id]
    return [
        Direct(text, user_id=other.author_id, root_id=other.thread_post, topic=topic, files=files) for other in others
    ]


async def tell_end(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """The ticket has ended: their authors read how, and what to do."""
    return await tell_duplicates(ctx, ticket, render("hotline/duplicate", what="ended", ticket=ticket))


UNNOTED = frozenset({Move.OPEN, Move.ANSWER, Move.REPLY})
"""Moves that are something said: the ticket has them."""


def note_move(ctx: Context, ticket: Ticket, move: Move, actor: Actor, was: tuple[TicketState, str]) -> None:
    """A move that was made; ``was`` is how it stood before, and who had it. Of long work the outage’s entry tells."""
    if move in UNNOTED or actor.who is ActorKind.AUTHOR or ctx.request.kind == "work":
        return
    before = {"etat": was[0].value, "agent": was[1]}
    after = {"geste": move.value, "etat": ticket.state.value, "agent": ticket.agent_id, "file": ticket.queue}
    record_entry_at_end(
        ctx, AuditEntry(AuditAct.TICKET_MOVE, f"demande:{ticket.number}", ticket.author_id, before=before, after=after)
    )


NOT_THERE = "Cette demande n’existe pas, ou n’est pas à vous."


async def lock_ticket(ctx: Context, number: int) -> Ticket:
    """The ticket of that number, nobody else’s until this transaction ends. Raises UserError where there is none."""
    found = await tickets.lock(ctx.db, number)
    if found is None:
        raise UserError(NOT_THERE)
    return found


async def lock_for_agent(ctx: Context, number: int) -> tuple[Ticket, Actor]:
    """A ticket, and who acts as one of its agents. Raises UserError for anybody else."""
    ticket = await lock_ticket(ctx, number)
    if not await serves(ctx, ctx.user, ticket.queue):
        raise UserError(NOT_THERE)
    return ticket, Actor(ctx.user.id, ActorKind.AGENT, ctx.now)


async def lock_for_either(ctx: Context, number: int) -> tuple[Ticket, Actor]:
    """A ticket, and who acts: the one who asked, or an agent. Raises UserError for anybody else."""
    ticket = await lock_ticket(ctx, number)
    if ticket.author_id == ctx.user.id:
        return ticket, Actor(ctx.user.id, ActorKind.AUTHOR, ctx.now)
    return await lock_for_agent(ctx, number)


async def make_move(
    ctx: Context, ticket: Ticket, move: Move, actor: Actor, note: MoveNote = NO_NOTE, **given: Any
) -> Sequence[Reply]:
    """Make it; card and receipt say so. Raises UserError where it may not be made."""
    was = ticket.state, ticket.agent_id
    try:
        await tickets.make_move(ctx.db, ticket, move, actor, note, **given)
    except HeldError as held:
        raise UserError(f"{await name_person(ctx, str(held))} a déjà pris cette demande.") from None
    except MoveError:
        raise UserError(
            f"La demande n° {ticket.number} est « {ticket.state.label} » : ce n’est plus possible."
        ) from None
    note_move(ctx, ticket, move, actor, was)
    has_ended = was[0].is_open and not ticket.state.is_open
    return [*await cards.refresh_card(ctx, ticket), *(await tell_end(ctx, ticket) if has_ended else [])]


def tell_author(ticket: Ticket, text: Markdown, buttons: Sequence[Button] = (), *, topic: str | None = None) -> Direct:
    """Something for who asked, under their receipt once it is there; with the topic of its words, an agent’s."""
    return Direct(text, buttons, user_id=ticket.author_id, root_id=ticket.thread_post, topic=topic)


async def tell_room(ctx: Context, ticket: Ticket, text: Markdown) -> Sequence[Reply]:
    """Something for the agents, under the card once it is there."""
    card = await posts.get_card(ctx.db, ticket)
    return [Say(text, channel_id=card.channel_id, root_id=card.post_id)] if card else []


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
async def take_ticket(ctx: Context, click: Take) -> Replies:
    """It is this agent’s now, and who asked knows that somebody is at it."""
    ticket, actor = await lock_for_agent(ctx, click.ticket)
    if ticket.agent_id == actor.by:
        raise UserError("Vous avez déjà cette demande.")
    made = await make_move(ctx, ticket, Move.TAKE, actor)
    return [*made, tell_author(ticket, render("hotline/taken", agent=ctx.user.full_name))]


@feature.button(Release)
async def release_ticket(ctx: Context, click: Release) -> Replies:
    """Nobody has it; another may take it."""
    ticket, actor = await lock_for_agent(ctx, click.ticket)
    return await make_move(ctx, ticket, Move.RELEASE, actor)


@feature.button(Reopen)
async def reopen_ticket(ctx: Context, click: Reopen) -> Replies:
    """It is not solved after all."""
    ticket, actor = await lock_for_either(ctx, click.ticket)
    made = await make_move(ctx, ticket, Move.REOPEN, actor)
    told = render("hotline/reopened", person=ctx.user.full_name)
    return [*made, *await tell_room(ctx, ticket, told), tell_author(ticket, told)]


@feature.button(Settled)
async def settle_ticket(ctx: Context, click: Settled) -> Replies:
    """Who asked needs no help any more."""
    ticket, actor = await lock_for_either(ctx, click.ticket)
    if ticket.author_id != ctx.user.id:
        raise UserError(NOT_THERE)
    made = await make_move(ctx, ticket, Move.CLOSE, actor)
    return [*made, *await tell_room(ctx, ticket, render("hotline/settled", person=ctx.user.full_name))]


@feature.button(Unmask)
async def unmask_ticket(ctx: Context, click: Unmask) -> Replies:
    """What is personal in what was asked stays masked, or is read as it was written."""
    ticket = await lock_ticket(ctx, click.ticket)
    if ticket.author_id != ctx.user.id or not ticket.said_masked:
        raise UserError("C’est déjà décidé.")
    words = dict(ticket.said_masked) if click.keep else {}
    await tickets.change(ctx.db, ticket, said_masked={}, **words)
    return await cards.refresh_card(ctx, ticket)


@feature.button(Answer, writes=False)
async def ask_answer(ctx: Context, click: Answer) -> Replies:
    """The window of an answer."""
    return Ask(AnswerTicket.draft(ticket=click.ticket))


@feature.button(Resolve, writes=False)
async def ask_resolution(ctx: Context, click: Resolve) -> Replies:
    """The window of an end."""
    return Ask(ResolveTicket.draft(ticket=click.ticket, reason="resolu"))


@feature.button(More, writes=False)
async def choose_move(ctx: Context, click: More) -> Replies:
    """The window of what was chosen, or that at once."""
    about = {"ticket": click.ticket}
    move = Move(click.chosen)
    if window := WINDOWS.get(move):
        return Ask(window.draft(**about))
    if move is Move.TRANSFER:
        return await _ask_queue(ctx, click.ticket)
    return Redirect(type_name(Part if move is Move.PART else Release), about)


async def _ask_queue(ctx: Context, number: int) -> Replies:
    ticket = await tickets.get(ctx.db, number)
    if ticket is None:
        raise UserError(NOT_THERE)
    others = {queue.code: queue.name for queue in read_queues(ctx).values() if queue.code != ticket.queue}
    if not others:
        raise UserError("Il n’y a pas d’autre file.")
    return Ask(TransferTicket.draft(ticket=number, queues=others, queue=next(iter(others))))


class Rate(BaseModel):
    """👍 or 👎."""

    ticket: int
    rating: int


class RateInWords(BaseModel):
    """« Ajouter un mot »."""

    ticket: int


RATING = RowCard[Ticket]("hotline.rating:", lambda ticket: ticket.number)
"""The message that asks the author of a ticket whether the solution helped."""


async def ask_rating(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """It is said that it is solved; the first time, whether that helped is asked."""
    text = render("hotline/resolved", ticket=ticket, asks=not ticket.rating_asked)
    again = Button("Ce n’est pas réglé", Reopen(ticket=ticket.number))
    if ticket.rating_asked:
        return [Direct(text, [again], user_id=ticket.author_id, root_id=ticket.thread_post)]
    await tickets.change(ctx.db, ticket, rating_asked=True)
    rates = [Button(label, Rate(ticket=ticket.number, rating=rating)) for label, rating in (("👍", 1), ("👎", -1))]
    return [RATING.send(ticket, Message(text, [*rates, again]), ticket.author_id, root_id=ticket.thread_post)]


@feature.button(Rate)
async def rate_ticket(ctx: Context, click: Rate) -> Replies:
    """It is noted; the last click counts."""
    ticket = await lock_ticket(ctx, click.ticket)
    if ticket.author_id != ctx.user.id:
        raise UserError(NOT_THERE)
    await tickets.change(ctx.db, ticket, rating=click.rating)
    buttons = [Button("Ajouter un mot", RateInWords(ticket=ticket.number))]
    buttons += [] if ticket.state.is_open else [Button("Ce n’est pas réglé", Reopen(ticket=ticket.number))]
    said = render("hotline/rated", ticket=ticket, good=click.rating > 0)
    return RATING.rewrite(ticket, Message(said, buttons), here=True)


@feature.button(RateInWords, writes=False)
async def ask_word(ctx: Context, click: RateInWords) -> Replies:
    """The window of a word."""
    return Ask(RateTicket.draft(ticket=click.ticket))


@feature.submit(RateTicket)
async def keep_word(ctx: Context, form: RateTicket) -> Replies:
    """The agents read it."""
    ticket = await lock_ticket(ctx, form.ticket)
    if ticket.author_id != ctx.user.id:
        raise UserError(NOT_THERE)
    await tickets.change(ctx.db, ticket, rating_word=form.word)
    said = render("hotline/rated_word", ticket=ticket, word=escape(form.word))
    return [Whisper("Merci, c’est noté."), *await tell_room(ctx, ticket, said)]


@feature.submit(AnswerTicket)
async def send_answer(ctx: Context, form: AnswerTicket) -> Replies:
    """Who asked reads it under their receipt, and the agents under the card."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    made = await make_move(ctx, ticket, Move.ANSWER, actor)
    return [*made, *await _say_to_all(ctx, ticket, form.text)]


@feature.submit(AskBack)
async def ask_back(ctx: Context, form: AskBack) -> Replies:
    """It is their turn."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    made = await make_move(ctx, ticket, Move.ASK, actor)
    return [*made, *await _say_to_both(ctx, ticket, form.text)]


async def _say_to_all(ctx: Context, ticket: Ticket, text: str) -> Sequence[Reply]:
    """Both sides read it, and the authors of duplicates."""
    said = await _say_to_both(ctx, ticket, text)
    return [*said, *await tell_duplicates(ctx, ticket, _draw_words(ctx, text), cards.WORDS.of(ticket.number))]


async def _say_to_both(ctx: Context, ticket: Ticket, text: str) -> Sequence[Reply]:
    said = _draw_words(ctx, text)
    return [tell_author(ticket, said, topic=cards.WORDS.of(ticket.number)), *await tell_room(ctx, ticket, said)]


def _draw_words(ctx: Context, text: str) -> Markdown:
    return render("hotline/said", person=ctx.user.full_name, text=relay_markdown(text))


@feature.submit(ResolveTicket)
async def resolve_ticket(ctx: Context, form: ResolveTicket) -> Replies:
    """Who asked is told, and asked whether that helped."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    reason = Reason(form.reason)
    made = await make_move(
        ctx, ticket, Move.RESOLVE, actor, MoveNote(reason.label), reason=reason, solution=form.solution.strip()
    )
    words = await _say_to_all(ctx, ticket, form.text) if form.text.strip() else []
    return [*words, *made, *await ask_rating(ctx, ticket)]


@feature.submit(MarkDuplicate)
async def mark_duplicate(ctx: Context, form: MarkDuplicate) -> Replies:
    """It ends here; the other one goes on."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    other = await tickets.get(ctx.db, form.other)
    if other is None or other.number == ticket.number or not await serves(ctx, ctx.user, other.queue):
        raise UserError(fields={"numero": f"Il n’y a pas de demande n° {form.other} que vous puissiez voir."})
    if other.reason is Reason.DOUBLON:
        raise UserError(
            fields={"numero": f"La n° {other.number} est elle-même un doublon de la n° {other.duplicate_of}."}
        )
    ended = {"reason": Reason.DOUBLON, "duplicate_of": other.number}
    made = await make_move(ctx, ticket, Move.DUPLICATE, actor, MoveNote(f"de la n° {other.number}"), **ended)
    await tickets.redirect_duplicates(ctx.db, ticket.number, other.number)
    what = "own" if other.author_id == ticket.author_id else "open" if other.state.is_open else "ended"
    told = render("hotline/duplicate", what=what, ticket=other)
    return [*made, tell_author(ticket, told), *await tell_room(ctx, other, render("hotline/joined", ticket=ticket))]


@feature.submit(ChangeUrgency)
async def change_urgency(ctx: Context, form: ChangeUrgency) -> Replies:
    """Its place among the others is another."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    urgency = Urgency(form.urgency)
    return await make_move(ctx, ticket, Move.HASTEN, actor, MoveNote(urgency.label), urgency=urgency)


@feature.submit(AssignTicket)
async def assign_ticket(ctx: Context, form: AssignTicket) -> Replies:
    """That agent has it, and is told under the card."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    agent = await people.get(ctx.db, form.agent) or Person(id=form.agent, username="", role=None, since=ctx.now)
    if not await serves(ctx, agent, ticket.queue):
        raise UserError(
            fields={"agent": "Cette personne n’est pas agent de cette file : invitez-la d’abord dans la salle."}
        )
    name = await name_person(ctx, agent.id)
    made = await make_move(ctx, ticket, Move.ASSIGN, actor, MoveNote(whom=agent.id), agent_id=agent.id)
    told = render("hotline/assigned", username=agent.username, person=name, by=ctx.user.full_name)
    return [*made, *await tell_room(ctx, ticket, told)]


@feature.submit(TransferTicket)
async def transfer_ticket(ctx: Context, form: TransferTicket) -> Replies:
    """Other agents have it before them; who asked is told who answers now."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    if form.queue == ticket.queue:
        raise UserError(fields={"file": "Elle est déjà dans cette file."})
    queue = say_queue(ctx, form.queue)
    left = cards.CARD.rewrite(ticket, render("hotline/left", ticket=ticket, queue=queue))
    await make_move(ctx, ticket, Move.TRANSFER, actor, MoveNote(internal=form.note, queue=form.queue), queue=form.queue)
    told = render("hotline/transferred", queue=queue)
    return [left, tell_author(ticket, told), *await cards.bring_card(ctx, ticket)]
