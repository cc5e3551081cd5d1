"""What people take from the agenda: attendance (« J’y serai ») with its notices, calendar files, and a private feed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from bot.account_status import find_active, is_active
from bot.calendar import CALENDAR_TYPE, draw_calendar
from bot.context import Context, ReadingContext
from bot.destinations import send_file
from bot.errors import ChatError, UserError
from bot.french import plural, say_date, say_hour
from bot.replies import Button, Direct, Parcel, Replies, Reply, RunCommand, SendFile, Waiting, Whisper
from bot.texts import Markdown, quote, render
from bot.visits import FeedContent
from commands.agenda import cards, publication
from commands.agenda.cards import feature, get_sight, get_visible, lock_open
from config import settings, text, time
from dialogs.rdv.entrances import list_ways_in
from dialogs.rdv.titles import say_what, say_where
from storage import agenda, database, people
from storage.agenda import AgendaAttendance, AgendaEvent, EventState, Pair
from storage.people import Person
from storage.rdv import Rdv, RdvState
from storage.rdv.appointments import list_for_feed as list_rdvs

TODAY_MAX = 2
"""The most events of a day that « /aide » shows."""


@feature.button(cards.Attend)
async def change_attendance(ctx: Context, click: cards.Attend) -> Replies:
    """Record that somebody attends or no longer attends. Clicks are handled one after the other, so that the count is
    right."""
    if click.on:
        event = await lock_open(ctx, click.event)
        is_new = await agenda.add_attendance(ctx.db, event, ctx.user.id, ctx.now)
        offered = [Button(cards.CALENDAR, cards.TakeEvent(event=event.number)), cards.draw_leave(event)]
    else:
        event = await get_visible(ctx, click.event, locked=True)
        is_new = await agenda.drop_attendance(ctx.db, event.number, ctx.user.id)
        offered = [Button(cards.COME, cards.Attend(event=event.number))]
    due = (cards.find_evening_reminder(event, ctx.zone), cards.find_last_reminder(event))
    reminders = sum(at > ctx.now for at in due)
    said = cards.describe(event, ctx.zone, ctx.now) | {"is_new": is_new, "reminders": reminders}
    told = Whisper(render("agenda/attend" if click.on else "agenda/leave", **said), offered)
    return [told, *(await publication.refresh_post(ctx, event) if is_new else [])]


@feature.waiting
async def list_waiting(ctx: Context) -> Sequence[Waiting]:
    """List the events of today that the person attends, and the proposals that they can review."""
    until = time.find_midnight(ctx.today + timedelta(days=1), ctx.zone)
    found = await agenda.list_attended(ctx.db, ctx.user.id, get_sight(ctx, ctx.user), ctx.now, until)
    waiting: list[Waiting] = []
    for event in found[:TODAY_MAX]:
        hour = say_hour(event.starts_at.astimezone(ctx.zone))
        shown = Button("Voir l’événement", cards.OpenEvent(event=event.number))
        waiting.append(Waiting(f"Aujourd’hui à {hour} : {quote(event.title)}", shown))
    if count := await agenda.count_proposed(ctx.db, ctx.now) if ctx.user.animates else 0:
        said = plural(count, "événement attend d’être relu", "événements attendent d’être relus")
        waiting.append(Waiting(said, Button("Relire les événements", RunCommand(line="agenda propositions"))))
    return waiting


AHEAD = timedelta(hours=48)
"""How far ahead events are looked for: in every zone the evening before is within that time."""
AT_ONCE = 500
"""People told of changes in one go; the others are told five minutes later."""


class NoticeKind(StrEnum):
    """What a notice is about."""

    CHANGED = "changed"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    REMINDER = "reminder"


@feature.job("minute=*/5", name="agenda.tell", writes=True)
async def tell_due(ctx: Context) -> Replies:
    """Send the notices that are due. Changes come first; whoever hears of a change gets no reminder of the same
    event with it."""
    outdated = await agenda.list_outdated(ctx.db, ctx.now, AT_ONCE)
    soon = await agenda.list_soon(ctx.db, ctx.now, AHEAD)
    readers = await _find_readers(ctx, {coming.user_id for coming, _ in (*outdated, *soon)})
    told = {(coming.event, coming.user_id) for coming, _ in outdated}
    replies = [reply for pair in outdated for reply in await _tell_change(ctx, pair, readers)]
    for pair in soon:
        replies += await _remind(ctx, pair, readers, told)
    return replies


async def _find_readers(ctx: Context, ids: Collection[str]) -> Mapping[str, Person]:
    """Return the active people among these ids. Somebody not in the register counts as somebody in Paris without a
    département."""
    active = sorted(await find_active(ctx, ids))
    unknown = {one: Person(id=one, username="", role=None, timezone=time.PARIS.key, since=ctx.now) for one in active}
    return unknown | await people.by_ids(ctx.db, active)


async def _tell_change(ctx: Context, pair: Pair, readers: Mapping[str, Person]) -> Sequence[Reply]:
    coming, event = pair
    before = coming.seen
    await database.change(ctx.db, coming, seen=event.mark)
    if event.state is EventState.CANCELLED:
        about = NoticeKind.CANCELLED
    else:
        about = NoticeKind.RESTORED if before.startswith(EventState.CANCELLED[0]) else NoticeKind.CHANGED
    return _draw_notice(ctx, pair, readers, about)


async def _remind(
    ctx: Context, pair: Pair, readers: Mapping[str, Person], told: Collection[tuple[int, str]]
) -> Sequence[Reply]:
    """Remind somebody of an event, unless they signed up after the reminder was due, or were just told the same."""
    coming, event = pair
    reader = readers.get(coming.user_id)
    due = _find_due(ctx.now, coming, event, reader) if reader else None
    if due is None:
        return []
    await database.change(ctx.db, coming, day_told=True, hour_told=due == cards.find_last_reminder(event))
    is_known = coming.at > due or (coming.event, coming.user_id) in told
    return [] if is_known else _draw_notice(ctx, pair, readers, NoticeKind.REMINDER)


def _find_due(now: datetime, coming: AgendaAttendance, event: AgendaEvent, reader: Person) -> datetime | None:
    """Return the time at which the reminder that is now due should have left; None if none is due. The later reminder
    replaces the earlier one."""
    last, evening = cards.find_last_reminder(event), cards.find_evening_reminder(event, reader.zone)
    if now >= last:
        return last
    return evening if now >= evening and not coming.day_told else None


def _draw_notice(ctx: Context, pair: Pair, readers: Mapping[str, Person], about: NoticeKind) -> Sequence[Reply]:
    """Draw a notice for somebody who is active and may see the event; the attached file also tells calendars that an
    event is cancelled."""
    coming, event = pair
    reader = readers.get(coming.user_id)
    if reader is None or not get_sight(ctx, reader).covers(event.departement):
        return []
    text = render("agenda/told_comer", about=about.value, **cards.describe(event, reader.zone, ctx.now))
    buttons = [Button("Retirer de mon agenda", cards.TakeEvent(event=event.number))]
    if event.state is not EventState.CANCELLED:
        buttons = [Button(cards.CALENDAR, cards.TakeEvent(event=event.number)), cards.draw_leave(event)]
    return [Direct(text, buttons, user_id=reader.id)]


READ_AGAIN = timedelta(hours=1)
"""After how long a calendar should read the feed again."""


def write_calendar(
    events: Iterable[AgendaEvent],
    settings: settings.Settings,
    name: str = "",
    rdvs: Iterable[Rdv] = (),
    ways: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> bytes:
    """Write events as a calendar (iCalendar, RFC 5545). A feed has a ``name`` and also its owner’s appointments, with
    the ``ways`` into the rooms of those that are a visio. The same events always make the same bytes."""
    fields = [_list_fields(event, settings) for event in events]
    for rdv in rdvs:
        ways_in = "\n".join(ways.get(rdv.number, ()))
        fields.append(_list_rdv_fields(rdv, settings) | {"description": ways_in})
    calendar = draw_calendar("agenda", fields)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    return bytes(calendar.to_ical())


def _list_fields(event: AgendaEvent, settings: settings.Settings) -> dict[str, object]:
    """Return the calendar fields of an event, in UTC. Calendars recognise it by its UID, which never changes, and a
    newer version by its SEQUENCE."""
    return {
        "uid": f"agenda-{event.number}@{_name_site(settings)}",
        "dtstamp": event.changed_at,
        "sequence": event.sequence,
        "dtstart": event.starts_at,
        # What has an end ends later, in whole seconds (RFC 5545, 3.8.2.2).
        "dtend": event.ends_at if event.ends_at.replace(microsecond=0) > event.starts_at else "",
        "summary": event.title,
        "status": "CANCELLED" if event.state is EventState.CANCELLED else "CONFIRMED",
        "location": event.place or event.url,
        "url": event.url,
        "description": "\n\n".join(filter(None, (event.details, event.url))),
    }


def _list_rdv_fields(rdv: Rdv, settings: settings.Settings) -> dict[str, object]:
    """Return the calendar fields of an appointment; each of a series is an event of its own. The visitor is not named,
    since the address of the feed needs no password."""
    gone = rdv.state in (RdvState.ANNULE, RdvState.REFUSE)
    stands = "TENTATIVE" if rdv.state is RdvState.PROPOSE else "CONFIRMED"
    return {
        "uid": f"rdv-{rdv.uid}@{_name_site(settings)}",
        "dtstamp": rdv.changed_at,
        "sequence": rdv.sequence,
        "dtstart": rdv.starts_at,
        "dtend": rdv.ends_at,
        "summary": say_what(rdv),
        "status": "CANCELLED" if gone else stands,
        "location": rdv.visio_url or say_where(rdv),
        "url": rdv.visio_url,
    }


def _name_site(settings: settings.Settings) -> str:
    return f"{settings.team}.{urlsplit(settings.mattermost_url).hostname or 'mattermost'}"


BACK = timedelta(days=60)
"""How long events that are over stay in a feed."""
RDVS_BACK, RDVS_MAX = timedelta(days=92), 2000
"""How long rdv that are over stay in a feed, and how many it has, the latest: all that come, cancelled ones too."""
EVENTS_MAX = 400
"""Events in a feed, the latest ones."""
SUFFIX = ".ics"
NAME = "Agenda du réseau"


@feature.command("agenda flux", help="Vos événements dans votre propre agenda, tenus à jour", writes=True)
async def offer_feed(ctx: Context, _: str) -> Replies:
    """Give the person the address of their feed, which is opened now. The address of an existing feed is known to
    nobody, so it cannot be shown again."""
    known = await agenda.get_feed(ctx.db, ctx.user.id)
    if known is None:
        return await renew_feed(ctx, cards.RenewFeed())
    await _must_be_there(ctx)
    since = say_date(known.created_at.astimezone(ctx.zone).date(), ctx.today)
    return Whisper(render("agenda/feed_open", since=since), _draw_buttons())


@feature.button(cards.RenewFeed)
async def renew_feed(ctx: Context, _: cards.RenewFeed) -> Replies:
    """Give the feed a new address; the old one stops working at once."""
    await _must_be_there(ctx)
    is_new = await agenda.get_feed(ctx.db, ctx.user.id) is None
    token = await agenda.renew_feed(ctx.db, ctx.user.id, ctx.now)
    base = ctx.settings.feed_url or ctx.settings.public_url
    address = Markdown(f"{base}/{feature.name}/{token}{SUFFIX}")
    return Whisper(render("agenda/feed", address=address, is_new=is_new), _draw_buttons())


@feature.button(cards.CloseFeed)
async def close_feed(ctx: Context, _: cards.CloseFeed) -> Replies:
    """Close the feed: its address stops working."""
    was_open = await agenda.close_feed(ctx.db, ctx.user.id)
    return Whisper(render("agenda/feed_closed", was_open=was_open))


def _draw_buttons() -> list[Button]:
    return [
        Button("Changer l’adresse du lien", cards.RenewFeed()),
        Button("Fermer le lien", cards.CloseFeed(), "danger"),
    ]


async def _must_be_there(ctx: Context) -> None:
    if not await is_active(ctx, ctx.user.id):
        raise UserError(render("agenda/feed_for_members"))


@feature.feed(feature.name)
async def read_feed(ctx: ReadingContext, key: str) -> FeedContent | None:
    """Write the feed of an address, with what its owner may see now; None if the owner has left."""
    user_id = await agenda.find_owner(ctx.db, key.removesuffix(SUFFIX)) if key.endswith(SUFFIX) else ""
    owner = await _find_owner(ctx, user_id) if user_id else None
    if owner is None or owner.has_left(owner.today(ctx.now)):
        return None
    events = await agenda.list_for_feed(ctx.db, user_id, get_sight(ctx, owner), ctx.now - BACK, EVENTS_MAX)
    rdvs = await list_rdvs(ctx.db, user_id, ctx.now - RDVS_BACK, RDVS_MAX)
    ways = await list_ways_in(ctx.db, ctx.settings, rdvs)
    # A third of a second for 400 long ones.
    body = await ctx.compute(lambda: write_calendar(events, ctx.settings, NAME, rdvs, ways))
    return FeedContent(body, CALENDAR_TYPE)


async def _find_owner(ctx: ReadingContext, user_id: str) -> Person | None:
    """Find the owner of a feed; None if their account is gone. Raises UserError if it is deactivated."""
    try:
        return await ctx.people.fresh(ctx.db, user_id)
    except ChatError as error:
        if error.status == 404:
            return None
        raise


NAME_MAX = 60


@feature.button(cards.TakeEvent, name="agenda.Take", writes=False)
async def take_file(ctx: ReadingContext, click: cards.TakeEvent) -> Replies:
    """Send the calendar file of an event to the direct channel."""
    await get_visible(ctx, click.event)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=cards.CalendarFile(event=click.event)))


@feature.file(cards.CalendarFile, name="agenda.CalendarFile")
async def make_file(ctx: Context, order: cards.CalendarFile, folder: Path) -> Parcel:
    """Make the calendar file of an event, as it is now."""
    event = await get_visible(ctx, order.event)
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in text.fold(event.title))
    name = "-".join(filter(None, letters.split("-")))[:NAME_MAX] or f"evenement-{event.number}"
    path = folder / f"{name}.ics"
    path.write_bytes(write_calendar([event], ctx.settings))
    return Parcel(render("agenda/file", **cards.describe(event, ctx.zone, ctx.now)), files=[path])
