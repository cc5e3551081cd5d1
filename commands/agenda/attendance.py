"""« J’y serai »: said by a click; who comes is told of changes and reminded; what waits for somebody."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.command_lines import RunCommand
from bot.context import Context
from bot.french.periods import say_hour
from bot.french.words import plural
from bot.replies import Button, Direct, Replies, Reply, Waiting, Whisper
from bot.texts import quote, render
from commands.agenda import cards, publication, times
from commands.agenda.cards import Attend, Open, Take, get_sight, get_sight_of, get_visible, lock_open
from commands.agenda.feature import feature
from config.time import PARIS
from storage import agenda, people
from storage.agenda import AgendaAttendance, AgendaEvent, EventState, Pair, Sight
from storage.database import change
from storage.people import Person, departures

TODAY_MAX = 2
"""Events of a day that « /aide » shows."""


@feature.button(Attend)
async def change_attendance(ctx: Context, click: Attend) -> Replies:
    """They come, or do not any more; reminders follow that. One after the other, so that those who come are counted
    right."""
    if not click.on:
        event = await get_visible(ctx, click.event, locked=True)
        is_new = await agenda.drop_attendance(ctx.db, event.number, ctx.user.id)
        offered = [Button(cards.COME, Attend(event=event.number))]
    else:
        event = await lock_open(ctx, click.event)
        is_new = await agenda.add_attendance(ctx.db, event, ctx.user.id, ctx.now)
        offered = [Button(cards.CALENDAR, Take(event=event.number)), _draw_leave(event)]
    told = Whisper(_say_attendance(ctx, event, on=click.on, is_new=is_new), offered)
    return [told, *(await publication.refresh_post(ctx, event) if is_new else [])]


def _draw_leave(event: AgendaEvent) -> Button:
    return Button(cards.LEAVE, Attend(event=event.number, on=False))


def _say_attendance(ctx: Context, event: AgendaEvent, *, on: bool, is_new: bool) -> str:
    when = times.say_when(event, ctx.zone, ctx.today)
    said = {"event": event, "title": times.draw_title(event), "when": when, "link": times.draw_link(event)}
    reminders = sum(
        due > ctx.now for due in (times.find_evening_reminder(event, ctx.zone), times.find_last_reminder(event))
    )
    return render("agenda/attend" if on else "agenda/leave", is_new=is_new, reminders=reminders, **said)


async def list_today(ctx: Context) -> Sequence[Waiting]:
    """Where one is awaited today."""
    until = datetime.combine(ctx.today + timedelta(days=1), time(), ctx.zone)
    found = await agenda.list_attended(ctx.db, ctx.user.id, get_sight(ctx), ctx.now, until)
    return [_draw_waiting(ctx, event) for event in found[:TODAY_MAX]]


def _draw_waiting(ctx: Context, event: AgendaEvent) -> Waiting:
    hour = say_hour(event.starts_at.astimezone(ctx.zone))
    return Waiting(f"Aujourd’hui à {hour} : {quote(event.title)}", Button("Voir l’événement", Open(event=event.number)))


@feature.waiting
async def list_waiting(ctx: Context) -> Sequence[Waiting]:
    """What waits to be read over, and where one is awaited today."""
    count = await agenda.count_proposed(ctx.db, ctx.now) if ctx.user.animates else 0
    verb = "attend d’être relu" if count == 1 else "attendent d’être relus"
    shown = Button("Relire les événements", RunCommand(line="agenda propositions"))
    review = [Waiting(f"{plural(count, 'événement')} {verb}", shown)] if count else []
    return [*await list_today(ctx), *review]


AHEAD = timedelta(hours=48)
"""No evening before is longer ago than that, in any zone."""
AT_ONCE = 500
"""People told of changes in one go; the others are five minutes later."""


class NoticeKind(StrEnum):
    """What a message is about."""

    CHANGED = "changed"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    REMINDER = "reminder"


@feature.job("hour=0-1,3-23 minute=*/5", name="agenda.tell", writes=True)
async def tell_due(ctx: Context) -> Replies:
    """What is due: changes first; who hears of one is not reminded of the same in the same breath."""
    outdated = await agenda.list_outdated(ctx.db, ctx.now, AT_ONCE)
    soon = await agenda.list_soon(ctx.db, ctx.now, AHEAD)
    readers = await _find_readers(ctx, [*outdated, *soon])
    told = {(coming.event, coming.user_id) for coming, _ in outdated}
    replies = [reply for pair in outdated for reply in await _tell_change(ctx, pair, readers)]
    for pair in soon:
        replies += await _remind(ctx, pair, readers, told)
    return replies


async def _find_readers(ctx: Context, pairs: Sequence[Pair]) -> Mapping[str, Person]:
    """Who of them can be written to: nobody is who left, or whose account is off."""
    ids = sorted({coming.user_id for coming, _ in pairs})
    if not ids:
        return {}
    off = await departures.find_gone_since(ctx.db, ids)
    known = {person.id: person for person in await people.among(ctx.db, ids=ids)}
    found = {one: known.get(one) or _make_unknown(ctx, one) for one in ids if one not in off}
    return {one: person for one, person in found.items() if not person.has_left(person.today(ctx.now))}


def _make_unknown(ctx: Context, user_id: str) -> Person:
    """Somebody of whom the register knows nothing: in no département, in Paris."""
    return Person(id=user_id, username="", role=None, timezone=PARIS.key, since=ctx.now)


async def _tell_change(ctx: Context, pair: Pair, readers: Mapping[str, Person]) -> Sequence[Reply]:
    coming, event = pair
    before = coming.seen
    await change(ctx.db, coming, seen=event.mark)
    if event.state is EventState.CANCELLED:
        about = NoticeKind.CANCELLED
    else:
        about = NoticeKind.RESTORED if before.startswith(EventState.CANCELLED[0]) else NoticeKind.CHANGED
    return _draw_notice(ctx, pair, readers, about)


async def _remind(
    ctx: Context, pair: Pair, readers: Mapping[str, Person], told: Collection[tuple[int, str]]
) -> Sequence[Reply]:
    """Nothing for who said that they come after it was due, nor for who was just told where and when it is."""
    coming, event = pair
    reader = readers.get(coming.user_id)
    due = _find_due(ctx.now, coming, event, reader) if reader else None
    if due is None:
        return []
    await change(ctx.db, coming, day_told=True, hour_told=due == times.find_last_reminder(event))
    is_known = coming.at > due or (coming.event, coming.user_id) in told
    return [] if is_known else _draw_notice(ctx, pair, readers, NoticeKind.REMINDER)


def _find_due(now: datetime, coming: AgendaAttendance, event: AgendaEvent, reader: Person) -> datetime | None:
    """The reminder whose time has come, by when it was due; the later one stands for both."""
    last, evening = times.find_last_reminder(event), times.find_evening_reminder(event, reader.zone)
    if now >= last:
        return last
    return evening if now >= evening and not coming.day_told else None


def _draw_notice(ctx: Context, pair: Pair, readers: Mapping[str, Person], about: NoticeKind) -> Sequence[Reply]:
    """The message, for who is there and may still see the event."""
    coming, event = pair
    reader = readers.get(coming.user_id)
    if reader is None or not _get_sight(ctx, reader).covers(event.departement):
        return []
    text = render(
        "agenda/told_comer",
        about=about.value,
        event=event,
        title=times.draw_title(event),
        when=times.say_when(event, reader.zone, reader.today(ctx.now)),
        link=times.draw_link(event),
    )
    return [Direct(text, _draw_buttons(event), user_id=reader.id)]


def _get_sight(ctx: Context, reader: Person) -> Sight:
    return Sight(everything=True) if reader.animates else get_sight_of(ctx, reader)


def _draw_buttons(event: AgendaEvent) -> Sequence[Button]:
    """The file; of a cancelled event it tells calendars so."""
    if event.state is EventState.CANCELLED:
        return [Button("Retirer de mon agenda", Take(event=event.number))]
    leaves = Button(cards.LEAVE, Attend(event=event.number, on=False))
    return [Button(cards.CALENDAR, Take(event=event.number)), leaves]
