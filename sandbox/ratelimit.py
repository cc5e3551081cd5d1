"""The rate limiter: one bucket for each address."""

import math
from dataclasses import dataclass
from time import monotonic

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Verdict:
    """The limiter’s verdict on one request; times in whole seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int
    retry_after: int

    def headers(self) -> dict[str, str]:
        """Return the headers that each answer has while the limiter is on."""
        values = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }
        if not self.allowed:
            values["Retry-After"] = str(self.retry_after)
        return values


class RateLimiter:
    """A limiter that allows `burst` requests at once and `per_sec` a second after that."""

    def __init__(self, per_sec: float, burst: int) -> None:
        self._per_sec = per_sec
        self._burst = burst
        self._buckets: dict[str, tuple[float, float]] = {}

    def ask(self, key: str) -> Verdict:
        """Count a request of a key, and say whether it may pass."""
        now = monotonic()
        level, seen = self._buckets.get(key, (0.0, now))
        level = max(0.0, level - (now - seen) * self._per_sec)
        allowed = level + 1 <= self._burst + 1
        if allowed:
            level += 1
        self._buckets[key] = (level, now)
        return self._verdict(allowed, level)

    def _verdict(self, allowed: bool, level: float) -> Verdict:
        remaining = max(0, math.floor(self._burst + 1 - level))
        wait = (level - self._burst) / self._per_sec
        return Verdict(allowed, self._burst + 1, remaining, math.ceil(level / self._per_sec), max(1, math.ceil(wait)))


def refusal(verdict: Verdict) -> web.HTTPException:
    """Return the plain-text answer 429, to be raised."""
    return web.HTTPTooManyRequests(text="limit exceeded\n", headers=verdict.headers())
