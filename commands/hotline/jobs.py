"""What time does to tickets: reminders, solved ones closed, agents who left, cards cleared with their words."""

from collections.abc import Sequence
from datetime import timedelta

from bot.actions import DeletePost
from bot.calendar import working_days_before
from bot.context import Context
from bot.events import LeftChannel
from bot.french.words import say_minutes
from bot.replies import Direct, Replies, Reply
from bot.texts import render
from commands.hotline.cards import link_post, refresh_card
from commands.hotline.feature import feature, get_hours, get_target, say_queue, serves
from commands.hotline.tickets import make_move, tell_author, tell_room
from storage import claims, people
from storage.hotline import duty, posts, tickets
from storage.hotline.states import OPEN, OURS, ActorKind, Move, TicketState
from storage.hotline.tickets import Actor, Ticket
from storage.people import Person
from storage.personal_data.tables import ERASED

CLEARED_AT_ONCE = 50
"""Cards that leave in one go; the rest an hour later."""


@feature.job("hour=0-1,3-23 minute=35", name="hotline.clear_old", writes=True)
async def clear_old_cards(ctx: Context) -> Replies:
    """Delete the cards of tickets whose words are erased; tell the agents where a duplicate takes the place of one."""
    told = await _tell_heirs(ctx)
    for card in await posts.list_erased_cards(ctx.db, ERASED, CLEARED_AT_ONCE):
        await posts.drop_card(ctx.db, card)
        told.append(DeletePost(card.post_id, channel_id=card.channel_id))
    return told


HEIRS_LOOKED_FOR = timedelta(days=2)


async def _tell_heirs(ctx: Context) -> list[Reply]:
    """Tell the agents once of each ticket that took the place of an erased one."""
    told: list[Reply] = []
    for move in await tickets.list_passed_on(ctx.db, ctx.now - HEIRS_LOOKED_FOR):
        ticket = await tickets.get(ctx.db, move.ticket)
        if ticket is not None and await claims.claim(ctx.db, "hotline.heir", str(move.id), ctx.now):
            told += [*await refresh_card(ctx, ticket), *await tell_room(ctx, ticket, render("hotline/heir"))]
    return told


CLOSES_AFTER, WARNS_BEFORE = 5, 1
"""Working days after which a solved ticket is closed, and how many of them before its author is told."""
CHECKED_AT_ONCE = 2_000


@feature.job("hour=8 minute=20", name="hotline.close_solved", writes=True)
async def close_solved(ctx: Context) -> Replies:
    """Close what was solved five working days ago, and of which nobody said anything since; a day before that, tell its
    author."""
    today = ctx.now.astimezone(ctx.zone).date()
    replies: list[Reply] = []
    for found in await tickets.list_tickets(ctx.db, states=[TicketState.RESOLU], limit=CHECKED_AT_ONCE):
        ticket = await tickets.lock(ctx.db, found.number)
        if ticket is None or ticket.state is not TicketState.RESOLU or ticket.resolved_at is None:
            continue
        on = ticket.resolved_at.astimezone(ctx.zone).date()
        where = ticket.departement or None
        if on <= working_days_before(today, CLOSES_AFTER, where) and ticket.warned_at:
            replies += await make_move(ctx, ticket, Move.CLOSE, Actor("", ActorKind.BOT, ctx.now))
        elif on <= working_days_before(today, CLOSES_AFTER - WARNS_BEFORE, where) and not ticket.warned_at:
            await tickets.change(ctx.db, ticket, warned_at=ctx.now)
            replies.append(tell_author(ticket, render("hotline/closes", ticket=ticket)))
    return replies


@feature.job("hour=8 minute=10", name="hotline.see_to_the_open", writes=True)
async def check_open(ctx: Context) -> Replies:
    """Each morning, have cards say how old they are, and take tickets from agents who left."""
    replies: list[Reply] = []
    for ticket in await tickets.list_tickets(ctx.db, states=OPEN, limit=CHECKED_AT_ONCE):
        replies += await _tell_if_author_left(ctx, ticket)
        replies += await _release_if_gone(ctx, ticket.number) or await refresh_card(ctx, ticket)
    await posts.forget_sources(ctx.db, ctx.now - posts.SOURCE_KEPT)
    return replies


async def _tell_if_author_left(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """Tell the agents once that who asked is there no more: whether it still matters is theirs to say."""
    author = await people.get(ctx.db, ticket.author_id)
    if author is None or not author.has_left(author.today(ctx.now)):
        return []
    if not await claims.claim(ctx.db, "hotline.author_left", str(ticket.number), ctx.now):
        return []
    return await tell_room(ctx, ticket, render("hotline/author_left", person=author.full_name))


@feature.event(LeftChannel, name="hotline.agent_left.LeftChannel")
async def on_agent_left(ctx: Context, event: LeftChannel) -> Replies:
    """Take the tickets of a room from who is out of it, unless their role says otherwise."""
    replies: list[Reply] = []
    for ticket in await tickets.list_open(ctx.db, agent_id=event.user_id):
        replies += await _release_if_gone(ctx, ticket.number, event.channel_id)
    return replies


async def _release_if_gone(ctx: Context, number: int, left: str = "") -> list[Reply]:
    ticket = await tickets.lock(ctx.db, number)
    if ticket is None or not ticket.agent_id or not ticket.state.is_open:
        return []
    agent = await people.get(ctx.db, ticket.agent_id)
    agent = agent or Person(id=ticket.agent_id, username="", role=None, since=ctx.now)
    if await serves(ctx, agent, ticket.queue, left):
        return []
    told = render("hotline/released", person=agent.full_name if agent.username else "L’agent")
    made = await make_move(ctx, ticket, Move.RELEASE, Actor("", ActorKind.BOT, ctx.now))
    return [*made, *await tell_room(ctx, ticket, told)]


REMINDED_AT_ONCE = 500
TOLD_MAX = 5
"""Animateurs who are told where nobody is on duty."""
LEVELS = 2
"""The room is told once the answer is due, and who is on duty once it has waited twice as long."""


@feature.job("hour=7-20 minute=*/10", name="hotline.remind", writes=True)
async def remind_unanswered(ctx: Context) -> Replies:
    """While the hotline is open, remind of who waits for an answer for too long, and of what should be solved by
    now."""
    if not get_hours(ctx).is_open(ctx.now):
        return None
    replies: list[Reply] = []
    for found in await tickets.list_tickets(ctx.db, states=sorted(OURS), limit=REMINDED_AT_ONCE):
        ticket = await tickets.lock(ctx.db, found.number)
        if ticket is not None and ticket.state in OURS:
            replies += [*await _remind_answer(ctx, ticket), *await _remind_solution(ctx, ticket)]
    return replies


async def _remind_answer(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    if ticket.asked_at is None:
        return []
    waited = get_hours(ctx).between(ticket.asked_at, ctx.now)
    level = min(LEVELS, waited // get_target(ctx, ticket).answer)
    if level <= ticket.nudged:
        return []
    await tickets.change(ctx.db, ticket, nudged=level)
    said = say_minutes(int(waited.total_seconds() // 60))
    agent = await people.get(ctx.db, ticket.agent_id) if ticket.agent_id else None
    text = render("hotline/silent", waited=said, username=agent.username if agent else "")
    return [*await tell_room(ctx, ticket, text), *(await _escalate(ctx, ticket, said) if level == LEVELS else [])]


async def _escalate(ctx: Context, ticket: Ticket, waited: str) -> Sequence[Reply]:
    """Tell who is on duty; where nobody is, some animateurs."""
    told = list(await duty.find_on_duty(ctx.db, ticket.queue, ctx.now))
    told = told or [person.id for person in await people.animating(ctx.db, TOLD_MAX)]
    card = await posts.get_card(ctx.db, ticket)
    said = {"ticket": ticket, "waited": waited, "queue": say_queue(ctx, ticket.queue)}
    text = render("hotline/escalated", link=link_post(ctx, card.post_id if card else ""), **said)
    return [Direct(text, user_id=person_id) for person_id in told]


async def _remind_solution(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    if ticket.late_said or ticket.incident is not None:  # an outage lasts as long as it does
        return []
    if get_hours(ctx).between(ticket.opened_at, ctx.now) < get_target(ctx, ticket).solution:
        return []
    await tickets.change(ctx.db, ticket, late_said=True)
    return await tell_room(ctx, ticket, render("hotline/late", urgency=ticket.urgency.label))
