"""Who came that day: a département’s channel reads of newcomers, animateurs are asked about guests.
Each is one message a day that grows; many may come in a minute: the first of them starts the work that tells of all.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.cards import RowCard
from bot.context import Context
from bot.replies import Button, Direct, Message, Progress, Refresh, Reply, Say, Start, Step
from bot.texts import Markdown, render
from commands.membres.members import feature
from config.canaux import Belonging, PlannedChannel
from config.territories import DEPARTEMENTS
from config.time import PARIS
from dialogs.membres import GIVEN_TO_GUESTS, Who
from storage import outbox, people
from storage.annuaire.profiles import name_commune
from storage.canaux import find_channel_ids, list_allowances, list_planned
from storage.canaux.membership import ChannelMember, MembershipRules
from storage.people import Audience, Person, Role, arrivals
from storage.people.arrivals import Guest, Newcomer

GATHERED_FOR = timedelta(seconds=3)
"""What comes within that time is told together."""
TRIES_MAX = 10
LONGEST = timedelta(hours=1)


class DailyNotice(BaseModel):
    """Work that tells; ``tries`` is how often some of it was still on its way, and could not be rewritten yet."""

    tries: int = 0

    def begin(self, now: datetime) -> Start:
        """Start the work soon."""
        return Start(payload=self, at=now + GATHERED_FOR)

    def again(self, now: datetime) -> Sequence[Start]:
        """Start the work later, and always later; at last no more."""
        if self.tries >= TRIES_MAX:
            return []
        later = self.model_copy(update={"tries": self.tries + 1})
        return [Start(payload=later, at=now + min(GATHERED_FOR * 4**self.tries, LONGEST))]


async def spread_notice(ctx: Context, work: DailyNotice, places: Sequence[Say | Direct], again: Refresh) -> Step:
    """Say it in those of the ``places`` where nothing of its topic came, or is on its way; elsewhere rewrite what
    stands, and later once more what is on its way still."""
    reached = await outbox.find_reached(ctx.db, [again.topic])
    posts = await ctx.posts_about(again.topic)
    told: list[Reply] = [
        place for place in places if (place.user_id if isinstance(place, Direct) else place.channel_id) not in reached
    ]
    if posts:
        told.append(again)
    if not {post.user_id or post.channel_id for post in posts}.issuperset(reached):
        told += work.again(ctx.now)
    return Step(replies=told, finished=True)


GUESTS = RowCard[date]("membres.guests:")
"""The message to each animateur about the guests of a day."""
ASKED_MAX = 20
"""Animateurs."""
GUESTS_SHOWN = 15


class Introduce(BaseModel):
    """A role for somebody who came as a guest."""

    who: Who
    role: Role


class IntroduceOne(BaseModel):
    """« Donner un rôle » to one of those who came on that day."""

    day: date


class TellGuests(DailyNotice):
    """The animateurs are asked about who came on that day."""

    day: date


async def report_guest(ctx: Context, person: Person) -> Sequence[Reply]:
    """Ask the animateurs who a guest is; not about who was announced as one."""
    if await people.get(ctx.db, person.id) is not None:
        return []
    day = ctx.today
    guest = Guest(person_id=person.id, username=person.username, timezone=person.timezone, day=day, at=ctx.now)
    return [TellGuests(day=day).begin(ctx.now)] if await arrivals.note_guest(ctx.db, guest) else []


@feature.work(TellGuests, name="membres.TellGuests", title="Nouveaux venus", writes=True)
async def ask_about_guests(ctx: Context, work: TellGuests, _: Progress) -> Step:
    """Ask each animateur in one message about all guests of that day, as things are now."""
    if not (await arrivals.take_guests(ctx.db, work.day, ctx.now) or work.tries):
        return Step(finished=True)
    message, asked = await _draw_guests(ctx, work.day), await people.animating(ctx.db, ASKED_MAX)
    places = [GUESTS.send(work.day, message, person.id) for person in asked]
    return await spread_notice(ctx, work, places, GUESTS.rewrite(work.day, message))


async def settle_guest(ctx: Context, person: Person) -> Sequence[Reply]:
    """Show all animateurs who a guest is, and who said so."""
    day = await arrivals.settle_guest(ctx.db, person.id, person.role, ctx.user.username)
    return [] if day is None else [await refresh_guests(ctx, day)]


async def refresh_guests(ctx: Context, day: date, *, here: bool = False) -> Refresh:
    """Rewrite the message of a day as it is now; ``here`` if one of its buttons was clicked."""
    return GUESTS.rewrite(day, await _draw_guests(ctx, day), here=here)


async def _draw_guests(ctx: Context, day: date) -> Message:
    came = await arrivals.list_guests(ctx.db, day)
    waiting, known = [guest for guest in came if not guest.role], [guest for guest in came if guest.role]
    said = {"waiting": waiting[:GUESTS_SHOWN], "known": known[:GUESTS_SHOWN], "count": len(waiting)}
    more = {"more": len(waiting) - GUESTS_SHOWN, "more_known": len(known) - GUESTS_SHOWN}
    return Message(render("membres/guests", **said, **more), _guest_buttons(waiting, day))


def _guest_buttons(waiting: Sequence[Guest], day: date) -> Sequence[Button]:
    """Draw, for one guest, a button for each role; for several, one that opens a window."""
    if len(waiting) > 1:
        return [Button("Donner un rôle", IntroduceOne(day=day), "primary")]
    roles = [(Who.of(guest_as_person(guest), Role.INVITE), role) for guest in waiting for role in GIVEN_TO_GUESTS]
    return [Button(role.label.capitalize(), Introduce(who=who, role=role)) for who, role in roles]


def guest_as_person(guest: Guest) -> Person:
    """Make a person of a guest, who is not in the register yet."""
    return Person(id=guest.person_id, username=guest.username, timezone=guest.timezone, since=guest.at)


NEWCOMERS = RowCard[tuple[str, date]]("membres.new:", lambda about: f"{about[0]}:{about[1]}")
"""The message in a channel about the newcomers of a day."""
NEWCOMERS_SHOWN = 15
"""People in one message; the others are told by their number."""
NEAR = (Audience.RESEAU, Audience.DEPARTEMENT)
"""Of what is shown to these, everybody in the channel sees it."""


class TellNewcomers(DailyNotice):
    """Who came on that day is told in that planned channel."""

    key: str
    day: date


async def announce_newcomer(ctx: Context, person: Person) -> Sequence[Reply]:
    """Have somebody announced where they belong, once for ever; nobody who wants to be found by nobody."""
    if ctx.settings.newcomers == "non" or person.is_hidden:
        return []
    quiet = await arrivals.list_quiet_departements(ctx.db)
    told: list[Reply] = []
    for channel in await list_own_channels(ctx, person, person.today(ctx.now)):
        if channel.belonging is not Belonging.DEPARTEMENT or channel.departement in quiet:
            continue
        day = ctx.now.astimezone(_channel_zone(channel.key)).date()
        if await arrivals.note_newcomer(ctx.db, Newcomer(person_id=person.id, key=channel.key, day=day, at=ctx.now)):
            told.append(TellNewcomers(key=channel.key, day=day).begin(ctx.now))
    return told


@feature.work(TellNewcomers, name="membres.TellNewcomers", title="Nouveaux inscrits", writes=True)
async def tell_newcomers(ctx: Context, work: TellNewcomers, _: Progress) -> Step:
    """Announce all newcomers of that day who are to be seen as they are now."""
    taken = await arrivals.take_newcomers(ctx.db, work.key, work.day, ctx.now)
    channel_id = (await find_channel_ids(ctx.db)).get(work.key)
    if channel_id is None or not (taken or work.tries):
        return Step(finished=True)
    people = await arrivals.list_newcomers(ctx.db, work.key, work.day)
    lines = [_newcomer_line(person) for person in people[:NEWCOMERS_SHOWN]]
    text = render("membres/newcomers", lines=lines, more=len(people) - NEWCOMERS_SHOWN, count=len(people), day=work.day)
    about = channel_id, work.day
    places = [NEWCOMERS.post(about, text, channel_id)] if people else []
    return await spread_notice(ctx, work, places, NEWCOMERS.rewrite(about, text))


async def list_own_channels(ctx: Context, person: Person, today: date) -> Sequence[PlannedChannel]:
    """List the known channels where somebody belongs, in the order of the plan."""
    table, known = await list_planned(ctx.db, ctx.settings), await find_channel_ids(ctx.db)
    places = MembershipRules(await list_allowances(ctx.db)).places(table, ChannelMember.of(person, today))
    return [table[key] for key in table if key in places and key in known]


def _channel_zone(key: str) -> ZoneInfo:
    """Find the time zone of the people of a channel."""
    known = DEPARTEMENTS.get(key.partition(":")[2])
    return ZoneInfo(known.fuseau if known else PARIS.key)


def _newcomer_line(person: Person) -> Markdown:
    """Draw somebody as who works in the same département sees them."""
    structure = person.structure if person.audience("structure") in NEAR else None
    commune = name_commune(person) if person.audience("commune") in NEAR else ""
    role = person.role or person.derived_role
    return render("membres/newcomer", person=person, role=role, structure=structure, commune=commune)
