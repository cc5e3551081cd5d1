"""Who said « J’y serai » is told of changes, and reminded the day before and an hour before; each once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from bot.context import Context
from bot.replies import Button, Direct, Replies, Reply
from bot.texts import render
from commands.agenda import cards, words
from commands.agenda.buttons import Attend, Take
from commands.agenda.feature import feature
from commands.agenda.sight import sight_of
from storage import people
from storage.agenda import attendance
from storage.agenda.attendance import AgendaAttendance, Pair
from storage.agenda.event import AgendaEvent, State
from storage.agenda.sight import Sight
from storage.database import change
from storage.people import PARIS, Person, gone

AHEAD = timedelta(hours=48)
"""No evening before is longer ago than that, in any zone."""
AT_ONCE = 500
"""People told of changes in one go; the others are five minutes later."""


class About(StrEnum):
    """What a message is about."""

    CHANGED = "changed"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    REMINDER = "reminder"


@feature.job("hour=0-1,3-23 minute=*/5", name="agenda.tell", writes=True)
async def tell(ctx: Context) -> Replies:
    """What is due: changes first; who hears of one is not reminded of the same in the same breath."""
    outdated = await attendance.outdated(ctx.db, ctx.now, AT_ONCE)
    soon = await attendance.soon(ctx.db, ctx.now, AHEAD)
    readers = await _readers(ctx, [*outdated, *soon])
    told = {(coming.event, coming.user_id) for coming, _ in outdated}
    replies = [reply for pair in outdated for reply in await _tell_change(ctx, pair, readers)]
    for pair in soon:
        replies += await _remind(ctx, pair, readers, told)
    return replies


async def _readers(ctx: Context, pairs: Sequence[Pair]) -> Mapping[str, Person]:
    """Who of them can be written to: nobody is who left, or whose account is off."""
    ids = sorted({coming.user_id for coming, _ in pairs})
    if not ids:
        return {}
    off = await gone.since(ctx.db, ids)
    known = {person.id: person for person in await people.among(ctx.db, ids=ids)}
    found = {one: known.get(one) or _unknown(ctx, one) for one in ids if one not in off}
    return {one: person for one, person in found.items() if not person.has_left(person.today(ctx.now))}


def _unknown(ctx: Context, user_id: str) -> Person:
    """Somebody of whom the register knows nothing: in no département, in Paris."""
    return Person(id=user_id, username="", role=None, timezone=PARIS, since=ctx.now)


async def _tell_change(ctx: Context, pair: Pair, readers: Mapping[str, Person]) -> Sequence[Reply]:
    coming, event = pair
    before = coming.seen
    await change(ctx.db, coming, seen=event.mark)
    if event.state is State.CANCELLED:
        about = About.CANCELLED
    else:
        about = About.RESTORED if before.startswith(State.CANCELLED[0]) else About.CHANGED
    return _say(ctx, pair, readers, about)


async def _remind(
    ctx: Context, pair: Pair, readers: Mapping[str, Person], told: Collection[tuple[int, str]]
) -> Sequence[Reply]:
    """Nothing for who said that they come after it was due, nor for who was just told where and when it is."""
    coming, event = pair
    reader = readers.get(coming.user_id)
    due = _due(ctx.now, coming, event, reader) if reader else None
    if due is None:
        return []
    await change(ctx.db, coming, day_told=True, hour_told=due == words.last_call(event))
    is_known = coming.at > due or (coming.event, coming.user_id) in told
    return [] if is_known else _say(ctx, pair, readers, About.REMINDER)


def _due(now: datetime, coming: AgendaAttendance, event: AgendaEvent, reader: Person) -> datetime | None:
    """The reminder whose time has come, by when it was due; the later one stands for both."""
    last, evening = words.last_call(event), words.evening_before(event, reader.zone)
    if now >= last:
        return last
    return evening if now >= evening and not coming.day_told else None


def _say(ctx: Context, pair: Pair, readers: Mapping[str, Person], about: About) -> Sequence[Reply]:
    """The message, for who is there and may still see the event."""
    coming, event = pair
    reader = readers.get(coming.user_id)
    if reader is None or not _sight(ctx, reader).covers(event.departement):
        return []
    text = render(
        "agenda/told_comer",
        about=about.value,
        event=event,
        title=words.title(event),
        when=words.say_when(event, reader.zone, reader.today(ctx.now)),
        link=words.link(event),
    )
    return [Direct(text, _buttons(event), user_id=reader.id)]


def _sight(ctx: Context, reader: Person) -> Sight:
    return Sight(everything=True) if reader.animates else sight_of(ctx, reader)


def _buttons(event: AgendaEvent) -> Sequence[Button]:
    """The file; of a cancelled event it tells calendars so."""
    if event.state is State.CANCELLED:
        return [Button("Retirer de mon agenda", Take(event=event.number))]
    leaves = Button(cards.LEAVE, Attend(event=event.number, on=False))
    return [Button(cards.CALENDAR, Take(event=event.number)), leaves]
