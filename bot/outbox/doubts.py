"""Whom the server fails at though it answers others: their messages must not keep the others waiting."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from bot.backoff import backoff

RESTS_MAX = 3
"""How often in a row a lane waits for a message that the server failed at; then what comes after passes it."""
DOUBTS_MAX = 1000


@dataclass(slots=True)
class _Doubt:
    times: int = 0
    until: float = 0.0


class Doubts:
    """Targets by the failures in a row, each resting after the first few so that its messages keep their order.

    ``first`` is the first rest in seconds.
    """

    def __init__(self, first: float) -> None:
        self._first = first
        self._about: OrderedDict[str, _Doubt] = OrderedDict()

    def add(self, target: str) -> bool:
        """The server failed at a message for it; True when it had not before."""
        doubt = self._about.setdefault(target, _Doubt())
        self._about.move_to_end(target)
        if len(self._about) > DOUBTS_MAX:
            self._about.popitem(last=False)
        doubt.times += 1
        if doubt.times <= RESTS_MAX:
            doubt.until = _now() + backoff(doubt.times, self._first)
        return doubt.times == 1

    def pause(self, target: str, seconds: float) -> None:
        """Nothing is sent to it for so long: something comes first."""
        self._about.setdefault(target, _Doubt()).until = _now() + seconds

    def clear(self, target: str) -> None:
        """A message for it was taken."""
        self._about.pop(target, None)

    def all(self) -> list[str]:
        """Every target in doubt."""
        return list(self._about)

    def rests(self, target: str) -> bool:
        """Whether nothing is sent to it for the moment."""
        doubt = self._about.get(target)
        return doubt is not None and doubt.until > _now()

    def resting(self) -> list[str]:
        """The targets to which nothing is sent for the moment."""
        now = _now()
        return [target for target, doubt in self._about.items() if doubt.until > now]

    def wait(self, longest: float) -> float:
        """Seconds until the next of them has rested, at most so many."""
        now = _now()
        return min((d.until - now for d in self._about.values() if d.until > now), default=longest)


def _now() -> float:
    return asyncio.get_running_loop().time()
