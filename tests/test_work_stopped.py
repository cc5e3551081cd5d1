"""Work that ends before its end: its feature says what that means, in the transaction in which it ends."""

from bot.clock import utc_now
from bot.context import Request
from storage import claims
from storage.work import WorkState
from tests.people import Person, Post
from tests.support.house import wait_for
from tests.support.work import Count, StepPause, WorkerWorkplace, every_server, room, yard
from tests.support.workplace import run_in_turn

__all__ = ["room", "yard"]


pytestmark = every_server


async def oops() -> None:
    raise RuntimeError("oups")


async def nothing() -> None:
    pass


async def progress(person: Person) -> Post:
    told = await wait_for(person.direct)
    return told[-1]


async def stopped(yard: WorkerWorkplace, salon: str) -> None:
    """Juliette stops her work after two steps; some more of it was done than it knew."""
    pause = StepPause(nth=3)
    yard.gang.beyond = 40
    yard.gang.trouble = pause
    async with yard.bot() as app:
        await yard.begins(app, Count(steps=50, channel=salon))
        told = await progress(yard.juliette)
        await pause.reached.wait()
        await yard.juliette.clicks(await yard.juliette.sees(told), "Arrêter")
        pause.over.set()
        (row,) = await yard.settled(app)
        assert (row.state, row.data) == (WorkState.CANCELLED, {})


async def test_what_is_stopped_has_a_last_step_once(yard: WorkerWorkplace) -> None:
    salon = await yard.salon()
    await stopped(yard, salon)
    ((asked, so_far),) = yard.gang.ends
    assert (asked, so_far.done, so_far.cursor) == (Count(steps=50, channel=salon), 2, 2)
    assert {post.message for post in await yard.said(salon)} == {"pas 0", "pas 1", "arrêté à 2"}
    assert "arrêté à la demande, 42 étapes sur 50" in (await progress(yard.juliette)).message, "as it says itself"


async def test_what_is_stopped_before_anybody_could_read_of_it_is_told_all_the_same(yard: WorkerWorkplace) -> None:
    """Mattermost is away when the work begins, so the message about it comes after it was stopped."""
    async with yard.bot() as app:
        yard.room.server.faults.status = 503
        await yard.begins(app, Count(steps=50))
        work = await yard.work(app)
        await app.dispatcher.run(Request("button", "work.Stop", yard.juliette.id), {"work_id": work.id})
        yard.room.server.faults.status = None
        told = await progress(yard.juliette)
        await yard.juliette.rewritten(told, "arrêté à la demande")


async def test_what_cannot_say_so_ends_all_the_same(yard: WorkerWorkplace) -> None:
    salon = await yard.salon()
    yard.gang.sorrow = oops
    await stopped(yard, salon)
    assert [post.message for post in await yard.said(salon)] == ["pas 0", "pas 1"]
    assert "arrêté à la demande, 2 étapes sur 50" in (await progress(yard.juliette)).message


async def test_what_fails_has_one_too(yard: WorkerWorkplace) -> None:
    yard.gang.trouble, yard.gang.beyond = run_in_turn(nothing, oops, oops, oops), 40
    async with yard.bot() as app:
        await yard.begins(app, Count(steps=5))
        (failed,) = await yard.settled(app)
        assert (failed.state, failed.done) == (WorkState.FAILED, 41)
        assert len(yard.gang.ends) == 1
        async with app.database.transaction() as db:
            assert not await claims.claim(db, "essai fini", "fin", utc_now()), "what it wrote stands"


async def test_what_comes_to_its_end_has_none(yard: WorkerWorkplace) -> None:
    async with yard.bot() as app:
        await yard.begins(app, Count(steps=3))
        (done,) = await yard.settled(app)
    assert (done.state, yard.gang.ends) == (WorkState.DONE, [])
