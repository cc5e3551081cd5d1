"""Rendez-vous in tests: what a visitor of the booking page is shown, a conseiller whose page is on; a strict reader of
calendars, which takes only what every program that keeps to RFC 5545 can read, and says what else there is; and a bot
that ends itself at a step."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import text
from sqlmodel import col, delete, select

from bot.app import App
from bot.clock import utc_now
from bot.delivery import Delivery
from bot.outbox.sender import Sender
from commands import FEATURES
from config.settings import read
from config.time import PARIS
from storage.people import Role
from storage.rdv.appointments import Rdv
from storage.rdv.bookings import (
    Booking,
    BookingSeal,
    WeeklyRange,
    close_page,
    open_page,
    replace_ranges,
)
from tests.people import Person, new_session
from tests.support.house import House

MARIE = {"prenom": "Marie-Ange", "contact": "06 39 98 12 34", "consentement": "oui"}
_VISITORS = count(1)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Seen:
    """What a visitor is answered."""

    status: int
    body: str
    headers: dict[str, str]
    path: str

    @property
    def moments(self) -> list[str]:
        """The moments that may be chosen, in order."""
        return re.findall(r'<input type="radio" name="creneau" value="([^"]+)"', self.body)

    @property
    def code(self) -> str:
        """The code of the booking that is shown."""
        found = re.search(r'data-code="(\w+)"', self.body)
        assert found, self.body[-3000:]
        return found[1]

    @property
    def state(self) -> str:
        """The state of the booking that is shown."""
        found = re.search(r'data-etat="(\w+)"', self.body)
        return found[1] if found else ""

    @property
    def token(self) -> str:
        """What this form is known by, if it is sent twice."""
        found = re.search(r'name="jeton" value="([^"]+)"', self.body)
        assert found
        return found[1]


@dataclass
class Desk:
    """Juliette, whose page is on, and a visitor who signs in nowhere."""

    house: House
    juliette: Person
    key: str
    session: ClientSession

    @property
    def base(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.house.bot.port}/rendez-vous/{self.key}"

    async def asks(self, path: str = "", method: str = "GET", **fields: str) -> Seen:
        """Ask for a page, or send a form; follow where it leads."""
        data = fields if method == "POST" else None
        async with self.session.request(method, f"{self.base}{path}", data=data) as answer:
            return Seen(answer.status, await answer.text(), dict(answer.headers), answer.url.path)

    async def sends(self, path: str = "", **fields: str) -> Seen:
        """Send a form."""
        return await self.asks(path, "POST", **fields)

    async def books(self, moment: str, **fields: str) -> Seen:
        """Book a moment."""
        return await self.sends(creneau=moment, **(MARIE | fields))

    async def has(self, length: int = 30, **more: int | str) -> list[str]:
        """Give Juliette the same hours each day, and return the moments that are free."""
        ranges = [
            WeeklyRange(user_id=self.juliette.id, weekday=day, start=540, end=720, length=length, ahead=14, **more)  # type: ignore[arg-type]
            for day in range(7)
        ]
        async with self.house.bot.database.transaction() as db:
            await replace_ranges(db, self.juliette.id, ranges)
        return (await self.asks()).moments

    async def is_automatic(self) -> None:
        """Bookings are accepted at once."""
        async with self.house.bot.database.transaction() as db:
            await db.execute(text("UPDATE rdv_page SET automatic = true").execution_options(autocommit=False))

    async def bookings(self) -> list[tuple[Booking, Rdv]]:
        """All of hers, as they are."""
        async with self.house.bot.database.transaction(writes=False) as db:
            query = select(Booking, Rdv).join(Rdv, col(Rdv.id) == col(Booking.rdv))
            return list(
                (await db.exec(query.where(Booking.user_id == self.juliette.id).order_by(col(Booking.id)))).all()
            )


@pytest.fixture
async def desk(house: House, juliette: Person) -> AsyncIterator[Desk]:
    """Juliette’s page, before anybody booked, after the last moment of a day: those to come are not too soon."""
    house.clock.goes_to(datetime.combine(house.today + timedelta(days=1), time(13), PARIS))
    await house.registers(juliette, Role.CONSEILLER, prenom="Juliette", nom="Martin", structure="Médiathèque de Bron")
    async with house.bot.database.transaction() as db:
        for table in (Booking, Rdv):
            await db.execute(delete(table).where(col(table.user_id) == juliette.id))
        key = await open_page(db, juliette.id, BookingSeal(house.settings.secrets), house.clock(), anew=True)
        await db.execute(text("UPDATE rdv_page SET automatic = false"))
        await db.execute(text("DELETE FROM quota_use WHERE kind LIKE 'rdv-%'"))
    async with new_session() as session:
        session.headers["X-Forwarded-For"] = f"198.18.0.{next(_VISITORS)}"  # each comes from elsewhere
        yield Desk(house, juliette, key, session)
    async with house.bot.database.transaction() as db:
        await close_page(db, juliette.id, house.clock())
        await replace_ranges(db, juliette.id, [])


OCTETS_MAX = 75
_LINE = re.compile(r'(?P<name>[A-Z0-9-]+)(?P<params>(?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(?P<value>.*)', re.DOTALL)
_PARAM = re.compile(r';([A-Z0-9-]+)=(?:"([^"]*)"|([^";:,]*))')
_TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:[!#-;=?-\[\]_a-z~]+", re.IGNORECASE)
_TEXTS = ("SUMMARY", "LOCATION", "DESCRIPTION", "X-WR-CALNAME", "UID")
_ONCE = ("UID", "DTSTAMP", "DTSTART")
_AT_MOST_ONCE = ("DTEND", "DURATION", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "SEQUENCE", "URL")
_STATES = ("TENTATIVE", "CONFIRMED", "CANCELLED")
_REPEATS = ("RRULE", "RDATE")
_TOLD = ("DTSTART", "DTEND", "STATUS", "LOCATION", "SUMMARY")
"""What a calendar shows: none of it changes without a greater SEQUENCE."""


class CalendarError(AssertionError):
    """What a calendar has that none may have."""


@dataclass(frozen=True)
class Property:
    """A line of a calendar: its parameters by name, and its value as it is written."""

    name: str
    params: Mapping[str, str]
    value: str


@dataclass
class Component:
    """What stands between BEGIN and END."""

    name: str
    properties: list[Property] = field(default_factory=list)
    inside: list["Component"] = field(default_factory=list)

    def count(self, name: str) -> int:
        """Count the lines of that name."""
        return sum(one.name == name for one in self.properties)

    def get(self, name: str) -> Property | None:
        """Return the first line of that name."""
        return next((one for one in self.properties if one.name == name), None)

    def text(self, name: str) -> str:
        """Return a value as it is meant, "" where there is none."""
        found = self.get(name)
        value = found.value if found else ""
        return re.sub(r"\\(.)", lambda sign: "\n" if sign[1] in "nN" else sign[1], value) if name in _TEXTS else value

    def moment(self, name: str) -> datetime:
        """Return an instant that is written in UTC."""
        return datetime.strptime(self.text(name), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _must(holds: object, said: str) -> None:
    if not holds:
        raise CalendarError(said)


def read_calendar(body: bytes) -> Sequence[Component]:
    """Read a calendar and return its events. Raises CalendarError."""
    calendar = _read_components(list(_read_lines(body)))
    for name in ("PRODID", "VERSION"):
        _must(calendar.count(name) == 1, f"{name} stands once in a calendar")
    _must(calendar.text("VERSION") == "2.0", "the version is 2.0")
    _must(calendar.count("METHOD") <= 1, "there is one METHOD at most")
    zones = {one.text("TZID") for one in calendar.inside if one.name == "VTIMEZONE"}
    events = [one for one in calendar.inside if one.name == "VEVENT"]
    for event in events:
        _check(event, zones)
    uids = [(event.text("UID"), event.text("RECURRENCE-ID")) for event in events]
    _must(len(set(uids)) == len(uids), "no two events have the same UID")
    return events


def _read_lines(body: bytes) -> Iterator[str]:
    """Read the lines, each put together from those that it was folded into."""
    _must(body.endswith(b"\r\n"), "the last line ends, too")
    whole = ""
    for raw in body[:-2].split(b"\r\n"):
        _must(b"\n" not in raw and b"\r" not in raw, f"a line ends with CR and LF: {raw[:80]!r}")
        _must(len(raw) <= OCTETS_MAX, f"a line has {OCTETS_MAX} octets at most, not {len(raw)}: {raw[:80]!r}")
        try:
            line = raw.decode()
        except UnicodeDecodeError:
            raise CalendarError(f"a line is UTF-8, and folded between letters: {raw!r}") from None
        _must(line.strip(), "no line is empty")
        _must(not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line), f"no line has control signs: {line!r}")
        if line[0] in " \t":
            _must(whole, "the first line continues none")
            whole += line[1:]
            continue
        if whole:
            yield whole
        whole = line
    yield whole


def _read_components(lines: Sequence[str]) -> Component:
    top, open_ones = Component(""), list[Component]()
    for line in lines:
        read = _read_property(line)
        where = open_ones[-1] if open_ones else top
        if read.name == "BEGIN":
            open_ones.append(Component(read.value))
            where.inside.append(open_ones[-1])
        elif read.name == "END":
            _must(open_ones and open_ones.pop().name == read.value, f"END ends what began: {line}")
        else:
            _must(open_ones, f"every line is in a calendar: {line}")
            where.properties.append(read)
    _must(not open_ones, "what began ends")
    _must([one.name for one in top.inside] == ["VCALENDAR"], "there is one calendar")
    return top.inside[0]


def _read_property(line: str) -> Property:
    found = _LINE.fullmatch(line)
    _must(found, f"a line is a name, its parameters, a colon and its value: {line}")
    assert found
    params = {name: quoted or plain for name, quoted, plain in _PARAM.findall(found["params"])}
    read = Property(found["name"], params, found["value"])
    if read.name in _TEXTS:
        _must(_TEXT.fullmatch(read.value), f"in a text \\ ; and , are escaped: {line}")
    return read


def _check(event: Component, zones: set[str]) -> None:
    for name in _ONCE:
        _must(event.count(name) == 1, f"{name} stands once in an event")
    for name in _AT_MOST_ONCE:
        _must(event.count(name) <= 1, f"{name} stands at most once in an event")
    _must(event.text("UID"), "a UID is not empty")
    _must(re.fullmatch(r"\d{8}T\d{6}Z", event.text("DTSTAMP")), "DTSTAMP is in UTC")
    _must(not (event.count("DTEND") and event.count("DURATION")), "an event has an end or a duration")
    for name in ("DTSTART", "DTEND"):
        _check_moment(event, name, zones)
    start, end = event.get("DTSTART"), event.get("DTEND")
    if start and end and start.params == end.params:
        _must(end.value > start.value, f"an event ends after it began: {start.value}, {end.value}")
    _must(event.text("STATUS") in ("", *_STATES), f"no such STATUS: {event.text('STATUS')}")
    _must(re.fullmatch(r"\d{0,9}", event.text("SEQUENCE")), "SEQUENCE is a number")
    _must(not event.count("URL") or _ADDRESS.fullmatch(event.text("URL")), f"no address: {event.text('URL')}")


def _check_moment(event: Component, name: str, zones: set[str]) -> None:
    """What comes back has hours of a zone: in UTC it would be an hour off after the clocks changed."""
    found = event.get(name)
    if found is None:
        return
    if found.params.get("VALUE") == "DATE":
        _must(re.fullmatch(r"\d{8}", found.value), f"{name} is a date: {found.value}")
        return
    written = re.fullmatch(r"\d{8}T\d{6}(Z?)", found.value)
    _must(written, f"{name} is an instant: {found.value}")
    zone = found.params.get("TZID")
    _must(not (written and written[1] and zone), f"{name} is in UTC or in a zone")
    _must(zone is None or zone in zones, f"the zone {zone} is told by a VTIMEZONE")
    repeats = any(event.count(rule) for rule in _REPEATS)
    _must(not repeats or zone, f"{name} of what comes back is in a zone")


def follow_calendar(before: Sequence[Component], body: bytes) -> Sequence[Component]:
    """Read a calendar that was read ``before``: no event is gone, what changed has a greater SEQUENCE, and none is
    older than it was. Raises CalendarError."""
    now = {event.text("UID"): event for event in read_calendar(body)}
    for old in before:
        new = now.get(old.text("UID"))
        _must(new, f"an event stays, cancelled if it does not take place: {old.text('UID')} {old.text('SUMMARY')}")
        assert new
        grown = int(new.text("SEQUENCE") or 0) - int(old.text("SEQUENCE") or 0)
        _must(grown >= 0, "SEQUENCE never goes back")
        _must(new.text("DTSTAMP") >= old.text("DTSTAMP"), "DTSTAMP never goes back")
        changed = [name for name in _TOLD if new.text(name) != old.text(name)]
        _must(grown or not changed, f"SEQUENCE grows as {changed} changes")
    return list(now.values())


WRITTEN, SENT, KEPT = STEPS = ("written", "sent", "kept")
KILLED_AT, KILLED_FROM, KILLED_IN_JOB = "KILLED_AT", "KILLED_FROM", "KILLED_IN_JOB"
"""The variables that say at which step the process ends, of what is written once there is which file, and the job that
it runs, if any."""
DYING_BOT = "from tests.support.rdv import serve_until_killed; serve_until_killed()"
"""The program of such a process."""


def serve_until_killed() -> None:
    """Serve by the settings of the environment until the step comes."""
    at, since, begun = os.environ[KILLED_AT], Path(os.environ[KILLED_FROM]), list[bool]()
    prepare, deliver_now, send = Delivery.prepare, Delivery.deliver_now, Sender.send

    def begin() -> None:
        if since.exists():
            begun.append(True)

    def end(step: str) -> None:
        if begun and step == at:
            os.kill(os.getpid(), signal.SIGKILL)

    async def prepares(self: Delivery, db: Any, replies: Sequence[Any], request: Any, sender: str = "") -> Any:
        rows = await prepare(self, db, replies, request, sender)
        if replies and sender in ("rdv", "cra"):
            begin()
        end(WRITTEN)
        return rows

    def delivers_now(self: Delivery, rows: Sequence[Any]) -> None:
        end(KEPT)
        deliver_now(self, rows)

    async def sends(self: Sender, message: Any, *, again: bool) -> Any:
        result = await send(self, message, again=again)
        end(SENT)
        return result

    Delivery.prepare, Delivery.deliver_now, Sender.send = prepares, delivers_now, sends  # type: ignore[method-assign]
    asyncio.run(_run_jobs())


async def _run_jobs() -> None:
    app, job = App(read(), FEATURES, utc_now, first=0.2), os.environ.get(KILLED_IN_JOB)
    await app.start()
    for number in count():
        if job:
            await app.runs.run(("job", job), f"{os.getpid()}-{number}")
        await asyncio.sleep(0.2)
