"""Work that ends before its end: its feature says what that means, in the transaction in which it ends."""

from bot.clock import utc_now
from bot.context import Request
from storage import claims
from storage.work import WorkState
from tests.people import Person, Post
from tests.support.house import wait_for
from tests.support.work import Count, StepPause, WorkerWorkplace, every_server, room, worker_workplace
from tests.support.workplace import run_in_turn

__all__ = ["room", "worker_workplace"]


pytestmark = every_server


async def oops() -> None:
    raise RuntimeError("oups")


async def nothing() -> None:
    pass


async def progress(person: Person) -> Post:
    told = await wait_for(person.direct)
    return told[-1]


async def stopped(worker_workplace: WorkerWorkplace, salon: str) -> None:
    """Juliette stops her work after two steps; some more of it was done than it knew."""
    pause = StepPause(nth=3)
    worker_workplace.gang.beyond = 40
    worker_workplace.gang.trouble = pause
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=50, channel=salon))
        told = await progress(worker_workplace.juliette)
        await pause.reached.wait()
        await worker_workplace.juliette.clicks(await worker_workplace.juliette.sees(told), "Arrêter")
        pause.over.set()
        (row,) = await worker_workplace.settled(app)
        assert (row.state, row.data) == (WorkState.CANCELLED, {})


async def test_what_is_stopped_has_a_last_step_once(worker_workplace: WorkerWorkplace) -> None:
    salon = await worker_workplace.salon()
    await stopped(worker_workplace, salon)
    ((asked, so_far),) = worker_workplace.gang.ends
    assert (asked, so_far.done, so_far.cursor) == (Count(steps=50, channel=salon), 2, 2)
    assert {post.message for post in await worker_workplace.said(salon)} == {"pas 0", "pas 1", "arrêté à 2"}
    assert "arrêté à la demande, 42 étapes sur 50" in (await progress(worker_workplace.juliette)).message, (
        "as it says itself"
    )


async def test_what_is_stopped_before_anybody_could_read_of_it_is_told_all_the_same(
    worker_workplace: WorkerWorkplace,
) -> None:
    """Mattermost is away when the work begins, so the message about it comes after it was stopped."""
    async with worker_workplace.bot() as app:
        worker_workplace.room.server.faults.status = 503
        await worker_workplace.begins(app, Count(steps=50))
        work = await worker_workplace.work(app)
        await app.dispatcher.run(Request("button", "work.Stop", worker_workplace.juliette.id), {"work_id": work.id})
        worker_workplace.room.server.faults.status = None
        told = await progress(worker_workplace.juliette)
        await worker_workplace.juliette.rewritten(told, "arrêté à la demande")


async def test_what_cannot_say_so_ends_all_the_same(worker_workplace: WorkerWorkplace) -> None:
    salon = await worker_workplace.salon()
    worker_workplace.gang.sorrow = oops
    await stopped(worker_workplace, salon)
    assert [post.message for post in await worker_workplace.said(salon)] == ["pas 0", "pas 1"]
    assert "arrêté à la demande, 2 étapes sur 50" in (await progress(worker_workplace.juliette)).message


async def test_what_fails_has_one_too(worker_workplace: WorkerWorkplace) -> None:
    worker_workplace.gang.trouble, worker_workplace.gang.beyond = run_in_turn(nothing, oops, oops, oops), 40
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=5))
        (failed,) = await worker_workplace.settled(app)
        assert (failed.state, failed.done) == (WorkState.FAILED, 41)
        assert len(worker_workplace.gang.ends) == 1
        async with app.database.transaction() as db:
            assert not await claims.claim(db, "essai fini", "fin", utc_now()), "what it wrote stands"


async def test_what_comes_to_its_end_has_none(worker_workplace: WorkerWorkplace) -> None:
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=3))
        (done,) = await worker_workplace.settled(app)
    assert (done.state, worker_workplace.gang.ends) == (WorkState.DONE, [])
