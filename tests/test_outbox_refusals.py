"""What Mattermost refuses: tried for a day, without holding up anybody, and never an old content over a newer one."""

from datetime import timedelta

import pytest
from aiohttp import web

from storage.outbox import TargetKind
from tests.support.databases import database
from tests.support.house import wait_until
from tests.support.mattermost import BOT, CHANNEL, POST, WRITTEN, make_error
from tests.support.outbox import OutboxStage, answer_always, make_message, read_clock, stage

__all__ = ["database", "stage"]

pytestmark = pytest.mark.postgres_too


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_refusal_waits_long_and_holds_up_nobody(status: int, stage: OutboxStage) -> None:
    began = read_clock()
    stage.town.before = answer_always(status, "no")
    async with stage.outbox() as outbox:
        (refused,) = await stage.write(make_message("refusé"))
        outbox.deliver_now([refused])
        await wait_until(lambda: stage.town.tries == 1)
        stage.town.before = None
        outbox.deliver_now(await stage.write(make_message("accepté")))
        await wait_until(lambda: stage.town.texts == ["accepté"])
        rows = await stage.rows_once(lambda rows: any(r.attempts for r in rows))
    row = next(r for r in rows if r.id == refused.id)
    assert row.fault == f"{status} no"
    assert row.not_before
    assert row.not_before > began + timedelta(seconds=50)


async def test_a_refusal_is_given_up_after_a_day(stage: OutboxStage) -> None:
    stage.town.before = answer_always(403, "no")
    old = make_message("refusé", created_at=read_clock() - timedelta(hours=22), attempts=8, not_before=read_clock())
    await stage.write(old)
    async with stage.outbox():
        (row,) = await stage.settled()
    assert (row.attempts, row.not_before, row.delivered_at, row.fault) == (9, None, None, "403 no")


async def test_what_only_fails_is_never_given_up_but_stops_nobody(stage: OutboxStage) -> None:
    stage.town.before = answer_always(500, "app.poison")
    await stage.write(
        make_message("poison", created_at=read_clock() - timedelta(days=3), attempts=10, not_before=read_clock())
    )
    async with stage.outbox():
        (row,) = await stage.rows_once(lambda rows: rows[0].attempts > 10)
    assert row.not_before
    assert row.not_before > read_clock() + timedelta(hours=1)


@pytest.mark.parametrize("status", [403, 404])
async def test_a_post_that_is_gone_needs_no_rewriting(status: int, stage: OutboxStage) -> None:
    stage.town.before = answer_always(status, "gone")
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message("corrigé", TargetKind.POST, POST)))
        (row,) = await stage.settled()
    assert row.delivered_at


@pytest.mark.parametrize("why", ["400 too_late", "403 api.context.permissions.app_error"])
async def test_a_rewriting_that_is_refused_is_given_up_at_once(why: str, stage: OutboxStage) -> None:
    """As in a private channel of others, where a bot that administers the team may post, and correct nothing."""
    status, error_id = why.split()
    stage.town.before = answer_always(int(status), error_id)
    stage.answer(f"GET /api/v4/posts/{POST}", lambda *_: web.json_response(WRITTEN))
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message("corrigé", TargetKind.POST, POST)))
        (row,) = await stage.settled()
    assert (row.delivered_at, row.fault) == (None, why)


@pytest.mark.parametrize("status", [403, 404])
async def test_nothing_is_said_in_a_channel_that_the_bot_is_not_in(status: int, stage: OutboxStage) -> None:
    """Though the server would take it: a bot that administers the team may post everywhere in it."""
    ids = {403: "api.context.permissions.app_error", 404: "app.channel.get_member.missing.app_error"}
    stage.answer(f"GET /api/v4/channels/{CHANNEL}/members/{BOT}", lambda *_: make_error(status, ids[status]))
    async with stage.outbox() as outbox:
        outbox.deliver_now(await stage.write(make_message("secret", TargetKind.CHANNEL, CHANNEL)))
        (row,) = await stage.rows_once(lambda rows: bool(rows[0].attempts))
    assert (row.fault, stage.town.texts) == ("403 bot_not_in_channel", [])
    assert row.not_before
    assert row.not_before > read_clock() + timedelta(seconds=50), "it waits for the bot to be let in"


async def test_an_old_content_does_not_overwrite_a_newer_one(stage: OutboxStage) -> None:
    early = read_clock() - timedelta(minutes=5)
    await stage.write(
        make_message("ancien", TargetKind.POST, POST, created_at=early, attempts=1, not_before=read_clock())
    )
    (newer,) = await stage.write(make_message("nouveau", TargetKind.POST, POST))
    async with stage.outbox() as outbox:
        outbox.deliver_now([newer])
        await stage.settled()
    assert stage.town.texts == ["nouveau"]
