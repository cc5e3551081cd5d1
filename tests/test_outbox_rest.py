"""What rests in the outbox: no words once they are delivered or given up, and no mark longer than it is needed."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from storage import outbox as table
from storage.outbox import DeliveryMark, Outgoing, TargetKind
from tests.chat_server import POST
from tests.databases import database
from tests.house import House
from tests.outgoing import Stage, always, message, now, stage
from tests.people import Person
from tests.telling import filed

__all__ = ["database", "stage"]


SECRET = "Mme Dupont, 12 rue des Lilas"
LONG_AGO = timedelta(days=91)


async def whole(stage: Stage) -> str:
    """All that the table holds, in one text."""
    return json.dumps([row.model_dump(mode="json") for row in await stage.rows()], ensure_ascii=False)


@pytest.mark.parametrize("where", [TargetKind.PERSON, TargetKind.CHANNEL, TargetKind.POST])
async def test_nothing_is_kept_of_what_was_delivered(where: TargetKind, stage: Stage) -> None:
    target = {TargetKind.POST: POST, TargetKind.CHANNEL: "c" * 26}.get(where, "a" * 26)
    async with stage.outbox() as outbox:
        written = await stage.write(message(SECRET, where, target, topic="cra:1"))
        assert SECRET in await whole(stage)
        outbox.deliver_now(written)
        await stage.settled()
    assert stage.town.texts == [SECRET]
    assert SECRET not in await whole(stage)


async def test_nothing_is_kept_of_what_was_given_up(stage: Stage) -> None:
    stage.town.before = always(403, "no")
    await stage.write(message(SECRET, created_at=now() - timedelta(hours=23), attempts=8, not_before=now()))
    async with stage.outbox():
        (row,) = await stage.settled()
    assert (row.delivered_at, row.content, row.fault) == (None, {}, "403 no")


async def test_words_stay_while_they_may_still_be_sent(stage: Stage) -> None:
    stage.town.before = always(403, "no")
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(message(SECRET)))
        (row,) = await stage.rows_once(lambda rows: rows[0].attempts == 1)
    assert row.content["message"] == SECRET


async def test_who_comes_late_with_a_failure_does_not_bring_back_what_is_delivered(stage: Stage) -> None:
    """Its words are gone: nothing could be sent."""
    (row,) = await stage.write(message(SECRET))
    async with stage.database.transaction() as db:
        await table.mark_delivered(db, [DeliveryMark(row.id, POST)], now())
        await table.mark_failed(db, row.id, "503", now())
    (row,) = await stage.rows()
    assert (row.not_before, row.fault, row.attempts) == (None, None, 0)


async def test_marks_are_forgotten_but_those_that_modifier_needs(stage: Stage) -> None:
    old = now() - LONG_AGO
    kinds: dict[str, dict[str, Any]] = {
        "receipt": {"topic": "cra:1", "delivered_at": old, "post_id": "r" * 26},
        "receipt of a moment ago": {"topic": "cra:2", "delivered_at": now(), "post_id": "r" * 26},
        "said": {"delivered_at": old},
        "rewritten": {"where": TargetKind.POST, "delivered_at": old},
        "draft": {"topic": "draft:x", "delivered_at": old},
        "given up": {},
        "receipt given up": {"topic": "cra:3"},
        "waiting": {"not_before": now()},
        "said of late": {"delivered_at": now()},
        "given up of late": {"created_at": now()},
    }
    await stage.write(*(message(name, **({"created_at": old, "not_before": None} | k)) for name, k in kinds.items()))
    async with stage.database.transaction() as db:
        await table.forget(db, now() - timedelta(days=90))
    kept = {row.content["message"] for row in await stage.rows()}
    assert kept == {"receipt", "receipt of a moment ago", "waiting", "said of late", "given up of late"}


@pytest.mark.both_databases
async def test_a_receipt_is_rewritten_though_its_words_and_a_year_are_gone(house: House, juliette: Person) -> None:
    receipt = await filed(juliette, participants=3)
    await house.settled()
    async with house.bot.database.transaction() as db:
        await db.execute(update(Outgoing).values(created_at=now() - timedelta(days=365), delivered_at=now() - LONG_AGO))
        await table.forget(db, now() - timedelta(days=90))
    change = await juliette.opens_by(receipt, "Modifier")
    change.fill(participants=9)
    await change.submit()
    assert "9" in (await juliette.rewritten(receipt, "modifié")).text


async def test_what_was_emptied_is_gone_from_the_file_too(stage: Stage, tmp_path: Path) -> None:
    if not stage.database.is_sqlite:
        pytest.skip("PostgreSQL clears away by itself what is dead")
    rows = await stage.write(*(message(f"{SECRET} {n}" * 20) for n in range(200)))
    async with stage.database.transaction() as db:
        await table.mark_delivered(db, [DeliveryMark(row.id, POST) for row in rows], now())
    await stage.database.close()  # the last connection writes the journal into the file
    assert SECRET.encode() not in (tmp_path / "coop.db").read_bytes()
