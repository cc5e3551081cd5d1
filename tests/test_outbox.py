"""Nothing lost, nothing twice: the outbox through outages, crashes, refusals, slow answers, and two replicas."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlmodel import col, select

from bot.backoff import backoff
from bot.mattermost import AioClient, Mattermost
from bot.outbox import LEASE, Outbox, worker
from bot.outbox.gate import Gate, patience
from bot.outbox.lanes import Lanes
from storage import outbox as table
from storage.database import Database
from storage.outbox import Outgoing, Where
from tests.chat_server import BOT, CHANNEL, ID, POST, chat_server, fault
from tests.postgres import Server, postgres
from tests.sqlite import migrated

__all__ = ["postgres"]

FIRST = 0.02


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Town:
    """A chat server with a memory; ``trouble`` may answer instead of it, before or after it acted."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[], Any] | None = None
    after: Callable[[], Any] | None = None
    tries: int = 0
    _numbers: Any = field(default_factory=itertools.count)

    @property
    def texts(self) -> list[str]:
        return [p["message"] for p in self.posts]

    async def write(self, request: web.Request, body: Any) -> web.StreamResponse:
        self.tries += 1
        if self.before and (answer := await self.before()) is not None:
            return answer  # type: ignore[no-any-return]
        post = body | {"id": f"{next(self._numbers):026}", "user_id": BOT, "create_at": int(now().timestamp() * 1000)}
        self.posts.append(post)
        if self.after and (answer := await self.after()) is not None:
            return answer  # type: ignore[no-any-return]
        return web.json_response(post, status=201)

    def read(self, request: web.Request, _: Any) -> web.StreamResponse:
        return web.json_response({"posts": {p["id"]: p for p in self.posts}})

    async def patch(self, request: web.Request, body: Any) -> web.StreamResponse:
        self.tries += 1
        if self.before and (answer := await self.before()) is not None:
            return answer  # type: ignore[no-any-return]
        self.posts.append(body | {"id": POST})
        return web.json_response({"id": POST})


def always(status: int, error_id: str = "app.x", **headers: str) -> Callable[[], Any]:
    """A trouble that does not end by itself."""

    async def answer() -> web.Response:
        return fault(status, error_id, **headers)

    return answer


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        database = Database(await migrated(tmp_path))
        yield database
        await database.close()
        return
    server: Server = request.getfixturevalue("postgres")
    async with server.database() as url:
        database = Database(url)
        yield database
        await database.close()


@dataclass
class Stage:
    """What a test plays with."""

    town: Town
    database: Database
    url: str

    @asynccontextmanager
    async def outbox(self) -> AsyncIterator[Outbox]:
        """One run of the bot; leaving the block is a crash unless the test drained it."""
        client = AioClient(self.url, "jeton")
        outbox = Outbox(self.database, Mattermost(client, "cnum"), now, first=FIRST)
        await outbox.start()
        try:
            yield outbox
        finally:
            for task in outbox._tasks:
                task.cancel()
            await asyncio.gather(*outbox._tasks, return_exceptions=True)
            await outbox._rows.finished()
            await client.close()

    async def write(self, *messages: Outgoing) -> list[Outgoing]:
        async with self.database.transaction() as db:
            await table.add(db, messages)
        return list(messages)

    async def rows(self) -> list[Outgoing]:
        async with self.database.transaction(writes=False) as db:
            return list((await db.exec(select(Outgoing).order_by(col(Outgoing.created_at)))).all())

    async def settled(self) -> list[Outgoing]:
        """The rows, once nothing waits any more."""
        return await self.rows_once(lambda rows: not any(r.not_before for r in rows))

    async def rows_once(self, condition: Callable[[list[Outgoing]], bool]) -> list[Outgoing]:
        """The rows, once they are so."""
        rows = await self.rows()
        while not condition(rows):
            await asyncio.sleep(0.02)
            rows = await self.rows()
        return rows


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    town = Town()
    answers = {
        "GET /api/v4/users/me": {"id": BOT, "username": "coop", "is_bot": True},
        "POST /api/v4/channels/direct": {"id": CHANNEL},
        "POST /api/v4/posts": town.write,
        f"GET /api/v4/channels/{CHANNEL}/posts": town.read,
        f"PUT /api/v4/posts/{POST}/patch": town.patch,
    }
    async with chat_server(**answers) as server:
        yield Stage(town, database, server.url)


def message(text: str, where: Where = Where.PERSON, target: str = ID, **other: Any) -> Outgoing:
    created = other.pop("created_at", now())
    return Outgoing(
        id=secrets.token_hex(13),
        where=where,
        target=target,
        content={"message": text, "props": {"attachments": []}},
        created_at=created,
        **({"not_before": created + LEASE} | other),
    )


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 (what is waited for happens on the other side of the network)
        await asyncio.sleep(0.01)


async def test_what_was_written_is_delivered_and_marked(stage: Stage) -> None:
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("bonjour")))
        (row,) = await stage.settled()
    (post,) = stage.town.posts
    assert (post["message"], post["channel_id"]) == ("bonjour", CHANNEL)
    assert post["props"] == {"attachments": [], "coop_id": row.id}
    assert post["pending_post_id"] == f"{BOT}:{row.id}"
    assert (row.post_id, row.fault, row.attempts) == (post["id"], None, 0)
    assert row.delivered_at


async def test_each_person_hears_things_in_order(stage: Stage) -> None:
    async with stage.outbox() as outbox:
        for numbers in (range(10), range(10, 20)):
            outbox.hurry(await stage.write(*(message(str(n)) for n in numbers)))
        await stage.settled()
    assert stage.town.texts == [str(n) for n in range(20)]


async def test_a_channel_and_a_rewritten_post(stage: Stage) -> None:
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("à tous", Where.CHANNEL, CHANNEL), message("corrigé", Where.POST, POST)))
        rows = await stage.settled()
    assert sorted(stage.town.texts) == ["corrigé", "à tous"]
    assert {r.target: r.post_id for r in rows}[POST] == POST


@pytest.mark.parametrize("trouble", [always(503), always(429, Retry_After="0.05"), always(500), always(401)])
async def test_an_outage_delays_and_one_probe_at_a_time_asks(trouble: Callable[[], Any], stage: Stage) -> None:
    stage.town.before = trouble
    async with stage.outbox() as outbox:
        for n in range(60):
            outbox.hurry(await stage.write(message(str(n), target=f"{n:026}")))
        await until(lambda: stage.town.tries >= 4)
        assert stage.town.texts == []
        assert stage.town.tries < 15
        stage.town.before = None
        rows = await stage.settled()
    assert sorted(stage.town.texts, key=int) == [str(n) for n in range(60)]
    assert all(r.delivered_at for r in rows)


async def test_a_server_that_answers_nothing(stage: Stage) -> None:
    async def never() -> web.Response:
        raise asyncio.CancelledError

    stage.town.before = never
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("patience")))
        await until(lambda: stage.town.tries >= 3)
        stage.town.before = None
        (row,) = await stage.settled()
    assert stage.town.texts == ["patience"]
    assert row.attempts >= 3


async def test_an_answer_that_got_lost_makes_no_second_post(stage: Stage) -> None:
    stage.town.after = always(502)
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("une fois")))
        (row,) = await stage.settled()
    assert stage.town.texts == ["une fois"]
    assert row.post_id == stage.town.posts[0]["id"]


async def test_an_answer_that_comes_too_late_makes_no_second_post(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "TRY", timedelta(seconds=0.3))

    async def slow() -> None:
        await asyncio.sleep(0.6)

    stage.town.after = slow
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("lentement")))
        (row,) = await stage.settled()
    assert stage.town.texts == ["lentement"]
    assert row.fault is None


async def test_a_crash_between_post_and_mark_makes_no_second_post(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.outbox() as outbox:
        monkeypatch.setattr(outbox._marks, "add", lambda *_: None)
        outbox.hurry(await stage.write(message("une fois")))
        await until(lambda: stage.town.texts == ["une fois"])
    await end_leases(stage)
    async with stage.outbox():
        (row,) = await stage.settled()
    assert stage.town.texts == ["une fois"]
    assert row.post_id == stage.town.posts[0]["id"]


async def end_leases(stage: Stage) -> None:
    """Let the time of the leases pass."""
    async with stage.database.transaction() as db:
        await table.release_all(db, now())


async def test_a_crash_before_anything_was_sent(stage: Stage) -> None:
    await stage.write(*(message(str(n), created_at=now() + timedelta(milliseconds=n)) for n in range(250)))
    if not stage.database.is_sqlite:
        await end_leases(stage)
    async with stage.outbox():
        rows = await stage.settled()
    assert stage.town.texts == [str(n) for n in range(250)]
    assert all(r.delivered_at for r in rows)


async def test_stopping_in_the_middle_of_an_outage(stage: Stage) -> None:
    stage.town.before = always(503)
    async with stage.outbox() as outbox:
        for n in range(30):
            outbox.hurry(await stage.write(message(str(n), target=f"{n:026}")))
        await until(lambda: stage.town.tries >= 3)
        await outbox.drain(0.1)
    stage.town.before = None
    async with stage.outbox():
        await stage.settled()
    assert sorted(stage.town.texts, key=int) == [str(n) for n in range(30)]


async def test_stopping_finishes_what_is_on_its_way(stage: Stage) -> None:
    async def slow() -> None:
        await asyncio.sleep(0.1)

    stage.town.after = slow
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("un"), message("deux")))
        await outbox.drain(5)
        rows = await stage.rows()
        outbox.hurry(await stage.write(message("plus tard")))
    assert stage.town.texts == ["un", "deux"]
    assert all(r.delivered_at for r in rows)


async def test_what_is_cut_off_by_stopping_is_not_lost_nor_doubled(stage: Stage) -> None:
    async def slow() -> None:
        await asyncio.sleep(0.5)

    stage.town.after = slow
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("un"), message("deux")))
        await until(lambda: stage.town.tries == 1)
        await outbox.drain(0)
    stage.town.after = None
    async with stage.outbox():
        await stage.settled()
    assert sorted(stage.town.texts) == ["deux", "un"]


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_refusal_waits_long_and_holds_up_nobody(status: int, stage: Stage) -> None:
    stage.town.before = always(status, "no")
    async with stage.outbox() as outbox:
        (refused,) = await stage.write(message("refusé"))
        outbox.hurry([refused])
        await until(lambda: stage.town.tries == 1)
        stage.town.before = None
        outbox.hurry(await stage.write(message("accepté")))
        await until(lambda: stage.town.texts == ["accepté"])
        rows = await stage.rows_once(lambda rows: any(r.attempts for r in rows))
    row = next(r for r in rows if r.id == refused.id)
    assert row.fault == f"{status} no"
    assert row.not_before
    assert row.not_before > now() + timedelta(seconds=50)


async def test_a_refusal_is_given_up_after_a_day(stage: Stage) -> None:
    stage.town.before = always(403, "no")
    old = message("refusé", created_at=now() - timedelta(hours=22), attempts=8, not_before=now())
    await stage.write(old)
    async with stage.outbox():
        (row,) = await stage.settled()
    assert (row.attempts, row.not_before, row.delivered_at, row.fault) == (9, None, None, "403 no")


async def test_what_only_fails_is_never_given_up_but_stops_nobody(stage: Stage) -> None:
    stage.town.before = always(500, "app.poison")
    await stage.write(message("poison", created_at=now() - timedelta(days=3), attempts=10, not_before=now()))
    async with stage.outbox():
        (row,) = await stage.rows_once(lambda rows: rows[0].attempts > 10)
    assert row.not_before
    assert row.not_before > now() + timedelta(hours=1)


@pytest.mark.parametrize("status", [403, 404])
async def test_a_post_that_is_gone_needs_no_rewriting(status: int, stage: Stage) -> None:
    stage.town.before = always(status, "gone")
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("corrigé", Where.POST, POST)))
        (row,) = await stage.settled()
    assert row.delivered_at


async def test_a_rewriting_that_is_refused_is_given_up_at_once(stage: Stage) -> None:
    stage.town.before = always(400, "too_late")
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("corrigé", Where.POST, POST)))
        (row,) = await stage.settled()
    assert (row.delivered_at, row.fault) == (None, "400 too_late")


async def test_an_old_content_does_not_overwrite_a_newer_one(stage: Stage) -> None:
    early = now() - timedelta(minutes=5)
    await stage.write(message("ancien", Where.POST, POST, created_at=early, attempts=1, not_before=now()))
    (newer,) = await stage.write(message("nouveau", Where.POST, POST))
    async with stage.outbox() as outbox:
        outbox.hurry([newer])
        await stage.settled()
    assert stage.town.texts == ["nouveau"]


async def test_two_replicas_deliver_each_message_once(stage: Stage) -> None:
    if stage.database.is_sqlite:
        pytest.skip("one process has the file")
    await stage.write(*(message(str(n), target=f"{n % 7:026}", not_before=now()) for n in range(200)))
    async with stage.outbox() as one, stage.outbox() as other:
        for n in range(200, 240):
            (one if n % 2 else other).hurry(await stage.write(message(str(n), target=f"{n % 7:026}")))
        await stage.settled()
    assert sorted(stage.town.texts, key=int) == [str(n) for n in range(240)]


async def test_a_replica_takes_over_from_one_that_died(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LOOK", 0.1)
    await stage.write(message("héritage", created_at=now() - LEASE + timedelta(seconds=0.3)))
    async with stage.outbox():
        await stage.settled()
    assert stage.town.texts == ["héritage"]


async def test_who_lost_the_lease_does_not_send(stage: Stage) -> None:
    async with stage.outbox() as outbox:
        (late,) = await stage.write(message("tard", created_at=now() - LEASE))
        async with stage.database.transaction() as db:
            assert await table.lease(db, late, now() + LEASE)
        outbox.hurry([late])
        outbox.hurry(await stage.write(message("à l’heure")))
        await until(lambda: stage.town.texts == ["à l’heure"])


async def test_a_database_away_keeps_the_marks(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("un")))
        with monkeypatch.context() as patch:
            patch.setattr(table, "delivered", _broken)
            await until(lambda: stage.town.texts == ["un"])
            await asyncio.sleep(0)
            assert not await outbox._marks.flush() or outbox._lanes
        await stage.settled()
    assert stage.town.texts == ["un"]


async def _broken(*_: Any) -> None:
    raise OSError("the database is away")


async def test_a_database_away_delays(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(table, "next_due", _broken)
        async with stage.outbox():
            await asyncio.sleep(0.1)
    stage.town.before = always(403, "no")
    async with stage.outbox() as outbox:
        with monkeypatch.context() as patch:
            patch.setattr(table, "failed", _broken)
            outbox.hurry(await stage.write(message("un")))
            await until(lambda: stage.town.tries == 1)
        stage.town.before = None
        await end_leases(stage)
        outbox._wake.set()
        await stage.settled()
    assert stage.town.texts == ["un"]


async def test_only_so_much_waits_in_memory(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "HELD", 0)
    async with stage.outbox() as outbox:
        outbox.hurry(await stage.write(message("un")))
        assert not outbox._lanes
        outbox._wake.set()
        await stage.settled()
    assert stage.town.texts == ["un"]


def test_pauses_grow_to_a_minute() -> None:
    pauses = [backoff(n, 1.0) for n in range(1, 40)]
    assert 0.8 <= pauses[0] <= 1.2
    assert 3.2 <= pauses[2] <= 4.8
    assert all(48 <= p <= 72 for p in pauses[7:])


def test_patience_lasts_a_day() -> None:
    begin = now()
    times, at = [], begin
    for attempts in range(100):
        following = patience(attempts, begin, at)
        if following is None:
            break
        times.append((following - at).total_seconds() / 60)
        at = following
    assert times[:5] == [1, 4, 16, 64, 240]
    assert timedelta(hours=20) <= at - begin <= timedelta(hours=24)


async def test_calls_that_fail_together_count_as_one() -> None:
    gate = Gate(1.0)
    began = asyncio.get_running_loop().time()
    assert gate.shut(began, None)
    first = gate.wait()
    assert not gate.shut(began - 0.001, None)
    assert gate.wait() <= first
    assert not gate.shut(asyncio.get_running_loop().time(), 30)
    assert gate.wait() > 25
    assert gate.opened()
    assert not gate.opened()
    assert gate.wait() == 0


async def test_a_lane_belongs_to_one_worker() -> None:
    lanes = Lanes()
    first, second, other = message("1"), message("2"), message("3", target=BOT)
    for m in (first, second, other):
        lanes.put(m)
    lane = await lanes.next()
    assert lanes.head(lane) is first
    assert [m.content["message"] for m in lanes.clear()] == ["2", "3"]
    assert len(lanes) == 1
    assert lanes.all() == [first]
    lanes.put(second)
    lanes.done(lane)
    assert lanes.head(lane) is second
    lanes.done(lane)
    assert lanes.head(lane) is None
    await lanes.empty()
    lanes.put(other)
    assert await lanes.next() == (Where.PERSON, BOT)
