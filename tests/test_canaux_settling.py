"""What changes of somebody’s channels with what the register says of them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.canaux import read
from storage.canaux import Allowance, ChannelPerson, compute_settling, remember_channel
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
