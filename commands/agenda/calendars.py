"""Events for calendars (iCalendar, RFC 5545): one as a file, one’s own as a private feed."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.account_status import is_active
from bot.context import Context, ReadingContext
from bot.destinations import send_file
from bot.errors import ChatError, UserError
from bot.features import FeedContent
from bot.french.dates import say_date
from bot.replies import Button, Parcel, Replies, SendFile, Whisper
from bot.texts import Markdown, render
from commands.agenda import times
from commands.agenda.cards import CalendarFile, CloseFeed, RenewFeed, Take, get_sight_of, get_visible
from commands.agenda.feature import feature
from config.settings import Settings
from config.text import fold
from storage import agenda
from storage.agenda import AgendaEvent, EventState, Sight, list_for_feed
from storage.people import Person

if TYPE_CHECKING:
    from icalendar import Event

CONTENT_TYPE = "text/calendar; charset=utf-8"
READ_AGAIN = timedelta(hours=1)
"""After which a calendar reads a feed again."""


def write_calendar(events: Iterable[AgendaEvent], settings: Settings, name: str = "") -> bytes:
    """The calendar of these events; a feed has a ``name``. The same events are the same bytes."""
    from icalendar import Calendar  # 60 ms: not before somebody asks for a calendar

    calendar = Calendar()
    calendar.add("prodid", "-//coop-bot//agenda//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    for event in events:
        calendar.add_component(_write_event(event, settings))
    return bytes(calendar.to_ical())


def _write_event(event: AgendaEvent, settings: Settings) -> "Event":
    """In UTC, so that no calendar has to know of zones; known again by its UID, newer by its SEQUENCE."""
    from icalendar import Event

    written = Event()
    written.add("uid", make_uid(event, settings))
    written.add("dtstamp", event.changed_at)
    written.add("sequence", event.sequence)
    written.add("dtstart", event.starts_at)
    written.add("dtend", event.ends_at)
    written.add("summary", event.title)
    written.add("status", "CANCELLED" if event.state is EventState.CANCELLED else "CONFIRMED")
    if event.place or event.url:
        written.add("location", event.place or event.url)
    if event.url:
        written.add("url", event.url)
    if said := "\n\n".join(filter(None, (event.details, event.url))):
        written.add("description", said)
    return written


def make_uid(event: AgendaEvent, settings: Settings) -> str:
    """What the event is called for ever, everywhere."""
    return f"agenda-{event.number}@{settings.team}.{urlsplit(settings.mattermost_url).hostname or 'mattermost'}"


BACK = timedelta(days=60)
"""How long events that are over stay in a feed."""
EVENTS_MAX = 400
"""Events in a feed, the latest ones."""
SUFFIX = ".ics"
NAME = "Agenda du réseau"


@feature.command("agenda flux", help="Vos événements dans votre propre agenda, tenus à jour", writes=True)
async def offer_feed(ctx: Context, _: str) -> Replies:
    """The address of one’s feed, opened now; of one that is open already nobody knows it any more."""
    await _must_be_there(ctx)
    open_ = await agenda.get_feed(ctx.db, ctx.user.id)
    if open_ is None:
        return await _open_feed(ctx, is_new=True)
    since = say_date(open_.created_at.astimezone(ctx.zone).date(), ctx.today)
    return Whisper(render("agenda/feed_open", since=since), _draw_buttons())


@feature.button(RenewFeed)
async def renew_feed(ctx: Context, _: RenewFeed) -> Replies:
    """Another address; the one before leads nowhere at once."""
    await _must_be_there(ctx)
    return await _open_feed(ctx, is_new=await agenda.get_feed(ctx.db, ctx.user.id) is None)


@feature.button(CloseFeed)
async def close_feed(ctx: Context, _: CloseFeed) -> Replies:
    """The address leads nowhere."""
    was_open = await agenda.close_feed(ctx.db, ctx.user.id)
    return Whisper(render("agenda/feed_closed", was_open=was_open))


async def _open_feed(ctx: Context, *, is_new: bool) -> Whisper:
    token = await agenda.renew_feed(ctx.db, ctx.user.id, ctx.now)
    base = ctx.settings.feed_url or ctx.settings.public_url
    address = Markdown(f"{base}/{feature.name}/{token}{SUFFIX}")
    return Whisper(render("agenda/feed", address=address, is_new=is_new), _draw_buttons())


def _draw_buttons() -> list[Button]:
    return [Button("En changer", RenewFeed()), Button("Le fermer", CloseFeed(), "danger")]


async def _must_be_there(ctx: Context) -> None:
    if not await is_active(ctx, ctx.user.id):
        raise UserError("Le flux est pour les membres du réseau.")


@feature.feed(feature.name)
async def read_feed(ctx: ReadingContext, key: str) -> FeedContent | None:
    """What its owner may see now; nothing for who has left."""
    user_id = await agenda.find_owner(ctx.db, key.removesuffix(SUFFIX)) if key.endswith(SUFFIX) else ""
    if not user_id:
        return None
    owner = await _find_owner(ctx, user_id)
    if owner is None or owner.has_left(owner.today(ctx.now)):
        return None
    seen = Sight(get_sight_of(ctx, owner).homes, everything=owner.animates)
    events = await list_for_feed(ctx.db, user_id, seen, ctx.now - BACK, EVENTS_MAX)
    # A third of a second for 400 long ones.
    body = await ctx.compute(lambda: write_calendar(events, ctx.settings, NAME))
    return FeedContent(body, CONTENT_TYPE)


async def _find_owner(ctx: Context, user_id: str) -> Person | None:
    """Whose feed it is, as they are now; None where their account is gone. Raises UserError where it is off."""
    try:
        return await ctx.people.fresh(ctx.db, user_id)
    except ChatError as error:
        if error.status == 404:
            return None
        raise


NAME_MAX = 60


@feature.button(Take, writes=False)
async def take_file(ctx: ReadingContext, click: Take) -> Replies:
    """The file arrives in the direct channel."""
    await get_visible(ctx, click.event)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=CalendarFile(event=click.event)))


@feature.file(CalendarFile, name="agenda.CalendarFile")
async def make_file(ctx: Context, order: CalendarFile, folder: Path) -> Parcel:
    """The event as it is now."""
    event = await get_visible(ctx, order.event)
    path = folder / f"{_name_file(event)}.ics"
    path.write_bytes(write_calendar([event], ctx.settings))
    when = times.say_when(event, ctx.zone, ctx.today)
    text = render("agenda/file", event=event, title=times.draw_title(event), when=when, link=times.draw_link(event))
    return Parcel(text, files=[path])


def _name_file(event: AgendaEvent) -> str:
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in fold(event.title))
    return "-".join(filter(None, letters.split("-")))[:NAME_MAX] or f"evenement-{event.number}"
