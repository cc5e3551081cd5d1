"""The agenda: events, who will be there, and the private feeds of calendars."""

from storage.agenda.event import AgendaEvent, State
from storage.agenda.listing import coming
from storage.agenda.sight import Sight

__all__ = ["AgendaEvent", "Sight", "State", "coming"]
