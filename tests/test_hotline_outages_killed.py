"""A story: the bot is killed again and again while all are told that an outage is over; each hears of it once."""

from functools import partial

import pytest

from bot.clock import utc_now
from bot.work import make_work
from commands.hotline.outages import OutageStage, TellAll
from storage import work
from storage.database import change, store
from storage.hotline import Move, Reason, TicketState, Urgency, tickets
from storage.hotline.tickets import Incident, Ticket
from storage.people import Role
from storage.work import WorkSort
from tests.people import Person
from tests.support.databases import KINDS, UNSETTLED
from tests.support.hotline import HotlineWorkplace, place, register_person, room
from tests.support.house import plain, wait_for

__all__ = ["place", "room"]


PEOPLE, EACH, KILLS = 3, 40, 3


async def suffered(place: HotlineWorkplace, people: list[Person], by: Person) -> int:
    """An outage of which all have as many tickets, and whose end is about to be told; its number."""
    async with place.transaction() as db:
        new = Incident(queue="espace-coop", subject="Plus rien", by=by.id, opened_at=utc_now(), ended_at=utc_now())
        incident = await store(db, new)
        await change(db, incident, news="Tout est revenu.")
        for n in range(PEOPLE * EACH):
            who = people[n % PEOPLE]
            made = Ticket(
                key=f"k{n}",
                queue="espace-coop",
                category="autre",
                urgency=Urgency.GENANT,
                subject=f"Plus rien, {n}",
                author_id=who.id,
                username=who.username,
                opened_at=utc_now(),
                incident=incident.number,
            )
            assert await tickets.add(db, made)
        about = TellAll(incident=incident.number, what=OutageStage.OVER)
        await work.add(db, [make_work(WorkSort.STEPS, about, by.id, utc_now(), told=False)])
        return incident.number


async def told(people: list[Person], words: str) -> list[str]:
    """What these people read of it."""
    return [plain(post) for who in people for post in await who.direct() if words in plain(post)]


@pytest.mark.slow
@pytest.mark.parametrize("place", KINDS, indirect=True)
@pytest.mark.parametrize("room", ["11.2"], indirect=True)
@pytest.mark.timeout(180)
async def test_killed_while_all_are_told_each_hears_it_once(place: HotlineWorkplace) -> None:
    agathe = await register_person(place, "agathe", Role.HOTLINE)
    people = [await register_person(place, f"p{n}", Role.CONSEILLER) for n in range(PEOPLE)]
    async with place.bot():
        pass  # the tables are there
    number = await suffered(place, people, agathe)
    for kill in range(1, KILLS + 1):
        async with place.process():
            await wait_for(partial(has_told, people, kill * PEOPLE * EACH // (KILLS + 2)))
    async with place.process():
        await wait_for(lambda: is_over(place))
    for words in ("Tout est revenu.", "La panne est finie"):
        assert len(await told(people, words)) == PEOPLE * EACH
    async with place.transaction() as db:
        for ticket in await tickets.list_tickets_of_incident_after(db, number, 0, PEOPLE * EACH):
            assert (ticket.state, ticket.reason) == (TicketState.RESOLU, Reason.PANNE)
            assert [move.move for move in await tickets.read_history(db, ticket.number)] == [Move.RESOLVE]


async def has_told(people: list[Person], most: int) -> bool:
    return len(await told(people, "La panne est finie")) >= most


async def is_over(place: HotlineWorkplace) -> bool:
    async with place.transaction() as db:
        return not await db.scalar(UNSETTLED)
