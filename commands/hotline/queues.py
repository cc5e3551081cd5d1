"""The queues of the hotline: their rooms, who answers in each, and by when an answer is owed."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.calendar import OfficeHours
from bot.context import Context
from bot.errors import UserError
from bot.french.dates import say_date
from bot.french.periods import say_hour
from bot.french.words import say_minutes
from config import hotline as table
from config.hotline import Queue, ResponseTarget
from storage import canaux, people, watchlist
from storage.hotline.states import OURS
from storage.hotline.tickets import Ticket
from storage.people import Person, Role


def read_queues(ctx: Context) -> Mapping[str, Queue]:
    """The queues by code."""
    return table.read(ctx.settings.hotline)


def say_queue(ctx: Context, code: str) -> str:
    """What a queue is called; its code where it is no more."""
    found = read_queues(ctx).get(code)
    return found.name if found else code


async def find_room(ctx: Context, code: str) -> str:
    """The id of the room of a queue; "" where it is not known yet, or its queue is no more."""
    found = read_queues(ctx).get(code)
    return (await canaux.find_channel_ids(ctx.db)).get(found.room_key, "") if found else ""


AGENTS = frozenset({Role.HOTLINE, Role.ANIMATEUR})
"""The roles that answer in all queues."""


async def serves(ctx: Context, person: Person, queue: str, left: str = "") -> bool:
    """Whether somebody answers in that queue; ``left`` is the channel that they are just leaving."""
    if person.may(AGENTS) and not person.has_left(person.today(ctx.now)):
        return True
    place = await find_room(ctx, queue)
    member = (
        (await watchlist.find_members(ctx.db, place, [person.id])).get(person.id) if place not in ("", left) else None
    )
    return bool(member and member.is_in)


async def list_served(ctx: Context, person: Person) -> Collection[str]:
    """The queues in which somebody answers."""
    return [code for code in read_queues(ctx) if await serves(ctx, person, code)]


async def must_serve_some(ctx: Context, refusal: str) -> Collection[str]:
    """The queues in which who acts answers. Raises UserError, saying that, for who answers in none."""
    served = await list_served(ctx, ctx.user)
    if not served:
        raise UserError(refusal)
    return served


async def must_serve(ctx: Context, queue: str) -> None:
    """Raises UserError for who does not answer in that queue."""
    if not await serves(ctx, ctx.user, queue):
        raise UserError("C’est réservé aux agents de la hotline : demandez à l’équipe d’animation.")


async def name_person(ctx: Context, person_id: str) -> str:
    """What somebody is called; "" for nobody."""
    if not person_id:
        return ""
    person = await people.get(ctx.db, person_id)
    return person.full_name if person else "un agent"


def get_hours(ctx: Context) -> OfficeHours:
    """When the hotline is open."""
    return OfficeHours.of(ctx.settings)


def get_target(ctx: Context, ticket: Ticket) -> ResponseTarget:
    """How soon it should be answered, and solved."""
    return ctx.settings.targets[ticket.urgency.value]


def find_due(ctx: Context, ticket: Ticket) -> datetime | None:
    """By when the hotline should have said something; None where the next word is not its own."""
    if ticket.asked_at is None or ticket.state not in OURS:
        return None
    return get_hours(ctx).add(ticket.asked_at, get_target(ctx, ticket).answer)


def say_due(ctx: Context, ticket: Ticket) -> str:
    """The same, in Paris: « aujourd’hui avant 16 h 05 »; "" where nothing is owed."""
    at = find_due(ctx, ticket)
    if at is None:
        return ""
    there = at.astimezone(get_hours(ctx).zone)
    return f"{say_date(there.date(), ctx.now.astimezone(get_hours(ctx).zone).date())} avant {say_hour(there)}"


async def say_promise(ctx: Context, ticket: Ticket) -> str:
    """What who asked reads of it until somebody answers, where they are; "" afterwards."""
    if ticket.first_answer_at or not ticket.state.is_open:
        return ""
    author = await people.get(ctx.db, ticket.author_id)
    zone: ZoneInfo | None = author.zone if author else None
    target = get_target(ctx, ticket).answer
    later = get_hours(ctx).say_expected(ticket.opened_at, target, zone)
    return later or f"D’ordinaire, une réponse vient en moins de {say_minutes(int(target / timedelta(minutes=1)))}."
