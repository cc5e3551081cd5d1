"""The clock: the only module that reads the current time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)
