"""Stories: who is on duty is told when it begins and ends, and from whom they take over; when nobody is there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import col

from bot.calendar import OfficeHours
from bot.clock import utc_now
from commands.garde.rota import Gap, find_end, find_gaps, list_days_from
from config.office_hours import USUAL_HOURS, read_closed, read_hours
from storage import canaux
from storage.absences import Absence
from storage.hotline import TicketState, Urgency, duty, tickets
from storage.hotline.duty import DutyTurn
from storage.hotline.tickets import Ticket
from storage.people import Role
from tests.people import unique
from tests.support.hotline import Rota, paris_time, rota
from tests.support.house import plain

__all__ = ["rota"]


HOURS = OfficeHours(read_hours(USUAL_HOURS))
QUEUES = ("espace-coop", "metier")
MONDAY = date(2026, 11, 30)


def turn(first: int, last: int, user: str = "a", queue: str = "") -> DutyTurn:
    """Somebody’s turn, in days after that Monday."""
    starts, ends = MONDAY + timedelta(days=first), MONDAY + timedelta(days=last + 1)
    return DutyTurn(user_id=user * 26, queue=queue, starts=starts, ends=ends, by=user * 26, at=utc_now())


def absence(first: int, last: int, user: str = "a") -> Absence:
    """Somebody’s absence."""
    starts, ends = MONDAY + timedelta(days=first), MONDAY + timedelta(days=last + 1)
    return Absence(user_id=user * 26, starts=starts, ends=ends, by=user * 26, at=utc_now())


def gaps(turns: list[DutyTurn], absences: list[Absence], hours: OfficeHours = HOURS) -> list[tuple[int, int, int]]:
    """The gaps of two weeks: the first day, the last one, and for how many queues."""
    found = find_gaps(hours, QUEUES, turns, absences, list_days_from(MONDAY, 14))
    return [((gap.first - MONDAY).days, (gap.last - MONDAY).days, len(gap.queues)) for gap in found]


def test_gaps_are_open_days_without_anybody() -> None:
    assert gaps([], []) == [(0, 11, 2)], "a weekend does not part one"
    assert gaps([turn(0, 11)], []) == []
    assert gaps([turn(0, 4)], []) == [(7, 11, 2)]
    assert gaps([turn(0, 6), turn(7, 11, "b", "metier")], []) == [(7, 11, 1)]
    assert gaps([turn(0, 11)], [absence(2, 3)]) == [(2, 3, 2)]
    assert gaps([turn(0, 11), turn(0, 11, "b", "metier")], [absence(4, 7)]) == [(4, 7, 1)]
    assert gaps([turn(0, 3, "a", "metier"), turn(4, 11)], []) == [(0, 3, 1)]
    closed = OfficeHours(read_hours(USUAL_HOURS), read_closed("2026-12-07..2026-12-13"))
    assert gaps([turn(0, 4)], [], closed) == []


@given(st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13), st.sampled_from(["", *QUEUES])), max_size=6))
def test_every_open_day_has_somebody_or_is_in_a_gap(rows: list[tuple[int, int, str]]) -> None:
    turns = [turn(min(a, b), max(a, b), "a", queue) for a, b, queue in rows]
    found = find_gaps(HOURS, QUEUES, turns, [], list_days_from(MONDAY, 14))
    for day in filter(HOURS.opens_on, list_days_from(MONDAY, 14)):
        missing = {queue for queue in QUEUES if not any(t.has(day) and t.covers(queue) for t in turns)}
        told = {queue for gap in found if gap.first <= day <= gap.last for queue in gap.queues}
        assert told == missing
    assert found == sorted(found, key=lambda gap: gap.first)
    assert all(isinstance(gap, Gap) for gap in found)


def test_a_turn_ends_when_its_last_open_day_closes() -> None:
    assert find_end(turn(0, 4), HOURS) == paris_time(MONDAY + timedelta(days=4), 17, 30)
    assert find_end(turn(0, 6), HOURS) == paris_time(MONDAY + timedelta(days=4), 17, 30)
    assert find_end(turn(5, 6), HOURS) == paris_time(MONDAY + timedelta(days=7), 0)
    assert find_end(turn(0, 0), OfficeHours(read_hours("lun 8-12"))) == paris_time(MONDAY, 12)


@pytest.mark.every_mode
async def test_who_follows_reads_from_whom_they_take_over_once(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await agathe.asks(f"/garde moi {rota.days(0, 4)}")
    await bilal.asks(f"/garde moi {rota.days(7, 11)} métier")
    rota.goes_to(4, 17, 25)
    await rota.runs("hand_over")
    assert await agathe.direct() == []
    rota.goes_to(4, 17, 35)
    await rota.runs("hand_over")
    (told,) = await agathe.direct()
    assert "Votre garde est finie" in plain(told)
    assert f"La suite est à @{bilal.username}." in plain(told)
    (told,) = await bilal.direct()
    assert f"Vous prenez la suite de @{agathe.username}" in plain(told)
    await rota.runs("hand_over")
    assert len(await agathe.direct()) == len(await bilal.direct()) == 1


async def opened(rota: Rota, subject: str, agent: str = "", state: TicketState = TicketState.NOUVEAU) -> Ticket:
    """A demand that is more urgent and older than those of other stories."""
    long_ago = rota.house.clock() - timedelta(days=300)
    about: dict[str, Any] = {
        "key": unique("cle"),
        "queue": "metier",
        "category": "autre",
        "subject": subject,
        "agent_id": agent,
    }
    who: dict[str, Any] = {"author_id": "j" * 26, "username": "juliette", "opened_at": long_ago}
    async with rota.house.bot.database.transaction() as db:
        made = await tickets.add(db, Ticket(**about, **who, urgency=Urgency.BLOQUANT, state=state))
    assert made
    return made


async def test_the_note_tells_what_is_open_and_who_has_it(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    free = await opened(rota, "Contrat **perdu** @all")
    taken = await opened(rota, "Avenant", agathe.id, TicketState.PRIS)
    solved = await opened(rota, "Fini", agathe.id, TicketState.RESOLU)
    await agathe.asks(f"/garde moi {rota.days(0, 4)} métier")
    await bilal.asks(f"/garde moi {rota.days(7, 11)} métier")
    rota.goes_to(5, 12)
    await rota.runs("hand_over")
    for person in (agathe, bilal):
        told = [post.text.replace("\u00a0", " ") for post in await person.direct()]
        note = next(text for text in reversed(told) if f"`/ticket {free.number}`" in text)
        line = f"- `/ticket {free.number}` : Contrat \\*\\*perdu\\*\\* @\u200ball (bloquant, nouvelle, ouverte "
        assert line in note
        assert f"- `/ticket {taken.number}` : Avenant (bloquant, prise, à @{agathe.username}, ouverte " in note
        assert f"/ticket {solved.number}`" not in note
    await closed(rota, free, taken, solved)


@asynccontextmanager
async def room(rota: Rota, key: str) -> AsyncIterator[str]:
    """The id of a room of this story alone."""
    made = await rota.house.bot.chat.create_channel(unique("salle"), "Salle", private=True)
    async with rota.house.bot.database.transaction() as db:
        before = (await canaux.find_channel_ids(db)).get(key)
        await canaux.remember_channel(db, key, made.id, rota.house.clock())
    yield made.id
    async with rota.house.bot.database.transaction() as db:
        await (
            canaux.remember_channel(db, key, before, rota.house.clock()) if before else canaux.forget_channel(db, key)
        )


async def test_where_nobody_follows_the_room_reads_what_is_open(rota: Rota) -> None:
    agathe = await rota.agent("agathe", Role.ANIMATEUR)
    ticket = await opened(rota, "Personne ne le voit")
    async with room(rota, "hotline-metier") as place:
        await agathe.asks(f"/garde moi {rota.days(0, 4)} métier")
        rota.goes_to(5, 12)
        await rota.runs("hand_over")
        posts = (await rota.house.site.admin.get(f"/channels/{place}/posts"))["posts"].values()
        (note,) = [post["message"] for post in posts if "personne n’est de garde ensuite" in post["message"]]
    assert f"/ticket {ticket.number}" in note
    await closed(rota, ticket)


async def closed(rota: Rota, *found: Ticket) -> None:
    """No other story sees them."""
    async with rota.house.bot.database.transaction() as db:
        await db.execute(delete(Ticket).where(col(Ticket.id).in_([ticket.number for ticket in found])))


async def test_who_goes_on_or_is_followed_by_nobody_reads_so(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await agathe.asks(f"/garde moi {rota.days(0, 4)}")
    await agathe.asks(f"/garde moi {rota.days(7, 11)}")
    await bilal.asks(f"/garde absent {rota.days(14, 18)}")
    await bilal.asks(f"/garde moi {rota.days(14, 18)}")
    rota.goes_to(6, 12)
    await rota.runs("hand_over")
    assert await agathe.direct() == []
    rota.goes_to(11, 18)
    await rota.runs("hand_over")
    (told,) = await agathe.direct()
    assert "Personne n’est de garde ensuite" in plain(told), "who is away follows nobody"


async def test_a_turn_taken_back_in_its_middle_is_handed_over_too(rota: Rota) -> None:
    agathe = await rota.agent("agathe", Role.ANIMATEUR)
    await agathe.asks(f"/garde moi {rota.days(0, 4)}")
    rota.goes_to(2, 9)
    await agathe.asks("/garde retirer")
    await rota.runs("hand_over")
    (told,) = await agathe.direct()
    assert "Votre garde est finie" in plain(told)


async def test_who_begins_is_told_on_the_first_open_morning(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await agathe.asks(f"/garde moi {rota.days(5, 11)}")
    await bilal.asks(f"/garde moi {rota.days(7, 11)}")
    await bilal.asks(f"/garde absent {rota.days(7, 8)}")
    rota.goes_to(5, 8, 20)
    await rota.runs("announce")
    assert await agathe.direct() == [], "nobody is told on a Saturday"
    rota.goes_to(7, 8, 20)
    await rota.runs("announce")
    (told,) = await agathe.direct()
    assert "Vous êtes de garde à la hotline à partir d’aujourd’hui" in plain(told)
    assert await bilal.direct() == [], "who is away is not told"
    rota.goes_to(8, 8, 20)
    await rota.runs("announce")
    assert len(await agathe.direct()) == 1


async def test_what_was_over_long_ago_is_forgotten(rota: Rota) -> None:
    bilal = await rota.agent("bilal")
    await bilal.asks(f"/garde moi {rota.days(0, 4)}")
    for ahead, left in ((300, 1), (500, 0)):
        rota.goes_to(ahead, 9)
        await rota.runs("forget")
        async with rota.house.bot.database.transaction(writes=False) as db:
            first, end = rota.day(-10), rota.day(10)
            assert len(await duty.list_turns(db, first, end)) == left
