"""Whatever events and people there are: an event of a département is in no list of who is not there."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import agenda
from storage.agenda import AgendaAttendance, AgendaEvent, EventState, Sight, Window, find_homes, list_coming
from storage.database import Database
from tests.support.databases import database

__all__ = ["database"]


NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
CODES = ("", "69", "01", "971", "974", "988")
PEOPLE = {"a" * 26: ("69",), "b" * 26: ("01", "974"), "c" * 26: ("978",), "d" * 26: (), "e" * 26: ("988",)}
"""Whoever is in Saint-Martin (978) shares the channel of Guadeloupe (971); New Caledonia (988) has none."""
ALL = Window(1000)


async def fill(db: AsyncSession, chance: random.Random) -> Sequence[AgendaEvent]:
    """Some events of every sort, and people who come to them, though they may not be there any more."""
    for table in (AgendaAttendance, AgendaEvent):
        await db.execute(delete(table))
    made = []
    for number in range(40):
        start = NOW + timedelta(hours=chance.randint(-2000, 2000))
        state = chance.choice(list(EventState))
        out = state is EventState.PUBLISHED or (state is EventState.CANCELLED and chance.random() < 0.5)
        made.append(
            AgendaEvent(
                title=f"Événement {number}",
                starts_at=start,
                ends_at=start + timedelta(hours=1),
                zone="Europe/Paris",
                departement=chance.choice(CODES),
                author_id=chance.choice(list(PEOPLE)),
                proposed_at=NOW,
                state=state,
                published_at=NOW if out else None,
                changed_at=NOW,
            )
        )
        await agenda.add_event(db, made[-1])
        for person in PEOPLE:
            if chance.random() < 0.3:
                await agenda.add_attendance(db, made[-1], person, NOW)
    return made


def is_for(one: AgendaEvent, departements: Sequence[str]) -> bool:
    """Whether it is for somebody of these, by the rule as people say it."""
    return one.departement in {"", *departements} or (one.departement == "971" and "978" in departements)


@pytest.mark.parametrize("seed", range(12))
async def test_nobody_is_shown_what_is_for_another_departement(database: Database, seed: int) -> None:
    async with database.transaction() as db:
        every = await fill(db, random.Random(seed))
        for person, departements in PEOPLE.items():
            sight = Sight.of(departements)
            lists = {
                "to_come": (await agenda.list_to_come(db, sight, NOW, ALL))[0],
                "past": (await agenda.list_past(db, sight, NOW, ALL))[0],
                "coming": await list_coming(db, NOW, NOW + timedelta(days=90), departements),
                "attended": await agenda.list_attended(db, person, sight, NOW, NOW + timedelta(days=90)),
            }
            for name, found in lists.items():
                assert all(is_for(one, departements) and one.state is EventState.PUBLISHED for one in found), name
            mine = [
                *(await agenda.list_own(db, person, sight, NOW, ALL))[0],
                *await agenda.list_for_feed(db, person, sight, NOW - timedelta(days=60), 1000),
            ]
            assert all(one.author_id == person or (is_for(one, departements) and one.is_out) for one in mine)
            there = {one.number for one in every if one.state is EventState.PUBLISHED and is_for(one, departements)}
            shown = {one.number for one in [*lists["to_come"], *lists["past"]]}
            assert shown == there, "and all that is for them is there"
            assert all(sight.covers(one.departement) == is_for(one, departements) for one in every)


@pytest.mark.parametrize("seed", range(4))
async def test_pages_hold_each_event_once_in_order(database: Database, seed: int) -> None:
    async with database.transaction() as db:
        await fill(db, random.Random(seed))
        sight = Sight(everything=True)
        whole, total = await agenda.list_to_come(db, sight, NOW, ALL)
        pages = [(await agenda.list_to_come(db, sight, NOW, Window(5, at)))[0] for at in range(0, total, 5)]
        assert [one.number for page in pages for one in page] == [one.number for one in whole]
        assert sorted(whole, key=lambda one: (one.starts_at, one.number)) == list(whole)


def test_territories_without_a_channel_of_their_own() -> None:
    assert find_homes(["978", "988", "69"]) == {"971", "988", "69"}
