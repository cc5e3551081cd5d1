"""What is kept for a time only goes in time, and is counted before; whose account sleeps is known."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from config.settings import Settings
from storage.database import Database
from storage.hotline import TicketState
from storage.people import transitions
from storage.people.transitions import Erasure
from storage.personal_data import PERSONAL_DATA, retention
from storage.personal_data.declarations import RetentionSpan, months_before
from storage.personal_data.retention import find_last_activity, find_sleeping
from storage.personal_data.rights import Duties, duties_of, erase_step
from tests.support.cra import make_conseiller, make_report, register_all, store_reports
from tests.support.databases import database
from tests.support.security import ANNA, BY_NAME, both, make_id

__all__ = ["both", "database"]

pytestmark = pytest.mark.postgres_too


NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


async def test_what_is_too_old_goes_a_part_at_a_time_and_is_counted_before(both: Database) -> None:
    """Every table with a limit, and none without; what is younger stays."""
    settings = Settings()
    far = NOW + timedelta(days=4000)
    async with both.transaction() as db:
        early = await retention.count_expired(db, settings, NOW - timedelta(days=4000))
        assert set(early.values()) == {0}
        late = await retention.count_expired(db, settings, far)
    none_yet = {name for name, count in late.items() if not count}
    assert none_yet <= {"announcement", "idea", "poll", "poll_crowd", "outgoing"}
    rounds, gone = 0, dict.fromkeys(late, 0)
    is_more = True
    while is_more:
        async with both.transaction() as db:
            dropped, is_more = await retention.delete_expired(db, settings, far, limit=1)
        gone = {name: count + dropped.get(name, 0) for name, count in gone.items()}
        rounds += 1
    assert gone == late
    assert rounds > 10
    async with both.transaction(writes=False) as db:
        assert set((await retention.count_expired(db, settings, far)).values()) <= {
            0,
            1,
        }  # (the journal says what it dropped)
        kept = [one for one in PERSONAL_DATA if not one.limit]
        for one in kept:
            assert (await db.execute(select(func.count()).select_from(one.table))).scalar_one() >= 1, one.name


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [("2026-03-31", 1, "2026-02-28"), ("2026-11-26", 30, "2024-05-26"), ("2024-02-29", 12, "2023-02-28")],
)
def test_months_ago(now: str, months: int, then: str) -> None:
    assert f"{months_before(datetime.fromisoformat(now), months):%Y-%m-%d}" == then


def test_a_length_is_that_of_the_settings() -> None:
    settings = Settings(ticket_months=3)
    assert RetentionSpan(setting="ticket_months").before(NOW, settings) == months_before(NOW, 3)
    assert RetentionSpan(days=7).before(NOW, settings) == NOW - timedelta(days=7)


async def test_who_did_nothing_for_long_sleeps(database: Database) -> None:
    """A report is something; pseudonyms, and who is new in the register, do not sleep."""
    old = NOW - timedelta(days=1500)
    juliette, jean, new = make_conseiller("j" * 26), make_conseiller("k" * 26), make_conseiller("n" * 26)
    juliette.since = jean.since = old
    async with database.transaction() as db:
        await register_all(db, juliette, jean, new)
        await store_reports(db, jean, make_report())
        found, last = await find_sleeping(db, NOW - timedelta(days=900))
        assert ([one.id for one in found], last) == ([juliette.id], "")
        assert (await find_last_activity(db, [juliette.id, jean.id]))[juliette.id] == old


async def test_whatever_its_person_does_counts(both: Database) -> None:
    """Each table that says when something was done is asked."""
    async with both.transaction(writes=False) as db:
        moments = []
        for holding in (one for one in PERSONAL_DATA if one.acts):
            for name in holding.acts:
                mine = holding.table.c[holding.own[0]] == make_id(ANNA)
                moments.append((await db.execute(select(func.max(holding.table.c[name])).where(mine))).scalar_one())
        assert (await find_last_activity(db, [make_id(ANNA)]))[make_id(ANNA)] == max(moments)


async def test_what_somebody_has_in_hand_is_counted_then_closed_or_handed_back(both: Database) -> None:
    ticket = BY_NAME["ticket"].table
    async with both.transaction() as db:
        await db.execute(update(ticket).values(state=TicketState.PRIS, closed_at=None))
        assert await duties_of(db, make_id(ANNA), NOW - timedelta(days=400)) == Duties(asked=1, held=1, turns=1)
        erasure = Erasure(user_id=make_id(ANNA), asked_at=NOW, due_at=NOW)
        await transitions.note_erasure(db, erasure)
        found = await transitions.lock_erasure(db, make_id(ANNA))
        assert found
        await erase_step(db, found, NOW)
        assert await duties_of(db, make_id(ANNA), NOW) == Duties(asked=0, held=0, turns=0)
        rows = (
            await db.execute(select(ticket.c.state, ticket.c.agent_id, ticket.c.closed_at).order_by(ticket.c.id))
        ).all()
    assert [row.state for row in rows] == [TicketState.CLOS, TicketState.NOUVEAU]
    assert (rows[0].closed_at, rows[1].agent_id) == (NOW, "")
