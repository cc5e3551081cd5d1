"""Measures of every second of a drill: the size of the replicas, the connections of the database."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg

from storage.engines import CONNECTIONS, NESTED, RESERVED, SHARED
from tests.drill.checker import slope
from tests.drill.cluster import NAME, Server
from tests.drill.stage import Size, Stage, size

EVERY_S = 1.0
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'coop-bot'"
ROWS = "SELECT relname, n_live_tup FROM pg_stat_user_tables WHERE schemaname = 'public'"
PASSING = ("outgoing", "claim", "work", "draft", "open_question")
"""Tables of what passes: what is done with is taken out of them, or they are bounded by days."""
CONNECTIONS_EACH = CONNECTIONS + RESERVED + NESTED + SHARED
CONNECTIONS_MAX = 3 * CONNECTIONS_EACH


@dataclass
class Measures:
    """Measures until it is cancelled; ``sizes`` are those of each replica, in a new list for each of its processes."""

    stage: Stage
    sizes: list[dict[int, list[Size]]] = field(default_factory=lambda: [{}, {}, {}])
    connections: list[tuple[float, int]] = field(default_factory=list)
    tables: list[tuple[float, dict[str, int]]] = field(default_factory=list)

    async def watch(self) -> None:
        """Look, for ever."""
        while True:
            for each, replica in zip(self.sizes, self.stage.replicas, strict=True):
                if found := size(replica):
                    each.setdefault(replica.pid, []).append(found)
            server = self.stage.pair.serving
            with suppress(OSError, TimeoutError, asyncpg.PostgresError):
                self.connections.append((time.perf_counter(), int((await server.asks(CONNECTED))[0][0])))
                if len(self.connections) % 10 == 1:
                    self.tables.append((time.time(), await rows(server)))
            await asyncio.sleep(EVERY_S)

    def longest(self) -> Sequence[Sequence[Size]]:
        """Return, for each replica, the sizes of its longest process without the first third, when caches still
        fill."""
        lives = [max(each.values(), key=len, default=[]) for each in self.sizes]
        return [life[len(life) // 3 :] for life in lives]

    def most(self) -> float:
        """Return the most memory that a replica held, in MB."""
        return max((s.memory for each in self.sizes for life in each.values() for s in life), default=0.0)

    def growth(self, of: str) -> float:
        """Return how much the fastest growing replica grows an hour: in MB, files, threads or bytes of log."""
        return max(slope([(s.at, float(getattr(s, of))) for s in life]) for life in self.longest())

    def table_growth(self) -> dict[str, float]:
        """Return by how many rows an hour the tables of passing things grow, in the second half."""
        half = self.tables[len(self.tables) // 2 :]
        return {name: slope([(at, float(found.get(name, 0))) for at, found in half]) for name in PASSING}


async def rows(server: Server) -> dict[str, int]:
    """Return how many rows each table has, as far as PostgreSQL keeps count."""
    return {str(name): int(count) for name, count in await server.asks(ROWS, NAME)}
