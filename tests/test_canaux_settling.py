"""What changes of somebody’s channels with what the register says of them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.canaux import read
from storage.canaux import Allowance, ChannelPerson, compute_settling, remember_channel, runs
from storage.canaux.runs import ChangeState, Drift, Finding
from storage.database import Database
from storage.people import Person, Role
from tests.support.databases import database

__all__ = ["database"]


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOON.date()
TABLE = read()
KNOWN = ("general", "aide-metier", "education", "animation", "departement:69", "departement:38")


def somebody(role: Role, *departements: str, leaving: str = "", **more: Any) -> ChannelPerson:
    """A person as the register has them."""
    person = Person(id="a" * 26, username="a", role=role, departements=list(departements), since=NOON, **more)
    return ChannelPerson.of(person, TODAY, [leaving] if leaving else [])


@pytest.mark.parametrize(
    ("before", "after", "joins", "leaves"),
    [
        (None, somebody(Role.CONSEILLER, "69"), {"general", "aide-metier", "departement:69"}, set()),
        (somebody(Role.CONSEILLER, "69"), somebody(Role.CONSEILLER, "69"), set(), set()),
        (somebody(Role.CONSEILLER, "69"), somebody(Role.CONSEILLER, "38"), {"departement:38"}, {"departement:69"}),
        (somebody(Role.CONSEILLER, "69"), somebody(Role.CONSEILLER, "38", leaving="69"), {"departement:38"}, set()),
        (somebody(Role.CONSEILLER, "69"), somebody(Role.COORDINATEUR, "69", "38"), {"departement:38"}, set()),
        (somebody(Role.CONSEILLER, "69"), somebody(Role.ANIMATEUR, "69"), {"animation"}, set()),
        (somebody(Role.ANIMATEUR, "69"), somebody(Role.CONSEILLER, "69"), {"departement:69"}, {"animation"}),
        (
            somebody(Role.CONSEILLER, "69"),
            somebody(Role.CONSEILLER, "69", left_on=date(2026, 11, 1)),
            set(),
            {"aide-metier", "education", "departement:69"},
        ),
        (
            somebody(Role.CONSEILLER, "69", left_on=date(2026, 11, 1)),
            somebody(Role.CONSEILLER, "69"),
            {"general", "aide-metier", "departement:69"},
            set(),
        ),
    ],
)
async def test_what_changes(
    before: ChannelPerson | None, after: ChannelPerson, joins: set[str], leaves: set[str], database: Database
) -> None:
    async with database.transaction() as db:
        for key in KNOWN:
            await remember_channel(db, key, f"{key:x<26.26}", NOON)
        told = await compute_settling(db, TABLE, before, after)
    names = {f"{key:x<26.26}": key for key in KNOWN}
    assert ({names[i] for i in told.joins}, {names[i] for i in told.leaves}) == (joins, leaves)


async def test_who_is_let_in_by_name_stays(database: Database) -> None:
    async with database.transaction() as db:
        await remember_channel(db, "departement:69", "c" * 26, NOON)
        db.add(Allowance(key="departement:69", user_id="a" * 26, is_in=True, at=NOON))
        await db.flush()
        told = await compute_settling(db, TABLE, somebody(Role.CONSEILLER, "69"), somebody(Role.CONSEILLER, "38"))
    assert (told.joins, told.leaves) == ({}, [])


async def test_what_another_run_made_is_dropped_for_that_person_and_undone_last_first(database: Database) -> None:
    found = [Finding(Drift.MISSING, "education", "education", "", user_id=who * 26) for who in "ab"]
    async with database.transaction() as db:
        for run, findings in (("un", found), ("deux", found[:1]), ("trois", found)):
            for one in findings:  # a check tells of them a few at a time
                await runs.note_changes(db, run, [one], {})
        await runs.update_changes(db, "deux", [1], state=ChangeState.DONE)
        await runs.update_changes(db, "trois", [1, 2], state=ChangeState.DONE)
        assert await runs.drop_made(db, "un", "deux")
        left = await runs.list_next_changes(db, "un", ChangeState.FOUND)
        assert [(one.n, one.user_id) for one in left] == [(2, "b" * 26)]
        undone = await runs.list_next_changes(db, "trois", ChangeState.DONE, last_first=True)
        assert [one.n for one in undone] == [2, 1]
