"""What is done with a ticket: each move changes its state, is told to both sides and recorded; the buttons and windows
of agents."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context
from bot.errors import UserError
from bot.replies import Ask, Button, Direct, Message, Question, Redirect, Replies, Reply, Say, Update, Whisper
from bot.texts import Markdown, escape, render, require
from commands.hotline import cards
from commands.hotline.service import feature, name_person, read_queues, say_queue, serves
from dialogs import hotline as windows
from storage import people
from storage.hotline import ActorKind, Move, MoveError, Reason, TicketState, Urgency, posts, tickets
from storage.hotline.tickets import NO_NOTE, Actor, HeldError, MoveNote, Ticket
from storage.journal import AuditAct


async def tell_duplicates(
    ctx: Context, ticket: Ticket, text: Markdown, topic: str = "", files: Sequence[str] = ()
) -> Sequence[Reply]:
    """Tell the authors of a ticket’s duplicates what its own author is told, under their own receipts."""
    found = await tickets.list_duplicates(ctx.db, ticket.number)
    told = [(other.author_id, other.thread_post) for other in found if other.author_id != ticket.author_id]
    return [Direct(text, user_id=author, root_id=thread, topic=topic, files=files) for author, thread in told]


UNNOTED = frozenset({Move.OPEN, Move.ANSWER, Move.REPLY})
"""The moves that the audit log does not record, since the ticket’s own history has them."""


def note_move(ctx: Context, ticket: Ticket, move: Move, actor: Actor, was: tuple[TicketState, str]) -> None:
    """Record a move in the audit log; ``was`` is the earlier state and agent. Moves made by an outage are recorded with
    the outage."""
    if move in UNNOTED or actor.who is ActorKind.AUTHOR or ctx.request.kind == "work":
        return
    before = {"etat": was[0].value, "agent": was[1]}
    after = {"geste": move.value, "etat": ticket.state.value, "agent": ticket.agent_id, "file": ticket.queue}
    deed = AuditEntry(AuditAct.TICKET_MOVE, f"demande:{ticket.number}", ticket.author_id, before=before, after=after)
    record_entry_at_end(ctx, deed)


async def lock_ticket(ctx: Context, number: int) -> Ticket:
    """Lock a ticket until the transaction ends. Raises UserError if there is none of that number."""
    return require(await tickets.lock(ctx.db, number), "hotline/not_there")


async def lock_for_agent(ctx: Context, number: int) -> tuple[Ticket, Actor]:
    """Lock a ticket for one of its agents. Raises UserError for anybody else."""
    ticket = await lock_ticket(ctx, number)
    if not await serves(ctx, ctx.user, ticket.queue):
        raise UserError(render("hotline/not_there"))
    return ticket, Actor(ctx.user.id, ActorKind.AGENT, ctx.now)


async def lock_own_ticket(ctx: Context, number: int) -> Ticket:
    """Lock a ticket for its author. Raises UserError for anybody else."""
    ticket = await lock_ticket(ctx, number)
    if ticket.author_id != ctx.user.id:
        raise UserError(render("hotline/not_there"))
    return ticket


async def lock_for_either(ctx: Context, number: int) -> tuple[Ticket, Actor]:
    """Lock a ticket for its author or an agent, and say which. Raises UserError for anybody else."""
    ticket = await lock_ticket(ctx, number)
    if ticket.author_id == ctx.user.id:
        return ticket, Actor(ctx.user.id, ActorKind.AUTHOR, ctx.now)
    return await lock_for_agent(ctx, number)


async def make_move(
    ctx: Context, ticket: Ticket, move: Move, actor: Actor, note: MoveNote = NO_NOTE, **given: Any
) -> Sequence[Reply]:
    """Make a move of a ticket, and rewrite its card, and its receipt where that changes.

    Raises UserError if the move is not allowed.
    """
    was, receipt = (ticket.state, ticket.agent_id), await cards.draw_receipt(ctx, ticket)
    try:
        await tickets.make_move(ctx.db, ticket, move, actor, note, **given)
    except HeldError as held:
        raise UserError(render("hotline/taken_by", who=await name_person(ctx, str(held)))) from None
    except MoveError:
        said = render("hotline/not_in_this_state", number=ticket.number, label=ticket.state.label)
        raise UserError(said) from None
    note_move(ctx, ticket, move, actor, was)
    has_ended = was[0].is_open and not ticket.state.is_open
    shown = await cards.refresh_card(ctx, ticket, receipt)
    if not has_ended:
        return shown
    return [*shown, *await tell_duplicates(ctx, ticket, render("hotline/duplicate", what="ended", ticket=ticket))]


def tell_author(ticket: Ticket, text: Markdown, buttons: Sequence[Button] = (), *, topic: str | None = None) -> Direct:
    """Send a message to the author, under their receipt once it stands; ``topic`` marks words of an agent."""
    return Direct(text, buttons, user_id=ticket.author_id, root_id=ticket.thread_post, topic=topic)


async def tell_room(ctx: Context, ticket: Ticket, text: Markdown) -> Sequence[Reply]:
    """Send a message to the agents, under the card once it stands."""
    card = await posts.get_card(ctx.db, ticket)
    return [Say(text, channel_id=card.channel_id, root_id=card.post_id)] if card else []


WINDOWS: Mapping[Move, type[windows.AboutTicket]] = {
    Move.ASSIGN: windows.AssignTicket,
    Move.ASK: windows.AskBack,
    Move.DUPLICATE: windows.MarkDuplicate,
    Move.HASTEN: windows.ChangeUrgency,
}
"""The windows that moves open first."""


class ReleaseTicket(cards.TicketClick):
    """Button « Libérer »: takes the ticket from its agent."""


@feature.button(cards.TakeTicket, name="hotline.Take")
async def take_ticket(ctx: Context, click: cards.TakeTicket) -> Replies:
    """Assign the ticket to the agent who clicks, and tell its author."""
    ticket, actor = await lock_for_agent(ctx, click.ticket)
    if ticket.agent_id == actor.by:
        raise UserError(render("hotline/yours_already"))
    made = await make_move(ctx, ticket, Move.TAKE, actor)
    return [*made, tell_author(ticket, render("hotline/taken", agent=ctx.user.full_name))]


@feature.button(ReleaseTicket, name="hotline.Release")
async def release_ticket(ctx: Context, click: ReleaseTicket) -> Replies:
    """Take the ticket from its agent, so that another can take it."""
    ticket, actor = await lock_for_agent(ctx, click.ticket)
    return await make_move(ctx, ticket, Move.RELEASE, actor)


@feature.button(cards.ReopenTicket, name="hotline.Reopen")
async def reopen_ticket(ctx: Context, click: cards.ReopenTicket) -> Replies:
    """Reopen a solved ticket, and tell both sides."""
    ticket, actor = await lock_for_either(ctx, click.ticket)
    made = await make_move(ctx, ticket, Move.REOPEN, actor)
    to_room, to_author = (
        render("hotline/reopened", person=ctx.user.full_name, reader=reader)
        for reader in ("room", "self" if actor.who is ActorKind.AUTHOR else "author")
    )
    return [*made, *await tell_room(ctx, ticket, to_room), tell_author(ticket, to_author)]


@feature.button(cards.Settled)
async def settle_ticket(ctx: Context, click: cards.Settled) -> Replies:
    """Close a ticket whose author no longer needs help."""
    return await _close_own(ctx, click.ticket)


@feature.button(cards.SettleAsked)
async def settle_as_said(ctx: Context, click: cards.SettleAsked) -> Replies:
    """Close a ticket whose author said in plain words that it is over."""
    return [*await _close_own(ctx, click.ticket), Update(render("hotline/settled_now", number=click.ticket))]


async def _close_own(ctx: Context, number: int) -> Sequence[Reply]:
    """Close the person’s own ticket."""
    ticket = await lock_own_ticket(ctx, number)
    made = await make_move(ctx, ticket, Move.CLOSE, Actor(ctx.user.id, ActorKind.AUTHOR, ctx.now))
    return [*made, *await tell_room(ctx, ticket, render("hotline/settled", person=ctx.user.full_name))]


@feature.button(cards.Unmask)
async def unmask_ticket(ctx: Context, click: cards.Unmask) -> Replies:
    """Keep personal data in a request masked, or show it."""
    ticket = await lock_ticket(ctx, click.ticket)
    if ticket.author_id != ctx.user.id or not ticket.said_masked:
        raise UserError(render("hotline/decided_already"))
    words = dict(ticket.said_masked) if click.keep else {}
    await tickets.change(ctx.db, ticket, said_masked={}, **words)
    return await cards.refresh_card(ctx, ticket)


@feature.button(cards.WriteAnswer, name="hotline.Answer", writes=False)
async def ask_answer(ctx: Context, click: cards.WriteAnswer) -> Replies:
    """Open the window of an answer."""
    return Ask(windows.AnswerTicket.draft(ticket=click.ticket))


@feature.button(cards.Resolve, writes=False)
async def ask_resolution(ctx: Context, click: cards.Resolve) -> Replies:
    """Open the window in which a ticket is solved."""
    return Ask(windows.ResolveTicket.draft(ticket=click.ticket, reason="resolu"))


@feature.button(cards.MoreMoves, name="hotline.More", writes=False)
async def choose_move(ctx: Context, click: cards.MoreMoves) -> Replies:
    """Open the window of the chosen move, or make it at once if it needs none."""
    move = Move(click.chosen)
    if window := WINDOWS.get(move):
        return Ask(window.draft(ticket=click.ticket, **await _read_present(ctx, move, click.ticket)))
    if move is Move.TRANSFER:
        return await _ask_queue(ctx, click.ticket)
    return Redirect.to((cards.LeaveOutage if move is Move.PART else ReleaseTicket)(ticket=click.ticket))


async def _read_present(ctx: Context, move: Move, number: int) -> Mapping[str, str]:
    """Return what a window shows of the ticket as it is now."""
    ticket = await tickets.get(ctx.db, number) if move is Move.HASTEN else None
    return {"urgency": ticket.urgency.value} if ticket else {}


async def _ask_queue(ctx: Context, number: int) -> Replies:
    ticket = require(await tickets.get(ctx.db, number), "hotline/not_there")
    others = {queue.code: queue.name for queue in read_queues(ctx).values() if queue.code != ticket.queue}
    if not others:
        raise UserError(render("hotline/no_other_queue"))
    return Ask(windows.TransferTicket.draft(ticket=number, queues=others, queue=next(iter(others))))


class Rate(cards.TicketClick):
    """Button 👍 or 👎."""

    rating: int


class RateInWords(cards.TicketClick):
    """Button « Ajouter un mot »: opens the window of a comment on the help."""


RATING = RowCard[Ticket]("hotline.rating:", lambda ticket: ticket.number)
"""The message that asks the author of a ticket whether the solution helped."""


async def ask_rating(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """Tell the author that the ticket is solved; the first time, ask whether the solution helped."""
    text = render("hotline/resolved", ticket=ticket, asks=not ticket.rating_asked)
    again = Button("Ce n’est pas réglé", cards.ReopenTicket(ticket=ticket.number))
    if ticket.rating_asked:
        return [tell_author(ticket, text, [again])]
    await tickets.change(ctx.db, ticket, rating_asked=True)
    rates = [Button(label, Rate(ticket=ticket.number, rating=rating)) for label, rating in (("👍", 1), ("👎", -1))]
    said = Message(text, [*rates, again], question=Question(yes=rates[0], no=rates[1]))
    return [RATING.send(ticket, said, ticket.author_id, root_id=ticket.thread_post)]


@feature.button(Rate)
async def rate_ticket(ctx: Context, click: Rate) -> Replies:
    """Store the author’s 👍 or 👎; the last click counts."""
    ticket = await lock_own_ticket(ctx, click.ticket)
    await tickets.change(ctx.db, ticket, rating=click.rating)
    buttons = [Button("Ajouter un mot", RateInWords(ticket=ticket.number))]
    buttons += [] if ticket.state.is_open else [Button("Ce n’est pas réglé", cards.ReopenTicket(ticket=ticket.number))]
    said = render("hotline/rated", ticket=ticket, good=click.rating > 0)
    return RATING.rewrite(ticket, Message(said, buttons), here=True)


@feature.button(RateInWords, writes=False)
async def ask_word(ctx: Context, click: RateInWords) -> Replies:
    """Open the window of a comment on the help."""
    return Ask(windows.RateTicket.draft(ticket=click.ticket))


@feature.submit(windows.RateTicket)
async def keep_word(ctx: Context, form: windows.RateTicket) -> Replies:
    """Store the author’s comment, and show it to the agents."""
    ticket = await lock_own_ticket(ctx, form.ticket)
    await tickets.change(ctx.db, ticket, rating_word=form.word)
    said = render("hotline/rated_word", ticket=ticket, word=escape(form.word))
    return [Whisper(render("hotline/word_kept")), *await tell_room(ctx, ticket, said)]


@feature.submit(windows.AnswerTicket)
async def send_answer(ctx: Context, form: windows.AnswerTicket) -> Replies:
    """Send an answer: to the author under the receipt, and to the agents under the card."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    made = await make_move(ctx, ticket, Move.ANSWER, actor)
    return [*made, *await _say_to_all(ctx, ticket, form.text)]


@feature.submit(windows.AskBack)
async def ask_back(ctx: Context, form: windows.AskBack) -> Replies:
    """Ask the author a question; the ticket then waits for them."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    made = await make_move(ctx, ticket, Move.ASK, actor)
    return [*made, *await _say_to_both(ctx, ticket, form.text)]


async def _say_to_all(ctx: Context, ticket: Ticket, text: str) -> Sequence[Reply]:
    """Send an agent’s text to both sides, and to the authors of duplicates."""
    said, topic = cards.draw_words(ctx, text), cards.WORDS.of(ticket.number)
    return [*await _say_to_both(ctx, ticket, text), *await tell_duplicates(ctx, ticket, said, topic)]


async def _say_to_both(ctx: Context, ticket: Ticket, text: str) -> Sequence[Reply]:
    said = cards.draw_words(ctx, text)
    return [tell_author(ticket, said, topic=cards.WORDS.of(ticket.number)), *await tell_room(ctx, ticket, said)]


@feature.submit(windows.ResolveTicket)
async def resolve_ticket(ctx: Context, form: windows.ResolveTicket) -> Replies:
    """Solve a ticket; its author is told, and asked whether the solution helped."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    reason, solution = Reason(form.reason), form.solution.strip()
    note = MoveNote("" if reason is Reason.RESOLU else reason.label)
    made = await make_move(ctx, ticket, Move.RESOLVE, actor, note, reason=reason, solution=solution)
    words = await _say_to_all(ctx, ticket, form.text) if form.text.strip() else []
    return [*words, *made, *await ask_rating(ctx, ticket)]


@feature.submit(windows.MarkDuplicate)
async def mark_duplicate(ctx: Context, form: windows.MarkDuplicate) -> Replies:
    """Close a ticket as a duplicate of another."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    if form.other == ticket.number:
        raise UserError(fields={"numero": render("hotline/duplicate_of_itself")})
    other = await tickets.get(ctx.db, form.other)
    if other is None or not await serves(ctx, ctx.user, other.queue):
        raise UserError(fields={"numero": render("hotline/no_original", other=form.other)})
    if other.reason is Reason.DOUBLON:
        told = render("hotline/original_is_double", number=other.number, duplicate_of=other.duplicate_of)
        raise UserError(fields={"numero": told})
    ended = {"reason": Reason.DOUBLON, "duplicate_of": other.number}
    made = await make_move(ctx, ticket, Move.DUPLICATE, actor, MoveNote(f"de la n° {other.number}"), **ended)
    await tickets.redirect_duplicates(ctx.db, ticket.number, other.number)
    what = "own" if other.author_id == ticket.author_id else "open" if other.state.is_open else "ended"
    told = render("hotline/duplicate", what=what, ticket=other)
    return [*made, tell_author(ticket, told), *await tell_room(ctx, other, render("hotline/joined", ticket=ticket))]


@feature.submit(windows.ChangeUrgency)
async def change_urgency(ctx: Context, form: windows.ChangeUrgency) -> Replies:
    """Change the urgency of a ticket, and so its place in the list."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    urgency = Urgency(form.urgency)
    return await make_move(ctx, ticket, Move.HASTEN, actor, MoveNote(urgency.label), urgency=urgency)


@feature.submit(windows.AssignTicket)
async def assign_ticket(ctx: Context, form: windows.AssignTicket) -> Replies:
    """Assign a ticket to another agent, who is told under the card."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    agent = await people.get(ctx.db, form.agent) or people.Person(id=form.agent, username="", role=None, since=ctx.now)
    if not await serves(ctx, agent, ticket.queue):
        raise UserError(fields={"agent": render("hotline/not_an_agent")})
    name = await name_person(ctx, agent.id)
    made = await make_move(ctx, ticket, Move.ASSIGN, actor, MoveNote(whom=agent.id), agent_id=agent.id)
    told = render("hotline/assigned", username=agent.username, person=name, by=ctx.user.full_name)
    return [*made, *await tell_room(ctx, ticket, told)]


@feature.submit(windows.TransferTicket)
async def transfer_ticket(ctx: Context, form: windows.TransferTicket) -> Replies:
    """Transfer a ticket to another queue, and tell its author."""
    ticket, actor = await lock_for_agent(ctx, form.ticket)
    if form.queue == ticket.queue:
        raise UserError(fields={"file": render("hotline/same_queue")})
    queue = say_queue(ctx, form.queue)
    left = cards.CARD.rewrite(ticket, render("hotline/left", ticket=ticket, queue=queue))
    await make_move(ctx, ticket, Move.TRANSFER, actor, MoveNote(internal=form.note, queue=form.queue), queue=form.queue)
    receipt = cards.RECEIPT.rewrite(ticket, await cards.draw_receipt(ctx, ticket))
    told = render("hotline/transferred", queue=queue)
    return [left, receipt, tell_author(ticket, told), *await cards.bring_card(ctx, ticket)]
