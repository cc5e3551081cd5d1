"""Property: whatever follows whatever over a night on which the clocks change, no seat is sold twice, what overlaps is
said, and a rdv says rightly how people meet."""

import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from dialogs.rdv.places import read_place
from storage import people
from storage.people import Person as Registered
from storage.rdv import PlaceKind, Rdv, RdvSource
from storage.rdv.appointments import STANDING, TAKING
from storage.rdv.bookings import Booking, BookingSeal, WeeklyRange, open_page, replace_ranges
from storage.seals import hash_token
from tests.people import Person, Post, new_session
from tests.support.house import House
from tests.support.rdv import Desk
from tests.test_rdv_rooms import set_up

NIGHTS = {"Europe/Paris": (date(2027, 10, 31), ["69"]), "America/Miquelon": (date(2027, 3, 14), ["975"])}
"""Where, and the night in which an hour comes twice, or not at all."""
HOURS = ((0, 120, 1, "En visio"), (120, 210, 1, "Mairie"), (210, 270, 3, "Médiathèque"), (270, 330, 1, "À domicile"))
"""Ranges of that day in minutes, with the seats and the place of each."""
STEPS = 10
SAID = ("déjà à ce moment-là", "pas libre")
"""What says that something overlaps."""


@dataclass
class Night:
    """A conseillère, her colleague, and who books at her page; the day on which all of it is."""

    desk: Desk
    lea: Person
    marc: Person
    owner: Registered
    day: date
    chance: random.Random
    codes: list[str] = field(default_factory=list)

    @property
    def house(self) -> House:
        """Where it happens."""
        return self.desk.house

    async def rdvs(self) -> Sequence[Rdv]:
        """All of hers."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(Rdv).where(Rdv.user_id == self.lea.id).order_by(col(Rdv.id)))).all()

    async def pick(self, *sources: RdvSource) -> Rdv | None:
        """One of hers that is to come, and is no meeting."""
        found = [rdv for rdv in await self.rdvs() if rdv.source in sources and rdv.state in STANDING]
        return self.chance.choice([None, *(rdv for rdv in found if rdv.meeting is None)])

    async def list_free(self) -> Sequence[str]:
        """The moments that may be booked that day."""
        return (await self.desk.asks(f"?depuis={self.day}")).moments

    def write_hour(self) -> str:
        """An hour of that night, which there may not be."""
        return f"{self.chance.randrange(6)}h{self.chance.choice(('00', '15', '30', '45'))}"

    async def note(self) -> str:
        """She notes a rdv."""
        where = self.chance.choice(("", "en visio", "à la mairie", "par téléphone", "à domicile"))
        shown = await self.lea.asks(f"/rdv {self.day:%d/%m/%Y} {self.write_hour()} 30 min impots {where}")
        save = next((label for label in shown.buttons if label.startswith("Enregistrer")), None)
        if save is None:
            return ""
        await self.lea.clicks(shown, save)
        return (await self.lea.told("enregistré")).text

    async def move(self) -> str:
        """She moves one of hers."""
        rdv = await self.pick(RdvSource.COOP)
        return (await self.lea.asks(f"/rdv décaler {rdv.number} {self.write_hour()}")).text if rdv else ""

    async def cancel(self) -> str:
        """She cancels one, and perhaps brings it back."""
        rdv = await self.pick(RdvSource.COOP, RdvSource.PAGE)
        if rdv is None:
            return ""
        said = await self.lea.asks(f"/rdv annuler {rdv.number}")
        if "Remettre" not in said.buttons or self.chance.random() < 0.5:
            return ""
        await self.lea.clicks(said, "Remettre")
        return (await self.lea.whispered()).text

    async def book(self) -> str:
        """Somebody books a moment."""
        if free := await self.list_free():
            number = len(self.codes)
            done = await self.desk.books(self.chance.choice(free), contact=f"p{number}@exemple.fr", prenom="Zoé")
            assert done.status == 200, done.body
            self.codes.append(done.code)
        return ""

    async def change_booking(self) -> str:
        """Who booked moves, cancels, or accepts what is proposed."""
        if self.codes:
            code, free = self.chance.choice(self.codes), await self.list_free()
            if free and self.chance.random() < 0.7:
                await self.desk.sends(f"/{code}", action="deplacer", creneau=self.chance.choice(free))
            else:
                await self.desk.sends(f"/{code}", action="annuler")
        return ""

    async def offer(self) -> str:
        """She proposes another moment to somebody who booked, and they accept it."""
        rdv = await self.pick(RdvSource.PAGE)
        if rdv is None or rdv.collective:
            return ""
        shown = await self.lea.asks(f"/rdv {rdv.number}")
        await self.lea.clicks(shown, "Répondre" if "Répondre" in shown.buttons else "Voir qui a réservé")
        card = await self.lea.answered()
        assert isinstance(card, Post)
        if "Proposer un autre moment" not in card.buttons:
            return ""
        form = await self.lea.opens_by(card, "Proposer un autre moment")
        there = [
            one for one in form.options("moment") if one[:10] in (f"{self.day}", f"{self.day - timedelta(days=1)}")
        ]
        if there:
            await form.fill(moment=self.chance.choice(there)).submit()
        async with self.house.bot.database.transaction(writes=False) as db:
            (booking,) = (
                await db.exec(select(Booking).where(Booking.rdv == rdv.number).order_by(col(Booking.id)))
            ).all()[-1:]
        code = next(code for code in self.codes if hash_token(code) == booking.code_hash)
        value = next(one.starts_at for one in await self.rdvs() if one.number == rdv.number)
        await self.desk.sends(f"/{code}", action="accepter", creneau=value.isoformat())
        return ""

    async def move_meeting(self) -> str:
        """She moves a meeting, or her colleague proposes another hour, which she accepts and perhaps takes back."""
        found = [rdv for rdv in await self.rdvs() if rdv.meeting == rdv.id and rdv.state in STANDING]
        if not found:
            return ""
        lead, hour = self.chance.choice(found), f"{self.day:%d/%m/%Y} {self.write_hour()}"
        if self.chance.random() < 0.5:
            return await self.read_all(lead, await self.lea.asks(f"/rdv décaler {lead.number} {hour}"))
        await self.marc.asks(f"/rdv décaler {await self.find_seat(lead)} {hour}")
        await self.house.settled()
        asked = [post for post in await self.read_about(lead) if {"Accepter", "Garder l’heure"} <= set(post.buttons)][
            -1:
        ]
        for card in asked:
            await self.lea.clicks(card, "Accepter")
            await self.house.settled()
            if self.chance.random() < 0.5 and "Remettre l’heure d’avant" in (seen := await self.lea.sees(card)).buttons:
                await self.lea.clicks(seen, "Remettre l’heure d’avant")
        return await self.read_all(lead)

    async def find_seat(self, lead: Rdv) -> int:
        """The number of her colleague’s rdv of a meeting."""
        async with self.house.bot.database.transaction(writes=False) as db:
            theirs = select(Rdv).where(Rdv.meeting == lead.number, Rdv.user_id == self.marc.id)
            return (await db.exec(theirs)).one().number

    async def read_about(self, lead: Rdv) -> Sequence[Post]:
        """What she was told of a meeting."""
        await self.house.settled()
        return [post for post in await self.lea.direct() if re.search(rf"n°\s{lead.number}\b", post.text)]

    async def read_all(self, lead: Rdv, *more: Post) -> str:
        """What she reads of a meeting: its cards are as it is now."""
        return "\n".join(post.text for post in (*more, *await self.read_about(lead)))

    async def meet(self) -> str:
        """She proposes a meeting to her colleague, at an hour or at the first moment at which both are free."""
        hour = self.write_hour() if self.chance.random() < 0.5 else ""
        shown = await self.lea.asks(f"/rdv @{self.marc.username} {self.day:%d/%m/%Y} {hour} 30 min point")
        if shown.buttons and shown.buttons[0] != "Voir des moments plus tard":
            await self.lea.clicks(shown, shown.buttons[0])
            await self.lea.whispered()
        return shown.text


async def find_overlaps(night: Night) -> set[tuple[object, ...]]:
    """Find which two rdv of hers share time, and when each of them is."""
    found = [rdv for rdv in await night.rdvs() if rdv.state in TAKING]
    return {
        (one.number, one.starts_at, other.number, other.starts_at)
        for one, other in combinations(found, 2)
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at
    }


async def must_be_right(night: Night) -> None:
    """No seat is sold twice, and each rdv says rightly how people meet."""
    async with night.house.bot.database.transaction(writes=False) as db:
        bookings = (await db.exec(select(Booking).where(Booking.user_id == night.lea.id))).all()
    for rdv in await night.rdvs():
        held = sum(booking.rdv == rdv.number and booking.stands for booking in bookings)
        if rdv.source is RdvSource.PAGE and rdv.state in STANDING:
            assert held == rdv.seats_taken <= rdv.seats, rdv
            told: Mapping[str, object] = read_place(rdv.place, night.owner)
            assert {name: getattr(rdv, name) for name in told} == told
        assert rdv.place_kind is PlaceKind.VISIO or not rdv.visio_url, rdv
        assert rdv.place_kind is PlaceKind.PLACE or rdv.canal is rdv.place_kind.canal, rdv


async def live(night: Night) -> None:
    """Do one thing after the other; after each all is right, and new overlaps were said."""
    acts: Sequence[Callable[[], Awaitable[str]]] = (
        *(night.note, night.book, night.book, night.move, night.cancel),
        *(night.change_booking, night.offer, night.meet, night.move_meeting, night.move_meeting),
    )
    done, before = list[str](), await find_overlaps(night)
    for _ in range(STEPS):
        act = night.chance.choice(acts)
        done.append(act.__name__)
        said = (await act()).replace("\N{NO-BREAK SPACE}", " ")
        await night.house.settled()
        now = await find_overlaps(night)
        new = now - before
        assert not new or any(words in said for words in SAID), (done, new, said)
        await must_be_right(night)
        before = now


async def begin(house: House, zone: str, chance: random.Random) -> Night:
    """The day before that night: both have the same hours, and her page is on."""
    day, departements = NIGHTS[zone]
    house.clock.goes_to(datetime.combine(day - timedelta(days=2), time(15), ZoneInfo(zone)))
    place: dict[str, Any] = {"timezone": zone, "departements": departements, "structure": "Médiathèque de Bron"}
    lea, marc = await house.conseiller("lea", **place), await house.conseiller("marc", **place)
    async with house.bot.database.transaction() as db:
        for who in (lea, marc):
            hours = [
                WeeklyRange(user_id=who.id, weekday=day.weekday(), start=start, end=end, length=30, seats=seats,
                            place=words, ahead=14)
                for start, end, seats, words in HOURS
            ]  # fmt: skip
            await replace_ranges(db, who.id, hours)
        key = await open_page(db, lea.id, BookingSeal(house.settings.secrets), house.clock())
        owner = await people.get(db, lea.id)
    assert owner is not None
    assert owner.zone.key == zone
    return Night(Desk(house, lea, key, new_session()), lea, marc, owner, day, chance)


async def must_sell_no_seat_twice(house: House, zone: str, seed: int) -> None:
    """Live through one such night."""
    async with set_up(house, visio="jitsi https://visio.exemple.fr coop"):
        night = await begin(house, zone, random.Random(seed))
        try:
            async with night.desk.session as session:
                session.headers["X-Forwarded-For"] = f"198.51.100.{seed}"
                await live(night)
        finally:
            house.clock.is_right_again()


@pytest.mark.usefixtures("no_holiday")
@pytest.mark.parametrize("zone", NIGHTS)
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 5))])
async def test_whatever_follows_whatever_no_seat_is_sold_twice(house: House, zone: str, seed: int) -> None:
    await must_sell_no_seat_twice(house, zone, seed)


@pytest.mark.slow
@pytest.mark.newest_only
@pytest.mark.usefixtures("no_holiday")
@pytest.mark.parametrize("zone", NIGHTS)
@pytest.mark.parametrize("seed", range(5, 12))
async def test_nor_is_one_in_many_more_nights(house: House, zone: str, seed: int) -> None:
    await must_sell_no_seat_twice(house, zone, seed)
