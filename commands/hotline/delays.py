"""What the hotline owes by when: said to who asks, shown on the card, and counted in time that it is open."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.french.dates import say_date
from bot.french.durations import say_minutes
from bot.french.moments import say_hour
from bot.office_hours import OfficeHours
from config.targets import Target
from storage import people
from storage.hotline.states import OURS
from storage.hotline.tickets import Ticket


def hours_of(ctx: Context) -> OfficeHours:
    """When the hotline is open."""
    return OfficeHours.of(ctx.settings)


def target_of(ctx: Context, ticket: Ticket) -> Target:
    """How soon it should be answered, and solved."""
    return ctx.settings.targets[ticket.urgency.value]


def due(ctx: Context, ticket: Ticket) -> datetime | None:
    """By when the hotline should have said something; None where the next word is not its own."""
    if ticket.asked_at is None or ticket.state not in OURS:
        return None
    return hours_of(ctx).add(ticket.asked_at, target_of(ctx, ticket).answer)


def say_due(ctx: Context, ticket: Ticket) -> str:
    """The same, in Paris: « aujourd’hui avant 16 h 05 »; "" where nothing is owed."""
    at = due(ctx, ticket)
    if at is None:
        return ""
    there = at.astimezone(hours_of(ctx).zone)
    return f"{say_date(there.date(), ctx.now.astimezone(hours_of(ctx).zone).date())} avant {say_hour(there)}"


async def promise(ctx: Context, ticket: Ticket) -> str:
    """What who asked reads of it until somebody answers, where they are; "" afterwards."""
    if ticket.first_answer_at or not ticket.state.is_open:
        return ""
    author = await people.get(ctx.db, ticket.author_id)
    zone: ZoneInfo | None = author.zone if author else None
    target = target_of(ctx, ticket).answer
    later = hours_of(ctx).say_expected(ticket.opened_at, target, zone)
    return later or f"D’ordinaire, une réponse vient en moins de {say_minutes(int(target / timedelta(minutes=1)))}."
