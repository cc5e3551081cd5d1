"""The sandbox failing on purpose: away, broken, too many calls, cut sockets."""

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.ratelimit import RateLimiter
from tests.people.api import Refused
from tests.support.servers import SandboxTeam, SocketReader, start_sandbox


async def fetch(here: SandboxTeam, path: str = "/system/ping") -> aiohttp.ClientResponse:
    async with here.session.get(f"{here.server.url}/api/v4{path}", headers=here.ann.headers) as reply:
        await reply.read()
        return reply


async def test_a_server_that_is_away_closes_every_connection() -> None:
    async with start_sandbox() as here:
        here.server.faults.down = True
        with pytest.raises(aiohttp.ClientError):
            await fetch(here)
        with pytest.raises(aiohttp.ClientError):
            await SocketReader.open(here.ann)
        here.server.faults.down = False
        assert (await fetch(here)).status == 200


async def test_a_broken_server_does_nothing() -> None:
    async with start_sandbox() as here:
        before = len(here.server.state.posts)
        here.server.faults.status = 503
        with pytest.raises(Refused) as refused:
            await here.say("perdu")
        assert refused.value.status == 503
        assert len(here.server.state.posts) == before


async def test_a_server_may_fail_at_one_post_only() -> None:
    async with start_sandbox() as here:
        here.server.faults.poison = "mal"
        await here.say("bien")
        with pytest.raises(Refused) as refused:
            await here.say("un message mal venu")
        assert refused.value.status == 500
        here.server.faults.poison = ""
        await here.say("un message mal venu")


async def test_too_many_calls_are_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.ratelimit.monotonic", lambda: 0.0)  # all within one second, however slow the machine
    async with start_sandbox() as here:
        here.server.faults.rate_limit(per_sec=1, burst=2)
        allowed = [await fetch(here) for _ in range(3)]
        assert [reply.status for reply in allowed] == [200] * 3
        assert [reply.headers["X-RateLimit-Remaining"] for reply in allowed] == ["2", "1", "0"]
        refused = await fetch(here)
        assert refused.status == 429
        assert refused.content_type == "text/plain"
        assert refused.headers["Retry-After"] == "1"
        here.server.faults.rate_limit(0, 0)
        assert "X-RateLimit-Limit" not in (await fetch(here)).headers


async def test_the_setting_waits_for_a_restart() -> None:
    async with start_sandbox() as here:
        patch = {"RateLimitSettings": {"Enable": True, "PerSec": 1, "MaxBurst": 1}}
        await here.admin.put("/config/patch", patch)
        assert "X-RateLimit-Limit" not in (await fetch(here)).headers
        here.server.start_limiter()
        assert (await fetch(here)).headers["X-RateLimit-Limit"] == "2"


def test_the_limiter_counts_each_key_alone() -> None:
    limiter = RateLimiter(per_sec=0.001, burst=1)
    assert [limiter.ask("a").allowed for _ in range(3)] == [True, True, False]
    assert limiter.ask("b").allowed


async def test_cut_sockets_are_closed_without_a_word() -> None:
    async with start_sandbox() as here:
        ears = await SocketReader.open(here.ann)
        await ears.until("hello")
        here.server.faults.drop_sockets()
        assert await ears.is_closed()
        assert ears.socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE


async def test_a_second_server_needs_its_own_port() -> None:
    first, second = Sandbox(), Sandbox()
    await first.start(port=0)
    await second.start(port=0)
    assert first.url != second.url
    await first.stop()
    await second.stop()
