"""An outage is told to all whom it concerns: that it is known, what is new, that it is over. Each of them once."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel

from bot.context import Context
from bot.replies import Progress, Reply, Step
from bot.texts import relay, render
from commands.hotline.feature import feature
from commands.hotline.incidents import refresh
from commands.hotline.making import make, tell_author
from commands.hotline.noting import note_outage
from commands.hotline.rating import ask_rating
from storage.database import change
from storage.hotline import incidents, tickets
from storage.hotline.incidents import Incident
from storage.hotline.moves import Note
from storage.hotline.moving import Actor
from storage.hotline.states import Move, Reason, Who
from storage.hotline.tickets import Ticket
from storage.journal import Act

BATCH = 20
"""Tickets of one step."""


class What(StrEnum):
    """What is told."""

    SAID = "dite"
    NEWS = "nouvelles"
    OVER = "finie"


class TellAll(BaseModel):
    """Everybody whose ticket is part of an outage is told something."""

    incident: int
    what: What


@feature.work(TellAll, name="hotline.TellAll", title="Panne", unit=("demande", "demandes"), writes=True)
async def tell_all(ctx: Context, asked: TellAll, so_far: Progress) -> Step:
    """The next of them, by number."""
    incident = await incidents.lock(ctx.db, asked.incident)
    if incident is None:
        return Step(finished=True, done=so_far.done, total=so_far.total)
    numbers = await _next(ctx, incident, asked.what, so_far.cursor or 0)
    replies = [reply for number in numbers for reply in await _tell(ctx, number, incident, asked.what)]
    done, ends = so_far.done + len(numbers), len(numbers) < BATCH
    total = done if ends else so_far.total or await _total(ctx, incident, asked.what)
    replies += [await refresh(ctx, incident)] if ends else []
    if numbers:
        note_outage(ctx, Act.OUTAGE_TELL, incident, demandes=list(numbers), quoi=asked.what.value)
    reached = numbers[-1] if numbers else so_far.cursor
    return Step(replies=replies, cursor=reached, done=done, total=total, finished=ends)


@feature.stopped(TellAll, name="hotline.TellAll")
async def stopped(ctx: Context, asked: TellAll, so_far: Progress) -> Step:
    """An end of which not all have heard is none yet: said again, it goes on with the others."""
    incident = await incidents.lock(ctx.db, asked.incident)
    replies: list[Reply] = []
    if incident is not None and asked.what is What.OVER:
        await change(ctx.db, incident, ended_at=None)
        replies.append(await refresh(ctx, incident))
    return Step(replies=replies, done=so_far.done, total=so_far.total)


async def _next(ctx: Context, incident: Incident, what: What, after: int) -> Sequence[int]:
    if what is What.SAID:
        return [number for number in incident.alike if number > after][:BATCH]
    return [ticket.number for ticket in await incidents.tickets_after(ctx.db, incident.number, after, BATCH)]


async def _total(ctx: Context, incident: Incident, what: What) -> int:
    return len(incident.alike) if what is What.SAID else await incidents.count(ctx.db, incident.number)


async def _tell(ctx: Context, number: int, incident: Incident, what: What) -> Sequence[Reply]:
    """What is solved meanwhile needs to hear nothing more."""
    ticket = await tickets.lock(ctx.db, number)
    if ticket is None or not ticket.state.is_open:
        return []
    match what:
        case What.SAID:
            return await _join(ctx, ticket, incident)
        case What.NEWS:
            return [_say(ctx, ticket, incident)]
        case What.OVER:
            return await _solve(ctx, ticket, incident)


async def _join(ctx: Context, ticket: Ticket, incident: Incident) -> Sequence[Reply]:
    if ticket.incident is not None:
        return []
    actor = Actor(ctx.user.id, Who.AGENT, ctx.now)
    made = await make(ctx, ticket, Move.JOIN, actor, Note(f"n° {incident.number}"), incident=incident.number)
    return [*made, tell_author(ticket, render("hotline/outage_said", incident=incident))]


async def _solve(ctx: Context, ticket: Ticket, incident: Incident) -> Sequence[Reply]:
    actor = Actor(ctx.user.id, Who.AGENT, ctx.now)
    reason = Reason.PANNE
    made = await make(ctx, ticket, Move.RESOLVE, actor, Note(f"{reason.label} n° {incident.number}"), reason=reason)
    words = [_say(ctx, ticket, incident)] if incident.news else []
    return [*made, *words, *await ask_rating(ctx, ticket)]


def _say(ctx: Context, ticket: Ticket, incident: Incident) -> Reply:
    text = render("hotline/said", person=ctx.user.full_name, text=relay(incident.news))
    return tell_author(ticket, text)
