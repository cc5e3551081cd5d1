"""What sites ask of robots (robots.txt, RFC 9309), remembered for a day, as far as there is room."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from yarl import URL

from bot.pages import allows
from bot.web.reader import Reader, Unreadable

ROBOTS_MAX = 500 * 1024
"""Bytes of such a file that are read, as the RFC wants at least."""
REMEMBERED_MAX = 4 * 1024 * 1024
"""Bytes of all of them that are remembered."""
_SITE_BYTES = 200
"""What a site takes beside its file."""
DAY = 24 * 3600.0
_LONG = 16 * 1024
"""Bytes of a file that is read in a process of its own: others do not wait for it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A file as it was read at ``since``, in seconds of the event loop; without content everything is forbidden."""

    content: bytes | None
    since: float

    async def lets_in(self, name: str, url: URL, reader: Reader) -> bool:
        """Whether the robot of that name may read an address of the site; it stays away from what cannot be read."""
        if not self.content:
            return self.content is not None
        if len(self.content) <= _LONG:
            return allows(self.content, name, str(url))
        try:
            return await reader.lets_in(self.content, name, str(url))
        except Unreadable:
            return False

    @property
    def size(self) -> int:
        """Bytes that it takes, or nearly."""
        return len(self.content or b"") + _SITE_BYTES


class Robots:
    """``name`` is what sites call this robot."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._files: OrderedDict[URL, Rules] = OrderedDict()
        self._size = 0

    def recall(self, site: URL) -> Rules | None:
        """What was read of it less than a day ago."""
        rules = self._files.get(site)
        return rules if rules and rules.since > _now() - DAY else None

    def learn(self, site: URL, content: bytes | None) -> Rules:
        """That is its file: None where it cannot be had."""
        self._forget(site)
        rules = self._files[site] = Rules(content, _now())
        self._size += rules.size
        while self._size > REMEMBERED_MAX:
            self._forget(next(iter(self._files)))
        return rules

    def _forget(self, site: URL) -> None:
        if site in self._files:
            self._size -= self._files.pop(site).size


def _now() -> float:
    return asyncio.get_running_loop().time()
