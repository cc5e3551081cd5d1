"""Long work as people see it: it is begun, told of in one message that is rewritten, and stopped by a button."""

import asyncio
from typing import Any

import pytest

from bot.context import Request
from bot.work import steps
from storage.people import Role
from storage.work import WorkState
from tests.people import Post, unique
from tests.support.house import wait_for, wait_until
from tests.support.work import Count, Fill, StepPause, WorkerWorkplace, Write, every_server, room, worker_workplace
from tests.support.workplace import run_in_turn

__all__ = ["room", "worker_workplace"]


pytestmark = every_server


async def members(worker_workplace: WorkerWorkplace, channel_id: str) -> set[str]:
    listed = await worker_workplace.room.site.admin.get(f"/channels/{channel_id}/members")
    return {member["user_id"] for member in listed}


async def progress(worker_workplace: WorkerWorkplace) -> Post:
    """The message about the work that was begun, once it stands."""

    told = await wait_for(worker_workplace.juliette.direct)
    return told[-1]


async def test_channels_are_filled_and_one_message_tells_how_far(
    worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "TOLD_EVERY", 0.0)
    agathe = await worker_workplace.room.site.person("agathe")
    channels = [await worker_workplace.salon() for _ in range(12)]
    pause = StepPause(nth=5)
    worker_workplace.gang.trouble = pause
    await worker_workplace.leads()
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Fill(channels=channels, person=agathe.id))
        told = await worker_workplace.juliette.told("commence dans un instant")
        assert told.buttons == ["Arrêter"]
        await pause.reached.wait()
        half = await worker_workplace.juliette.rewritten(told, "4 canaux sur 12")
        assert half.buttons == ["Arrêter"]
        pause.over.set()
        end = await worker_workplace.juliette.rewritten(told, "terminé, 12 canaux")
        assert end.buttons == []
        (done,) = await worker_workplace.settled(app)
        assert [p.id for p in await worker_workplace.juliette.direct()] == [told.id], "one message, rewritten"
    assert (done.state, done.done, done.total, done.error) == (WorkState.DONE, 12, 12, None)
    assert (done.data, done.cursor, done.topic) == ({}, None, None), "nothing is kept of it"
    for channel in channels:
        assert agathe.id in await members(worker_workplace, channel)


async def test_people_are_written_to_in_pages_each_once(worker_workplace: WorkerWorkplace) -> None:
    people = [await worker_workplace.room.site.person(name) for name in ("agathe", "amina", "simon", "zoe", "lea")]
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Write(people=[p.id for p in people]))
        await worker_workplace.settled(app)
        for n, person in enumerate(people):
            assert [p.message for p in await person.direct()] == [f"Bonjour {n}"]
        assert [so_far.cursor for _, so_far in worker_workplace.gang.seen] == [None, {"after": 2}, {"after": 4}]
        crowd = [
            row.crowd
            for row in await worker_workplace.rows(app)
            if row.target != worker_workplace.juliette.id and row.post_id
        ]
        assert crowd.count(True) == 5, "what answers people goes before"


async def test_it_is_told_in_a_channel(worker_workplace: WorkerWorkplace) -> None:
    salon = await worker_workplace.salon()
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=4), told_in=salon)
        await worker_workplace.settled(app)
    assert [p.message for p in await worker_workplace.said(salon)] == [
        "✅ **Comptage** : terminé, 4 étapes.".replace(" :", "\u00a0:")
    ]
    assert await worker_workplace.juliette.direct() == []


async def test_the_bot_itself_begins_some_and_acts_for_nobody(worker_workplace: WorkerWorkplace) -> None:
    """A job’s: nobody is told, and no role is had."""
    salon = await worker_workplace.salon()
    async with worker_workplace.bot() as app:
        await wait_until(lambda: app.jobs.is_idle)  # it makes up for the last time it was due
        worker_workplace.gang.payload, worker_workplace.gang.is_night = Count(steps=3, channel=salon), True
        await app.runs.run(("job", "essai.nightly"), unique("nuit"))
        (done,) = await worker_workplace.settled(app)
        assert (done.person, done.state, done.done) == ("", WorkState.DONE, 3)
        assert {(ctx.user.id, ctx.user.role) for ctx, _ in worker_workplace.gang.seen} == {("", None)}
        assert await worker_workplace.juliette.direct() == []


async def test_what_is_quiet_is_nobody_s_though_somebody_begins_it(worker_workplace: WorkerWorkplace) -> None:
    salon = await worker_workplace.salon()
    async with worker_workplace.bot() as app:
        worker_workplace.gang.quiet = True
        await worker_workplace.begins(app, Count(steps=3, channel=salon))
        (done,) = await worker_workplace.settled(app)
        assert (done.person, done.topic, done.state, done.done) == ("", None, WorkState.DONE, 3)
        assert {ctx.user.id for ctx, _ in worker_workplace.gang.seen} == {""}
        assert await worker_workplace.juliette.direct() == []


async def test_who_began_it_stops_it_by_the_button(worker_workplace: WorkerWorkplace) -> None:
    pause = StepPause(nth=3)
    worker_workplace.gang.trouble = pause
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=50))
        told = await progress(worker_workplace)
        await pause.reached.wait()
        await worker_workplace.juliette.clicks(await worker_workplace.juliette.sees(told), "Arrêter")
        pause.over.set()
        end = await worker_workplace.juliette.rewritten(told, "arrêté à la demande, 2 étapes sur 50")
        assert end.buttons == []
        (stopped,) = await worker_workplace.settled(app)
        assert (stopped.state, stopped.done) == (WorkState.CANCELLED, 2)
        assert await worker_workplace.steps_done(app) == 2, "the step under way is undone"
        again = Request("button", "work.Stop", worker_workplace.juliette.id)
        answer = await app.dispatcher.run(again, {"work_id": stopped.id})
        assert "déjà terminé" in str(answer)


async def test_nobody_else_stops_it_but_an_animateur(worker_workplace: WorkerWorkplace) -> None:
    salon, pause = await worker_workplace.salon(), StepPause(nth=2)
    simon, amina = [await worker_workplace.room.site.person(name) for name in ("simon", "amina")]
    for person in (simon, amina):
        await worker_workplace.juliette.api.post(f"/channels/{salon}/members", {"user_id": person.id})
    worker_workplace.gang.trouble = pause
    async with worker_workplace.bot() as app:
        await worker_workplace.registers(app, simon)
        await worker_workplace.registers(app, amina, Role.ANIMATEUR)
        await worker_workplace.begins(app, Count(steps=50), told_in=salon)
        await pause.reached.wait()
        (told,) = await worker_workplace.said(salon)
        await simon.clicks(told, "Arrêter")
        await simon.whispered("l’équipe d’animation peuvent l’arrêter")
        assert (await worker_workplace.work(app)).state is WorkState.RUNNING
        await amina.clicks(told, "Arrêter")
        pause.over.set()
        (stopped,) = await worker_workplace.settled(app)
    assert stopped.state is WorkState.CANCELLED
    assert "arrêté à la demande" in (await worker_workplace.said(salon))[0].message


async def test_what_fails_is_done_again_and_then_told(worker_workplace: WorkerWorkplace) -> None:
    async def oops() -> None:
        raise RuntimeError("oups")

    worker_workplace.gang.trouble = run_in_turn(oops, oops)
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=3))
        (done,) = await worker_workplace.settled(app)
        assert (done.state, done.error, await worker_workplace.steps_done(app)) == (WorkState.DONE, None, 3)
        worker_workplace.gang.trouble = oops
        await worker_workplace.begins(app, Count(steps=3))
        _, failed = await worker_workplace.settled(app)
        assert (failed.state, failed.attempts) == (WorkState.FAILED, 3)
        assert failed.error
        assert failed.error.startswith("RuntimeError (")
        last = (await worker_workplace.juliette.direct())[-1]
    assert "arrêté par une erreur de notre côté" in last.message
    assert "oups" not in last.message


async def test_who_lost_the_role_meanwhile_has_nothing_more_done(worker_workplace: WorkerWorkplace) -> None:
    agathe, pause = await worker_workplace.room.site.person("agathe"), StepPause(nth=2)
    worker_workplace.gang.trouble = pause
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Write(people=[agathe.id] * 4, page=1))
        await pause.reached.wait()
        await worker_workplace.registers(app, worker_workplace.juliette, Role.INVITE)
        pause.over.set()
        (refused,) = await worker_workplace.settled(app)
        assert (refused.state, refused.done) == (WorkState.FAILED, 2)
        assert "réservé" in str(refused.error)
        (told,) = await worker_workplace.juliette.direct()
    assert "arrêté, 2 personnes sur 4" in told.message
    assert "réservé" in told.message


async def test_mattermost_away_delays_and_loses_nothing(worker_workplace: WorkerWorkplace) -> None:
    faults, channels = worker_workplace.room.server.faults, [await worker_workplace.salon() for _ in range(6)]
    agathe = await worker_workplace.room.site.person("agathe")

    async def leaves() -> None:
        faults.down = True
        asyncio.get_running_loop().call_later(0.4, comes_back)

    def comes_back() -> None:
        faults.down = False

    async def passes() -> None: ...

    await worker_workplace.leads()
    worker_workplace.gang.trouble = run_in_turn(passes, passes, leaves)
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Fill(channels=channels, person=agathe.id))
        (done,) = await worker_workplace.settled(app)
        assert not [row.fault for row in await worker_workplace.rows(app) if row.fault], "nothing was given up"
    assert (done.state, done.done, done.error) == (WorkState.DONE, 6, None)
    for channel in channels:
        assert agathe.id in await members(worker_workplace, channel)


async def test_one_too_many_is_refused_kindly(
    worker_workplace: WorkerWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.work.WORKS_PER_PERSON", 2)
    pause = StepPause()
    worker_workplace.gang.trouble = pause
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=2))
        await worker_workplace.begins(app, Count(steps=2))
        answer: Any = await worker_workplace.runs_command(app, "commence")
        assert "déjà 2 travaux en cours" in str(answer["text"])
        pause.over.set()
        await worker_workplace.settled(app)
    await wait_until(lambda: app.workers.is_idle)
