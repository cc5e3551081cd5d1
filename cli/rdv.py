"""« coop-bot rdv » and « slots »: somebody’s appointments and free slots, for support (docs/wire.md)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french import Period
from cli.command import Call
from cli.environment import open_to_read
from cli.people.lookup import find_person
from cli.terminal import count, make_table, write
from config.programme import FIRST_DAY
from config.time import find_midnight, write_instant
from dialogs.rdv.slots import Slot, list_free
from dialogs.rdv.titles import say_what, say_when, say_where
from storage.people import Person
from storage.rdv import Rdv
from storage.rdv.appointments import find_reports, list_between

FOREVER = date(9000, 1, 1)


async def show(call: Call, user: str, start: date | None, end: date | None, as_json: bool) -> None:
    """Print somebody’s appointments on these days, both included, in their time zone; by default all."""
    async with open_to_read(call.settings) as db:
        person = await find_person(db, user)
        rdvs = await _list_days(db, person, bound(start or FIRST_DAY), bound(end or FOREVER))
        reports = await find_reports(db, rdvs)
    today = call.clock().astimezone(person.zone).date()
    found = [describe(rdv, reports.get(rdv.number)) for rdv in rdvs]
    lines = [_line(rdv, reports.get(rdv.number), person, today) for rdv in rdvs]
    write(found, lines or ["Aucun rendez-vous."], as_json=as_json)


def _line(rdv: Rdv, report: int | None, person: Person, today: date) -> str:
    said = (say_when(rdv, person.zone, today), say_what(rdv), say_where(rdv) or "-", rdv.find_state(report).label)
    return " · ".join((f"n° {rdv.number}", *said))


def bound(day: date) -> date:
    """Return a day, limited to the supported range: beyond it, some time zones have no midnight."""
    return min(max(day, FIRST_DAY), FOREVER)


async def _list_days(db: AsyncSession, person: Person, start: date, end: date) -> Sequence[Rdv]:
    first, last = (find_midnight(day, person.zone) for day in (start, end + timedelta(days=1)))
    return await list_between(db, person.id, first, last)


def describe(rdv: Rdv, report: int | None) -> Mapping[str, object]:
    """Describe an appointment as in docs/wire.md."""
    return {
        "id": rdv.number,
        "debut": write_instant(rdv.starts_at),
        "fin": write_instant(rdv.ends_at),
        "duree": rdv.minutes,
        "lieu": say_where(rdv),
        "canal": rdv.canal.value,
        "themes": list(rdv.theme_codes),
        "collectif": rdv.collective,
        "places": rdv.seats,
        "etat": rdv.find_state(report).value,
        "source": rdv.source.value,
        "cra": report,
        "visio": rdv.visio_url or None,
    }


async def show_slots(call: Call, user: str, start: date, end: date, as_json: bool) -> None:
    """Print the free slots of somebody on these days, both included."""
    async with open_to_read(call.settings) as db:
        person = await find_person(db, user)
        found = await list_free(db, person, call.clock(), Period(bound(start), bound(end) + timedelta(days=1)))
    write([as_object(slot) for slot in found], _lines(person, found), as_json=as_json)


def as_object(slot: Slot) -> Mapping[str, str | int]:
    """Describe a slot as in docs/wire.md."""
    return {
        "debut": write_instant(slot.start),
        "fin": write_instant(slot.end),
        "lieu": slot.by.place,
        "places": slot.left,
    }


def _lines(person: Person, found: Sequence[Slot]) -> Iterator[str]:
    rows = list[Sequence[str]]()
    for slot in found:
        start, end = slot.start.astimezone(person.zone), slot.end.astimezone(person.zone)
        rows.append((f"{start:%d/%m/%Y %H:%M}", f"{end:%H:%M}", str(slot.left), slot.by.place or "—"))
    told = f"{count(len(found), 'moment')}. Heures de {person.timezone}." if found else "Aucun moment libre."
    return make_table(("début", "fin", "places", "lieu"), rows, told)
