"""What is published is said once in its channel, and rewritten there whenever it changes."""

from collections.abc import Sequence

from bot.context import Context
from bot.events import Delivered
from bot.replies import Refresh, Replies, Reply, Say
from commands.agenda import cards, places, proposals
from commands.agenda.feature import feature
from commands.agenda.noting import facts, note_event
from commands.agenda.proposals import REVIEW
from storage import outbox
from storage.agenda import attendance, listing
from storage.agenda.event import AgendaEvent, State, lock, write
from storage.journal import Act

SAID = "agenda.said:"
"""How the topics begin of what stands in channels."""
AT_ONCE = 20
"""Events that are said late in one go."""


async def publish(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """All whom it is for see it from now on, and are told."""
    before = facts(event)
    event.state, event.decided_by, event.reason = State.PUBLISHED, ctx.user.id, ""
    event.published_at = event.published_at or ctx.now
    told = await retell(ctx, event)
    note_event(ctx, Act.EVENT_PUBLISH, event, before)
    return told


async def retell(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """It is written down, and what stands about it is true again; what was never said is said."""
    replies = await _say(ctx, event)
    await write(ctx.db, event, ctx.now)
    return [*replies, *(await refresh(ctx, event) if not replies else [])]


async def _say(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    place = await places.channel(ctx, event)
    if not place or event.said_at or event.state is not State.PUBLISHED or event.starts_at <= ctx.now:
        return []
    event.said_at = ctx.now
    said = await cards.draw_said(ctx, event)
    return [Say(said.text, said.buttons, channel_id=place, topic=topic(event))]


async def refresh(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """What stands in its channel says what is so now."""
    if not event.said_at:
        return []
    said, place = await cards.draw_said(ctx, event), await places.channel(ctx, event)
    here = bool(place) and ctx.channel_id == place
    return [Refresh(said.text, said.buttons, topic=topic(event), here=here)]


def topic(event: AgendaEvent) -> str:
    """Of what stands in its channel."""
    return f"{SAID}{event.number}"


@feature.event(Delivered, name="agenda.arrived.Delivered")
async def arrived(ctx: Context, event: Delivered) -> Replies:
    """What changed while it was on its way is told now."""
    if not event.topic.startswith((SAID, REVIEW)):
        return None
    found = await lock(ctx.db, int(event.topic.partition(":")[2]))
    if found is None:
        return None
    if event.topic.startswith(REVIEW):
        return await proposals.refresh(ctx, found) if found.sequence else None
    is_new = found.said_at and found.changed_at <= found.said_at and not await attendance.counts(ctx.db, [found.number])
    return None if is_new else await refresh(ctx, found)


@feature.job("hour=7-20 minute=20", name="agenda.catch_up", writes=True)
async def catch_up(ctx: Context) -> Replies:
    """What could not be said when it was published, or shown when it was proposed, is: the place was not known."""
    replies: list[Reply] = []
    for event in await listing.proposed(ctx.db, ctx.now, AT_ONCE):
        if not await outbox.reached(ctx.db, [proposals.topic(event)]):
            replies += await proposals.put_up(ctx, event)
    for unsaid in await listing.unsaid(ctx.db, ctx.now, AT_ONCE):
        if found := await lock(ctx.db, unsaid.number):
            replies += await _say_late(ctx, found)
    return replies


async def _say_late(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    replies = await _say(ctx, event)
    ctx.db.add(event)
    return replies
