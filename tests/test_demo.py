"""The demo: two processes that stay up, people and history, a tour that ends well."""

import asyncio
import dataclasses
import os
import signal
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.operator.demo import demo, stage
from bot.operator.demo.cast import CAST, PASSWORD
from bot.operator.demo.children import Child
from bot.operator.demo.history import fill
from bot.operator.errors import OperatorError
from storage import migrate
from storage.cra import Cra
from storage.cra.rules import problems
from storage.database import Database
from storage.people import Person
from tests.house import until
from tests.people import Api, new_session
from tests.sqlite import database

__all__ = ["database"]

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
IDS = {actor.username: f"{actor.username:x<26}" for actor in CAST}


def script(folder: Path, text: str) -> list[str]:
    file = folder / "child.py"
    file.write_text(text)
    return [sys.executable, str(file)]


def written(path: Path) -> Callable[[], Awaitable[bool]]:
    """Whether something stands in the file: it may be there, and empty, a moment before."""

    async def ask() -> bool:
        return path.exists() and path.read_text() != ""  # noqa: ASYNC240  (a temporary file)

    return ask


async def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = f"import time\nopen({str(mark)!r}, 'a').write('x')\ntime.sleep(60)"
    said: list[str] = []
    child = Child("Le bot", script(tmp_path, text), tmp_path / "log", written(mark), said.append)
    await child.start()
    await child.until_ready()
    assert child.process is not None
    child.process.kill()
    await until(lambda: len(mark.read_text()) == 2)
    assert said == ["Le bot s’est arrêté (code -9) : je le relance."]
    await child.stop()
    assert child.process is None


async def test_a_child_that_does_not_come_says_why(tmp_path: Path) -> None:
    command = script(tmp_path, "raise SystemExit('rien ne va')")
    child = Child("Le bot", command, tmp_path / "log", written(tmp_path / "never"), print)
    await child.start()
    with pytest.raises(OperatorError, match="rien ne va"):
        await child.until_ready()
    await child.stop()


async def test_a_child_that_will_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.operator.demo.children.GOODBYE", 0.1)
    mark = tmp_path / "mark"
    text = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    text += f"open({str(mark)!r}, 'w').write('x')\ntime.sleep(60)"
    child = Child("Le bot", script(tmp_path, text), tmp_path / "log", written(mark), print)
    await child.start()
    await child.until_ready()
    process = child.process
    await child.stop()
    assert process is not None
    assert process.returncode == -signal.SIGKILL


async def test_the_history_is_possible_and_always_the_same(database: Database, tmp_path: Path) -> None:
    count = await fill(database, IDS, NOW)
    async with database.transaction(writes=False) as db:
        reports = (await db.exec(select(Cra))).all()
        people = {person.id: person for person in (await db.exec(select(Person))).all()}
    assert len(reports) == count
    by_author = Counter(people[cra.author_id].username for cra in reports)
    assert set(by_author) == {"juliette", "carl", "marie", "jean"}
    assert min(by_author.values()) >= 24
    for cra in reports:
        report = cra.report
        values = {name: getattr(report, name) for name in report.__slots__}
        assert problems(values, cra.created_at.astimezone(people[cra.author_id].zone).date()) == {}
        assert NOW - timedelta(days=130) < cra.created_at < NOW
        assert cra.structure
        assert cra.departement_structure == people[cra.author_id].departement
    other = Database(f"sqlite:///{tmp_path}/other.db")
    await migrate.upgrade(str(other.url).replace("+aiosqlite", ""))
    assert await fill(other, IDS, NOW) == count
    await other.close()


def plan(folder: Path) -> stage.Plan:
    return stage.Plan(folder, stage.free_port(), stage.free_port(), "9.11")


async def test_the_stage_stands_and_stands_again(tmp_path: Path) -> None:
    """First start, then a later one on other ports: the messages are still there, the bot answers."""
    for where in (plan(tmp_path), plan(tmp_path)):
        async with stage.running(where, print), new_session() as session:
            marie = Api(session, where.url)
            await marie.log_in("marie", PASSWORD)
            team = await marie.get("/teams/name/cnum")
            channel = await marie.get(f"/teams/{team['id']}/channels/name/lareunion")
            posts = await marie.get(f"/channels/{channel['id']}/posts")
            assert any(p["message"] == "La borne de la mairie est réparée." for p in posts["posts"].values())
            command = {"channel_id": channel["id"], "team_id": team["id"], "command": "/cra liste"}
            assert (await marie.post("/commands/execute", command))["trigger_id"]
    settings = (tmp_path / "env").read_text("utf-8")
    assert f"COOP_DATABASE_URL=sqlite:///{tmp_path}/coop.db" in settings


async def test_the_tour_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = Namespace(tour=True, server_version="11.2")
    assert await demo(options, tmp_path / "unused") == 0
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "Participants — « Accompagnement individuel »" in shown
    assert "une seule personne" in shown
    assert shown.count("enregistré") >= 2
    assert not (tmp_path / "unused").exists()


async def test_ports_and_folders_in_use_are_said(tmp_path: Path) -> None:
    where = plan(tmp_path)
    busy = await asyncio.start_server(lambda *_: None, "127.0.0.1", where.bot_port)
    with pytest.raises(OperatorError, match=f"{where.bot_port} est déjà pris.*BOT_PORT"):
        async with stage.running(where, print):
            pass
    busy.close()
    await busy.wait_closed()


@pytest.mark.parametrize(("change", "word"), [({"version": "onze"}, "SERVER_VERSION"), ({"port": 0}, "deux ports")])
async def test_plans_that_cannot_be_are_said(tmp_path: Path, change: dict[str, Any], word: str) -> None:
    where = dataclasses.replace(stage.Plan(tmp_path, 1, 0, "11.2"), **change)
    with pytest.raises(OperatorError, match=word):
        async with stage.running(where, print):
            pass


async def test_a_signal_ends_the_demo_and_its_children(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "env").write_text("un reste d’une démo jamais finie")
    (tmp_path / "spool").mkdir()
    ports = stage.free_port(), stage.free_port()
    options = Namespace(tour=False, reset=True, open=False, port=ports[0], bot_port=ports[1], server_version="5.37")
    showing = asyncio.create_task(demo(options, tmp_path))
    shown = ""
    while "Ctrl-C" not in shown:
        await asyncio.sleep(0.1)
        shown += capsys.readouterr().out
        assert not showing.done()
    assert shown.startswith(f"Prêt : http://127.0.0.1:{ports[0]}\n")
    assert PASSWORD in shown
    with pytest.raises(OperatorError, match="tourne déjà"):
        await demo(options, tmp_path)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await showing == 0
    for port in ports:
        with pytest.raises(OSError, match=str(port)):
            await asyncio.open_connection("127.0.0.1", port)
