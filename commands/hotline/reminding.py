"""Tickets that nobody answers: the room is reminded, then who is on duty."""

from collections.abc import Sequence

from bot.context import Context
from bot.french.durations import say_minutes
from bot.replies import Direct, Replies, Reply
from bot.texts import render
from commands.hotline.card import link_to
from commands.hotline.delays import hours_of, target_of
from commands.hotline.feature import feature
from commands.hotline.making import tell_room
from commands.hotline.queues import say_queue
from storage import people
from storage.hotline import cards, duty, tickets
from storage.hotline.states import OURS
from storage.hotline.tickets import Ticket

AT_ONCE = 500
TOLD_MAX = 5
"""Animateurs who are told where nobody is on duty."""
LEVELS = 2
"""The room is told once the answer is due, and who is on duty once it has waited twice as long."""


@feature.job("hour=7-20 minute=*/10", name="hotline.remind", writes=True)
async def remind(ctx: Context) -> Replies:
    """While it is open: who waits for an answer for too long, and what should be solved by now."""
    if not hours_of(ctx).is_open(ctx.now):
        return None
    replies: list[Reply] = []
    for found in await tickets.every(ctx.db, states=sorted(OURS), limit=AT_ONCE):
        ticket = await tickets.lock(ctx.db, found.number)
        if ticket is not None and ticket.state in OURS:
            replies += [*await _of_the_answer(ctx, ticket), *await _of_the_solution(ctx, ticket)]
    return replies


async def _of_the_answer(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    if ticket.asked_at is None:
        return []
    waited = hours_of(ctx).between(ticket.asked_at, ctx.now)
    level = min(LEVELS, waited // target_of(ctx, ticket).answer)
    if level <= ticket.nudged:
        return []
    await tickets.change(ctx.db, ticket, nudged=level)
    said = say_minutes(int(waited.total_seconds() // 60))
    agent = await people.get(ctx.db, ticket.agent_id) if ticket.agent_id else None
    text = render("hotline/silent", waited=said, username=agent.username if agent else "")
    return [*await tell_room(ctx, ticket, text), *(await _escalate(ctx, ticket, said) if level == LEVELS else [])]


async def _escalate(ctx: Context, ticket: Ticket, waited: str) -> Sequence[Reply]:
    """Who is on duty hears of it; where nobody is, some animateurs."""
    told = list(await duty.on_duty(ctx.db, ticket.queue, ctx.now))
    told = told or [person.id for person in await people.animating(ctx.db, TOLD_MAX)]
    card = await cards.get(ctx.db, ticket)
    said = {"ticket": ticket, "waited": waited, "queue": say_queue(ctx, ticket.queue)}
    text = render("hotline/escalated", link=link_to(ctx, card.post_id if card else ""), **said)
    return [Direct(text, user_id=person_id) for person_id in told]


async def _of_the_solution(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    if ticket.late_said or ticket.incident is not None:  # an outage lasts as long as it does
        return []
    if hours_of(ctx).between(ticket.opened_at, ctx.now) < target_of(ctx, ticket).solution:
        return []
    await tickets.change(ctx.db, ticket, late_said=True)
    return await tell_room(ctx, ticket, render("hotline/late", urgency=ticket.urgency.label))
