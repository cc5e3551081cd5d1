"""The card of a ticket in the room of its queue, and its author’s receipt: both kept true wherever they stand."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.french.dates import say_date
from bot.lines import Run
from bot.linked import address_of
from bot.menus import Choosing, Menu
from bot.replies import Button, Message, Refresh, Reply, Say
from bot.texts import Markdown, escape, render
from commands.hotline.agents import name_of
from commands.hotline.delays import promise, say_due
from commands.hotline.queues import say_queue
from config.hotline import CATEGORIES
from storage import people
from storage.hotline import cards, incidents
from storage.hotline.cards import TicketCard
from storage.hotline.states import Move, Reason, State, Who, allowed
from storage.hotline.tickets import Ticket

DETAILS_MAX = 700
"""Characters of what was asked that a card shows: the rest is one click away."""


class Take(BaseModel):
    """« Prendre »."""

    ticket: int


class Answer(BaseModel):
    """« Répondre »."""

    ticket: int


class Resolve(BaseModel):
    """« Résoudre »."""

    ticket: int


class Reopen(BaseModel):
    """« Rouvrir », for agents and who asked."""

    ticket: int


class Settled(BaseModel):
    """« C’est réglé », for who asked."""

    ticket: int


class Unmask(BaseModel):
    """« Masquer » or « Garder » what is personal in what was asked."""

    ticket: int
    keep: bool


class More(Choosing):
    """The rest of what agents do; ``chosen`` is a move."""

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


async def put_up(ctx: Context, ticket: Ticket, room: str) -> Reply:
    """The card, which is on its way to the room from now on."""
    await cards.put(
        ctx.db, TicketCard(ticket=ticket.number, queue=ticket.queue, channel_id=room, version=ticket.version)
    )
    said = await draw(ctx, ticket)
    return Say(
        said.text, said.buttons, said.facts, said.menus, channel_id=room, topic=ticket.card_topic, files=ticket.files
    )


async def refresh(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """Card and receipt as they are now."""
    said, receipt = await draw(ctx, ticket), await draw_receipt(ctx, ticket)
    return [
        Refresh(said.text, said.buttons, said.facts, said.menus, topic=ticket.card_topic),
        Refresh(receipt.text, receipt.buttons, topic=ticket.topic),
    ]


async def draw(ctx: Context, ticket: Ticket) -> Message:
    """A ticket as its agents see it."""
    shown = ticket.details if len(ticket.details) <= DETAILS_MAX else f"{ticket.details[: DETAILS_MAX - 1]}…"
    text = render("hotline/card", ticket=ticket, details=_quoted(shown), link=link_to(ctx, ticket.source_post))
    return Message(text, _buttons(ticket), await _facts(ctx, ticket), _menus(ticket))


async def draw_receipt(ctx: Context, ticket: Ticket) -> Message:
    """A ticket as its author sees it."""
    agent = await name_of(ctx, ticket.agent_id)
    said: dict[str, object] = {"ticket": ticket, "queue": say_queue(ctx, ticket.queue), "agent": agent}
    said["promise"] = await promise(ctx, ticket)
    said["outage"] = await incidents.get(ctx.db, ticket.incident) if ticket.incident else None
    text = render("hotline/receipt", masked=bool(ticket.said_masked), **said)
    if ticket.said_masked:
        mask = [Button("Masquer", Unmask(ticket=ticket.number, keep=False), "primary")]
        return Message(text, [*mask, Button("Garder", Unmask(ticket=ticket.number, keep=True))])
    if ticket.state.is_open:
        return Message(text, [Button("C’est réglé", Settled(ticket=ticket.number))])
    return Message(text, [Button("Rouvrir", Reopen(ticket=ticket.number))])


def link_to(ctx: Context, post_id: str, called: str = "le message") -> Markdown:
    """The link of a message; "" for none."""
    return Markdown(f"[{called}]({address_of(ctx.settings, post_id)})" if post_id else "")


def _quoted(text: str) -> Markdown:
    return Markdown("\n".join(f"> {escape(line)}" for line in text.splitlines() if line.strip()))


def _buttons(ticket: Ticket) -> Sequence[Button]:
    number = ticket.number
    if not ticket.state.is_open:
        fiche = [Button("En faire une fiche", Run(line=f"ressources ajouter demande {number}"))]
        return [Button("Rouvrir", Reopen(ticket=number)), *(fiche if ticket.reason is Reason.RESOLU else [])]
    take = [] if ticket.agent_id else [Button("Prendre", Take(ticket=number), "primary")]
    return [*take, Button("Répondre", Answer(ticket=number)), Button("Résoudre", Resolve(ticket=number))]


def _menus(ticket: Ticket) -> Sequence[Menu]:
    nothing = {Move.RELEASE: not ticket.agent_id, Move.PART: ticket.incident is None}
    may = allowed(ticket.state, Who.AGENT) - {move for move, is_idle in nothing.items() if is_idle}
    options = {move.value: label for move, label in MORE.items() if move in may}
    return [Menu("Plus…", More(ticket=ticket.number), options)] if ticket.state.is_open else []


async def _facts(ctx: Context, ticket: Ticket) -> list[tuple[str, str]]:
    author = await people.get(ctx.db, ticket.author_id)
    name = f"{author.full_name} " if author and (author.prenom or author.nom) else ""
    where = f", {ticket.departement}" if ticket.departement else ""
    known = {
        "Demandé par": f"{name}(@{ticket.username}{where})",
        "État": say_state(ticket),
        "Agent": await name_of(ctx, ticket.agent_id) or "personne",
        "Urgence": ticket.urgency.label,
        "Catégorie": CATEGORIES.get(ticket.category, ticket.category),
        "Commune": ticket.commune,
        "Fait partie de": f"Panne n° {ticket.incident}" if ticket.incident else "",
        "À répondre": say_due(ctx, ticket),
        "Depuis": say_date(ticket.opened_at.astimezone(ctx.zone).date(), ctx.now.astimezone(ctx.zone).date()),
    }
    return [(title, Markdown(escape(value))) for title, value in known.items() if value]


def say_state(ticket: Ticket) -> str:
    """How it stands, and why where it has ended."""
    if ticket.reason and ticket.state in {State.RESOLU, State.CLOS} and ticket.reason.value != ticket.state.value:
        return f"{ticket.state.label} ({ticket.reason.label})"
    return ticket.state.label
