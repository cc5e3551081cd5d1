"""What the tests of scheduled jobs share: jobs that are due, and what was run of them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.features import Feature, Key, Trigger
from bot.registry import index_triggers
from bot.replies import Replies
from config.time import PARIS

WEDNESDAY = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def triggers(*schedules: str, local: bool = False) -> dict[Key, Trigger]:
    """A feature’s jobs, one for each schedule."""
    feature = Feature("essai")

    def job(number: int) -> None:
        async def handler(_: object) -> Replies:
            return None

        feature.job(schedules[number], name=f"essai.job{number}", local=local)(handler)

    for number in range(len(schedules)):
        job(number)
    return index_triggers([feature])


class Runs:
    """What was run; fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.calls: list[tuple[str, str]] = []
        self.failures = failures
        self.happened = asyncio.Event()

    async def __call__(self, key: Key, period: str, _: ZoneInfo) -> None:
        self.calls.append((key[1], period))
        self.happened.set()
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")


async def in_paris() -> list[ZoneInfo]:
    return [PARIS]


def at(time: datetime) -> Callable[[], datetime]:
    return lambda: time


def paris(*when: int) -> datetime:
    year, month, day, hour, minute = when
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)
