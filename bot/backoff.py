"""How long to wait before trying again."""

import random


def backoff(tries: int, first: float, longest: float = 60.0) -> float:
    """Seconds to wait after so many failed tries: first, twice that …, longest; spread, so that none meet."""
    spread = random.uniform(0.8, 1.2)  # noqa: S311 (a spread, no secret)
    return float(min(longest, first * 2 ** min(tries - 1, 16)) * spread)
