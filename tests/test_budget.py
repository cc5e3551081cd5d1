"""How many calls a second long work makes: what is saved up, what a refusal takes, and how it comes back."""

import asyncio

import pytest

from bot import tasks
from bot.tasks import RateLimit, paced_calls


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The loop’s time, which only sleeping moves on."""
    times = [1000.0]

    async def sleep(seconds: float) -> None:
        times[0] += seconds

    monkeypatch.setattr(tasks, "loop_time", lambda: times[0])
    monkeypatch.setattr(asyncio, "sleep", sleep)
    return times


async def test_so_many_a_second_and_one_second_is_saved_up(now: list[float]) -> None:
    calls = RateLimit(10)
    for _ in range(110):
        await calls.take()
    assert now[0] == pytest.approx(1000 + 99 / 10, abs=0.11)
    now[0] += 60
    began = now[0]
    for _ in range(10):
        await calls.take()
    assert now[0] == began, "no more than a second’s worth, and that at once"
    await calls.take()
    assert now[0] == pytest.approx(began + 0.1, abs=0.11)


async def test_a_refusal_halves_it_and_it_comes_back(now: list[float]) -> None:
    calls = RateLimit(16)
    calls.halve()
    calls.halve()
    assert calls.rate == 8, "those under way together count as one"
    for _ in range(10):
        now[0] += 2
        calls.halve()
    assert 1.0 <= calls.rate < 1.1, "a sixteenth is left"
    now[0] += tasks.DOUBLES_IN
    assert calls.rate == pytest.approx(2, rel=0.1)
    now[0] += 10 * tasks.DOUBLES_IN
    assert calls.rate == 16


async def test_only_long_work_waits(now: list[float]) -> None:
    calls = RateLimit(1)
    for _ in range(100):
        await calls.take_if_paced()
    assert now[0] == 1000
    with paced_calls():
        for _ in range(10):
            await calls.take_if_paced()
    assert now[0] >= 1008
    before = now[0]
    await calls.take_if_paced()
    assert now[0] == before


async def test_without_a_number_nothing_waits(now: list[float]) -> None:
    calls = RateLimit()
    calls.halve()
    for _ in range(1000):
        await calls.take()
    assert now[0] == 1000
