"""What rests in the outbox: no words once they are delivered or given up, and no mark longer than it is needed."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from storage import outbox as table
from storage.outbox import Outgoing, TargetKind, queue
from storage.outbox.queue import DeliveryMark
from tests.people import Person
from tests.support.cra import file_workshop
from tests.support.databases import database
from tests.support.house import House
from tests.support.mattermost import POST
from tests.support.outbox import OutboxStage, answer_always, make_message, read_clock, stage

__all__ = ["database", "stage"]

pytestmark = pytest.mark.postgres_too


SECRET = "Mme Dupont, 12 rue des Lilas"
LONG_AGO = timedelta(days=91)


async def whole(stage: OutboxStage) -> str:
    """All that the table holds, in one text."""
    return json.dumps([row.model_dump(mode="json") for row in await stage.rows()], ensure_ascii=False)


@pytest.mark.parametrize("where", [TargetKind.PERSON, TargetKind.CHANNEL, TargetKind.POST])
async def test_nothing_is_kept_of_what_was_delivered(where: TargetKind, stage: OutboxStage) -> None:
    target = {TargetKind.POST: POST, TargetKind.CHANNEL: "c" * 26}.get(where, "a" * 26)
    async with stage.outbox() as outbox:
        written = await stage.write(make_message(SECRET, where, target, topic="cra:1"))
        assert SECRET in await whole(stage)
        outbox.deliver_now(written)
        await stage.settled()
    assert stage.town.texts == [SECRET]
    assert SECRET not in await whole(stage)


async def test_nothing_is_kept_of_what_was_given_up(stage: OutboxStage) -> None:
    stage.town.before = answer_always(403, "no")
    await stage.write(
        make_message(SECRET, created_at=read_clock() - timedelta(hours=23), attempts=8, not_before=read_clock())
    )
    async with stage.outbox():
        (row,) = await stage.settled()
    assert (row.delivered_at, row.content, row.fault) == (None, {}, "403 no")


async def test_of_a_clicked_post_only_what_waits_to_rewrite_it_is_erased(stage: OutboxStage) -> None:
    clicked, other = "p" * 26, "o" * 26
    await stage.write(
        make_message("vieux", TargetKind.POST, clicked),
        make_message("d’un autre", TargetKind.POST, other),
        make_message("fait", TargetKind.POST, clicked, not_before=None, delivered_at=read_clock()),
        make_message("un mot", TargetKind.CHANNEL, clicked),
    )
    async with stage.database.transaction() as db:
        await queue.void_rewritings(db, clicked)
    assert {row.content["message"] for row in await stage.rows()} == {"d’un autre", "fait", "un mot"}


async def test_words_stay_while_they_may_still_be_sent(stage: OutboxStage) -> None:
    stage.town.before = answer_always(403, "no")
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message(SECRET)))
        (row,) = await stage.rows_once(lambda rows: rows[0].attempts == 1)
    assert row.content["message"] == SECRET


async def test_who_comes_late_with_a_failure_does_not_bring_back_what_is_delivered(stage: OutboxStage) -> None:
    """Its words are gone: nothing could be sent."""
    (row,) = await stage.write(make_message(SECRET))
    async with stage.database.transaction() as db:
        await table.mark_delivered(db, [DeliveryMark(row.id, POST)], read_clock())
        await table.mark_failed(db, row.id, "503", read_clock())
    (row,) = await stage.rows()
    assert (row.not_before, row.fault, row.attempts) == (None, None, 0)


async def test_marks_are_forgotten_but_those_that_modifier_needs(stage: OutboxStage) -> None:
    old = read_clock() - LONG_AGO
    kinds: dict[str, dict[str, Any]] = {
        "receipt": {"topic": "cra:1", "delivered_at": old, "post_id": "r" * 26},
        "receipt of a moment ago": {"topic": "cra:2", "delivered_at": read_clock(), "post_id": "r" * 26},
        "said": {"delivered_at": old},
        "rewritten": {"where": TargetKind.POST, "delivered_at": old},
        "draft": {"topic": "draft:x", "delivered_at": old},
        "given up": {},
        "receipt given up": {"topic": "cra:3"},
        "waiting": {"not_before": read_clock()},
        "said of late": {"delivered_at": read_clock()},
        "given up of late": {"created_at": read_clock()},
    }
    await stage.write(
        *(make_message(name, **({"created_at": old, "not_before": None} | k)) for name, k in kinds.items())
    )
    async with stage.database.transaction() as db:
        await table.forget(db, read_clock() - timedelta(days=90))
    kept = {row.content["message"] for row in await stage.rows()}
    assert kept == {"receipt", "receipt of a moment ago", "waiting", "said of late", "given up of late"}


@pytest.mark.both_databases
async def test_a_receipt_is_rewritten_though_its_words_and_a_year_are_gone(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette, participants=3)
    await house.settled()
    async with house.bot.database.transaction() as db:
        await db.execute(
            update(Outgoing).values(created_at=read_clock() - timedelta(days=365), delivered_at=read_clock() - LONG_AGO)
        )
        await table.forget(db, read_clock() - timedelta(days=90))
    change = await juliette.opens_by(receipt, "Modifier")
    change.fill(participants=9)
    await change.submit()
    assert "9" in (await juliette.rewritten(receipt, "modifié")).text


async def test_no_story_waits_for_what_was_refused_in_another(house: House) -> None:
    """It is tried again after a minute, then four: to whom has no account any more, too."""
    soon = house.clock() + timedelta(minutes=1)
    refused = make_message("refusé", TargetKind.CHANNEL, "c" * 26, attempts=1, fault="403 no", not_before=soon)
    for_who_left = make_message("parti", not_before=soon)
    async with house.bot.database.transaction() as db:
        await table.add(db, [refused, for_who_left])
    await house.forget_story([for_who_left.target])
    async with house.bot.database.transaction(writes=False) as db:
        assert not await table.find_unnoted(db, [refused.id, for_who_left.id])


async def test_what_was_emptied_is_gone_from_the_file_too(stage: OutboxStage, tmp_path: Path) -> None:
    if not stage.database.is_sqlite:
        pytest.skip("PostgreSQL clears away by itself what is dead")
    rows = await stage.write(*(make_message(f"{SECRET} {n}" * 20) for n in range(200)))
    async with stage.database.transaction() as db:
        await table.mark_delivered(db, [DeliveryMark(row.id, POST) for row in rows], read_clock())
    await stage.database.close()  # the last connection writes the journal into the file
    assert SECRET.encode() not in (tmp_path / "coop.db").read_bytes()
