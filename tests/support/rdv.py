"""The booking page in tests: what a visitor is shown, and a conseiller whose page is on."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count

import pytest
from aiohttp import ClientSession
from sqlalchemy import text
from sqlmodel import col, delete, select

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
