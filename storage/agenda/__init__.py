"""The agenda: events, who will be there, and the private feeds of calendars.

Words:
    AgendaEvent, Sight: something that takes place; whose events somebody sees, by public and département.
    Attendance, mark: who said « J’y serai »; what they know of when and where it is: who knows it otherwise is told.
"""

from storage.agenda.event import AgendaEvent, State
from storage.agenda.listing import coming
from storage.agenda.sight import Sight

__all__ = ["AgendaEvent", "Sight", "State", "coming"]
