"""A year of the news: each Friday and first Wednesday at nine in Paris, whatever the clock and the calendar do."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import pytest
from sqlmodel import col, select

from bot.replies import Start
from cli.actus import NewsDesk
from commands.actus import programme
from commands.actus.drafts import PublishDigest
from config.settings import Settings
from storage import claims
from storage.actus import items
from storage.actus.digests import Digest, DigestState
from storage.actus.items import Item, ItemKind, NewsSection
from storage.claims import JobResult
from storage.database import Database, change
from tests.support.databases import database
from tests.support.house import PARIS

__all__ = ["database"]


pytestmark = pytest.mark.slow

FIRST, LAST = date(2026, 3, 20), date(2027, 4, 16)
"""With both changes of hour, twice in March."""
LOOKS = (time(1, 55), time(3, 0), time(8, 55), time(9, 0), time(16, 0))
BUSY = frozenset({2, 3, 4})
"""The days of the week on which something is drafted or comes out; on the others nine o’clock is all that may be."""
HOLIDAYS = {
    date(2026, 5, 1): date(2026, 4, 30),
    date(2026, 5, 8): date(2026, 5, 7),
    date(2026, 12, 25): date(2026, 12, 24),
    date(2027, 1, 1): date(2026, 12, 31),
}
"""The Fridays of that time on which nobody works, and the working days before."""


class Out(NamedTuple):
    """A number that came out."""

    edition: str
    at: datetime


def days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days)]


def expected() -> list[Out]:
    """By the calendar alone."""
    fridays = [("vendredi", HOLIDAYS.get(day, day)) for day in days() if day.weekday() == 4]
    wednesdays = [("nouvelles", day) for day in days() if day.weekday() == 2 and day.day <= 7]
    found = [Out(key, datetime.combine(day, time(9), PARIS)) for key, day in (*fridays, *wednesdays)]
    return sorted(found, key=lambda out: (out.at, out.edition))


async def looks(house: Database, settings: Settings, now: datetime) -> list[Out]:
    """The bot’s clock comes round once; somebody approves at once what is drafted, and what comes out is out."""
    async with house.transaction() as db:
        replies = await programme.run_due(NewsDesk(db, settings, now))
        await claims.note_run(db, programme.JOB, now.isoformat(), JobResult.DONE, now)
        out = []
        for digest in (await db.exec(select(Digest).where(Digest.state == DigestState.DRAFT))).all():
            await change(db, digest, state=DigestState.APPROVED, approved_at=now)
        begun = {
            reply.payload.digest
            for reply in replies
            if isinstance(reply, Start) and isinstance(reply.payload, PublishDigest)
        }
        for digest in (await db.exec(select(Digest).where(col(Digest.number).in_(begun)))).all():
            assert digest.state is DigestState.PUBLISHING
            await change(db, digest, state=DigestState.PUBLISHED, published_at=now)
            out.append(Out(digest.edition, now.astimezone(PARIS)))
        return out


@pytest.mark.timeout(240)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the calendar is no matter of the database
async def test_a_year_at_nine_on_the_right_days(database: Database) -> None:
    settings, out = Settings.model_validate({"database_url": str(database.url)}), list[Out]()
    async with database.transaction() as db:
        await items.add(db, [_item(n) for n in range(400)])
    for day in days():
        for at in LOOKS if day.weekday() in BUSY else LOOKS[3:4]:
            out += await looks(database, settings, datetime.combine(day, at, PARIS).astimezone(UTC))
    assert sorted(out, key=lambda one: (one.at, one.edition)) == expected()
    async with database.transaction(writes=False) as db:
        numbers = [digest.number for digest in (await db.exec(select(Digest).order_by(col(Digest.number)))).all()]
    assert numbers == list(range(1, len(expected()) + 2)), "the last is drafted for the day after"


def _item(n: int) -> Item:
    """Something new each day."""
    at = datetime.combine(FIRST + timedelta(days=n), time(12), PARIS)
    key = items.make_words_key(str(n))
    return Item(key=key, kind=ItemKind.FEED, section=NewsSection.PRESS, title=f"Le {n}", found_at=at)
