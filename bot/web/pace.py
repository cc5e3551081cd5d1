"""How often the web is asked: so many calls a second at most, one host after a pause, and not while it wants peace."""

import asyncio
from collections import OrderedDict

HOSTS_MAX = 2_000
"""Hosts that are remembered: the longest unasked is forgotten first."""
REST_MAX = 24 * 3600.0
"""Seconds for which a host is left alone at most, whatever it asks for."""


class Pace:
    """``pause`` is in seconds, between two calls to one host; ``rate`` the calls a second to all of them."""

    def __init__(self, pause: float = 2.0, rate: float = 5.0) -> None:
        self._pause = pause
        self._gap = 1 / rate
        self._next = 0.0
        self._of: OrderedDict[str, float] = OrderedDict()
        self._resting: OrderedDict[str, float] = OrderedDict()

    async def turn(self, host: str) -> None:
        """Wait until that host may be asked."""
        now = _now()
        at = max(now, self._next, self._of.pop(host, 0.0))
        self._next, self._of[host] = max(now, self._next) + self._gap, at + self._pause
        _bound(self._of)
        await asyncio.sleep(at - now)

    def rest(self, host: str, seconds: float) -> None:
        """It asked to be left alone for so long."""
        self._resting[host] = _now() + min(seconds, REST_MAX)
        _bound(self._resting)

    def rests(self, host: str) -> bool:
        """Whether it is to be left alone now."""
        return self._resting.get(host, 0.0) > _now()


def _bound(remembered: OrderedDict[str, float]) -> None:
    while len(remembered) > HOSTS_MAX:
        remembered.popitem(last=False)


def _now() -> float:
    return asyncio.get_running_loop().time()
