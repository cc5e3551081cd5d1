"""Identifiers and times as Mattermost makes them."""

import hashlib
import secrets
import time
from collections.abc import Iterable

ALPHABET = "ybndrfg8ejkmcpqxot1uwisza345h769"  # z-base-32
LENGTH = 26


def new_id() -> str:
    """Return 26 random characters: an id, a token or a secret."""
    return _spell(secrets.token_bytes(17))


def named_id(name: str) -> str:
    """Return the id of something that has the same id on every start, such as a role."""
    return _spell(hashlib.sha256(name.encode()).digest()[:17])


def _spell(data: bytes) -> str:
    bits = int.from_bytes(data, "big")
    return "".join([ALPHABET[(bits >> shift) & 31] for shift in range(0, 130, 5)])


def is_id(value: object) -> bool:
    """Tell whether a value has the form of an id (whether it exists is another question)."""
    return isinstance(value, str) and len(value) == LENGTH and value.isascii() and value.isalnum()


def direct_name(user_ids: Iterable[str]) -> str:
    """Return the name of the direct channel between two people (or of one with oneself)."""
    return "__".join(sorted(user_ids))


class Clock:
    """A clock in milliseconds since the epoch that never returns the same value twice, so that rows sort in the order
    in which they were made."""

    def __init__(self) -> None:
        self._last = 0

    def tick(self) -> int:
        """Return a moment later than all moments returned before."""
        self._last = max(self._last + 1, now_ms())
        return self._last


def now_ms() -> int:
    """Return the present moment in milliseconds since the epoch."""
    return int(time.time() * 1000)
