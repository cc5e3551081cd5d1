"""What time does to tickets: a solved one closes, an agent who left has none any more."""

from collections.abc import Sequence

from bot.context import Context
from bot.events import LeftChannel
from bot.replies import Replies, Reply
from bot.texts import render
from bot.working_days import working_days_before
from commands.hotline.agents import serves
from commands.hotline.card import refresh
from commands.hotline.feature import feature
from commands.hotline.making import make, tell_author, tell_room
from storage import claims, people
from storage.hotline import sources, tickets
from storage.hotline.moving import Actor
from storage.hotline.states import OPEN, Move, State, Who
from storage.hotline.tickets import Ticket
from storage.people import Person

CLOSES_AFTER, WARNS_BEFORE = 5, 1
"""Working days after which a solved ticket is closed, and how many of them before its author is told."""
AT_ONCE = 2_000


@feature.job("hour=8 minute=20", name="hotline.close_solved", writes=True)
async def close_solved(ctx: Context) -> Replies:
    """What was solved five working days ago, and nobody said anything since, is closed; a day before that, its author
    hears of it."""
    today = ctx.now.astimezone(ctx.zone).date()
    replies: list[Reply] = []
    for found in await tickets.every(ctx.db, states=[State.RESOLU], limit=AT_ONCE):
        ticket = await tickets.lock(ctx.db, found.number)
        if ticket is None or ticket.state is not State.RESOLU or ticket.resolved_at is None:
            continue
        on = ticket.resolved_at.astimezone(ctx.zone).date()
        where = ticket.departement or None
        if on <= working_days_before(today, CLOSES_AFTER, where) and ticket.warned_at:
            replies += await make(ctx, ticket, Move.CLOSE, Actor("", Who.BOT, ctx.now))
        elif on <= working_days_before(today, CLOSES_AFTER - WARNS_BEFORE, where) and not ticket.warned_at:
            await tickets.change(ctx.db, ticket, warned_at=ctx.now)
            replies.append(tell_author(ticket, render("hotline/closes", ticket=ticket)))
    return replies


@feature.job("hour=8 minute=10", name="hotline.see_to_the_open", writes=True)
async def see_to_the_open(ctx: Context) -> Replies:
    """Each morning, cards say how old they are, and who left has no ticket any more."""
    replies: list[Reply] = []
    for ticket in await tickets.every(ctx.db, states=OPEN, limit=AT_ONCE):
        replies += await _tell_if_author_left(ctx, ticket)
        replies += await _release_if_gone(ctx, ticket.number) or await refresh(ctx, ticket)
    await sources.forget(ctx.db, ctx.now - sources.KEPT)
    return replies


async def _tell_if_author_left(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """The agents hear once that who asked is there no more: whether it still matters is theirs to say."""
    author = await people.get(ctx.db, ticket.author_id)
    if author is None or not author.has_left(author.today(ctx.now)):
        return []
    if not await claims.claim(ctx.db, "hotline.author_left", str(ticket.number), ctx.now):
        return []
    return await tell_room(ctx, ticket, render("hotline/author_left", person=author.full_name))


@feature.event(LeftChannel, name="hotline.agent_left.LeftChannel")
async def agent_left(ctx: Context, event: LeftChannel) -> Replies:
    """Who is out of a room has none of its tickets, unless their role says otherwise."""
    replies: list[Reply] = []
    for ticket in await tickets.open_of_agent(ctx.db, event.user_id):
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
    made = await make(ctx, ticket, Move.RELEASE, Actor("", Who.BOT, ctx.now))
    return [*made, *await tell_room(ctx, ticket, told)]
