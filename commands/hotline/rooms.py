"""The rooms of the queues: made when first needed, found where they are, and the cards that wait for one."""

from collections.abc import Sequence

import structlog

from bot.acts import AddMembers, CreateChannel
from bot.context import Context
from bot.events import Delivered, Undelivered
from bot.journaling import Deed, note_at_end
from bot.refusals import Refusal
from bot.replies import Direct, Refresh, Replies, Reply, Say
from bot.texts import render
from commands.hotline import card
from commands.hotline.exchange import carry_if_moved
from commands.hotline.feature import feature
from commands.hotline.queues import queues, room_of
from config.canaux import PlannedChannel
from config.canaux import read as read_channels
from config.hotline import Queue
from storage import canaux, claims, people
from storage.hotline import cards
from storage.hotline.tickets import Ticket
from storage.journal import Act
from storage.people import Role

log = structlog.get_logger()

ROOM = "hotline.room:"
"""How the topics begin under which rooms are made."""
AT_ONCE = 50
"""Cards that are put up in one go, and people who are brought in."""
ANIMATION = "animation"
"""The key of the animateurs’ own room, in config/canaux.tsv."""
TOLD_MAX = 5
"""Animateurs who are told that there is no room, where theirs is not known either."""


async def put_up(ctx: Context, queue: str) -> Sequence[Reply]:
    """The cards of a queue that are nowhere yet; where there is no room, it is made first."""
    place = await room_of(ctx, queue)
    waiting = await cards.without(ctx.db, queue, place, AT_ONCE)
    if not waiting:
        return []
    if place:
        return [await card.put_up(ctx, ticket, place) for ticket in waiting]
    planned = await _planned(ctx, queue)
    return [_make(planned, queue)] if planned else []


@feature.job("hour=0-1,3-23 minute=*/5", name="hotline.put_up_all", writes=True)
async def put_up_all(ctx: Context) -> Replies:
    """What waited for a room, whatever the reason, is tried again."""
    return [reply for queue in queues(ctx) for reply in await put_up(ctx, queue)]


@feature.event(Delivered, name="hotline.made.Delivered")
async def made(ctx: Context, event: Delivered) -> Replies:
    """The room is there: its agents come in, and what waited is put up."""
    queue = event.topic.removeprefix(ROOM)
    planned = await _planned(ctx, queue) if event.topic.startswith(ROOM) else None
    if planned is None:
        return None
    await canaux.remember(ctx.db, planned.key, event.channel_id, ctx.now)
    note_at_end(ctx, Deed(Act.CHANNEL_CHANGE, f"canal:{event.channel_id}", after={"cree": planned.name}))
    belong = [
        person.id
        for role in Role
        if role in planned.roles
        for person in await people.with_role(ctx.db, role, limit=AT_ONCE)
    ]
    return [*([AddMembers(event.channel_id, belong)] if belong else []), *await put_up(ctx, queue)]


@feature.event(Undelivered, name="hotline.refused.Undelivered")
async def refused(ctx: Context, event: Undelivered) -> Replies:
    """A room of that name is there already: it is found, or the animateurs are told what to do."""
    if not event.topic.startswith(ROOM):
        return None
    queue = event.topic.removeprefix(ROOM)
    known = queues(ctx).get(queue)
    address = _address(ctx, known) if known else ""
    found = await ctx.chat.channel_by_name(address) if address and event.refusal is Refusal.NAME_TAKEN else None
    is_ours = found is not None and found.is_private and await ctx.chat.is_in(found.id)
    if known is None:
        return None
    if found is not None and is_ours:
        await canaux.remember(ctx.db, known.room_key, found.id, ctx.now)
        return await put_up(ctx, queue)
    return await _tell(ctx, known, address)


async def _tell(ctx: Context, queue: Queue, address: str) -> Replies:
    """The operator, in the log, and the animateurs, once a day, hear that tickets wait for a room."""
    log.warning("planned_channel_taken", key=queue.room_key, address=address)
    if not await claims.claim(ctx.db, "hotline.room", f"{queue.code}:{ctx.now.date()}", ctx.now):
        return None
    waiting = len(await cards.without(ctx.db, queue.code, "", AT_ONCE))
    text = render("hotline/no_room", queue=queue, address=address, waiting=waiting)
    if room := (await canaux.by_key(ctx.db)).get(ANIMATION):
        return Say(text, channel_id=room)
    told = await people.animating(ctx.db, TOLD_MAX)
    return [Direct(text, user_id=person.id) for person in told]


async def _planned(ctx: Context, queue: str) -> PlannedChannel | None:
    known = queues(ctx).get(queue)
    return (await canaux.planned(ctx.db, ctx.settings)).get(known.room_key) if known else None


def _address(ctx: Context, queue: Queue) -> str:
    """Of the room, by the table alone: Mattermost is asked before the first statement."""
    planned = read_channels(ctx.settings.channels).get(queue.room_key)
    return planned.address if planned else ""


def _make(planned: PlannedChannel, queue: str) -> CreateChannel:
    texts = {"header": planned.header, "purpose": planned.purpose}
    return CreateChannel(
        name=planned.address,
        display_name=planned.name,
        private=True,
        team=planned.team,
        topic=f"{ROOM}{queue}",
        **texts,
    )


async def bring_card(ctx: Context, ticket: Ticket) -> Sequence[Reply]:
    """The card of a ticket that came from another queue; where it was here before, that card is its own again."""
    stood = await cards.get(ctx.db, ticket)
    if stood is None:
        return await put_up(ctx, ticket.queue)
    shown = await card.draw(ctx, ticket)
    again = Refresh(shown.text, shown.buttons, shown.facts, shown.menus, topic=ticket.card_topic)
    said = render("hotline/back")
    back = Say(said, channel_id=stood.channel_id, root_id=stood.post_id)
    return [again, back, *(await carry_if_moved(ctx, ticket, is_back=True) if stood.post_id else [])]
