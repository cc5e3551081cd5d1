"""Events as calendars read them (iCalendar, RFC 5545): one as a file, many as a feed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.settings import Settings
from storage.agenda.event import AgendaEvent, State

if TYPE_CHECKING:
    from icalendar import Event

CONTENT_TYPE = "text/calendar; charset=utf-8"
AGAIN = timedelta(hours=1)
"""After which a calendar reads a feed again."""


def write(events: Iterable[AgendaEvent], settings: Settings, name: str = "") -> bytes:
    """The calendar of these events; a feed has a ``name``. The same events are the same bytes."""
    from icalendar import Calendar  # 60 ms: not before somebody asks for a calendar

    calendar = Calendar()
    calendar.add("prodid", "-//coop-bot//agenda//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    for event in events:
        calendar.add_component(_event(event, settings))
    return bytes(calendar.to_ical())


def _event(event: AgendaEvent, settings: Settings) -> "Event":
    """In UTC, so that no calendar has to know of zones; known again by its UID, newer by its SEQUENCE."""
    from icalendar import Event

    written = Event()
    written.add("uid", uid(event, settings))
    written.add("dtstamp", event.changed_at)
    written.add("sequence", event.sequence)
    written.add("dtstart", event.starts_at)
    written.add("dtend", event.ends_at)
    written.add("summary", event.title)
    written.add("status", "CANCELLED" if event.state is State.CANCELLED else "CONFIRMED")
    if event.place or event.url:
        written.add("location", event.place or event.url)
    if event.url:
        written.add("url", event.url)
    if said := "\n\n".join(filter(None, (event.details, event.url))):
        written.add("description", said)
    return written


def uid(event: AgendaEvent, settings: Settings) -> str:
    """What the event is called for ever, everywhere."""
    return f"agenda-{event.number}@{settings.team}.{urlsplit(settings.mattermost_url).hostname or 'mattermost'}"
