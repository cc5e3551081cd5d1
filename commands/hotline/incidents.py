"""Tickets that are alike: an outage is proposed in the room, or they are part of one that is known."""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.events import Delivered
from bot.french.dates import say_date
from bot.replies import Button, Message, Refresh, Replies, Reply, Say
from bot.texts import render
from commands.hotline.agents import name_of
from commands.hotline.feature import feature
from commands.hotline.making import for_agent, make, tell_author
from commands.hotline.noting import note_move
from commands.hotline.queues import room_of
from config.hotline import Outage
from storage.database import change
from storage.hotline import alike, incidents, moving
from storage.hotline.incidents import TOPIC, Incident
from storage.hotline.moves import Note
from storage.hotline.moving import Actor
from storage.hotline.states import Move, Who
from storage.hotline.tickets import Ticket

WITHIN = timedelta(hours=24)
"""How old look-alike tickets may be that are counted together."""
SHOWN_MAX = 8
"""Tickets of a proposal that are named."""
COMPARED_MAX = 30
"""Tickets of an outage that a new one is compared with."""


class SayOutage(BaseModel):
    """« C’est une panne »."""

    incident: int


class SayNone(BaseModel):
    """« Non, sans lien »."""

    incident: int


class UnsayNone(BaseModel):
    """« Annuler » of that: it is proposed again."""

    incident: int


class WriteToAll(BaseModel):
    """« Écrire à tous »."""

    incident: int


class SayOver(BaseModel):
    """« C’est fini »."""

    incident: int


class Part(BaseModel):
    """« Hors de la panne »: a ticket is about something else."""

    ticket: int


async def look(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """A new ticket is part of a running outage that it is like, or counts with others for one to be proposed."""
    if ctx.settings.outage is None:
        return []
    await incidents.hold_queue(ctx.db, ticket.queue, ctx.now)
    under_way = await incidents.under_way(ctx.db, [ticket.queue])
    for incident in under_way:
        if incident.is_running and await _is_part(ctx, ticket, incident):
            return await _attach(ctx, ticket, incident)
    return await _propose(ctx, ticket, [each for each in under_way if each.is_proposed], ctx.settings.outage)


async def _is_part(ctx: Context, ticket: Ticket, incident: Incident) -> bool:
    founding = await incidents.founding(ctx.db, incident.alike[:COMPARED_MAX])
    return alike.is_part(ticket, incident.subject, founding)


async def _attach(ctx: Context, ticket: Ticket, incident: Incident) -> Sequence[Reply]:
    """Its receipt, which is not written yet, says that it is known."""
    if (now := await incidents.lock(ctx.db, incident.number)) is None or not now.is_running:
        return []
    by_itself = Actor("", Who.BOT, ctx.now)
    was = ticket.state, ticket.agent_id
    await moving.make(ctx.db, ticket, Move.JOIN, by_itself, Note(f"n° {now.number}"), incident=now.number)
    note_move(ctx, ticket, Move.JOIN, by_itself, was)
    return [await refresh(ctx, now)]


async def _propose(ctx: Context, ticket: Ticket, proposed: Sequence[Incident], bounds: Outage) -> Sequence[Reply]:
    """Once there are enough; those that were proposed already are only more of them."""
    unrelated = await incidents.refused_since(ctx.db, ticket.queue, ctx.now - WITHIN)
    near = await alike.lately(ctx.db, ticket, ctx.now - WITHIN)
    rows = [*(row for row in near if row.number not in unrelated), ticket]
    numbers = {row.number for row in rows}
    if known := next((each for each in proposed if numbers & set(each.alike)), None):
        await change(ctx.db, known, alike=sorted(numbers | set(known.alike)))
        return [await refresh(ctx, known)]
    places = {row.departement for row in rows if row.departement}
    room = await room_of(ctx, ticket.queue)
    if len(rows) < bounds.tickets or len(places) < bounds.departements or not room:
        return []
    new = Incident(queue=ticket.queue, subject=rows[0].subject, alike=sorted(numbers), opened_at=ctx.now)
    said = await draw(ctx, await incidents.add(ctx.db, new))
    return [Say(said.text, said.buttons, channel_id=room, topic=new.topic)]


async def refresh(ctx: Context, incident: Incident, *, here: bool = False) -> Refresh:
    """Its message in the room as it is now; ``here`` if one of its buttons was clicked."""
    said = await draw(ctx, incident)
    return Refresh(said.text, said.buttons, topic=incident.topic, here=here)


@feature.event(Delivered, name="hotline.outage_arrived.Delivered")
async def outage_arrived(ctx: Context, event: Delivered) -> Replies:
    """It stands in the room, and says what came about while it was on its way."""
    kind, _, number = event.topic.partition(":")
    found = await incidents.get(ctx.db, int(number)) if kind == TOPIC else None
    if found is None:
        return None
    await incidents.hold_queue(ctx.db, found.queue, ctx.now)  # who adds to it at this moment does not know of the post
    incident = await incidents.lock(ctx.db, found.number)
    return await refresh(ctx, incident) if incident else None


async def draw(ctx: Context, incident: Incident, refused_by: str = "") -> Message:
    """An outage as the agents see it: proposed, refused, running, or over."""
    number = incident.number
    if incident.is_refused:
        text = render("hotline/outage_refused", numbers=incident.alike, person=refused_by)
        return Message(text, [Button("Annuler", UnsayNone(incident=number))])
    if not incident.is_proposed:
        since = say_date(incident.opened_at.astimezone(ctx.zone).date(), ctx.now.astimezone(ctx.zone).date())
        count = await incidents.count(ctx.db, number)
        said = {"incident": incident, "since": since, "by": await name_of(ctx, incident.by), "count": count}
        does = [Button("Écrire à tous", WriteToAll(incident=number)), Button("C’est fini", SayOver(incident=number))]
        return Message(render("hotline/outage", **said), does if incident.is_running else [])
    rows = await incidents.founding(ctx.db, incident.alike)
    words = alike.in_common(rows)
    said = {"rows": rows[:SHOWN_MAX], "more": len(rows) - SHOWN_MAX, "count": len(rows), "words": words}
    does = [Button("C’est une panne", SayOutage(incident=number), "primary")]
    return Message(
        render("hotline/outage_proposed", **said), [*does, Button("Non, sans lien", SayNone(incident=number))]
    )


@feature.button(Part)
async def part(ctx: Context, click: Part) -> Replies:
    """It has nothing to do with it, and is answered by itself."""
    ticket, actor = await for_agent(ctx, click.ticket)
    incident = await incidents.get(ctx.db, ticket.incident) if ticket.incident else None
    if incident is None:
        return None
    made = await make(ctx, ticket, Move.PART, actor, Note(f"n° {incident.number}"), incident=None)
    return [*made, tell_author(ticket, render("hotline/outage_left")), await refresh(ctx, incident)]
