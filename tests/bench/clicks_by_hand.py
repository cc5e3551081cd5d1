"""Yardstick of the clicks on tickets: hand-written SQL through the bot’s own drivers, one commit for each, no ORM.

It stores what the bot stores: who has the ticket now, a line of its history, and three messages like the bot’s own.
"""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import aiosqlite
import asyncpg
from aiohttp import web

MESSAGES = 3


class Bare(Protocol):
    """A connection in the middle of a transaction that writes."""

    async def row(self, statement: str, *values: Any) -> Any: ...

    async def run(self, statement: str, *values: Any) -> None: ...


class Sqlite:
    """A single connection, as SQLite has one writer."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection, self._turn = connection, asyncio.Lock()
        self.now: Any = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Bare]:
        async with self._turn:
            await self._connection.execute("BEGIN IMMEDIATE")
            yield self
            await self._connection.execute("COMMIT")

    async def row(self, statement: str, *values: Any) -> Any:
        return await (await self._connection.execute(statement, values)).fetchone()

    async def run(self, statement: str, *values: Any) -> None:
        await self._connection.execute(statement, values)

    async def close(self) -> None:
        await self._connection.close()


class Connection:
    """A connection of the pool, with PostgreSQL’s parameter marks."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def row(self, statement: str, *values: Any) -> Any:
        return await self._connection.fetchrow(_numbered(statement), *values)

    async def run(self, statement: str, *values: Any) -> None:
        await self._connection.execute(_numbered(statement), *values)


class Postgres:
    """A pool as large as the bot’s."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.now: Any = datetime.now(UTC)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Bare]:
        async with self._pool.acquire() as connection, connection.transaction():
            yield Connection(connection)

    async def close(self) -> None:
        await self._pool.close()


def _numbered(statement: str) -> str:
    first, *rest = statement.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


def _insert(table: str, row: dict[str, Any]) -> str:
    columns = ", ".join(f'"{name}"' for name in row)
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})"


Store = Sqlite | Postgres


async def click(store: Store, outgoing: dict[str, Any], body: dict[str, Any]) -> dict[str, str]:
    """Take a ticket, or let it go, as the bot would."""
    by, number, move = body["user_id"], body["context"]["ticket"], body["context"]["move"]
    takes = move == "prendre"
    state, agent = ("pris", by) if takes else ("nouveau", "")
    async with store.transaction() as db:
        lock = " FOR UPDATE" if isinstance(store, Postgres) else ""
        found = await db.row(f"SELECT agent_id FROM ticket WHERE id = ?{lock}", number)
        if takes and found[0]:
            return {"ephemeral_text": "C’est déjà pris."}
        change = "UPDATE ticket SET agent_id = ?, state = ?, nudged = 0, version = version + 1"
        await db.run(f"{change} WHERE id = ?", agent, state, number)
        made = {"ticket": number, "at": store.now, "by": by, "move": move, "state": state, "note": ""}
        await db.run(_insert("ticket_move", made), *made.values())
        for _ in range(MESSAGES):
            row = outgoing | {"id": secrets.token_hex(13)}
            await db.run(_insert("outgoing", row), *row.values())
    return {}


async def _like_sqlite(source: str, target: str) -> tuple[Store, dict[str, Any]]:
    connection = await aiosqlite.connect(target, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        await connection.execute(f"PRAGMA {pragma}")
    await connection.execute("ATTACH ? AS bot", (source,))
    await connection.execute("INSERT INTO ticket SELECT * FROM bot.ticket")
    cursor = await connection.execute("SELECT * FROM bot.outgoing LIMIT 1")
    model = _named([column[0] for column in cursor.description], await cursor.fetchone())
    await connection.execute("DETACH bot")
    return Sqlite(connection), model


async def _like_postgres(source: str, target: str) -> tuple[Store, dict[str, Any]]:
    pool = await asyncpg.create_pool(target, min_size=5, max_size=10)
    bot = await asyncpg.connect(source)
    for ticket in [dict(row) for row in await bot.fetch("SELECT * FROM ticket")]:
        await Connection(pool).run(_insert("ticket", ticket), *ticket.values())
    model = dict(await bot.fetchrow("SELECT * FROM outgoing LIMIT 1"))
    await bot.close()
    return Postgres(pool), model


def _named(names: Sequence[str], values: Any) -> dict[str, Any]:
    return dict(zip(names, values, strict=True))


async def application(source: str, target: str) -> web.Application:
    """Make the application, whose handler works on a copy of the bot’s database."""
    store, model = await (_like_postgres if source.startswith("postgres") else _like_sqlite)(source, target)

    async def button(request: web.Request) -> web.Response:
        return web.json_response(await click(store, model, await request.json()))

    async def ready(_: web.Request) -> web.Response:
        return web.json_response({})

    async def close(_: web.Application) -> None:
        await store.close()

    app = web.Application()
    app.add_routes([web.post("/buttons", button), web.get("/readyz", ready)])
    app.on_cleanup.append(close)
    return app


def main() -> None:
    """Run ``clicks_by_hand.py PORT BOT_DATABASE OWN_DATABASE``: files of SQLite, or addresses of PostgreSQL."""
    port, source, target = sys.argv[1:]
    web.run_app(application(source, target), host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main()
