"""Whatever recurs and is left out, and whatever hours, absences and rendez-vous there are: the days are those that
people mean, and the free moments those of a slow reference, in any zone and over nights on which clocks jump."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import school
from bot.calendar import find_holiday
from bot.french import Period
from config.text import make_plain
from config.themes import bits
from dialogs.rdv.recurrence import RecurrenceRule, find_rule, read_rule, write_out
from dialogs.rdv.slots import BookingWish, Busy, Calendar, Slot, choose_ranges, find_free, list_free
from storage.absences import Absence
from storage.database import Database, store
from storage.people import Person
from storage.rdv import Rdv
from storage.rdv.appointments import RdvSource, RdvState
from storage.rdv.bookings import DAY, WeeklyRange
from tests.support.cra import register_all
from tests.support.databases import database
from tests.support.membership import make_person
from tests.test_rdv_slots import JUMPS, make_range, slow_slots

__all__ = ["database"]

ONE_DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
Means = Callable[[date], bool]


class Said(NamedTuple):
    """Some words, and the days that they mean."""

    words: str
    means: Means


def nth_of_month(day: date) -> int:
    """Which one of its weekday in its month a day is."""
    return sum((day - n * WEEK).month == day.month for n in range(5))


EACH = (
    Said("tous les mardis", lambda day: day.weekday() == 1),
    Said("chaque samedi", lambda day: day.weekday() == 5),
    Said("tous les lundis et jeudis", lambda day: day.weekday() in (0, 3)),
    Said("du lundi au vendredi", lambda day: day.weekday() < 5),
    Said("le 2e mercredi du mois", lambda day: day.weekday() == 2 and nth_of_month(day) == 2),
    Said("le dernier vendredi du mois", lambda day: day.weekday() == 4 and (day + WEEK).month != day.month),
    Said("les premier et troisième lundis du mois", lambda day: day.weekday() == 0 and nth_of_month(day) in (1, 3)),
    Said("les mardis des semaines paires", lambda day: day.weekday() == 1 and day.isocalendar().week % 2 == 0),
)
LEAVES_OUT = (
    Said("", lambda _: False),
    Said("sauf en août", lambda day: day.month == 8),
    Said("sauf en juillet et août", lambda day: day.month in (7, 8)),
    Said("sauf vacances scolaires zone B", lambda day: bool(school.find_holiday(day, "B"))),
    Said("hors vacances scolaires", lambda day: bool(school.find_holiday(day, "A"))),
    Said("en période scolaire", lambda day: bool(school.find_holiday(day, "A"))),
    Said("sauf vacances de Noël", lambda day: school.find_holiday(day, "A") == "Vacances de Noël"),
    Said(
        "sauf en août et vacances de Noël zone C",
        lambda day: day.month == 8 or school.find_holiday(day, "C") == "Vacances de Noël",
    ),
)


def leave_out_days(chance: random.Random, first: date) -> Said:
    """« sauf le 24/12 », « sauf du 20/12 au 3/1 »: days to come."""
    start = first + timedelta(days=chance.randint(1, 60))
    if chance.random() < 0.5:
        return Said(f"sauf le {start:%d/%m}", lambda day: day == start)
    end = start + timedelta(days=chance.randint(1, 20))
    return Said(f"sauf du {start:%d/%m} au {end:%d/%m}", lambda day: start <= day <= end)


def find_slowly(each: Said, but: Said, days: tuple[date, date], departement: str) -> list[date]:
    """The days that are meant, one day after the other."""
    all_days = (days[0] + n * ONE_DAY for n in range((days[1] - days[0]).days + 1))
    meant = (day for day in all_days if each.means(day) and not but.means(day))
    return [day for day in meant if not find_holiday(day, departement)]


@pytest.mark.parametrize("part", range(4))
def test_what_recurs_and_what_it_leaves_out_are_the_days_that_a_slow_reading_means(part: int) -> None:
    for seed in range(part * 250, part * 250 + 250):
        chance = random.Random(seed)
        first = date(2026, 1, 1) + timedelta(days=chance.randint(0, 900))
        last = first + timedelta(days=chance.randint(7, 80))
        but = leave_out_days(chance, first) if chance.random() < 0.4 else chance.choice(LEAVES_OUT)
        each, end = chance.choice(EACH), Said(f"jusqu’au {last:%d/%m}", lambda _: True)
        words = [each.words, but.words, end.words] if chance.random() < 0.5 else [each.words, end.words, but.words]
        text = " ".join(filter(None, words))
        written = write_out(read_rule(text, first), first, time(2, 30), ZoneInfo("Europe/Paris"), "69")
        assert [one.day for one in written.occurrences] == find_slowly(each, but, (first, last), "69"), (seed, text)


PLACES = (
    ("Europe/Paris", "69"),
    ("America/Guadeloupe", "971"),
    ("Indian/Reunion", "974"),
    ("America/Miquelon", "975"),
    ("Pacific/Noumea", "988"),
    ("Pacific/Marquesas", "987"),
)


class Life(NamedTuple):
    """Somebody’s hours and what takes them, around some days."""

    person: Person
    now: datetime
    days: Period
    calendar: Calendar


def invent_ranges(chance: random.Random, user_id: str) -> list[WeeklyRange]:
    """Some hours of the week, at several places and about several themes."""
    found = []
    for number in range(chance.randint(1, 5)):
        start = chance.choice([0, 90, 120, 480, 840, chance.randint(0, DAY - 60)])
        one = make_range(
            chance.randint(0, 6), start, min(DAY, start + chance.randint(60, 300)), chance.choice([15, 30, 45]),
            pause=chance.choice([0, 5, 15]), seats=chance.choice([1, 1, 3]), notice=chance.choice([0, 60]), ahead=20,
            place=f"Lieu {number}", theme=chance.choice(["", "", "internet"]),
        )  # fmt: skip
        one.user_id = user_id
        found.append(one)
    return found


def invent_rule(chance: random.Random, first: date) -> RecurrenceRule:
    """Some rendez-vous that recurs around these days, with exceptions."""
    but = leave_out_days(chance, first - 2 * WEEK) if chance.random() < 0.5 else chance.choice(LEAVES_OUT)
    text = f"{chance.choice(EACH).words} {but.words} pendant 6 semaines".replace("  ", " ")
    found = find_rule(make_plain(text), first - 2 * WEEK)
    assert found, text
    return found[0]


def make_rdv(chance: random.Random, user_id: str, start: datetime, minutes: int) -> Rdv:
    """A rendez-vous of the calendar, or of the page; some are over or cancelled."""
    is_page = chance.random() < 0.4
    return Rdv(
        user_id=user_id, starts_at=start, ends_at=start + timedelta(minutes=minutes), collective=chance.random() < 0.4,
        seats=3, seats_taken=chance.randint(1, 3), source=RdvSource.PAGE if is_page else RdvSource.COOP,
        state=chance.choice([RdvState.PREVU, RdvState.PREVU, *RdvState]), created_at=start, changed_at=start,
        themes=bits(("internet",)) if chance.random() < 0.3 else 0,
    )  # fmt: skip


def invent_rdvs(chance: random.Random, person: Person, first: date) -> list[Rdv]:
    """What recurs, written out as « /rdv » does, and some rendez-vous more."""
    hour = time(chance.choice([0, 1, 2, 3, 9, 14]), chance.choice([0, 30]))
    written = write_out(invent_rule(chance, first), first - 2 * WEEK, hour, person.zone, person.departement)
    starts = [one.at for one in written.occurrences]
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
    starts += [midnight + timedelta(minutes=15 * chance.randint(0, 900)) for _ in range(chance.randint(0, 12))]
    return [make_rdv(chance, person.id, start, chance.choice([15, 30, 45, 100])) for start in starts]


def invent_absences(chance: random.Random, user_id: str, first: date) -> list[Absence]:
    """Days away, or hours of one day."""
    found = []
    for _ in range(chance.randint(0, 3)):
        day = first + timedelta(days=chance.randint(-2, 9))
        start, end, length = chance.choice([(0, DAY, 1), (0, DAY, 3), (0, 780, 1), (720, DAY, 1), (90, 150, 1)])
        found.append(
            Absence(
                user_id=user_id, starts=day, ends=day + timedelta(days=length), start=start, end=end, by=user_id,
                at=datetime.now(UTC),
            )
        )  # fmt: skip
    return found


TAKES_TIME = (RdvState.PREVU, RdvState.PROPOSE, RdvState.HONORE)


def tell_busy(rdv: Rdv) -> Busy:
    """The time that a rendez-vous takes, by the rules as people say them: others join one of the page until it is over
    or said to have taken place."""
    is_joined = rdv.collective and rdv.source is RdvSource.PAGE and rdv.state is not RdvState.HONORE
    themes = ("internet",) if rdv.themes else ()
    return Busy(rdv.starts_at, rdv.ends_at, rdv.seats_taken if is_joined else None, themes, rdv.seats, rdv.id)


async def fill(db: AsyncSession, chance: random.Random, number: int) -> Life:
    """Some life around a night on which clocks jump as often as not, in place of the one before."""
    zone, departement = chance.choice(PLACES)
    first = chance.choice(JUMPS) - timedelta(days=chance.randint(0, 3))
    left_on = first + timedelta(days=2) if chance.random() < 0.2 else None
    person = make_person(f"{number}".rjust(26, "p"), departements=[departement], timezone=zone, left_on=left_on)
    assert person.zone == ZoneInfo(zone)
    ranges, absences = invent_ranges(chance, person.id), invent_absences(chance, person.id, first)
    rdvs = invent_rdvs(chance, person, first)
    for table in (WeeklyRange, Absence, Rdv):
        await db.execute(delete(table))
    await register_all(db, person)
    for row in (*ranges, *absences, *rdvs):
        await store(db, row)
    days = Period(first, first + timedelta(days=chance.randint(1, 9)))
    now = datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(minutes=chance.randint(-3000, 1000))
    off = frozenset(day for n in range(10) if find_holiday(day := first + n * ONE_DAY, departement))
    busy = [tell_busy(rdv) for rdv in rdvs if rdv.state in TAKES_TIME]
    return Life(person, now, days, Calendar(person.zone, ranges, absences, busy, off))


def list_slowly(life: Life, ranges: Sequence[WeeklyRange]) -> list[tuple[datetime, datetime, int]]:
    """The free moments of these ranges by the slow reference, until the person’s last day."""
    last = min(life.days.last, life.person.left_on or date.max)
    first = max(life.days.start, life.person.today(life.now))
    return slow_slots(replace(life.calendar, ranges=ranges), first, last, life.now) if first <= last else []


@pytest.mark.both_databases
@pytest.mark.parametrize("part", range(3))
async def test_free_moments_of_a_whole_life_are_those_of_a_slow_reference(database: Database, part: int) -> None:
    for seed in range(part * 15, part * 15 + 15):
        chance = random.Random(seed)
        async with database.transaction() as db:
            life = await fill(db, chance, seed)
            theme = chance.choice([None, "", "internet", "sante"])
            found = await list_free(db, life.person, life.now, life.days, BookingWish(theme))
            chosen = choose_ranges(life.calendar.ranges, theme)
            assert [(one.start, one.end, one.left) for one in found] == list_slowly(life, chosen), seed
            for one in found:
                where = [each for each in chosen if each.place == one.by.place]
                assert (one.start, one.end, one.left) in list_slowly(life, where), (seed, "at another place")
            await must_find_each(db, chance, life, found, theme)


def has_day(days: Period, moment: datetime, person: Person) -> bool:
    """Whether a moment is on one of these days, where somebody is."""
    return days.start <= moment.astimezone(person.zone).date() < days.end


async def must_find_each(
    db: AsyncSession, chance: random.Random, life: Life, found: Sequence[Slot], theme: str | None
) -> None:
    """One moment alone is found where the list has it, and as the list has it; where it has none, nothing is."""
    listed = {one.start: (one.end, one.left, one.by.place, one.joins) for one in found}
    near = [start + timedelta(minutes=15) for start in listed]
    taken = [each.start for each in life.calendar.busy if has_day(life.days, each.start, life.person)]
    asked = [*listed, *near, *taken]
    for start in chance.sample(asked, min(12, len(asked))):
        one = await find_free(db, life.person, life.now, start, BookingWish(theme))
        assert (one and (one.end, one.left, one.by.place, one.joins)) == listed.get(start), start
