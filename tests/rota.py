"""What the stories of duty share: an empty rota on a Monday morning, agents, and days as they are typed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import delete

from bot.calendar import is_working_day
from bot.features import Key
from storage.hotline.duty import DutyAbsence, DutySwap, DutyTurn
from storage.people import Role
from tests.house import PARIS, House
from tests.people import Person, Post, unique

_WEEKS = 60


@dataclass(frozen=True)
class Rota:
    """A house whose rota is empty, and the Monday it is there, which begins two weeks without a holiday."""

    house: House
    monday: date

    def day(self, ahead: int) -> date:
        """So many days after that Monday."""
        return self.monday + timedelta(days=ahead)

    def days(self, first: int, last: int) -> str:
        """« du 30/11/2026 au 04/12/2026 »."""
        return f"du {self.day(first):%d/%m/%Y} au {self.day(last):%d/%m/%Y}"

    def goes_to(self, ahead: int, hour: int, minute: int = 0) -> None:
        """It is that day and hour in Paris."""
        self.house.clock.goes_to(at(self.day(ahead), hour, minute))

    async def agent(self, name: str, role: Role = Role.HOTLINE) -> Person:
        """Somebody who may be on duty."""
        return await self.house.someone(role, name)

    async def runs(self, job: str) -> None:
        """The job is due, and done."""
        key: Key = ("job", f"garde.{job}")
        await self.house.bot.runs.run(key, unique("fois"))
        await self.house.settled()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment in Paris."""
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


def said(post: Post) -> str:
    """What a post says, with plain spaces."""
    return post.text.replace("\u00a0", " ")


@pytest.fixture
async def rota(house: House) -> AsyncIterator[Rota]:
    """The rota of a story."""
    today = house.today
    mondays = (today + timedelta(days=7 * week - today.weekday()) for week in range(1, _WEEKS))
    monday = next(m for m in mondays if all(is_working_day(m + timedelta(days=d)) for d in (*range(5), *range(7, 12))))
    async with house.bot.database.transaction() as db:
        for table in (DutyTurn, DutyAbsence, DutySwap):
            await db.execute(delete(table))
    house.clock.goes_to(at(monday, 10))
    yield Rota(house, monday)
    await house.settled()
