"""Files that go to a channel: made in nobody’s name, posted once, and quietly given up where none can come."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.app import App
from bot.context import Context
from bot.errors import ChatError, UserError
from bot.replies import Replies, SendFile
from storage import outbox
from storage.work import WorkState
from tests.support.house import wait_for
from tests.support.work import (
    HERE,
    Export,
    FileWorkplace,
    Pause,
    file_workplace,
    name_file,
    room,
    run_after,
    run_before,
)

__all__ = ["file_workplace", "room"]


@asynccontextmanager
async def shop(file_workplace: FileWorkplace) -> AsyncIterator[App]:
    """A bot whose « /ici » sends files to the channel."""

    async def here(ctx: Context, _: str) -> Replies:
        return SendFile(channel_id=ctx.channel_id, order=file_workplace.shop.order)

    file_workplace.shop.feature.command("ici", help="Ici")(here)
    async with file_workplace.bot() as app:
        yield app


async def settled(file_workplace: FileWorkplace, app: App) -> None:
    async def done() -> bool:
        return not await file_workplace.waits(app)

    await wait_for(done)


async def test_they_come_into_the_channel_and_belong_to_nobody(file_workplace: FileWorkplace) -> None:
    salon = await file_workplace.salon()
    file_workplace.shop.order = Export(count=2)
    async with shop(file_workplace) as app:
        await file_workplace.runs_command(app, "ici", channel_id=salon)
        await settled(file_workplace, app)
        (made,) = file_workplace.shop.made
        assert (made.user.id, made.user.role) == ("", None)
        (parcel,) = await file_workplace.said(salon)
        assert (parcel.message, parcel.buttons) == (HERE, ["Encore"])
        assert list(await file_workplace.juliette.files(parcel)) == [name_file(0), name_file(1)]
        assert await file_workplace.told() == []


@pytest.mark.parametrize(
    ("around", "call"), [(run_after, "upload"), (run_before, "post_files"), (run_after, "post_files")]
)
async def test_a_crash_on_the_way_makes_one_post(file_workplace: FileWorkplace, around: Any, call: str) -> None:
    salon, pause = await file_workplace.salon(), Pause()
    async with shop(file_workplace) as app:
        around(app, call, pause)
        await file_workplace.runs_command(app, "ici", channel_id=salon)
        await pause.reached.wait()
        await file_workplace.crashes(app)
        await file_workplace.leases_end(app)
    async with file_workplace.bot() as second:
        await settled(file_workplace, second)
    assert [(post.message, len(post.file_ids)) for post in await file_workplace.said(salon)] == [(HERE, 1)]


@pytest.mark.parametrize("problem", [UserError("Trop peu."), ChatError(403, "no_right")])
async def test_what_cannot_come_is_said_to_nobody(file_workplace: FileWorkplace, problem: Exception) -> None:
    async def fails() -> None:
        raise problem

    salon = await file_workplace.salon()
    async with shop(file_workplace) as app:
        if isinstance(problem, UserError):
            file_workplace.shop.trouble = fails
        else:
            run_before(app, "upload", fails)
        await file_workplace.runs_command(app, "ici", channel_id=salon)
        await settled(file_workplace, app)
        assert (await file_workplace.said(salon), await file_workplace.told()) == ([], [])
        assert (await file_workplace.order(app)).state in (WorkState.DONE, WorkState.FAILED)


async def test_files_for_a_channel_come_there_once_and_are_known_by_their_topic(file_workplace: FileWorkplace) -> None:
    async with file_workplace.bot() as app:
        salon = await file_workplace.salon()
        await file_workplace.runs_command(app, "montrer", "essai:42", channel_id=salon)
        told = await file_workplace.settled(app)
        (parcel,) = [p for p in await file_workplace.room.juliette.reads(salon) if p.message == HERE]
        async with app.database.transaction(writes=False) as db:
            (stands,) = await outbox.find_posts_about(db, "essai:42")
    assert [p.message for p in told] == [], "nothing in the direct channel, where nobody asked for it"
    assert list(await file_workplace.room.juliette.files(parcel)) == [name_file(0)]
    assert (stands.post_id, stands.channel_id, stands.user_id) == (parcel.id, salon, "")


async def test_files_that_no_channel_gets_are_told_to_who_asked(file_workplace: FileWorkplace) -> None:
    async def nothing() -> None:
        raise UserError("Rien à montrer.")

    file_workplace.shop.trouble, file_workplace.shop.waiting = nothing, ""
    async with file_workplace.bot() as app:
        salon = await file_workplace.salon()
        await file_workplace.runs_command(app, "montrer", "essai:43", channel_id=salon)
        assert [p.message for p in await file_workplace.settled(app)] == ["Rien à montrer."]
        async with app.database.transaction(writes=False) as db:
            assert not await outbox.find_posts_about(db, "essai:43")


async def test_files_for_a_channel_are_sent_once_though_the_bot_is_killed(file_workplace: FileWorkplace) -> None:
    async with file_workplace.bot() as app:
        salon = await file_workplace.salon()
        pause = Pause()
        run_after(app, "post_files", pause)
        await file_workplace.runs_command(app, "montrer", "essai:44", channel_id=salon)
        await pause.reached.wait()
        await file_workplace.crashes(app)
        pause.over.set()
    async with file_workplace.bot() as app:
        await file_workplace.leases_end(app)
        await file_workplace.settled(app)
        async with app.database.transaction(writes=False) as db:
            (stands,) = await outbox.find_posts_about(db, "essai:44")
        parcels = [p for p in await file_workplace.room.juliette.reads(salon) if p.message == HERE]
    assert [p.id for p in parcels] == [stands.post_id]
