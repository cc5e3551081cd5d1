"""Slow and many clients: they are let go, and others are answered all the while."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.connections import CONNECTIONS_MAX, CONNECTIONS_MIN, Connections, Limits, connections_max
from tests.support.house import PATIENCE, House, wait_until
from tests.support.security import Attacker, mallory
from tests.test_app import served

__all__ = ["mallory"]


pytestmark = pytest.mark.newest_only

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 90\r\n"
HEADERS = b"POST /commands HTTP/1.1\r\nHost: x\r\n" + FORM


@asynccontextmanager
async def connected(port: int, count: int = 1) -> AsyncIterator[Sequence[Stream]]:
    """So many connections, on which nothing is asked."""
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        yield streams
    finally:
        for _, writer in streams:
            writer.close()


async def trickles(stream: Stream, data: bytes) -> bytes:
    """Send a byte now and then, without ever an end, until the other side has enough; what it said."""
    reader, writer = stream
    said = asyncio.create_task(last_words(reader))
    async with asyncio.timeout(PATIENCE):
        for at in range(1_000_000):
            if said.done():
                break
            writer.write(data[at : at + 1] or b"a")
            await asyncio.sleep(0.02)
    return await said


async def last_words(reader: asyncio.StreamReader) -> bytes:
    """What comes until the connection ends, closed or reset."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    except ConnectionError:
        return b""


async def answers(app_port: int) -> int:
    """What a probe is told."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{app_port}/healthz") as reply:
        return reply.status


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing that is HTTP"),
        pytest.param(HEADERS + b"X: ", id="headers without end"),
        pytest.param(HEADERS + b"\r\ntoken=", id="a body of a byte now and then"),
        pytest.param(HEADERS.replace(b"Content-Length: 90", b"Transfer-Encoding: chunked") + b"\r\nf\r\n", id="chunks"),
    ],
)
async def test_a_request_that_never_ends_is_given_up(house: House, data: bytes) -> None:
    async with house.replica(Limits(most=20, coming=0.5, idle=60)) as app, connected(app.port) as (stream,):
        stream[1].write(data)
        assert b"200" not in await trickles(stream, b"")
        await wait_until(lambda: len(app.connections) == 0)


async def test_a_body_that_never_comes_is_given_up(house: House) -> None:
    async with house.replica(Limits(most=20, coming=0.5, idle=60)) as app, connected(app.port) as ((reader, writer),):
        writer.write(HEADERS + b"\r\n")
        assert b"200" not in await last_words(reader)


async def asks(stream: Stream) -> None:
    """One request, answered, on a connection that stays open."""
    reader, writer = stream
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"}"), PATIENCE)


async def test_a_connection_is_kept_for_the_next_request(house: House) -> None:
    """For longer than a request may take to come."""
    async with house.replica(Limits(most=20, coming=1, idle=60)) as app, connected(app.port) as (stream,):
        await asks(stream)
        await asyncio.sleep(2)
        await asks(stream)


async def test_an_idle_connection_is_closed(house: House) -> None:
    async with house.replica(Limits(most=20, coming=60, idle=0.2)) as app, connected(app.port) as (stream,):
        await asks(stream)
        assert await last_words(stream[0]) == b""


async def test_a_second_request_that_never_ends_is_given_up_too(house: House) -> None:
    async with house.replica(Limits(most=20, coming=1, idle=60)) as app, connected(app.port) as (stream,):
        await asks(stream)
        assert b"200" not in await trickles(stream, HEADERS)


async def test_any_number_of_idle_connections_leaves_room_for_who_asks(house: House, mallory: Attacker) -> None:
    limits = Limits(most=20, coming=60, idle=60)
    async with house.replica(limits) as app, AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(connected(app.port, 15))
            assert await answers(app.port) == 200
            assert len(app.connections) <= limits.most
            status, body = await mallory.at(app.port).sends_form(mallory.command(text="aide"))
            assert (status, "text" in body) == (200, True)


@asynccontextmanager
async def slow_service(connections: Connections, go_on: asyncio.Event) -> AsyncIterator[int]:
    """A service that answers « /slow » when it is told to go on, and everything else at once; its port."""

    async def answer(request: web.Request) -> web.Response:
        with connections.answering(request.transport):
            if request.path == "/slow":
                await go_on.wait()
            return web.Response(text="done")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    assert runner.server is not None
    server = await asyncio.get_running_loop().create_server(connections.guard(runner.server), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await runner.cleanup()


async def test_who_is_being_answered_is_never_sent_away() -> None:
    connections, go_on = Connections(Limits(most=6, coming=60, idle=60)), asyncio.Event()
    async with slow_service(connections, go_on) as port, aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        waiting = [asyncio.create_task(session.get(f"http://127.0.0.1:{port}/slow")) for _ in range(5)]
        await wait_until(lambda: len(connections) == 5)
        await asyncio.sleep(0.1)
        for _ in range(20):
            await stack.enter_async_context(connected(port))
        assert len(connections) <= 6
        go_on.set()
        assert [(await task).status for task in waiting] == [200] * 5


async def test_a_newcomer_is_sent_away_where_everybody_is_being_answered() -> None:
    connections, go_on = Connections(Limits(most=3, coming=60, idle=60)), asyncio.Event()
    async with slow_service(connections, go_on) as port, aiohttp.ClientSession() as session:
        waiting = [asyncio.create_task(session.get(f"http://127.0.0.1:{port}/slow")) for _ in range(3)]
        await wait_until(lambda: len(connections) == 3)
        await asyncio.sleep(0.1)
        async with connected(port) as ((reader, _),):
            assert await last_words(reader) == b""
        go_on.set()
        assert [(await task).status for task in waiting] == [200] * 3


@pytest.mark.slow
async def test_hundreds_of_idle_connections_take_nothing_down(house: House, mallory: Attacker, tmp_path: Path) -> None:
    """Twice as many as the process may open files; its log stays short too."""
    async with served(house, tmp_path, files=256) as (process, address):
        port = int(address.rpartition(":")[2])
        async with connected(port, 300), connected(port, 212):
            for line in ("", "liste", "atelier 8p 1h30 mail +60"):
                status, body = await mallory.at(port).sends_form(mallory.command(text=line))
                assert (status, "text" in body) == (200, True)
            async with aiohttp.ClientSession() as session, session.get(f"{address}/readyz") as reply:
                assert (reply.status, await reply.json()) == (200, {"database": True, "mattermost": True})
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
        assert process.stderr is not None
        assert len(await process.stderr.read()) < 20_000


@pytest.mark.parametrize(
    ("files", "most"),
    [(1024, 512), (256, 128), (20, CONNECTIONS_MIN), (65_536, CONNECTIONS_MAX), (-1, CONNECTIONS_MAX)],
)
def test_the_most_follows_from_the_files_the_process_may_open(
    monkeypatch: pytest.MonkeyPatch, files: int, most: int
) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (files, files))
    assert connections_max() == most
    limits = Limits()
    assert limits.most == most
    assert limits.most + limits.backlog < files or files in (-1, 20)
