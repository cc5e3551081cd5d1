"""Yardstick of the submissions: hand-written SQL through the bot’s own drivers, one commit for each, no ORM.

It stores what the bot stores: its rows are copies of one that the bot wrote, with the author, the number of
participants and the keys of each submission.
"""

import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import aiosqlite
import asyncpg
from aiohttp import web

TABLES = ("cra", "outgoing")
Row = dict[str, Any]


class Store(Protocol):
    """A database by its bare driver."""

    async def save(self, rows: Sequence[tuple[str, Row]]) -> None:
        """Insert rows, (table, values) each, in one transaction."""


@dataclass
class Sqlite:
    """A single connection, as SQLite has one writer."""

    connection: aiosqlite.Connection
    turn: Any

    async def save(self, rows: Sequence[tuple[str, Row]]) -> None:
        async with self.turn:
            await self.connection.execute("BEGIN IMMEDIATE")
            for table, row in rows:
                await self.connection.execute(_insert(table, row, "?"), tuple(row.values()))
            await self.connection.execute("COMMIT")


@dataclass
class Postgres:
    """A pool as large as the bot’s."""

    pool: Any

    async def save(self, rows: Sequence[tuple[str, Row]]) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            for table, row in rows:
                await connection.execute(_insert(table, row, "$"), *row.values())


_statements: dict[str, str] = {}


def _insert(table: str, row: Row, mark: str) -> str:
    if table not in _statements:
        marks = [mark if mark == "?" else f"${n}" for n in range(1, len(row) + 1)]
        columns = ", ".join(f'"{c}"' for c in row)
        _statements[table] = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(marks)})"
    return _statements[table]


async def _like_sqlite(source: str, target: str) -> tuple[Store, dict[str, Row]]:
    import asyncio

    connection = await aiosqlite.connect(target, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        await connection.execute(f"PRAGMA {pragma}")
    await connection.execute("ATTACH ? AS bot", (source,))
    await connection.execute("INSERT INTO person SELECT * FROM bot.person")
    models = {}
    for table in TABLES:
        cursor = await connection.execute(f"SELECT * FROM bot.{table} LIMIT 1")
        values = await cursor.fetchone()
        assert values is not None
        models[table] = {d[0]: v for d, v in zip(cursor.description, values, strict=True)}
    await connection.execute("DETACH bot")
    return Sqlite(connection, asyncio.Lock()), models


async def _like_postgres(source: str, target: str) -> tuple[Store, dict[str, Row]]:
    pool = await asyncpg.create_pool(target, min_size=5, max_size=10)
    bot = await asyncpg.connect(source)
    people = [dict(r) for r in await bot.fetch("SELECT * FROM person")]
    models = {t: dict(await bot.fetchrow(f"SELECT * FROM {t} LIMIT 1")) for t in TABLES}
    await bot.close()
    for person in people:
        await pool.execute(_insert("person", person, "$"), *person.values())
    return Postgres(pool), models


def handler(store: Store, models: dict[str, Row]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Store a submission as the bot would."""
    cra, outgoing = {n: v for n, v in models["cra"].items() if n != "id"}, models["outgoing"]

    async def submit(request: web.Request) -> web.Response:
        body = await request.json()
        submission, author = body["submission"], body["user_id"]
        key = secrets.token_urlsafe(16)
        report = cra | {"key": key, "author_id": author, "participants": int(submission["participants"])}
        receipt = outgoing | {"id": secrets.token_hex(13), "target": author}
        await store.save((("cra", report), ("outgoing", receipt)))
        return web.json_response({})

    return submit


async def application(source: str, target: str) -> web.Application:
    """Make the application, whose handler works on a copy of the bot’s database."""
    like = _like_postgres if source.startswith("postgres") else _like_sqlite
    store, models = await like(source, target)

    async def ready(_: web.Request) -> web.Response:
        return web.json_response({})

    async def close(_: web.Application) -> None:
        await (store.connection.close() if isinstance(store, Sqlite) else store.pool.close())  # type: ignore[attr-defined]

    app = web.Application()
    app.add_routes([web.post("/dialogs", handler(store, models)), web.get("/readyz", ready)])
    app.on_cleanup.append(close)
    return app


def main() -> None:
    """Run ``submissions_by_hand.py PORT BOT_DATABASE OWN_DATABASE``: files of SQLite, or addresses of PostgreSQL."""
    port, source, target = sys.argv[1:]
    web.run_app(application(source, target), host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main()
