"""Tickets as agents and authors see them: cards in the rooms of the queues, receipts, and the rooms themselves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import structlog
from pydantic import BaseModel

from bot import guard
from bot.actions import AddMembers, CreateChannel
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard, Topic, tell_animateurs
from bot.context import Context, ReadingContext
from bot.errors import Refusal, unless_refused
from bot.events import Delivered, Undelivered
from bot.french import say_date
from bot.mattermost import ChatPost
from bot.menus import Choosing, Menu
from bot.permalinks import make_permalink
from bot.replies import Button, Message, Progress, Replies, Reply, RunCommand, Say, Start, Step
from bot.texts import Markdown, escape, quotation, relay_markdown, relay_plain_text, render
from commands.hotline.service import feature, find_room, name_person, read_queues, say_due, say_promise, say_queue
from config.canaux import PlannedChannel
from config.canaux import read as read_channels
from config.hotline import CATEGORIES, Queue
from config.text import cut
from config.time import to_milliseconds
from storage import canaux, claims, database, journal, outbox, people
from storage.hotline import ActorKind, Move, Reason, TicketState, list_allowed, posts, tickets
from storage.hotline.tickets import Ticket, TicketMove

CARD = RowCard[Ticket]("hotline.card:", lambda ticket: f"{ticket.number}:{ticket.queue}")
"""The card of a ticket, in the room of its queue."""
RECEIPT = RowCard[Ticket]("hotline.receipt:", lambda ticket: ticket.number)
"""The receipt of a ticket, in its author’s direct channel: under it they and the agents talk."""
LINE = RowCard[posts.TicketLine]("hotline.line:", lambda line: line.post_id)
"""The copies that the bot posts of a line: an agent’s for the author, the author’s for the agents."""
WORDS = Topic[int]("hotline.words:")
"""What agents say to the author of a ticket in windows, or of its outage, by its number."""
DETAILS_MAX = 700
"""The most characters of the details that a card shows."""


class TicketClick(BaseModel):
    """Payload about one ticket, by its number."""

    ticket: int


class TakeTicket(TicketClick):
    """Button « Prendre »: assigns the ticket to whoever clicks."""


class WriteAnswer(TicketClick):
    """Button « Répondre »: opens the window of an answer."""


class Resolve(TicketClick):
    """Button « Résoudre »: opens the window in which a ticket is solved."""


class ReopenTicket(TicketClick):
    """Button « Rouvrir », for agents and for the author."""


class Settled(TicketClick):
    """Button « C’est réglé », for the author: closes the ticket."""


class SettleAsked(Settled):
    """Button « C’est réglé » under the bot’s answer to an author who says that it is: closes the ticket."""


class LeaveOutage(TicketClick):
    """Button « Hors de la panne »: takes the ticket out of an outage."""


class Unmask(TicketClick):
    """Button « Laisser masqué » or « Montrer », for the author: decides about personal data in the request."""

    keep: bool


class MoreMoves(Choosing):
    """Menu « Plus… » of the other moves of agents; ``chosen`` is a ``Move``."""

    ticket: int


MORE: Mapping[Move, str] = {
    Move.ASSIGN: "Attribuer à…",
    Move.ASK: "Demander une précision",
    Move.TRANSFER: "Transférer",
    Move.DUPLICATE: "Doublon de…",
    Move.HASTEN: "Urgence",
    Move.RELEASE: "Libérer",
    Move.REOPEN: "Rouvrir",
    Move.PART: "Hors de la panne",
}


async def post_card(ctx: Context, ticket: Ticket, room: str) -> Reply:
    """Post the card of a ticket in a room, and note that it is on its way there."""
    card = posts.TicketCard(ticket=ticket.number, queue=ticket.queue, channel_id=room, version=ticket.version)
    await posts.save_card(ctx.db, card)
    return CARD.post(ticket, await draw_card(ctx, ticket), room, files=ticket.files)


async def refresh_card(ctx: Context, ticket: Ticket, before: Message | None = None) -> Sequence[Reply]:
    """Rewrite the card of a ticket, and its receipt unless that is still what it was ``before`` the change."""
    card, receipt = await draw_card(ctx, ticket), await draw_receipt(ctx, ticket)
    return [CARD.rewrite(ticket, card), *([] if receipt == before else [RECEIPT.rewrite(ticket, receipt)])]


async def draw_card(ctx: Context, ticket: Ticket) -> Message:
    """Draw a ticket for its agents."""
    details = quotation(ticket.details, DETAILS_MAX)
    text = render("hotline/card", ticket=ticket, details=details, link=link_post(ctx, ticket.source_post))
    return Message(text, _draw_buttons(ticket), await _list_facts(ctx, ticket), _draw_menus(ticket))


async def draw_receipt(ctx: Context, ticket: Ticket) -> Message:
    """Draw a ticket for its author."""
    text = render(
        "hotline/receipt",
        ticket=ticket,
        queue=say_queue(ctx, ticket.queue),
        agent=await name_person(ctx, ticket.agent_id),
        promise=await say_promise(ctx, ticket),
        outage=await tickets.get_incident(ctx.db, ticket.incident) if ticket.incident else None,
        masked=bool(ticket.said_masked),
    )
    if ticket.said_masked:
        mask = [Button("Laisser masqué", Unmask(ticket=ticket.number, keep=False), "primary")]
        return Message(text, [*mask, Button("Montrer", Unmask(ticket=ticket.number, keep=True))])
    if ticket.state.is_open:
        return Message(text, [Button("C’est réglé", Settled(ticket=ticket.number))])
    return Message(text, [Button("Rouvrir", ReopenTicket(ticket=ticket.number))])


def link_post(ctx: Context, post_id: str, called: str = "Voir le message") -> Markdown:
    """Make the link of a message; "" for none."""
    return Markdown(f"[{called}]({make_permalink(ctx.settings, post_id)})" if post_id else "")


def draw_words(ctx: Context, text: str) -> Markdown:
    """Draw a text that the person typed in a window, under their name."""
    return render("hotline/said", person=ctx.user.full_name, text=relay_markdown(text))


def _draw_buttons(ticket: Ticket) -> Sequence[Button]:
    number = ticket.number
    if not ticket.state.is_open:
        fiche = [Button("En faire une fiche", RunCommand(line=f"ressources ajouter demande {number}"))]
        return [Button("Rouvrir", ReopenTicket(ticket=number)), *(fiche if ticket.reason is Reason.RESOLU else [])]
    take = [] if ticket.agent_id else [Button("Prendre", TakeTicket(ticket=number), "primary")]
    return [*take, Button("Répondre", WriteAnswer(ticket=number)), Button("Résoudre", Resolve(ticket=number))]


def _draw_menus(ticket: Ticket) -> Sequence[Menu]:
    nothing = {Move.RELEASE: not ticket.agent_id, Move.PART: ticket.incident is None}
    may = list_allowed(ticket.state, ActorKind.AGENT) - {move for move, is_idle in nothing.items() if is_idle}
    options = {move.value: label for move, label in MORE.items() if move in may}
    return [Menu("Plus…", MoreMoves(ticket=ticket.number), options)] if ticket.state.is_open else []


async def _list_facts(ctx: Context, ticket: Ticket) -> list[tuple[str, str]]:
    author = await people.get(ctx.db, ticket.author_id)
    name = f"{author.full_name} " if author and (author.prenom or author.nom) else ""
    where = f", {ticket.departement}" if ticket.departement else ""
    known = {
        "Demandé par": f"{name}(@{ticket.username}{where})",
        "État": say_state(ticket),
        "Agent": await name_person(ctx, ticket.agent_id) or "personne",
        "Urgence": ticket.urgency.label,
        "Catégorie": CATEGORIES.get(ticket.category, ticket.category),
        "Commune": ticket.commune,
        "Fait partie de": f"Panne n° {ticket.incident}" if ticket.incident else "",
        "À répondre": say_due(ctx, ticket),
        "Depuis": say_date(ticket.opened_at.astimezone(ctx.zone).date(), ctx.now.astimezone(ctx.zone).date()),
    }
    return [(title, Markdown(escape(value))) for title, value in known.items() if value]


def say_state(ticket: Ticket) -> str:
    """Describe the state of a ticket, with the reason if it has ended."""
    has_ended = ticket.state in {TicketState.RESOLU, TicketState.CLOS}
    if has_ended and ticket.reason and ticket.reason is not Reason.RESOLU:
        return f"{ticket.state.label} ({ticket.reason.label})"
    return ticket.state.label


LINE_MAX, SHOWN_MAX = 600, 3_000
"""The most characters of one line of the exchange, and of all the lines shown, the last ones."""


class CarryExchange(BaseModel):
    """Long work: after a transfer, post what author and agents said before under the new card."""

    ticket: int
    queue: str
    is_back: bool = False


async def read_exchange(ctx: ReadingContext, ticket: Ticket, since: int = 0) -> Sequence[Markdown]:
    """Read what the author and the agents of a ticket said to each other after an instant (ms), oldest first; at most
    the last lines. The bot’s own messages are left out.

    Personal data in the author’s text is masked for everybody else, unless the author unmasked it. Empty if the bot can
    no longer read the direct channel.
    """
    if not ticket.thread_post:
        return []
    kept, passed_on = await posts.list_kept(ctx.db, ticket.number), await _find_passed_on(ctx, ticket)
    author = await name_person(ctx, ticket.author_id)
    await database.release(ctx.db)
    thread = await unless_refused(ctx.chat.thread(ticket.thread_post), ())
    people_said = [post for post in thread if post.user_id == ticket.author_id or post.id in passed_on]
    after = [post for post in people_said if post.root_id and not post.type and post.create_at > since]
    said = [_say_line(ticket, post, author, kept, mine=ctx.user.id == ticket.author_id) for post in after]
    return _keep_last([line for line in said if line])


async def _find_passed_on(ctx: Context, ticket: Ticket) -> Collection[str]:
    """Find the bot’s posts that passed agents’ words on to the author of a ticket, or of the ticket it duplicates."""
    numbers = [ticket.number, *([ticket.duplicate_of] if ticket.duplicate_of else [])]
    lines = await posts.list_agent_lines(ctx.db, numbers)
    return await outbox.find_posts_on(ctx.db, [*map(WORDS.of, numbers), *map(LINE.of, lines)])


def _say_line(ticket: Ticket, post: ChatPost, author: str, kept: Collection[str], *, mine: bool) -> Markdown:
    if post.user_id != ticket.author_id:
        attached = [str(each.get("text") or "") for each in post.props.get("attachments") or ()]
        return Markdown(cut("\n".join(filter(None, [post.message, *attached])), LINE_MAX))
    is_read = mine or post.id in kept
    words = post.message if is_read else guard.mask(post.message)
    return (
        render("hotline/said", person=author, text=relay_plain_text(cut(words, LINE_MAX)))
        if words.strip()
        else Markdown()
    )


def _keep_last(said: Sequence[Markdown]) -> Sequence[Markdown]:
    """Return as many of the last lines as fit into one post."""
    left, shown = SHOWN_MAX, []
    for line in reversed(said):
        left -= len(line)
        if left < 0:
            break
        shown.append(line)
    return shown[::-1]


async def carry_if_moved(ctx: Context, ticket: Ticket, *, is_back: bool = False) -> Sequence[Reply]:
    """Start to carry over the exchange once the card of a transferred ticket is posted. With ``is_back``, the room
    already has what was said before the ticket left it."""
    if not (ticket.version and await tickets.list_transfers(ctx.db, ticket.number)):
        return []
    return [Start(payload=CarryExchange(ticket=ticket.number, queue=ticket.queue, is_back=is_back), quiet=True)]


@feature.work(CarryExchange, name="hotline.CarryExchange", title="Suite d’une demande transférée")
async def carry_exchange(ctx: ReadingContext, work: CarryExchange, _: Progress) -> Step:
    """Post the earlier exchange under the card, as one message; nothing if the ticket was transferred again
    meanwhile."""
    ticket = await tickets.get(ctx.db, work.ticket)
    card = await posts.get_card(ctx.db, ticket) if ticket and ticket.queue == work.queue else None
    if ticket is None or card is None or not card.post_id:
        return Step(finished=True)
    transfers = await tickets.list_transfers(ctx.db, ticket.number)
    note, place, root = transfers[-1].internal, card.channel_id, card.post_id
    said = await read_exchange(ctx, ticket, _find_left_at(transfers) if work.is_back else 0)
    if not (said or note):
        return Step(finished=True)
    text = render("hotline/exchange", note=note, said=said)
    return Step(replies=[Say(text, channel_id=place, root_id=root)], finished=True)


def _find_left_at(transfers: Sequence[TicketMove]) -> int:
    """Return when a returned ticket had last left this queue, in ms."""
    here = transfers[-1].queue
    left = [later for move, later in pairwise(transfers) if move.queue == here]
    return to_milliseconds((left or transfers)[-1 if left else 0].at)


log = structlog.get_logger()

ROOM = Topic[str]("hotline.room:")
"""The topic under which the missing room of a queue is created, by the queue’s code."""
AT_ONCE = 50
"""How many cards are posted, and people added, at once."""
TOLD_MAX = 5
"""The most animateurs who are told one by one that a queue has no room, if their own room is not known."""


async def post_waiting_cards(ctx: Context, queue: str) -> Sequence[Reply]:
    """Post the cards of a queue that stand nowhere yet; if it has no room, create that first."""
    place = await find_room(ctx, queue)
    waiting = await posts.list_without_card(ctx.db, queue, place, AT_ONCE)
    if not waiting:
        return []
    if place:
        return [await post_card(ctx, ticket, place) for ticket in waiting]
    planned = await _find_planned(ctx, queue)
    return [replace(CreateChannel.of(planned, ROOM.of(queue)), private=True)] if planned else []


@feature.job("minute=*/5", name="hotline.put_up_all", writes=True)
async def post_all_cards(ctx: Context) -> Replies:
    """Try again to post all cards that waited for a room."""
    return [reply for queue in read_queues(ctx) for reply in await post_waiting_cards(ctx, queue)]


@feature.event(Delivered, name="hotline.made.Delivered", only=ROOM.is_of)
async def on_room_made(ctx: Context, event: Delivered) -> Replies:
    """Add the agents to a room that was just created, and post the cards that waited for it."""
    queue = ROOM.read_key(event.topic)
    planned = await _find_planned(ctx, queue) if queue is not None else None
    if queue is None or planned is None:
        return None
    await canaux.remember_channel(ctx.db, planned.key, event.channel_id, ctx.now)
    deed = AuditEntry(journal.AuditAct.CHANNEL_CHANGE, f"canal:{event.channel_id}", after={"cree": planned.name})
    record_entry_at_end(ctx, deed)
    roles = [role for role in people.Role if role in planned.roles]
    belong = [person.id for role in roles for person in await people.with_role(ctx.db, role, ctx.today, limit=AT_ONCE)]
    return [*([AddMembers(event.channel_id, belong)] if belong else []), *await post_waiting_cards(ctx, queue)]


@dataclass(frozen=True, slots=True)
class RefusedRoom:
    """A queue whose room Mattermost refused to create, the address, and the id of the bot’s own channel at that address
    ("" if none)."""

    queue: Queue
    address: str
    own_id: str


async def find_refused_room(ctx: ReadingContext, event: Undelivered) -> RefusedRoom | None:
    """Look up which channel has the address of a refused room."""
    queue = read_queues(ctx).get(ROOM.read_key(event.topic) or "")
    if queue is None:
        return None
    planned = read_channels(ctx.settings.channels).get(queue.room_key)
    address = planned.address if planned else ""
    found = await ctx.chat.channel_by_name(address) if address and event.refusal is Refusal.NAME_TAKEN else None
    is_ours = found is not None and found.is_private and await ctx.chat.is_in(found.id)
    return RefusedRoom(queue, address, found.id if found and is_ours else "")


@feature.event(Undelivered, name="hotline.refused.Undelivered", only=ROOM.is_of, asks=find_refused_room)
async def on_room_refused(ctx: Context, _: Undelivered, room: RefusedRoom) -> Replies:
    """Use the existing channel of that address if it is the bot’s; else tell the animateurs what to do."""
    if room.own_id:
        await canaux.remember_channel(ctx.db, room.queue.room_key, room.own_id, ctx.now)
        return await post_waiting_cards(ctx, room.queue.code)
    return await _tell_no_room(ctx, room.queue, room.address)


async def _tell_no_room(ctx: Context, queue: Queue, address: str) -> Replies:
    """Report that tickets wait for a room: to the operator in the log, and to the animateurs once a day."""
    log.warning("planned_channel_taken", name=queue.room_key, channel=address)
    if not await claims.claim(ctx.db, "hotline.room", f"{queue.code}:{ctx.now.date()}", ctx.now):
        return None
    waiting = len(await posts.list_without_card(ctx.db, queue.code, "", AT_ONCE))
    text = render("hotline/no_room", queue=queue, address=address, waiting=waiting)
    return await tell_animateurs(ctx, await canaux.find_team_room(ctx.db), text, limit=TOLD_MAX)


async def _find_planned(ctx: Context, queue: str) -> PlannedChannel | None:
    known = read_queues(ctx).get(queue)
    return (await canaux.list_planned(ctx.db, ctx.settings)).get(known.room_key) if known else None


async def bring_card(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """Post the card of a transferred ticket; if it was in this room before, use its old card again."""
    stood = await posts.get_card(ctx.db, ticket)
    if stood is None:
        return await post_waiting_cards(ctx, ticket.queue)
    again = CARD.rewrite(ticket, await draw_card(ctx, ticket))
    said = render("hotline/back")
    back = Say(said, channel_id=stood.channel_id, root_id=stood.post_id)
    return [again, back, *(await carry_if_moved(ctx, ticket, is_back=True) if stood.post_id else [])]
