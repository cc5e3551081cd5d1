"""The feature and the queues of the hotline: their rooms, agents, and response targets."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from prometheus_client import Gauge
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.calendar import OfficeHours
from bot.context import Context
from bot.errors import UserError
from bot.events import WatchedPlaces
from bot.features import Feature, Front, Right
from bot.french import say_date, say_hour
from bot.texts import render
from config import hotline as table
from config import settings
from storage import canaux, hotline, people, watchlist
from storage.hotline.tickets import Ticket, count_open

feature = Feature(
    "hotline",
    rights=(Right.MEMBER, Right.ADD_MEMBERS),
    front=Front("Demander de l’aide", "une question, une panne : l’équipe vous répond", lambda _: "hotline"),
)


OPEN_TICKETS = Gauge("coop_tickets_open", "Tickets that are open, by queue.", ("queue",))
LATE_TICKETS = Gauge("coop_tickets_late", "Those of them that are open for longer than they should be.", ("queue",))


async def count_tickets(db: AsyncSession, now: datetime) -> None:
    """Set the gauges of the tickets."""
    found = await count_open(db)
    OPEN_TICKETS.clear()
    LATE_TICKETS.clear()
    for queue in {*table.read(None), *found}:
        tickets, late = found.get(queue, (0, 0))
        OPEN_TICKETS.labels(queue).set(tickets)
        LATE_TICKETS.labels(queue).set(late)


feature.figures.append(count_tickets)


@feature.admits
async def is_agent(ctx: Context) -> bool:
    """Return whether the person is in the room of a queue, which makes them an agent whatever their role."""
    return not read_room_keys(ctx.settings).isdisjoint(await ctx.recall(canaux.list_keys_of))


@feature.watches
async def watch_rooms(db: AsyncSession, settings: settings.Settings) -> WatchedPlaces:
    """Watch the rooms for messages and members."""
    rooms, known = read_room_keys(settings), await canaux.find_channel_ids(db)
    return WatchedPlaces(frozenset(known[key] for key in rooms & known.keys()))


def read_room_keys(settings: settings.Settings) -> frozenset[str]:
    """Read the keys of the queues’ rooms."""
    return frozenset(queue.room_key for queue in table.read(settings.hotline).values())


def read_queues(ctx: Context) -> Mapping[str, table.Queue]:
    """Read the queues by code."""
    return table.read(ctx.settings.hotline)


def say_queue(ctx: Context, code: str) -> str:
    """Name a queue; return its code if the operator’s table no longer has it."""
    found = read_queues(ctx).get(code)
    return found.name if found else code


async def find_room(ctx: Context, code: str) -> str:
    """Find the id of a queue’s room; "" if it is unknown, or the queue no longer exists."""
    found = read_queues(ctx).get(code)
    return (await canaux.find_channel_ids(ctx.db)).get(found.room_key, "") if found else ""


AGENTS = frozenset({people.Role.HOTLINE, people.Role.ANIMATEUR})
"""The roles that answer in all queues."""


async def serves(ctx: Context, person: people.Person, queue: str, left: str = "") -> bool:
    """Return whether somebody answers in a queue; ``left`` is the channel that they are just leaving."""
    if person.may(AGENTS) and not person.has_left(person.today(ctx.now)):
        return True
    place = await find_room(ctx, queue)
    member = None
    if place not in ("", left):
        member = (await watchlist.find_members(ctx.db, place, [person.id])).get(person.id)
    return bool(member and member.is_in)


async def list_served(ctx: Context, person: people.Person) -> Collection[str]:
    """List the queues in which somebody answers."""
    return [code for code in read_queues(ctx) if await serves(ctx, person, code)]


async def must_serve_some(ctx: Context, refusal: str = "hotline/for_agents") -> Collection[str]:
    """Return the queues in which the person answers. Raises UserError with the block ``refusal`` if there are none."""
    if served := await list_served(ctx, ctx.user):
        return served
    raise UserError(render(refusal))


async def must_serve(ctx: Context, queue: str) -> None:
    """Raise UserError if the person does not answer in that queue."""
    if not await serves(ctx, ctx.user, queue):
        raise UserError(render("hotline/for_agents_ask"))


async def name_person(ctx: Context, person_id: str) -> str:
    """Return somebody’s name; "" for nobody."""
    if not person_id:
        return ""
    person = await people.get(ctx.db, person_id)
    return person.full_name if person else "un agent"


def get_hours(ctx: Context) -> OfficeHours:
    """Return the opening hours of the hotline."""
    return OfficeHours.of(ctx.settings)


def get_target(ctx: Context, ticket: Ticket) -> table.ResponseTarget:
    """Return how soon a ticket should be answered, and solved."""
    return ctx.settings.targets[ticket.urgency.value]


def find_due(ctx: Context, ticket: Ticket) -> datetime | None:
    """Return by when the hotline should answer; None if the next word is the author’s."""
    if ticket.asked_at is None or ticket.state not in hotline.OURS:
        return None
    return get_hours(ctx).add(ticket.asked_at, get_target(ctx, ticket).answer)


def say_due(ctx: Context, ticket: Ticket) -> str:
    """Write by when the hotline should answer, in Paris: « aujourd’hui avant 16 h 05 »; "" if no answer is owed."""
    at = find_due(ctx, ticket)
    if at is None:
        return ""
    there = at.astimezone(get_hours(ctx).zone)
    return f"{say_date(there.date(), ctx.now.astimezone(get_hours(ctx).zone).date())} avant {say_hour(there)}"


async def say_promise(ctx: Context, ticket: Ticket) -> str:
    """Tell the author by when to expect an answer, in their time zone; "" once there was one."""
    if ticket.first_answer_at or not ticket.state.is_open:
        return ""
    author = await people.get(ctx.db, ticket.author_id)
    target = get_target(ctx, ticket).answer
    later = get_hours(ctx).say_expected(ticket.opened_at, target, author.zone if author else None)
    return later or render("hotline/usual_delay", delay=int(target / timedelta(minutes=1)))
