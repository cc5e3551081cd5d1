"""HTTP connections: bounded in number and in the time that a request may take to arrive."""

import asyncio
import resource
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from typing import cast

import structlog

log = structlog.get_logger()

CONNECTIONS_MAX, CONNECTIONS_MIN = 1000, 16


def connections_max() -> int:
    """Return how many connections may be open: half of the file limit; the rest is for Mattermost and the database."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS_MAX if soft == resource.RLIM_INFINITY else max(CONNECTIONS_MIN, min(CONNECTIONS_MAX, soft // 2))


@dataclass(frozen=True, slots=True)
class Limits:
    """The maximum number of connections, and how many seconds each may keep the bot waiting."""

    most: int = field(default_factory=connections_max)
    coming: float = 15.0
    """From its first byte to its last, headers and body; for the first request, from the connection on."""
    idle: float = 100.0
    """Between two requests. Mattermost itself closes what was idle for 90: one that it sends while the bot closes its
    connection would be lost."""

    @property
    def backlog(self) -> int:
        """The length of the accept queue; asyncio accepts all of it before a connection can be refused."""
        return max(4, min(128, self.most // 2))


class Connections:
    """The open connections. When there are too many, the one that has kept the bot waiting longest is closed; those
    being answered stay."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._open: dict[asyncio.BaseTransport, _Connection] = {}
        self._waiting: OrderedDict[_Connection, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def guard(self, factory: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        """Return a factory of the same protocols whose connections are counted here."""
        return lambda: _Connection(self, factory())

    @contextmanager
    def answering(self, transport: asyncio.BaseTransport | None) -> Iterator[None]:
        """Exempt a connection while its complete request is answered."""
        connection = self._open.get(transport) if transport else None
        if connection is None:
            yield
            return
        self._waiting.pop(connection, None)
        connection.ends_in(inf)
        try:
            yield
        finally:
            if transport in self._open:
                self._waiting[connection] = None
                connection.idle = True
                connection.ends_in(self.limits.idle)

    def enter(self, connection: "_Connection") -> None:
        """Count a new connection; if it is one too many, close an idle one, or the new one if all are being
        answered."""
        self._open[connection.transport] = connection
        connection.ends_in(self.limits.coming)
        if len(self._open) > self.limits.most:
            log.warning("connections_full", count=self.limits.most)
            leaving = next(iter(self._waiting), connection)
            self.leave(leaving)
            leaving.transport.abort()
        if connection.transport in self._open:
            self._waiting[connection] = None

    def hear(self, connection: "_Connection") -> None:
        """Note that bytes arrived; at the beginning of a request its time starts to run."""
        if connection.idle and connection in self._waiting:
            connection.idle = False
            connection.ends_in(self.limits.coming)

    def leave(self, connection: "_Connection") -> None:
        """Forget a connection that has ended."""
        self._waiting.pop(connection, None)
        self._open.pop(connection.transport, None)


class _Connection(asyncio.Protocol):
    """A counted connection, which passes everything on to the HTTP protocol."""

    transport: asyncio.Transport

    def __init__(self, connections: Connections, inner: asyncio.Protocol) -> None:
        self._connections = connections
        self._inner = inner
        self._loop = asyncio.get_running_loop()
        self._end = inf
        self._next_look: asyncio.TimerHandle | None = None
        self.idle = False
        """Whether the next byte begins a request."""

    def ends_in(self, seconds: float) -> None:
        """Limit the connection to that many more seconds."""
        self._end = self._loop.time() + seconds

    def _look(self) -> None:
        """Close the connection if its time is over, else check again then; this avoids a timer per request."""
        remaining = self._end - self._loop.time()
        if remaining <= 0:
            self.transport.abort()
        else:
            limits = self._connections.limits
            self._next_look = self._loop.call_later(min(remaining, limits.coming, limits.idle), self._look)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._inner.connection_made(transport)
        self._connections.enter(self)
        self._look()

    def data_received(self, data: bytes) -> None:
        self._connections.hear(self)
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._next_look is not None:
            self._next_look.cancel()
        self._connections.leave(self)
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()
