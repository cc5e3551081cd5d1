"""« Ajouter à mon agenda »: an event as a file in the direct channel."""

from pathlib import Path

from bot.context import Context
from bot.direct import send_file
from bot.french.words import fold
from bot.replies import Parcel, Replies, SendFile
from bot.texts import render
from commands.agenda import calendar, words
from commands.agenda.buttons import CalendarFile, Take
from commands.agenda.feature import feature
from commands.agenda.sight import visible
from storage.agenda.event import AgendaEvent

NAME_MAX = 60


@feature.button(Take, writes=False)
async def take(ctx: Context, click: Take) -> Replies:
    """The file arrives in the direct channel."""
    await visible(ctx, click.event)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=CalendarFile(event=click.event)))


@feature.file(CalendarFile, name="agenda.CalendarFile")
async def make(ctx: Context, order: CalendarFile, folder: Path) -> Parcel:
    """The event as it is now."""
    event = await visible(ctx, order.event)
    path = folder / f"{_file_name(event)}.ics"
    path.write_bytes(calendar.write([event], ctx.settings))
    when = words.say_when(event, ctx.zone, ctx.today)
    text = render("agenda/file", event=event, title=words.title(event), when=when, link=words.link(event))
    return Parcel(text, files=[path])


def _file_name(event: AgendaEvent) -> str:
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in fold(event.title))
    return "-".join(filter(None, letters.split("-")))[:NAME_MAX] or f"evenement-{event.number}"
