"""The generator: so many at once (closed), or so many a second whatever happens (open)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median

Send = Callable[[int], Awaitable[bool]]
"""Sends request number n; whether it was answered as it should be."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run: how many requests were answered well or not, how long it took, and each latency in seconds."""

    done: int
    failed: int
    seconds: float
    latencies: Sequence[float]

    @property
    def rate(self) -> float:
        """The requests a second."""
        return self.done / self.seconds

    def quantile(self, part: float) -> float:
        """Return the seconds within which a part of the requests was answered."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")


async def closed(send: Send, count: int, at_once: int = 10) -> Run:
    """Run ``at_once`` clients that each send the next request as soon as the last was answered."""
    numbers = iter(range(count))
    latencies: list[float] = []
    failed = 0

    async def client() -> None:
        nonlocal failed
        for number in numbers:
            begun = time.perf_counter()
            is_done = await _safely(send, number)
            failed += not is_done
            latencies.append(time.perf_counter() - begun)

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(at_once)))
    return Run(count - failed, failed, time.perf_counter() - started, latencies)


async def open_loop(send: Send, rate: float, count: int) -> Run:
    """Send a request every 1/rate seconds; a latency counts from when its request was due, so that stalls show."""
    latencies: list[float] = []
    failed = 0
    started = time.perf_counter()

    async def request(number: int) -> None:
        nonlocal failed
        is_done = await _safely(send, number)
        failed += not is_done
        latencies.append(time.perf_counter() - started - number / rate)

    tasks = []
    for number in range(count):
        delay = started + number / rate - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        tasks.append(asyncio.create_task(request(number)))
    await asyncio.gather(*tasks)
    return Run(count - failed, failed, time.perf_counter() - started, latencies)


async def _safely(send: Send, number: int) -> bool:
    try:
        return await send(number)
    except (TimeoutError, OSError):
        return False


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return median(values)
