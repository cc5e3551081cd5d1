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
from tests.support.work import HERE, Export, FileWorkplace, Pause, name_file, office, room, run_after, run_before

__all__ = ["office", "room"]


@asynccontextmanager
async def shop(office: FileWorkplace) -> AsyncIterator[App]:
    """A bot whose « /ici » sends files to the channel."""

    async def here(ctx: Context, _: str) -> Replies:
        return SendFile(channel_id=ctx.channel_id, order=office.shop.order)

    office.shop.feature.command("ici", help="Ici")(here)
    async with office.bot() as app:
        yield app


async def settled(office: FileWorkplace, app: App) -> None:
    async def done() -> bool:
        return not await office.waits(app)

    await wait_for(done)


async def test_they_come_into_the_channel_and_belong_to_nobody(office: FileWorkplace) -> None:
    salon = await office.salon()
    office.shop.order = Export(count=2)
    async with shop(office) as app:
        await office.runs_command(app, "ici", channel_id=salon)
        await settled(office, app)
        (made,) = office.shop.made
        assert (made.user.id, made.user.role) == ("", None)
        (parcel,) = await office.said(salon)
        assert (parcel.message, parcel.buttons) == (HERE, ["Encore"])
        assert list(await office.juliette.files(parcel)) == [name_file(0), name_file(1)]
        assert await office.told() == []


@pytest.mark.parametrize(
    ("around", "call"), [(run_after, "upload"), (run_before, "post_files"), (run_after, "post_files")]
)
async def test_a_crash_on_the_way_makes_one_post(office: FileWorkplace, around: Any, call: str) -> None:
    salon, pause = await office.salon(), Pause()
    async with shop(office) as app:
        around(app, call, pause)
        await office.runs_command(app, "ici", channel_id=salon)
        await pause.reached.wait()
        await office.crashes(app)
        await office.leases_end(app)
    async with office.bot() as second:
        await settled(office, second)
    assert [(post.message, len(post.file_ids)) for post in await office.said(salon)] == [(HERE, 1)]


@pytest.mark.parametrize("problem", [UserError("Trop peu."), ChatError(403, "no_right")])
async def test_what_cannot_come_is_said_to_nobody(office: FileWorkplace, problem: Exception) -> None:
    async def fails() -> None:
        raise problem

    salon = await office.salon()
    async with shop(office) as app:
        if isinstance(problem, UserError):
            office.shop.trouble = fails
        else:
            run_before(app, "upload", fails)
        await office.runs_command(app, "ici", channel_id=salon)
        await settled(office, app)
        assert (await office.said(salon), await office.told()) == ([], [])
        assert (await office.order(app)).state in (WorkState.DONE, WorkState.FAILED)


async def test_files_for_a_channel_come_there_once_and_are_known_by_their_topic(office: FileWorkplace) -> None:
    async with office.bot() as app:
        salon = await office.salon()
        await office.runs_command(app, "montrer", "essai:42", channel_id=salon)
        told = await office.settled(app)
        (parcel,) = [p for p in await office.room.juliette.reads(salon) if p.message == HERE]
        async with app.database.transaction(writes=False) as db:
            (stands,) = await outbox.find_posts_about(db, "essai:42")
    assert [p.message for p in told] == [], "nothing in the direct channel, where nobody asked for it"
    assert list(await office.room.juliette.files(parcel)) == [name_file(0)]
    assert (stands.post_id, stands.channel_id, stands.user_id) == (parcel.id, salon, "")


async def test_files_that_no_channel_gets_are_told_to_who_asked(office: FileWorkplace) -> None:
    async def nothing() -> None:
        raise UserError("Rien à montrer.")

    office.shop.trouble, office.shop.waiting = nothing, ""
    async with office.bot() as app:
        salon = await office.salon()
        await office.runs_command(app, "montrer", "essai:43", channel_id=salon)
        assert [p.message for p in await office.settled(app)] == ["Rien à montrer."]
        async with app.database.transaction(writes=False) as db:
            assert not await outbox.find_posts_about(db, "essai:43")


async def test_files_for_a_channel_are_sent_once_though_the_bot_is_killed(office: FileWorkplace) -> None:
    async with office.bot() as app:
        salon = await office.salon()
        pause = Pause()
        run_after(app, "post_files", pause)
        await office.runs_command(app, "montrer", "essai:44", channel_id=salon)
        await pause.reached.wait()
        await office.crashes(app)
        pause.over.set()
    async with office.bot() as app:
        await office.leases_end(app)
        await office.settled(app)
        async with app.database.transaction(writes=False) as db:
            (stands,) = await outbox.find_posts_about(db, "essai:44")
        parcels = [p for p in await office.room.juliette.reads(salon) if p.message == HERE]
    assert [p.id for p in parcels] == [stands.post_id]
