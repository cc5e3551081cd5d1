"""« coop-bot work »: what it shows of long work, in words and as docs/wire.md says, and how it stops some."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.clock import utc_now
from bot.forms import name_of
from bot.work import make_work
from config.settings import read
from storage import work
from storage.database import Database
from storage.work import Work, WorkSort, WorkState
from tests.support.databases import database
from tests.support.house import wait_for, wait_until
from tests.support.work import Count, StepPause, WorkerWorkplace, both_databases, room, worker_workplace
from tests.support.workplace import elsewhere, run_command, run_doctor

__all__ = ["database", "elsewhere", "room", "worker_workplace"]


KEYS = ["id", "name", "state", "done", "total", "started", "updated", "error"]


@pytest.fixture
def here(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database that the command is told of."""
    monkeypatch.setenv("COOP_DATABASE_URL", database.url.render_as_string(hide_password=False))
    return database


async def wrote(database: Database, **values: Any) -> Work:
    """A row; by default one that just began."""
    row = make_work(WorkSort.STEPS, Count(steps=101), "juliette", utc_now(), told=False)
    row.sqlmodel_update(values)
    async with database.transaction() as db:
        await work.add(db, [row])
    return row


async def shown(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """What the command writes, run in a thread as it has a loop of its own."""
    code = await asyncio.to_thread(run_command, "work", *words)
    told = capsys.readouterr()
    return code, told.out + told.err


async def objects(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    code, out = await shown(capsys, "--json")
    assert code == 0
    found: list[dict[str, Any]] = json.loads(out)
    return found


async def test_nothing_yet(here: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert await objects(capsys) == []
    assert await shown(capsys) == (0, "Aucun travail long, en cours ou passé.\n")


async def test_each_is_shown_with_how_far_it_is(here: Database, capsys: pytest.CaptureFixture[str]) -> None:
    now = utc_now()
    waits = await wrote(here, created_at=now - timedelta(hours=2))
    runs = await wrote(here, state=WorkState.RUNNING, done=37, total=101, started_at=now, created_at=now)
    over = {"not_before": None, "started_at": now}
    failed = await wrote(here, state=WorkState.FAILED, error="RuntimeError (0a1b2c3d)", updated_at=now, **over)
    done = await wrote(here, state=WorkState.DONE, done=5, updated_at=now - timedelta(hours=1), **over)
    found = await objects(capsys)
    assert [list(line) for line in found] == [KEYS] * 4
    assert [line["id"] for line in found] == [waits.id, runs.id, failed.id, done.id], "what is over last, newest first"
    assert [(line["state"], line["done"], line["total"]) for line in found] == [
        ("waiting", 0, None),
        ("running", 37, 101),
        ("failed", 0, None),
        ("done", 5, None),
    ]
    assert found[0]["started"] is None
    assert datetime.fromisoformat(found[1]["started"]) == now.replace(microsecond=0)
    assert datetime.fromisoformat(found[1]["started"]).utcoffset() is not None
    assert datetime.fromisoformat(found[0]["updated"]).utcoffset() is not None
    assert [line["error"] for line in found] == [None, None, "RuntimeError (0a1b2c3d)", None]
    assert {line["name"] for line in found} == {name_of(Count)}
    code, told = await shown(capsys)
    assert code == 0
    for words in ("en attente", "en cours", "37/101", "échoué", "RuntimeError (0a1b2c3d)", "fait", "Heures de Paris."):
        assert words in told
    assert "juliette" not in told, "nobody is named"


async def test_what_is_over_is_listed_as_far_as_can_be_read(here: Database, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(work.SHOWN_MAX + 5):
        await wrote(here, state=WorkState.DONE, not_before=None, done=n, updated_at=utc_now() + timedelta(seconds=n))
    assert [line["done"] for line in await objects(capsys)] == list(range(104, 4, -1))


async def test_one_is_stopped_once(here: Database, capsys: pytest.CaptureFixture[str]) -> None:
    row = await wrote(here)
    code, told = await shown(capsys, "--cancel", row.id)
    assert (code, "arrêté" in told) == (0, True)
    assert [line["state"] for line in await objects(capsys)] == ["cancelled"]
    code, told = await shown(capsys, "--cancel", row.id)
    assert (code, "n’est plus à arrêter" in told) == (1, True)
    code, told = await shown(capsys, "--cancel", "inconnu")
    assert (code, "Aucun travail" in told) == (1, True)


@both_databases
async def test_a_bot_at_work_finds_out_and_tells(
    worker_workplace: WorkerWorkplace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COOP_DATABASE_URL", worker_workplace.url)
    pause = StepPause(nth=4)
    worker_workplace.gang.trouble = pause
    async with worker_workplace.bot() as app:
        await worker_workplace.begins(app, Count(steps=100))
        told = await worker_workplace.juliette.told("commence")
        await pause.reached.wait()
        (line,) = await objects(capsys)
        assert (line["state"], line["done"], line["total"]) == ("running", 3, 100)
        assert (await shown(capsys, "--cancel", line["id"]))[0] == 0
        pause.over.set()
        await worker_workplace.juliette.rewritten(told, "arrêté à la demande, 3 étapes sur 100")
        await worker_workplace.settled(app)
        assert await worker_workplace.steps_done(app) == 3


@both_databases
async def test_what_nobody_is_at_is_told_when_its_turn_would_come(
    worker_workplace: WorkerWorkplace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COOP_DATABASE_URL", worker_workplace.url)
    async with worker_workplace.bot() as app:
        await app.workers.stop()
        await worker_workplace.begins(app, Count(steps=100))
        await worker_workplace.juliette.told("commence")
        await wait_for(lambda: stands(worker_workplace, app))
    (line,) = await objects(capsys)
    assert (await shown(capsys, "--cancel", line["id"]))[0] == 0
    async with worker_workplace.bot() as app:
        (stopped,) = await worker_workplace.settled(app)
        assert (stopped.state, stopped.done) == (WorkState.CANCELLED, 0)
        await wait_until(lambda: app.workers.is_idle)
    (told,) = await worker_workplace.juliette.direct()
    assert "arrêté à la demande" in told.message
    assert worker_workplace.gang.seen == []


async def stands(worker_workplace: WorkerWorkplace, app: Any) -> bool:
    return all(row.post_id for row in await worker_workplace.rows(app))


async def test_doctor_tells_of_what_failed(here: Database) -> None:
    await wrote(here, state=WorkState.FAILED, not_before=None)
    _, said = await run_doctor(read())
    assert "En échec : 1 travail long." in said
