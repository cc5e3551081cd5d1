"""Whose hours are free: what somebody’s slots are computed from, read from what is stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.calendar import find_holiday
from bot.french.periods import Period
from bot.visits import address_of_page
from commands.rdv.slots import Busy, Calendar, Slot, choose_ranges, find_instant
from config.settings import Settings
from config.themes import from_bits
from storage.absences import list_absences
from storage.people import Person
from storage.rdv.appointments import Rdv, RdvSource, TakenTime, list_taken
from storage.rdv.availability import list_ranges

PAGE = "rendez-vous"
"""The first part of the address of a booking page."""
DAYS_MAX = 366
"""Days of slots that are computed in one go."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be booked: about which ``theme`` (as ``choose_ranges`` reads it), and which rendez-vous take no time
    from it (``but``)."""

    theme: str | None = None
    but: Collection[int] = ()


ANY = Wish()


async def read_calendar(db: AsyncSession, person: Person, first: date, last: date, wish: Wish = ANY) -> Calendar:
    """Read what the slots of somebody on these days are computed from; of who has no ranges nothing else is read."""
    has_ranges = bool(await list_ranges(db, person.id))
    return await read_whole_calendar(db, person, first, last, wish) if has_ranges else Calendar(person.zone, [])


async def read_whole_calendar(db: AsyncSession, person: Person, first: date, last: date, wish: Wish = ANY) -> Calendar:
    """The same of who has no ranges, too."""
    ranges = choose_ranges(await list_ranges(db, person.id), wish.theme)
    start = find_instant(first, 0, person.zone)
    end = find_instant(last + timedelta(days=1), 0, person.zone)
    taken = await list_taken(db, person.id, start, end, but=wish.but)
    absences = await list_absences(db, [person.id], first)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    off = frozenset(day for day in days if find_holiday(day, person.departement))
    return Calendar(person.zone, ranges, absences, [as_busy(rdv) for rdv in taken], off)


async def list_free(db: AsyncSession, person: Person, now: datetime, days: Period, wish: Wish = ANY) -> Sequence[Slot]:
    """List the slots of somebody that are free on these days, a year of them at most."""
    first = max(days.start, person.today(now))
    last = min(days.end - timedelta(days=1), first + timedelta(days=DAYS_MAX))
    if last < first or person.has_left(first):
        return []
    return (await read_calendar(db, person, first, last, wish)).list_slots(first, last, now)


async def find_free(db: AsyncSession, person: Person, now: datetime, start: datetime, wish: Wish = ANY) -> Slot | None:
    """Find the slot of somebody that begins then, if it is free."""
    day = start.astimezone(person.zone).date()
    found = await list_free(db, person, now, Period(day, day + timedelta(days=1)), wish)
    return next((slot for slot in found if slot.start == start), None)


def find_theme(rdv: Rdv) -> str:
    """The theme that a rendez-vous of the page is about; "" for none of those that are received apart."""
    return next(iter(rdv.theme_codes), "")


def address_of(settings: Settings, key: str) -> str:
    """The address of a booking page, where people reach the bot."""
    return address_of_page(settings, PAGE, key)


def as_busy(rdv: TakenTime) -> Busy:
    """What a rendez-vous takes of its conseiller’s time: people join the collective ones of the page."""
    joined = rdv.collective and rdv.source is RdvSource.PAGE
    return Busy(rdv.starts_at, rdv.ends_at, rdv.seats_taken if joined else None, from_bits(rdv.themes), rdv.seats)
