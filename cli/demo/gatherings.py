"""What is in the demo’s agenda: a webinar for all, a meeting in the Rhône, and one that waits to be read over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cli.demo.cast import PARIS
from storage.agenda import attendance
from storage.agenda.event import AgendaEvent, State, add
from storage.database import Database

WEEKEND = (5, 6)


async def fill(database: Database, ids: Mapping[str, str], now: datetime) -> int:
    """Write the events, and who comes; say how many there are."""
    webinar = _event(now, _day(now, 8, 14), ids["agathe"], "Webinaire : les impôts en ligne, ce qui change")
    webinar.details, webinar.url = "Les nouveaux écrans, puis vos questions.", "https://visio.exemple.fr/impots"
    meeting = _event(now, _day(now, 4, 9), ids["agathe"], "Rencontre des conseillers du Rhône")
    meeting.place, meeting.departement = "Médiathèque de Vaulx-en-Velin", "69"
    coffee = _event(now, _day(now, 12, 10), ids["juliette"], "Café numérique des seniors", State.PROPOSED)
    coffee.details, coffee.place = (
        "Qui veut venir aider ? On apporte les tablettes.",
        "Maison de quartier, Villeurbanne",
    )
    coffee.departement = "69"
    async with database.transaction() as db:
        for event in (webinar, meeting, coffee):
            await add(db, event)
        await attendance.put(db, meeting, ids["juliette"], now)
    return 3


def _event(now: datetime, start: datetime, author_id: str, title: str, state: State = State.PUBLISHED) -> AgendaEvent:
    """Proposed yesterday; it takes two hours."""
    yesterday = now - timedelta(days=1)
    return AgendaEvent(
        title=title,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        zone=PARIS,
        author_id=author_id,
        state=state,
        proposed_at=yesterday,
        changed_at=yesterday,
        published_at=yesterday if state is State.PUBLISHED else None,
    )


def _day(now: datetime, days: int, hour: int) -> datetime:
    """That hour of a day of the week, in so many days or just after."""
    found = (now + timedelta(days=days)).astimezone(ZoneInfo(PARIS))
    start = found.replace(hour=hour, minute=0, second=0, microsecond=0)
    while start.weekday() in WEEKEND:
        start += timedelta(days=1)
    return start
