"""Duplicate requests for posts: a `pending_post_id` names the post that it made."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from sandbox.errors import ApiError

REMEMBERED = 30.0
"""Seconds during which a `pending_post_id` names the post that it made."""
IN_FLIGHT = 0.003
"""Seconds that saving a post takes, during which the same `pending_post_id` is refused."""


async def wait_in_flight() -> None:
    """Take as long as a server does to save a post."""
    await asyncio.sleep(IN_FLIGHT)


class Pending:
    """The posts that were made, by their `pending_post_id`; the id alone counts, not who uses it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, float]] = {}
        self.saved: Callable[[], Awaitable[None]] = wait_in_flight
        """What passes between `begin` and `end`; a test that holds a race still puts a gate here."""

    def begin(self, pending_id: str) -> str | None:
        """Reserve an id; return the post that it made before, if any, and refuse while that one is being made."""
        self._forget_old()
        if pending_id not in self._known:
            self._known[pending_id] = ("", time.monotonic() + REMEMBERED)
            return None
        post_id = self._known[pending_id][0]
        if not post_id:
            raise ApiError("api.post.deduplicate_create_post.pending", 500)
        return post_id

    def end(self, pending_id: str, post_id: str | None) -> None:
        """Note which post an id made, or that it made none."""
        if post_id is None:
            self._known.pop(pending_id, None)
        else:
            self._known[pending_id] = (post_id, time.monotonic() + REMEMBERED)

    def _forget_old(self) -> None:
        now = time.monotonic()
        while self._known and next(iter(self._known.values()))[1] < now:
            self._known.pop(next(iter(self._known)))
