"""What the tests of newcomers share: a house where they are welcomed, and how they come in."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import delete

from commands.membres import arrivals
from storage.people.arrivals import Guest
from tests.house import House
from tests.people import Person, Post


@pytest.fixture
async def open_house(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The house, where newcomers are welcomed, and no guest of an earlier story waits.

    Who comes is told of sooner than by the three seconds that are usual.
    """
    monkeypatch.setattr(arrivals, "GATHERED_FOR", timedelta(seconds=0.3))
    before = house.settings
    async with house.bot.database.transaction() as db:
        await db.execute(delete(Guest))
    house.settings = before.model_copy(update={"welcome": "oui", "newcomers": "oui"})
    await house.restart()
    yield house
    house.settings = before
    await house.restart()


def said(post: Post) -> str:
    """What a post says, with plain spaces."""
    return post.text.replace("\u00a0", " ")


async def joins(house: House, person: Person) -> None:
    """The admin brings somebody into the team."""
    await house.knows_the_team()
    member = {"team_id": house.site.team_id, "user_id": person.id}
    await house.site.admin.post(f"/teams/{house.site.team_id}/members", member)


async def leaves(house: House, person: Person) -> None:
    """The admin takes somebody out of it."""
    await house.site.admin.delete(f"/teams/{house.site.team_id}/members/{person.id}")
