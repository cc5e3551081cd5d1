"""How long a server asks to be left alone: what its ``Retry-After`` says, as far as it can be believed."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

PAUSE_MAX = 60.0
"""Seconds a pause lasts at most, whatever is asked: a server that needs longer says so again at the next call."""


def seconds(header: str | None, now: datetime, most: float | None = None) -> float | None:
    """The pause that a header asks for, between 0 and ``most`` (else ``PAUSE_MAX``); None where it says no time that
    can be waited.

    It is a number of seconds or an HTTP date. What is negative, infinite or no number asks for nothing.
    """
    if not header:
        return None
    asked = _number(header) if _number(header) is not None else _until(header, now)
    return None if asked is None else min(asked, PAUSE_MAX if most is None else most)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def _until(text: str, now: datetime) -> float | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    there = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return max(0.0, (there - now).total_seconds())
