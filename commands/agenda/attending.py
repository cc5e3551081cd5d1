"""« J’y serai »: said once, taken back by a click, and shown where it matters."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.context import Context
from bot.french.moments import say_hour
from bot.replies import Button, Replies, Waiting, Whisper
from bot.texts import quote, render
from commands.agenda import cards, publishing, words
from commands.agenda.buttons import Attend, Open, Take
from commands.agenda.feature import feature
from commands.agenda.sight import open_to, sight, visible
from storage.agenda import attendance, listing
from storage.agenda.event import AgendaEvent

TODAY_MAX = 2
"""Events of a day that « /aide » shows."""


@feature.button(Attend)
async def attend(ctx: Context, click: Attend) -> Replies:
    """They come, or do not any more; reminders follow that. One after the other, so that those who come are counted
    right."""
    if not click.on:
        event = await visible(ctx, click.event, locked=True)
        is_new = await attendance.drop(ctx.db, event.number, ctx.user.id)
        offered = [Button(cards.COME, Attend(event=event.number))]
    else:
        event = await open_to(ctx, click.event)
        is_new = await attendance.put(ctx.db, event, ctx.user.id, ctx.now)
        offered = [Button(cards.CALENDAR, Take(event=event.number)), _leaves(event)]
    told = Whisper(_say(ctx, event, on=click.on, is_new=is_new), offered)
    return [told, *(await publishing.refresh(ctx, event) if is_new else [])]


def _leaves(event: AgendaEvent) -> Button:
    return Button(cards.LEAVE, Attend(event=event.number, on=False))


def _say(ctx: Context, event: AgendaEvent, *, on: bool, is_new: bool) -> str:
    when = words.say_when(event, ctx.zone, ctx.today)
    said = {"event": event, "title": words.title(event), "when": when, "link": words.link(event)}
    reminders = sum(due > ctx.now for due in (words.evening_before(event, ctx.zone), words.last_call(event)))
    return render("agenda/attend" if on else "agenda/leave", is_new=is_new, reminders=reminders, **said)


async def of_today(ctx: Context) -> Sequence[Waiting]:
    """Where one is awaited today."""
    until = datetime.combine(ctx.today + timedelta(days=1), time(), ctx.zone)
    found = await listing.attended(ctx.db, ctx.user.id, sight(ctx), ctx.now, until)
    return [_waits(ctx, event) for event in found[:TODAY_MAX]]


def _waits(ctx: Context, event: AgendaEvent) -> Waiting:
    hour = say_hour(event.starts_at.astimezone(ctx.zone))
    return Waiting(f"Aujourd’hui à {hour} : {quote(event.title)}", Button("Voir l’événement", Open(event=event.number)))
