"""The demo: two processes that stay up, people and history, a tour that ends well."""

import asyncio
import dataclasses
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, func, select

from bot.clock import utc_now
from cli.demo import stage
from cli.demo.cast import CAST, PASSWORD, TOWN_SQUARE, everybody
from cli.demo.children import Child
from cli.demo.command import demo, take_tour
from cli.demo.history import fill
from cli.demo.plan import VERSIONS, DemoPlan
from cli.demo.rooms import rooms
from cli.demo.visitor import visit
from cli.errors import OperatorError
from config.settings import read
from sandbox.versions import MODES
from storage.communes import get_commune
from storage.cra import Cra
from storage.cra.report import find_problems
from storage.database import Database
from storage.people import Person
from tests.people import Api, new_session, unique
from tests.support.databases import create_sqlite, sqlite_database
from tests.support.house import wait_for, wait_until
from tests.support.workplace import operate

__all__ = ["sqlite_database"]


BUSY_S = 200.0
"""Seconds that a demo may take for what it does by itself, on a machine that does much else."""
FULL = {actor.departement for actor in everybody()[len(CAST) :]}
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
IDS = {actor.username: f"{actor.username:x<26}" for actor in everybody()}


FIGURES = re.compile(r"^- \*\*([\d\u202f]+)\*\*", re.MULTILINE)
SOME = select(Cra).where(col(Cra.id) % 19 == 0).order_by(col(Cra.id))
"""Of thousands of comptes rendus, enough to see what they are like."""


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
    await wait_until(lambda: len(mark.read_text()) == 2)
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
    monkeypatch.setattr("cli.demo.children.GOODBYE", 0.1)
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


async def test_the_history_is_possible_and_always_the_same(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    count = await fill(database, IDS, NOW)
    async with database.transaction(writes=False) as db:
        counts = dict((await db.exec(select(Cra.author_id, func.count()).group_by(col(Cra.author_id)))).all())
        reports = (await db.exec(SOME)).all()
        people = {person.id: person for person in (await db.exec(select(Person))).all()}
    assert sum(counts.values()) == count
    assert {people[who].username for who in counts} == {actor.username for actor in everybody() if actor.files_reports}
    assert min(counts.values()) >= 12
    for cra in reports:
        report = cra.report
        values = {name: getattr(report, name) for name in report.__slots__}
        assert find_problems(values, cra.created_at.astimezone(people[cra.author_id].zone).date()) == {}
        assert datetime(NOW.year - 1, 1, 1, tzinfo=UTC) < cra.created_at < NOW
        assert cra.structure
        assert cra.departement_structure == people[cra.author_id].departement
    other = Database(await create_sqlite(tmp_path_factory.mktemp("other")))
    assert await fill(other, IDS, NOW) == count
    async with other.transaction(writes=False) as db:
        assert (await db.exec(SOME)).all() == reports
    await other.close()


def test_the_reseau_is_large_and_spread_out() -> None:
    others = everybody()[len(CAST) :]
    assert len({actor.username for actor in everybody()}) == len(everybody()) == 300
    assert len({(actor.first_name, actor.last_name) for actor in everybody()}) == len(everybody())
    by_departement = Counter(actor.departement for actor in others)
    assert by_departement.pop("69") == 12
    assert len({actor.departement for actor in everybody() if actor.departement}) == 40
    assert min(by_departement.values()) >= 1
    for actor in others:
        places = [get_commune(code) for code in actor.communes]
        assert all(place and place.departement == actor.departement and place.codes_postaux for place in places)


def test_every_channel_is_lived_in_by_its_own_people() -> None:
    actors = {actor.username: actor for actor in everybody()}
    today = NOW.date()
    theirs = {actor.departement for actor in actors.values() if actor.files_reports}
    assert {room.departement for room in rooms()} == {None, *theirs}
    for room in rooms():
        said = list(room.messages())
        assert len({message.moment(today).date() for message in said}) > 1
        assert {message.moment(today).weekday() for message in said} <= set(range(5))
        assert [m.moment(today) for m in room.talk] == sorted(m.moment(today) for m in room.talk)
        assert all(message.moment(today).date() < today for message in said)
        heard = {who for message in said for people in message.reactions.values() for who in people}
        for username in heard.union(message.username for message in said):
            actor = actors[username]
            assert room.departement in {None, actor.departement} or actor.role == "animateur"
    assert min(len({m.username for m in room.messages()}) for room in rooms() if room.departement in FULL) > 1


def plan(folder: Path) -> DemoPlan:
    return DemoPlan(folder, stage.free_port(), stage.free_port(), "9.11")


async def _is_asked(marie: Api, team_id: str) -> bool:
    """Whether the poll stands in the national channel, once."""
    channel = await marie.get(f"/teams/{team_id}/channels/name/{TOWN_SQUARE}")
    posts = (await marie.get(f"/channels/{channel['id']}/posts"))["posts"].values()
    asked = [post for post in posts if "Quels outils vous manquent" in post["message"]]
    assert len(asked) < 2
    return bool(asked)


async def _is_out(marie: Api, team_id: str) -> bool:
    """Whether an issue of the news stands in its channel, which nobody was seen to come into."""
    channel = await marie.get(f"/teams/{team_id}/channels/name/actualites")
    posts = (await marie.get(f"/channels/{channel['id']}/posts?per_page=200"))["posts"].values()
    come = [post["message"] for post in posts if post["type"] == "system_add_to_channel"]
    assert not [said for said in come if not said.startswith("coop ")], "nobody but the bot was seen to come"
    return any("Novembre a été le mois des seniors" in post["message"] for post in posts)


async def _newspaper_is_heard(marie: Api, team_id: str) -> None:
    """Where everybody talks is a channel of the plan: the bot listens there, though no operator did anything."""
    me = await marie.get("/users/me")
    channel = await marie.get(f"/teams/{team_id}/channels/name/{TOWN_SQUARE}")
    said = await marie.post("/posts", {"channel_id": channel["id"], "message": f"Une idée, {unique('tablette')}"})
    await marie.post("/reactions", {"user_id": me["id"], "post_id": said["id"], "emoji_name": "newspaper"})
    await wait_for(partial(_is_told, marie, me["id"], said["message"]), BUSY_S)


async def _is_told(somebody: Api, user_id: str, words: str) -> bool:
    """Whether the bot wrote these words to them."""
    bot = await somebody.get("/users/username/coop")
    direct = await somebody.post("/channels/direct", [user_id, bot["id"]])
    posts = (await somebody.get(f"/channels/{direct['id']}/posts"))["posts"].values()
    return any(words.rpartition(", ")[2] in str(post) for post in posts if post["user_id"] == bot["id"])


async def channels_are_as_planned(env: Path) -> bool:
    """As « coop-bot channels check » says."""
    settings = read(env).model_copy(update={"work_calls": 1000})
    return await operate(settings, "channels", "check") == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_the_stage_stands_and_stands_again(tmp_path: Path) -> None:
    """First start, then a later one on other ports: the messages are still there, the bot answers."""
    for where in (plan(tmp_path), plan(tmp_path)):
        async with stage.run(where, print), new_session() as session:
            marie = Api(session, where.url)
            await marie.log_in("marie", PASSWORD)
            team = await marie.get("/teams/name/cnum")
            channel = await marie.get(f"/teams/{team['id']}/channels/name/lareunion")
            posts = (await marie.get(f"/channels/{channel['id']}/posts"))["posts"].values()
            (said,) = (p for p in posts if p["message"] == "La borne de la mairie est réparée.")
            assert said["create_at"] < utc_now().timestamp() * 1000 - 7 * 86_400_000
            command = {"channel_id": channel["id"], "team_id": team["id"], "command": "/cra liste"}
            assert (await marie.post("/commands/execute", command))["trigger_id"]
            for who, asked in (("juliette", "departement"), ("agathe", "departement 87"), ("agathe", "national")):
                async with visit(where.url, who, TOWN_SQUARE) as visitor:
                    await visitor.types(f"/stats {asked} {utc_now().year - 1}")
                    figures = FIGURES.findall((await visitor.whisper())["message"])
                    assert len([figure for figure in figures if int(figure.replace("\u202f", "")) >= 100]) > 3, figures
            async with visit(where.url, "juliette", TOWN_SQUARE) as visitor:
                await visitor.types("/agenda")
                assert "2 événements" in (await visitor.whisper())["message"], "the third one waits to be read over"
            await wait_for(partial(_is_asked, marie, team["id"]), BUSY_S)
            await wait_for(partial(_is_out, marie, team["id"]), BUSY_S)
            async with visit(where.url, "juliette", TOWN_SQUARE) as visitor:
                await visitor.types("/annuaire CAF du Rhône")
                assert "CAF du Rhône" in (await visitor.whisper())["message"]
            await _newspaper_is_heard(marie, team["id"])
            assert await channels_are_as_planned(where.env)
    settings = (tmp_path / "env").read_text("utf-8")
    assert f"COOP_DATABASE_URL=sqlite:///{tmp_path}/coop.db" in settings
    assert (tmp_path / stage.BULK).stat().st_mode & 0o077 == 0, "names, and what was said"


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_the_tour_ends_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert await take_tour("11.2") == 0
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "Participants — « Accompagnement individuel »" in shown
    assert "une seule personne" in shown
    assert shown.count("enregistré") >= 2
    assert not (tmp_path / ".demo").exists()


async def test_ports_and_folders_in_use_are_said(tmp_path: Path) -> None:
    where = plan(tmp_path)
    busy = await asyncio.start_server(lambda *_: None, "127.0.0.1", where.bot_port)
    with pytest.raises(OperatorError, match=f"{where.bot_port} est déjà pris.*BOT_PORT"):
        async with stage.run(where, print):
            pass
    busy.close()
    await busy.wait_closed()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"version": "onze"}, "SERVER_VERSION"),
        ({"version": "10.11"}, "SERVER_VERSION : 11.6, 11.2, 10.5, 9.11, 9.4 ou 5.37"),
        ({"port": 0}, "deux ports"),
    ],
)
async def test_plans_that_cannot_be_are_said(tmp_path: Path, change: dict[str, Any], word: str) -> None:
    where = dataclasses.replace(DemoPlan(tmp_path, 1, 0, "11.2"), **change)
    with pytest.raises(OperatorError, match=word):
        async with stage.run(where, print):
            pass


def test_a_demo_is_offered_in_each_mode_of_the_embedded_server() -> None:
    assert {tuple(map(int, version.split("."))) for version in VERSIONS} == set(MODES)


@pytest.mark.slow
async def test_a_signal_ends_the_demo_and_its_children(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.demo.command.AT_LAST", 0)
    (tmp_path / "env").write_text("un reste d’une démo jamais finie")
    (tmp_path / "spool").mkdir()
    ports = stage.free_port(), stage.free_port()
    where = DemoPlan(tmp_path, *ports, "5.37")
    showing = asyncio.create_task(demo(where, reset=True))
    shown = ""
    while "Ctrl-C" not in shown:
        await asyncio.sleep(0.1)
        shown += capsys.readouterr().out
        assert not showing.done()
    assert shown.startswith(f"Prêt : http://127.0.0.1:{ports[0]}\n")
    assert PASSWORD in shown
    assert "et 292 autres conseillers" in shown
    with pytest.raises(OperatorError, match="tourne déjà"):
        await demo(where, reset=True)
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)  # an impatient one: the children are stopped all the same
    assert await showing == 0
    for port in ports:
        with pytest.raises(OSError, match=str(port)):
            await asyncio.open_connection("127.0.0.1", port)
