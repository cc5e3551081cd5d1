"""All that is sent on some topics: counted as it comes on, taken back while it surely became no post, freed."""

from datetime import timedelta
from typing import Any

import pytest

from storage import outbox
from storage.database import Database
from storage.outbox import LEASE, DeliveryTally, Outgoing, TargetKind, queue
from tests.support.databases import database
from tests.support.outbox import make_message, read_clock

__all__ = ["database"]

pytestmark = pytest.mark.postgres_too


TOPICS = ["annonce:a:0", "annonce:a:1"]
OTHER = "annonce:b:0"


def of(topic: str, target: str, **more: Any) -> Outgoing:
    """A message to a channel as long work writes it."""
    created = read_clock()
    usual = {"created_at": created, "not_before": created - LEASE, "topic": topic, "crowd": True}
    return make_message("x", TargetKind.CHANNEL, target, **(usual | more))


async def write(database: Database, *rows: Outgoing) -> None:
    async with database.transaction() as db:
        await outbox.add(db, rows)


async def some(database: Database) -> None:
    """One of each kind, by what has become of it."""
    at = read_clock()
    await write(
        database,
        of(TOPICS[0], "there", not_before=None, delivered_at=at, post_id="p"),
        of(TOPICS[0], "new"),
        of(TOPICS[1], "leased", not_before=at + LEASE / 2),
        of(TOPICS[1], "doubtful", attempts=1, fault="0 timeout", not_before=at),
        of(TOPICS[1], "refused", attempts=1, fault="403 x", not_before=at + timedelta(minutes=4)),
        of(TOPICS[1], "given up", attempts=3, fault="403 x", not_before=None),
        of(OTHER, "other"),
    )


async def test_what_has_arrived_what_waits_and_what_is_refused(database: Database) -> None:
    await some(database)
    async with database.transaction(writes=False) as db:
        assert await outbox.tally(db, TOPICS, read_clock()) == DeliveryTally(arrived=1, waiting=3, refused=2)
        assert await outbox.tally(db, [], read_clock()) == DeliveryTally()
        assert await outbox.find_reached(db, TOPICS) == {"there", "new", "leased", "doubtful", "refused"}
        assert await outbox.find_unreached(db, TOPICS) == ["doubtful", "given up", "leased", "new", "refused"]


async def test_what_nobody_tried_or_was_refused_is_taken_back_and_nothing_else(database: Database) -> None:
    await some(database)
    async with database.transaction() as db:
        await outbox.recall_unsent(db, TOPICS, read_clock())
    async with database.transaction(writes=False) as db:
        assert await outbox.find_reached(db, [*TOPICS, OTHER]) == {"there", "leased", "doubtful", "other"}
        assert await outbox.find_unreached(db, TOPICS) == ["doubtful", "leased"]


async def test_what_others_had_in_hand_is_free_again(database: Database) -> None:
    at = read_clock()
    held = {"not_before": at + LEASE}
    await write(database, of(TOPICS[0], "leased", **held), of(OTHER, "other", **held))
    async with database.transaction() as db:
        await outbox.make_due(db, TOPICS, at)
    async with database.transaction() as db:
        taken = await queue.take(db, at, at + LEASE, 10, queue.QueueShare(crowd=True))
    assert [(message.target, is_new) for message, is_new in taken] == [("leased", False)]
