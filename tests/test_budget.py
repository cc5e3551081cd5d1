"""How many calls a second long work makes: what is saved up, what a refusal takes, and how it comes back."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import pytest

from bot import tasks
from bot.tasks import CallPriority, RateLimit, loop_time, paced_calls


class _Ahead(selectors.SelectSelector):
    """Goes ahead in time instead of waiting."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose time only sleeping moves on."""

    def __init__(self) -> None:
        self._ahead = _Ahead()
        super().__init__(self._ahead)

    def time(self) -> float:
        return self._ahead.now


def in_own_time(story: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run it in a loop of its own: whatever else runs neither waits nor moves its time on."""

    @wraps(story)
    def run() -> None:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            runner.run(story())

    return run


@in_own_time
async def test_so_many_a_second_and_one_second_is_saved_up() -> None:
    calls = RateLimit(10)
    for _ in range(110):
        await calls.take()
    assert loop_time() == pytest.approx(1000 + 99 / 10, abs=0.11)
    await asyncio.sleep(60)
    began = loop_time()
    for _ in range(10):
        await calls.take()
    assert loop_time() == began, "no more than a second’s worth, and that at once"
    await calls.take()
    assert loop_time() == pytest.approx(began + 0.1, abs=0.11)


@in_own_time
async def test_a_refusal_halves_it_and_it_comes_back() -> None:
    calls = RateLimit(16)
    calls.halve()
    calls.halve()
    assert calls.rate == 8, "those under way together count as one"
    for _ in range(10):
        await asyncio.sleep(2)
        calls.halve()
    assert 1.0 <= calls.rate < 1.1, "a sixteenth is left"
    await asyncio.sleep(tasks.DOUBLES_IN)
    assert calls.rate == pytest.approx(2, rel=0.1)
    await asyncio.sleep(10 * tasks.DOUBLES_IN)
    assert calls.rate == 16


@in_own_time
async def test_only_long_work_waits() -> None:
    calls = RateLimit(1)
    for _ in range(100):
        await calls.take_if_paced()
    assert loop_time() == 1000
    with paced_calls():
        for _ in range(10):
            await calls.take_if_paced()
    assert loop_time() >= 1008
    before = loop_time()
    await calls.take_if_paced()
    assert loop_time() == before


@in_own_time
async def test_without_a_number_nothing_waits() -> None:
    calls = RateLimit()
    calls.halve()
    for _ in range(1000):
        await calls.take()
    assert loop_time() == 1000


@in_own_time
async def test_a_chore_s_calls_book_no_time_ahead() -> None:
    """However many it makes at once, others wait for one of them at most."""
    budget = RateLimit(20)
    with paced_calls(CallPriority.CHORE):
        chores = [asyncio.create_task(budget.take_if_paced()) for _ in range(60)]
    await asyncio.sleep(0.2)
    began = loop_time()
    with paced_calls():
        await budget.take_if_paced()
    assert loop_time() - began < 0.3
    for chore in chores:
        chore.cancel()
    await asyncio.gather(*chores, return_exceptions=True)
