"""« /hotline »: requests for help from a window, a message link or 🎫; and the list of one’s own tickets."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import UserError, unless_refused
from bot.events import Addressed, Reacted, Spoken
from bot.features import Feature
from bot.mattermost import ChatPost
from bot.permalinks import find_permalink, read_linked_post
from bot.replies import (
    Ask,
    Button,
    Direct,
    Perform,
    PlainTextReply,
    Question,
    Replies,
    RunCommand,
    Update,
    Waiting,
    Whisper,
)
from bot.texts import render
from commands.hotline.cards import SettleAsked, TicketClick, link_post, say_state
from commands.hotline.mirror import TicketThread, begins_with_name, mirror_line
from commands.hotline.service import AGENTS, feature, list_served, read_queues, say_queue
from commands.hotline.tickets import lock_own_ticket
from config.hotline import OTHER
from config.text import fold
from dialogs.canaux import watch_planned_channels
from dialogs.hotline import OpenTicket, says_settled
from storage.hotline import TicketState, Urgency, posts, suggestions, tickets
from storage.hotline.posts import Side, TicketSource


async def draft_request(ctx: Context, words: str = "", details: str = "", source: str = "") -> Ask:
    """Open the window with these words; if they are too long for the subject, they become the details."""
    line = " ".join(words.split())
    if len(line) > tickets.SUBJECT_MAX:
        line, details = f"{line[: tickets.SUBJECT_MAX - 1]}…", f"{words.strip()}\n{details}".strip()
    offered = {queue.code: f"{queue.name} ({queue.about})"[:120] for queue in read_queues(ctx).values()}
    known: dict[str, object] = {"subject": line or None, "details": details or None, "source": source}
    return Ask(OpenTicket.draft(queues=offered, category=OTHER, urgency=Urgency.GENANT.value, **known))


PAGE = 10
OFFERED_MAX = 2
"""The most open tickets to which a message written outside their threads can be added, each by a button."""
SETTLED_MAX = 3
"""The most open tickets that are offered for closing, each by a button."""


class AddTo(TicketClick):
    """Button « Ajouter à la demande n° 12 »: adds a message written outside its thread to a ticket."""

    post_id: str


class BringTo(AddTo):
    """A message of the direct channel, read for the agents of a ticket."""

    text: str
    files: list[str] = []


class Mine(BaseModel):
    """Button « Voir la suite »: a page of one’s own tickets."""

    page: int


@feature.command("hotline demandes", help="Voir vos demandes d’aide et où elles en sont")
async def show_own(ctx: Context, _: str) -> Replies:
    """Show one’s own tickets, open ones first."""
    return await show_page(ctx, 0)


@feature.button(Mine, writes=False)
async def show_more(ctx: Context, click: Mine) -> Replies:
    """Show the next page of one’s own tickets."""
    return await show_page(ctx, click.page)


async def show_page(ctx: Context, page: int) -> Whisper:
    """Show a page of one’s own tickets."""
    found = await tickets.list_of_author(ctx.db, ctx.user.id, page * PAGE, PAGE + 1)
    lines = [
        (ticket, say_state(ticket), say_queue(ctx, ticket.queue), link_post(ctx, ticket.thread_post, "le fil"))
        for ticket in found[:PAGE]
    ]
    waiting = await suggestions.list_wishes(ctx.db, ctx.user.id) if not page else []
    buttons = [Button("Voir la suite", Mine(page=page + 1))] if len(found) > PAGE else []
    buttons += [] if found or page else [Button("Demander de l’aide", RunCommand(line="hotline"), "primary")]
    return Whisper(render("hotline/mine", lines=lines, waiting=len(waiting), page=page), buttons)


@feature.waiting
async def list_waiting(ctx: Context) -> Sequence[Waiting]:
    """List the tickets that wait for the person’s answer, and those that wait for the person as an agent."""
    waiting: list[Waiting] = []
    asked = await tickets.list_open(ctx.db, author_id=ctx.user.id, state=TicketState.EN_ATTENTE)
    if asked:
        said = render("hotline/waits_for_author", numbers=[ticket.number for ticket in asked])
        waiting.append(Waiting(said, Button("Voir mes demandes", RunCommand(line="hotline mes demandes"))))
    if served := await list_served(ctx, ctx.user):
        free, owed = await tickets.count_waiting(ctx.db, served, ctx.user.id)
        said, kind = render("hotline/waits_for_agent", free=free, owed=owed), "libres" if free else "à moi"
        if free or owed:
            waiting.append(Waiting(said, Button("Voir les demandes", RunCommand(line=f"ticket liste {kind}"))))
    return waiting


@feature.hears_words
async def hear_words(ctx: ReadingContext, message: Spoken) -> PlainTextReply:
    """Leave messages in a ticket’s thread to the mirror, unless an agent says them to the bot; offer to add other
    messages of the direct channel to an open ticket."""
    if isinstance(message, Addressed):
        return await _hear_agent(ctx, message)
    if message.root_id and await tickets.find_by_thread(ctx.db, message.root_id):
        return PlainTextReply(is_its=True)
    theirs = await tickets.list_open(ctx.db, author_id=message.user_id)
    if theirs and says_settled(message.text) and not ctx.user.may(AGENTS):
        return _ask_what_is_settled(theirs[-SETTLED_MAX:])
    return PlainTextReply(
        buttons=[
            Button(f"Ajouter à la demande n° {ticket.number}", AddTo(ticket=ticket.number, post_id=message.post_id))
            for ticket in theirs[-OFFERED_MAX:]
        ]
    )


def _ask_what_is_settled(theirs: Sequence[tickets.Ticket]) -> PlainTextReply:
    """Offer an author who says that their problem is solved to close their open tickets."""
    alone = len(theirs) == 1
    labels = (("C’est réglé" if alone else f"C’est réglé : n° {one.number}", one) for one in theirs)
    ends = [Button(label, SettleAsked(ticket=one.number)) for label, one in labels]
    return PlainTextReply(buttons=ends, text=render("hotline/settled_which", tickets=theirs))


async def _hear_agent(ctx: ReadingContext, message: Addressed) -> PlainTextReply:
    """Offer the ticket in whose thread an agent speaks to the bot, by its name first."""
    card = await posts.find_card(ctx.db, message.root_id) if message.root_id else None
    if card is None:
        return PlainTextReply()
    if not (message.by_name and begins_with_name(message.text, (await ctx.chat.me()).username)):
        return PlainTextReply(is_its=True)
    shown = Button(f"Voir la demande n° {card.ticket}", RunCommand(line=f"ticket {card.ticket}"), "primary")
    return PlainTextReply(buttons=[shown])


async def read_message_to_add(ctx: ReadingContext, click: AddTo) -> BringTo:
    """Read the message, which must be the clicking person’s own."""
    post = await ctx.chat.read_post(click.post_id)
    if post.user_id != ctx.user.id:
        raise UserError(render("hotline/not_there"))
    return BringTo(ticket=click.ticket, post_id=post.id, text=post.message, files=list(post.file_ids))


@feature.button(BringTo)
@feature.button(AddTo, asks=read_message_to_add)
async def add_message(ctx: Context, click: BringTo) -> Replies:
    """Post a message of the direct channel under the card."""
    ticket = await lock_own_ticket(ctx, click.ticket)
    place = TicketThread(ticket, await posts.get_card(ctx.db, ticket), Side.DIRECT)
    brought = await mirror_line(ctx, place, click.post_id, click.text, click.files)
    if not brought:
        raise UserError(render("hotline/added_already"))
    return [*brought, Update(render("hotline/added", number=ticket.number))]


TICKET = frozenset({"ticket", "admission_tickets"})
"""What Mattermost calls 🎫 and 🎟️."""
CONTEXT_MAX = 8000
FILES_MAX = 10
"""The most files of a thread that a ticket takes along, and before it the most characters."""

billet = Feature("billet")
"""Listens for 🎫 wherever the bot is; it hears nothing else there."""
billet.watches(watch_planned_channels)


class OpenFrom(BaseModel):
    """Button « Ouvrir la demande »: opens the window, filled from a message."""

    source: str


class DeclineTicket(BaseModel):
    """Button « Non merci »: makes no ticket of a message."""

    source: str


@dataclass(frozen=True, slots=True)
class LinkedMessage:
    """A message to make a ticket of, and whether it is in a direct channel."""

    source: TicketSource
    is_direct: bool


OWN = frozenset({"mes demandes", "mes demande", "mes tickets", "liste", "suivi", "demande"})
"""Words that ask for one’s own tickets, folded."""


async def read_link(ctx: ReadingContext, line: str) -> LinkedMessage | Ask | Whisper | Perform:
    """Read the message whose link was typed; other words open the window, or show the person’s tickets or that of a
    number."""
    if fold(line) in OWN:
        return await show_page(ctx, 0)
    if number := read_typed_number(line, "demande", "ticket"):
        return Perform(f"ticket {number}")
    if not (ident := find_permalink(line)):
        return await draft_request(ctx, line)
    post = await read_linked_post(ctx, ident)
    thread = await ctx.chat.thread(ident)
    channel = await ctx.chat.channel(post.channel_id)
    return LinkedMessage(make_source(ctx, post, thread), channel.type == "D")


@feature.command(
    "hotline",
    help="Demander de l’aide à l’équipe",
    hint="[question | lien d’un message]",
    tells=True,
    words=("liste", "suivi"),
    asks=read_link,
)
async def request_by_link(ctx: Context, linked: LinkedMessage) -> Replies:
    """Open the window, filled from one’s own message; ask the author of another’s."""
    source = linked.source
    must_be_new(await tickets.find_by_source(ctx.db, source.root_id))
    first = await posts.save_source(ctx.db, source)
    if source.author_id == ctx.user.id:
        return await draft_from_source(ctx, source)
    if not first:
        raise UserError(render("hotline/author_asked_already"))
    if linked.is_direct:
        raise UserError(render("hotline/private_message"))
    return [ask_author(ctx, source), Whisper(render("hotline/author_asked"))]


def must_be_new(known: tickets.Ticket | None) -> None:
    """Raise UserError if an open ticket was already made of that message."""
    if known is not None and known.state.is_open:
        raise UserError(render("hotline/ticket_of_message", number=known.number))


async def read_marked_message(ctx: ReadingContext, event: Reacted) -> TicketSource | None:
    """Read the message marked with 🎫, and its thread."""
    if event.emoji not in TICKET:
        return None
    thread = await unless_refused(ctx.chat.thread(event.post_id), ())
    post = next((each for each in thread if each.id == event.post_id), None)
    if post is None or post.type or post.user_id == (await ctx.chat.me()).id:
        return None
    return make_source(ctx, post, thread)


@billet.event(Reacted, name="billet.reacted.Reacted", asks=read_marked_message)
async def on_reaction(ctx: Context, _: Reacted, source: TicketSource) -> Replies:
    """Ask the author of a message marked with 🎫, whoever put it there."""
    known = await tickets.find_by_source(ctx.db, source.root_id)
    if (known and known.state.is_open) or not await posts.save_source(ctx.db, source):
        return None
    return ask_author(ctx, source)


def make_source(ctx: Context, post: ChatPost, thread: Sequence[ChatPost]) -> TicketSource:
    """Keep a copy of a message and its thread as they are now."""
    others = [each for each in thread if each.id != post.id and not each.type]
    files = [ident for each in (post, *others) for ident in each.file_ids]
    return TicketSource(
        post_id=post.id,
        channel_id=post.channel_id,
        root_id=post.root_id or post.id,
        author_id=post.user_id,
        asked_by=ctx.user.id,
        text=post.message[:CONTEXT_MAX],
        context="\n".join(each.message for each in others)[:CONTEXT_MAX],
        files=list(dict.fromkeys(files))[:FILES_MAX],
        at=ctx.now,
    )


def ask_author(ctx: Context, source: TicketSource) -> Direct:
    """Ask the author of a message whether to make a ticket of it."""
    mine = source.author_id == ctx.user.id
    text = render("hotline/propose", mine=mine, by=ctx.user.full_name, text=source.text[:300])
    opens = Button("Ouvrir la demande", OpenFrom(source=source.post_id), "primary")
    no = Button("Non merci", DeclineTicket(source=source.post_id))
    return Direct(text, [opens, no], question=Question(yes=opens, no=no), user_id=source.author_id)


async def draft_from_source(ctx: Context, source: TicketSource) -> Ask:
    """Open the window, filled from a message."""
    first, _, rest = source.text.strip().partition("\n")
    return await draft_request(ctx, first, rest.strip(), source.post_id)


@feature.button(OpenFrom, writes=False)
async def open_request(ctx: Context, click: OpenFrom) -> Replies:
    """Open the window, filled from the message that its author was asked about."""
    source = await posts.get_source(ctx.db, click.source)
    if source is None or source.author_id != ctx.user.id:
        raise UserError(render("hotline/message_gone"))
    must_be_new(await tickets.find_by_source(ctx.db, source.root_id))
    return await draft_from_source(ctx, source)


@feature.button(DeclineTicket, name="hotline.Decline")
async def decline_request(ctx: Context, click: DeclineTicket) -> Replies:
    """Make no ticket of the message."""
    return Update(render("hotline/declined"))


class AskFor(BaseModel):
    """Button « Demander de l’aide »: opens the window filled with what is known, such as the reference of an error."""

    subject: str = ""
    details: str = ""


@feature.button(AskFor, writes=False)
async def ask_known(ctx: Context, click: AskFor) -> Replies:
    """Open the window, filled with what the button knows."""
    return await draft_request(ctx, click.subject, click.details)


@feature.rescues("hotline")
def offer_help(reference: str, doing: str) -> Button:
    """Make the button « Demander de l’aide » under an error of the bot, filled with its reference and what was being
    done."""
    known = AskFor(subject=f"Le bot a échoué (référence {reference})", details=render("hotline/was_doing", doing=doing))
    return Button("Demander de l’aide", known)
