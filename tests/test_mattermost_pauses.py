"""A server that asks for a pause is left alone as long as it says, and never longer than a minute."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import utc_now
from bot.errors import ChatError
from bot.mattermost import AioClient
from bot.mattermost import client as bot_client
from bot.mattermost.client import PAUSE_MAX, read_retry_after
from sandbox.faults import Faults
from tests.people import Person
from tests.support.house import House, wait_until
from tests.support.mattermost import ChatServer, serve_chat
from tests.test_app import probe


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    """A server that says what the test wants."""
    async with serve_chat() as made:
        yield made


@pytest.fixture
async def client(server: ChatServer) -> AsyncIterator[AioClient]:
    """The bot’s client of it."""
    made = AioClient(server.url, "jeton")
    yield made
    await made.close()


async def test_after_429_every_call_waits_as_long_as_it_was_told(client: AioClient, server: ChatServer) -> None:
    limited = [web.Response(status=429, text="limit exceeded", headers={"Retry-After": "0.2"})]
    came: list[float] = []

    def answer(*_: object) -> web.Response:
        came.append(asyncio.get_running_loop().time())
        return limited.pop() if limited else web.json_response({"status": "OK"})

    server.answers["*"] = answer
    with pytest.raises(ChatError) as caught:
        await client.post("/anything", {})
    assert (caught.value.status, caught.value.retry_after) == (429, 0.2)
    assert await client.put("/anything", {}) == {"status": "OK"}
    assert came[1] - came[0] > 0.19


async def test_a_long_pause_fails_at_once_and_reaches_nobody(client: AioClient, server: ChatServer) -> None:
    server.answers["*"] = lambda *_: web.Response(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(ChatError):
        await client.get("/system/ping")
    assert client.holds_back
    with pytest.raises(ChatError) as caught:
        await client.delete("/posts/x")
    assert len(server.asked) == 1
    assert caught.value.retry_after
    assert PAUSE_MAX - 5 < caught.value.retry_after <= PAUSE_MAX


@pytest.mark.parametrize("said", ["demain", "inf", "nan", "-1", "1e999", "0x10", " ", "9" * 400])
async def test_a_429_that_says_no_time(client: AioClient, server: ChatServer, said: str) -> None:
    server.answers["*"] = lambda *_: web.Response(status=429, headers={"Retry-After": said})
    with pytest.raises(ChatError) as caught:
        await client.post("/anything", {})
    assert caught.value.retry_after == 1
    assert not client.holds_back


IN_YEARS = format_datetime(utc_now() + timedelta(days=900), usegmt=True)


@pytest.mark.parametrize("said", ["3600", "inf", IN_YEARS, "99"], ids=["an hour", "for ever", "a date", "seconds"])
async def test_a_server_that_asks_for_an_hour_once_is_called_again_within_a_minute(
    client: AioClient, server: ChatServer, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(bot_client, "PAUSE_MAX", 0.3)
    limited = [web.Response(status=429, headers={"Retry-After": said})]
    server.answers["*"] = lambda *_: limited.pop() if limited else web.json_response({"status": "OK"})
    with pytest.raises(ChatError):
        await client.post("/anything", {})
    assert await client.post("/anything", {}) == {"status": "OK"}
    assert not client.holds_back


async def test_a_websocket_that_is_to_wait_an_hour_waits_a_minute(client: AioClient, server: ChatServer) -> None:
    server.answers["GET /api/v4/websocket"] = web.Response(status=503, headers={"Retry-After": "3600"})
    with pytest.raises(ChatError) as caught:
        await client.listen({})
    assert (caught.value.status, caught.value.retry_after) == (503, PAUSE_MAX)


DATES = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 (hypothesis)
    lambda at: format_datetime(at, usegmt=True)
)


@given(st.text() | st.floats().map(str) | st.integers().map(str) | DATES)
def test_no_header_asks_for_more_than_a_minute_or_less_than_nothing(said: str) -> None:
    asked = read_retry_after(said, utc_now())
    assert asked is None or 0 <= asked <= PAUSE_MAX


@given(st.floats(0, PAUSE_MAX))
def test_a_sensible_pause_is_kept_as_it_is(asked: float) -> None:
    assert read_retry_after(str(asked), utc_now()) == asked


def test_a_date_is_a_pause_until_then() -> None:
    now = datetime(2026, 11, 24, 9, 0, 0, tzinfo=UTC)
    assert read_retry_after("Tue, 24 Nov 2026 09:00:30 GMT", now) == 30
    assert read_retry_after("Tue, 24 Nov 2026 08:00:00 GMT", now) == 0
    assert read_retry_after("Tue, 24 Nov 2026 09:00:30", now) == 30


async def test_one_429_does_not_silence_the_bot(
    house: House, juliette: Person, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot_client, "PAUSE_MAX", 3.0)
    monkeypatch.setattr("bot.mattermost.client.PAUSE_WAITED_MAX", 0.1)
    faults.rate_limit(1 / 3600, 0)
    while await house.bot.chat.answers():
        pass
    faults.rate_limit(0, 0)

    assert (await probe(house, "/readyz")) == (503, {"database": True, "mattermost": False})
    assert "Mattermost demande de patienter. Recommencez dans" in (await juliette.asks("/cra")).text
    await wait_until(lambda: not house.bot.client.holds_back)
    assert (await probe(house, "/readyz"))[0] == 200
    assert (await juliette.opens("/cra")).title == "Compte rendu (CRA)"
